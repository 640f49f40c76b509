//! `minio-node`, `minio-setup` and `minio`: object storage, one server or several, and its buckets and users.

use super::archetype::shell_word;
use super::values::SecretName;
use super::{
    Archetype, Asked, Composite, Expansion, Group, Instance, Makes, Member, Metrics, Output, Parameters, Say, compose,
    expand, schema, secret_path,
};
use crate::record;
use crate::record::Between;
use indexmap::{IndexMap, indexmap};
use serde_json::json;

const SOURCES: &[&str] = &[
    "https://github.com/minio/minio/blob/master/Dockerfile.release (2025-09: ubi-micro with sh, curl and mc; no USER; VOLUME /data; MINIO_ROOT_PASSWORD_FILE)",
    "https://github.com/minio/minio/tree/master/docs/distributed (4 to 16 servers of one drive are one set)",
];
const VERSIONS: &[&str] = &["2024", "2025"];
const LAST: &str = "nobody publishes images of later versions: who wants them builds them";

/// One server.
pub const NODE: Archetype = Archetype {
    name: "minio-node",
    summary: "one MinIO server; `minio` makes it with its buckets, or several",
    image: "minio/minio",
    versions: VERSIONS,
    sources: SOURCES,
    makes: Makes::Service(expand::<MinioNode>),
    metrics: Metrics::Own(9000, "/minio/v2/metrics/cluster"),
    schema: schema::<MinioNode>,
};

/// The job that makes buckets and users.
pub const SETUP: Archetype = Archetype {
    name: "minio-setup",
    summary: "makes buckets and users of a MinIO server that are not there, and ends",
    image: "minio/minio",
    versions: VERSIONS,
    sources: SOURCES,
    makes: Makes::Service(expand::<MinioSetup>),
    metrics: Metrics::None,
    schema: schema::<MinioSetup>,
};

/// Servers and what is in them.
pub const ARCHETYPE: Archetype = Archetype {
    name: "minio",
    summary: "MinIO object storage: one server or four and more, its buckets and users (the last public images are of September 2025)",
    image: "minio/minio",
    versions: VERSIONS,
    sources: SOURCES,
    makes: Makes::Services(compose::<Minio>),
    metrics: Metrics::Members,
    schema: schema::<Minio>,
};

record! {
    /// The parameters of `minio-node`.
    pub struct MinioNode {
        /// The user who may do everything; `minioadmin` where it is left out.
        user: Option<String>,
        /// The secret that holds the user's password; `SERVICE_password` where it is left out.
        password: Option<String> = SecretName,
        /// The services that store together, this one among them; it alone where they are left out.
        members: Vec<String>,
    }
}

record! {
    /// A user of MinIO.
    pub struct User {
        /// The secret that holds the user's password.
        password [Required]: String = SecretName,
        /// What the user may do: a policy of the server; `readwrite` where it is left out.
        policy: Option<String>,
    }
}

record! {
    /// The parameters of `minio-setup`.
    pub struct MinioSetup {
        /// The URL of the server.
        url [Required]: String,
        /// The user who may do everything.
        user [Required]: String,
        /// The secret that holds the user's password.
        password [Required]: String = SecretName,
        /// The buckets to make.
        buckets: Vec<String>,
        /// The users to make, by name.
        users: IndexMap<String, User>,
    }
}

record! {
    /// The parameters of `minio`.
    pub struct Minio {
        /// How many servers: 1 where it is left out, or 4 to 16, each with one volume.
        replicas: Option<i64> = Between<1, 16>,
        /// The user who may do everything; `minioadmin` where it is left out.
        user: Option<String>,
        /// The secret that holds the user's password; `NAME_password` where it is left out.
        password: Option<String> = SecretName,
        /// Buckets that are made once.
        buckets: Vec<String>,
        /// Users that are made once, by name.
        users: IndexMap<String, User>,
    }
}

const ADMIN: &str = "minioadmin";

impl Parameters for MinioNode {
    fn expand(self, it: &Instance, _: &mut Say) -> Expansion {
        let user = self.user.unwrap_or_else(|| ADMIN.to_owned());
        let password = self.password.unwrap_or_else(|| it.secret("password"));
        let data = it.volume("data");
        let mut command = vec!["server".to_owned(), "--console-address".to_owned(), ":9001".to_owned()];
        match self.members.as_slice() {
            [] | [_] => command.push("/data".to_owned()),
            many => command.extend(many.iter().map(|member| format!("http://{member}:9000/data"))),
        }
        Expansion {
            service: json!({
                "image": it.image(),
                "command": command,
                "environment": {
                    "MINIO_ROOT_USER": user,
                    "MINIO_ROOT_PASSWORD_FILE": secret_path(&password),
                    "MINIO_PROMETHEUS_AUTH_TYPE": "public",
                    "MINIO_UPDATE": "off",
                },
                "secrets": [password],
                "volumes": [{ "type": "volume", "source": data, "target": "/data" }],
                "tmpfs": ["/tmp"],
                "healthcheck": {
                    "test": ["CMD", "curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:9000/minio/health/live"],
                    "interval": "10s", "timeout": "5s", "retries": 5, "start_period": "30s",
                },
                "stop_grace_period": "1m",
                "size": { "cpus": 1, "memory": "1G" },
                "expose": ["9000", "9001"],
                "allow": { "root-user": "the image names no user, and its volume belongs to root", "retired-image": LAST },
            }),
            volumes: vec![data],
            secrets: vec![password.clone()],
            outputs: outputs(it.service, &user, password),
            ports: vec![9000, 9001],
            ..Expansion::default()
        }
    }
}

fn outputs(host: &str, user: &str, password: String) -> IndexMap<String, Output> {
    indexmap! {
        "port".into() => "9000".into(),
        "url".into() => format!("http://{host}:9000").into(),
        "endpoint".into() => format!("{host}:9000").into(),
        "user".into() => user.into(),
        "password_file".into() => Output::SecretFile(password),
    }
}

/// Whether a text is the name of a bucket, as S3 takes it.
fn is_bucket(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    (3..=63).contains(&name.len())
        && name.chars().all(fits)
        && !name.starts_with(['.', '-'])
        && !name.ends_with(['.', '-'])
        && !name.contains("..")
}

/// Says which names of buckets S3 does not take, and which are there twice.
fn check(buckets: &[String], say: &mut Say) {
    for (at, bucket) in buckets.iter().enumerate() {
        if !is_bucket(bucket) {
            let message = format!("`{}` is no name of a bucket", bucket.escape_debug());
            say.wrong_item("buckets", at, message, "use 3 to 63 lower-case letters, digits, `-` and `.`");
        } else if buckets[..at].contains(bucket) {
            say.wrong_item("buckets", at, format!("the bucket `{bucket}` is there twice"), "remove one of the two");
        }
    }
}

impl Parameters for MinioSetup {
    fn expand(self, it: &Instance, say: &mut Say) -> Expansion {
        check(&self.buckets, say);
        let Self { url, user, password, buckets, users } = self;
        let mut script = vec![
            "set -eu".to_owned(),
            // Both are read from the standard input: arguments are seen by others on the machine.
            format!("admin() {{ {{ echo {}; cat {}; echo; }}; }}", shell_word(&user), secret_path(&password)),
            format!(
                "n=0; until admin | mc alias set fleet {} > /dev/null; do n=$((n+1)); [ $n -lt 30 ]; sleep 2; done",
                shell_word(&url)
            ),
        ];
        let mut secrets = vec![password];
        script.extend(buckets.iter().map(|bucket| format!("mc mb --ignore-existing fleet/{}", shell_word(bucket))));
        for (name, User { password, policy }) in users {
            let (name, path) = (shell_word(&name), secret_path(&password));
            script.push(format!("{{ echo {name}; cat {path}; echo; }} | mc admin user add fleet"));
            let policy = shell_word(policy.as_deref().unwrap_or("readwrite"));
            // Attached already is an error to mc.
            script.push(format!(
                "mc admin policy entities fleet --user {name} | grep -qw {policy} || mc admin policy attach fleet {policy} --user {name}"
            ));
            if !secrets.contains(&password) {
                secrets.push(password);
            }
        }
        Expansion {
            service: json!({
                "image": it.image(),
                "user": "1000:1000",
                "entrypoint": ["sh", "-c", script.join("\n")],
                "environment": { "MC_CONFIG_DIR": "/tmp/.mc" },
                "secrets": secrets,
                "tmpfs": ["/tmp"],
                "restart": "no",
                "size": { "cpus": 0.25, "memory": "128M" },
                "allow": { "retired-image": LAST },
            }),
            secrets,
            ..Expansion::default()
        }
    }
}

impl Composite for Minio {
    fn compose(self, asked: &Asked, say: &mut Say) -> Group {
        let count = self.replicas.unwrap_or(1);
        if matches!(count, 2 | 3) {
            let message = format!("{count} servers of one drive each keep no data when one is lost");
            say.wrong("replicas", message, "write 1, or 4 to 16");
        }
        check(&self.buckets, say);
        let user = self.user.unwrap_or_else(|| ADMIN.to_owned());
        let password = self.password.unwrap_or_else(|| asked.secret("password"));
        let names = asked.members(count);
        let mut members: Vec<Member> = (1..=count)
            .map(|number| {
                let mut with = json!({ "user": user, "password": password });
                if count > 1 {
                    with["members"] = json!(names);
                }
                let mut service = json!({ "use": asked.same("minio-node"), "with": with });
                // Each one tells the numbers of all.
                if asked.metrics && number == 1 {
                    service["metrics"] = true.into();
                }
                Member::new(number, service).entry().web().data()
            })
            .collect();
        let first = &names[0];
        if !self.buckets.is_empty() || !self.users.is_empty() {
            let with = json!({
                "url": format!("http://{first}:9000"), "user": user, "password": password, "buckets": self.buckets, "users": self.users,
            });
            let setup = json!({ "use": asked.same("minio-setup"), "with": with });
            members.push(Member::new("setup", setup).needs(&names).job());
        }
        Group { members, outputs: outputs(first, &user, password) }
    }
}
