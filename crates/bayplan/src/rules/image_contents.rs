//! `image → what is in it`, from Dockerfiles: what runs in them, where they keep data, how they take secrets.
//!
//! Only what holds for every tag of an image stands here, or for the tags that a row tells apart. What is not known is not
//! guessed: an image that has no row is never the reason for a finding.

use crate::compose;
use crate::value::ImageRef;

/// What an image is made from, as far as it says which programs are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// Nothing but the program itself.
    Scratch,
    /// BusyBox, alone or in Alpine: `sh` and `wget`.
    Busybox,
    /// Debian, Ubuntu or Red Hat without what fetches: `sh` and `bash`.
    Slim,
}

impl Base {
    /// Whether a program is there; nothing for programs that nobody looked for.
    pub(super) fn has(self, program: &str) -> Option<bool> {
        Some(match program {
            "sh" => self != Self::Scratch,
            "bash" => self == Self::Slim,
            "wget" => self == Self::Busybox,
            "curl" => false,
            _ => return None,
        })
    }
}

/// One image.
#[derive(Debug)]
pub(super) struct Known {
    /// Its repository without the registry; that of Docker's own images without `library/`.
    name: &'static str,
    /// What it is made from, where all that matters is known; tags with `alpine` are [`Base::Busybox`].
    base: Option<Base>,
    /// Whether it brings a health check.
    checks_health: bool,
    /// The folder of what is to be kept.
    pub(super) data: Option<&'static str>,
    /// Whether it may need more than ten seconds to write everything down.
    pub(super) stops_slowly: bool,
    /// The size that `/dev/shm` wants to have.
    pub(super) shared_memory: Option<&'static str>,
    /// How it takes variables from files.
    pub(super) files: FromFile,
}

/// How the program, or the entry point, takes the value of a variable from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FromFile {
    /// Nobody looked.
    Unknown,
    /// Not at all: it does not know the variable.
    Never,
    /// Variables that begin with one of these, with another ending; where both are set, it refuses to start.
    Only(&'static [&'static str]),
    /// Variables that begin with one of these, with `_FILE` at the end.
    Suffix(&'static [&'static str]),
    /// Variables that begin with one of these, with `__FILE` at the end.
    Double(&'static [&'static str]),
}

impl FromFile {
    /// The variable that names the file from which `variable` is taken.
    pub(super) fn variant(self, variable: &str) -> Option<String> {
        let (prefixes, end) = match self {
            Self::Unknown | Self::Never => return None,
            Self::Only(prefixes) | Self::Suffix(prefixes) => (prefixes, "_FILE"),
            Self::Double(prefixes) => (prefixes, "__FILE"),
        };
        let fits = !variable.ends_with("_FILE") && prefixes.iter().any(|prefix| variable.starts_with(prefix));
        fits.then(|| format!("{variable}{end}"))
    }
}

/// What is known of the image of a service; nothing of one that is built here, or that nobody knows.
pub(super) fn of(service: &compose::Service) -> Option<(&'static Known, &ImageRef)> {
    let image = service.image.as_ref().filter(|_| service.build.is_none())?;
    let short = image.short_name();
    let mut rows = KNOWN.iter().filter(|row| ends_in(row.name, short)).peekable();
    rows.peek()?;
    // Mirrors keep the repository's name below a folder of theirs.
    let repository = image.repository();
    let name = repository.rsplit_once("library/").map_or(repository.as_str(), |(_, name)| name);
    rows.find(|row| row.name == name).map(|row| (row, image))
}

/// Whether `short` is the last part of `name`.
fn ends_in(name: &str, short: &str) -> bool {
    name.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// What the image of a service is made from.
pub(super) fn base(service: &compose::Service) -> Option<Base> {
    let image = service.image.as_ref().filter(|_| service.build.is_none())?;
    let tag = image.tag().unwrap_or_default();
    let repository = image.repository();
    if repository.starts_with("distroless/") && image.registry() == "gcr.io" {
        return (!tag.contains("debug")).then_some(Base::Scratch);
    }
    let (known, _) = of(service)?;
    let version = version(tag);
    match known.name {
        // Without a shell since these.
        "grafana/loki" => return version.filter(|version| *version >= (3, 6)).map(|_| Base::Scratch),
        "grafana/tempo" => return version.filter(|version| *version >= (2, 10)).map(|_| Base::Scratch),
        // The whole of Debian, unless the tag says otherwise.
        "node" | "python" | "golang" | "ruby" if !tag.contains("alpine") && !tag.contains("slim") => return None,
        name if name.starts_with("prom/") && tag.contains("distroless") => return Some(Base::Scratch),
        _ => {}
    }
    if tag.contains("alpine") { known.base.map(|_| Base::Busybox) } else { known.base }
}

/// Whether the image of a service brings a health check.
pub(super) fn checks_health(service: &compose::Service) -> bool {
    of(service).is_some_and(|(known, _)| known.checks_health)
}

/// Major and minor version at the beginning of a tag: `v3.6.1` is `(3, 6)`.
pub(super) fn version(tag: &str) -> Option<(u32, u32)> {
    let mut parts = tag.strip_prefix('v').unwrap_or(tag).split(['.', '-']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

const fn known(name: &'static str) -> Known {
    Known {
        name,
        base: None,
        checks_health: false,
        data: None,
        stops_slowly: false,
        shared_memory: None,
        files: FromFile::Unknown,
    }
}

impl Known {
    const fn base(self, base: Base) -> Self {
        Self { base: Some(base), ..self }
    }

    const fn checked(self) -> Self {
        Self { checks_health: true, ..self }
    }

    const fn data(self, folder: &'static str) -> Self {
        Self { data: Some(folder), ..self }
    }

    const fn slow(self) -> Self {
        Self { stops_slowly: true, ..self }
    }

    const fn shared_memory(self, size: &'static str) -> Self {
        Self { shared_memory: Some(size), ..self }
    }

    const fn files(self, files: FromFile) -> Self {
        Self { files, ..self }
    }
}

use Base::{Busybox, Scratch, Slim};
use FromFile::{Double, Never, Only, Suffix};

const KNOWN: &[Known] = &[
    // Databases.
    known("postgres").base(Slim).data("/var/lib/postgresql").slow().shared_memory("128m").files(Only(&[
        "POSTGRES_PASSWORD",
        "POSTGRES_USER",
        "POSTGRES_DB",
        "POSTGRES_INITDB_ARGS",
    ])),
    known("mysql").data("/var/lib/mysql").slow().files(Only(&["MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD"])),
    known("mariadb").data("/var/lib/mysql").slow().files(Only(&[
        "MARIADB_ROOT_PASSWORD",
        "MARIADB_PASSWORD",
        "MYSQL_ROOT_PASSWORD",
        "MYSQL_PASSWORD",
    ])),
    known("mongo").data("/data/db").slow().files(Only(&["MONGO_INITDB_ROOT_PASSWORD", "MONGO_INITDB_ROOT_USERNAME"])),
    known("redis").base(Slim).files(Never),
    known("valkey/valkey").base(Slim).files(Never),
    known("influxdb").data("/var/lib/influxdb2").slow(),
    known("elasticsearch").data("/usr/share/elasticsearch/data").slow(),
    known("opensearchproject/opensearch").data("/usr/share/opensearch/data").slow(),
    known("couchdb").data("/opt/couchdb/data").slow(),
    known("neo4j").data("/data").slow(),
    known("cassandra").data("/var/lib/cassandra").slow().files(Never),
    known("clickhouse/clickhouse-server").data("/var/lib/clickhouse").slow(),
    known("qdrant/qdrant").base(Slim).data("/qdrant/storage"),
    known("rabbitmq").data("/var/lib/rabbitmq").slow().files(Never),
    known("minio/minio").data("/data").files(Suffix(&["MINIO_ROOT_PASSWORD", "MINIO_ROOT_USER"])),
    // Edge and identity.
    known("traefik").base(Busybox),
    known("caddy").base(Busybox).data("/data"),
    known("tecnativa/docker-socket-proxy").base(Busybox),
    known("cloudflare/cloudflared").base(Scratch),
    known("oauth2-proxy/oauth2-proxy").base(Scratch),
    known("keycloak/keycloak").base(Slim).files(Never),
    known("hashicorp/vault").base(Busybox),
    known("portainer/portainer-ce").base(Scratch).data("/data"),
    known("amir20/dozzle").base(Scratch),
    known("registry").base(Busybox).data("/var/lib/registry"),
    known("qmcgaw/gluetun").checked(),
    known("qdm12/gluetun").checked(),
    known("pihole/pihole").checked().data("/etc/pihole"),
    known("vaultwarden/server").checked().data("/data").files(Suffix(&[
        "ADMIN_TOKEN",
        "DATABASE_URL",
        "SMTP_PASSWORD",
    ])),
    // Watching.
    known("prom/prometheus").base(Busybox).data("/prometheus").slow(),
    known("prom/alertmanager").base(Busybox),
    known("prom/pushgateway").base(Busybox),
    known("prom/node-exporter").base(Busybox),
    known("prom/blackbox-exporter").base(Busybox),
    known("grafana/grafana").data("/var/lib/grafana").files(Double(&["GF_"])),
    known("grafana/loki").base(Scratch).data("/loki").files(Never),
    known("grafana/tempo").base(Scratch).data("/var/tempo").files(Never),
    known("supabase/gotrue").files(Never),
    known("postgrest/postgrest").base(Scratch).files(Never),
    known("oliver006/redis_exporter").base(Scratch),
    known("louislam/uptime-kuma").checked().data("/app/data"),
    known("netdata/netdata").checked(),
    known("google/cadvisor").checked(),
    known("cadvisor/cadvisor").checked(),
    // Applications.
    known("n8nio/n8n").data("/home/node/.n8n").files(Suffix(&["N8N_ENCRYPTION_KEY", "DB_POSTGRESDB_PASSWORD"])),
    known("wordpress").data("/var/www/html").files(Only(&["WORDPRESS_DB_PASSWORD", "WORDPRESS_DB_USER"])),
    known("nextcloud").data("/var/www/html").files(Suffix(&[
        "POSTGRES_PASSWORD",
        "MYSQL_PASSWORD",
        "NEXTCLOUD_ADMIN_PASSWORD",
        "REDIS_HOST_PASSWORD",
    ])),
    known("sonarqube").data("/opt/sonarqube/data").slow().files(Never),
    known("gitea/gitea").data("/data").files(Double(&["GITEA__"])),
    known("gitlab/gitlab-ce").checked().data("/var/opt/gitlab").slow().shared_memory("256m"),
    known("paperlessngx/paperless-ngx").checked(),
    known("paperless-ngx/paperless-ngx").checked(),
    known("immich-app/immich-server").checked(),
    known("immich-app/postgres").checked().data("/var/lib/postgresql").slow(),
    known("jellyfin/jellyfin").checked().data("/config"),
    known("home-assistant/home-assistant").data("/config"),
    known("maildev/maildev").checked(),
    known("selenium/standalone-chrome").shared_memory("2g"),
    known("selenium/standalone-chromium").shared_memory("2g"),
    known("selenium/node-chrome").shared_memory("2g"),
    known("browserless/chromium").shared_memory("1g"),
    known("browserless/chrome").shared_memory("1g"),
    // What others are built from.
    known("alpine").base(Busybox),
    known("busybox").base(Busybox),
    known("debian").base(Slim),
    known("ubuntu").base(Slim),
    known("node").base(Slim),
    known("python").base(Slim),
    known("ruby").base(Slim),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn service(image: &str) -> compose::Service {
        compose::Service { image: Some(image.parse().unwrap()), ..Default::default() }
    }

    #[test]
    fn images_are_known_by_their_whole_name_on_any_registry() {
        for (image, data) in [
            ("postgres:17.5", Some("/var/lib/postgresql")),
            ("docker.io/library/postgres", Some("/var/lib/postgresql")),
            ("public.ecr.aws/docker/library/postgres:16", Some("/var/lib/postgresql")),
            ("acme/postgres:1", None),
            ("ghcr.io/immich-app/postgres:14", Some("/var/lib/postgresql")),
            ("nginx", None),
        ] {
            assert_eq!(of(&service(image)).and_then(|(known, _)| known.data), data, "{image}");
        }
    }

    #[test]
    fn bases_follow_from_names_and_tags() {
        for (image, has_wget) in [
            ("postgres:17.5", Some(false)),
            ("postgres:17.5-alpine", Some(true)),
            ("node:22-slim", Some(false)),
            ("node:22", None),
            ("grafana/loki:3.5.1", None),
            ("grafana/loki:3.6.0", Some(false)),
            ("gcr.io/distroless/static-debian12:nonroot", Some(false)),
            ("gcr.io/distroless/base:debug", None),
            ("mysql:8.4", None),
        ] {
            assert_eq!(base(&service(image)).and_then(|base| base.has("wget")), has_wget, "{image}");
        }
    }
}
