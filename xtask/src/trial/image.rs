//! Images that cannot be pulled → small ones of the same name, made of busybox, the stand-in or the real program.

use super::check::programs;
use super::daemon::Docker;
use super::model::Stack;
use super::plan::{Plan, Role};
use crate::program;
use crate::tools::{self, Tool};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The label that tells our images from real ones.
pub const LABEL: &str = "org.bayplan.stand-in";

/// Programs of busybox that the stand-in does better: a static busybox cannot resolve names.
const BETTER: &[&str] = &["wget", "nc", "nslookup"];

/// What an image must hold.
#[derive(Debug)]
struct Wanted {
    role: Role,
    programs: BTreeSet<String>,
    folders: BTreeSet<String>,
    users: BTreeSet<String>,
}

/// The name under which the trial can make `image`: an image that was made here has no digest.
pub fn local_name(image: &str) -> &str {
    image.split('@').next().unwrap_or(image)
}

/// Makes every image that the stacks name; answers with the names made.
pub fn make_all(docker: &Docker, stacks: &[Stack], plan: &Plan) -> Result<Vec<String>, String> {
    let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
    for member in &plan.members {
        let stack = &stacks[member.stack];
        let service = &stack.project.services[&member.service];
        let image = service.image_name(&stack.project.name, &member.service);
        let entry = wanted.entry(local_name(&image).to_owned()).or_insert_with(|| Wanted {
            role: member.role,
            programs: BTreeSet::new(),
            folders: BTreeSet::from(["/tmp".to_owned()]),
            users: BTreeSet::new(),
        });
        entry.programs.extend(service.test().map(programs).unwrap_or_default());
        entry.folders.extend(service.tmpfs.all().iter().filter_map(|text| Some(text.split(':').next()?.to_owned())));
        let mounts = service.volumes.iter().filter(|mount| mount.kind != "bind");
        entry.folders.extend(mounts.map(|mount| mount.target.clone()));
        entry.users.extend(service.user.iter().flat_map(|user| user.split(':')).map(str::to_owned));
    }
    let busybox = tools::need(Tool::Busybox)?;
    let applets = program::run(Command::new(&busybox).arg("--list"), "", Duration::from_secs(10))?.output()?;
    let mut made = Vec::new();
    for (image, wanted) in &wanted {
        if is_real(docker, image) {
            return Err(format!(
                "the image `{image}` is in this Docker daemon already, and the trial would replace it"
            ));
        }
        let folder = tempfile::tempdir().map_err(|error| format!("no folder for an image: {error}"))?;
        fill(folder.path(), wanted, &busybox, &applets).map_err(|error| format!("image `{image}`: {error}"))?;
        import(docker, folder.path(), image, wanted.role)?;
        made.push(image.clone());
    }
    Ok(made)
}

fn is_real(docker: &Docker, image: &str) -> bool {
    let format = format!("{{{{index .Config.Labels \"{LABEL}\"}}}}");
    docker.run(&["image", "inspect", "--format", &format, image]).is_ok_and(|label| label.trim() != "true")
}

fn fill(root: &Path, wanted: &Wanted, busybox: &Path, applets: &str) -> Result<(), String> {
    let say = |error: std::io::Error| error.to_string();
    for folder in ["bin", "etc", "run", "usr/local/bin", "usr/bin", "var"] {
        fs::create_dir_all(root.join(folder)).map_err(say)?;
    }
    fs::copy(busybox, root.join("bin/busybox")).map_err(say)?;
    for applet in applets.lines().filter(|name| !BETTER.contains(name) && *name != "busybox") {
        symlink("busybox", root.join("bin").join(applet)).map_err(say)?;
    }
    fs::copy(tools::need(Tool::StandIn)?, root.join("stand-in")).map_err(say)?;
    for (tool, path) in real_programs(wanted.role) {
        put_with_libraries(&tools::need(*tool)?, root, path)?;
    }
    if wanted.role == Role::Traefik {
        // As the published image does: options or a verb are Traefik's own.
        let script =
            "#!/bin/sh\nset -e\ncase \"$1\" in -*|healthcheck|version) set -- traefik \"$@\";; esac\nexec \"$@\"\n";
        let file = root.join("entrypoint.sh");
        fs::write(&file, script).map_err(say)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).map_err(say)?;
    }
    let links = wanted.programs.iter().map(String::as_str).chain(BETTER.iter().copied()).chain(["curl"]);
    for program in links {
        let known = applets.lines().any(|applet| applet == program) && !BETTER.contains(&program);
        let place = if program.contains('/') {
            root.join(program.trim_start_matches('/'))
        } else {
            root.join("usr/local/bin").join(program)
        };
        if known || place.symlink_metadata().is_ok() || program.contains("..") {
            continue;
        }
        fs::create_dir_all(place.parent().unwrap_or(root)).map_err(say)?;
        symlink("/stand-in", &place).map_err(say)?;
    }
    for folder in &wanted.folders {
        let place = root.join(folder.trim_start_matches('/'));
        fs::create_dir_all(&place).map_err(say)?;
        // As a published image gives its data folders to its user: a volume or tmpfs takes the mode over.
        fs::set_permissions(&place, fs::Permissions::from_mode(0o1777)).map_err(say)?;
    }
    let named = wanted.users.iter().filter(|user| user.parse::<u32>().is_err() && *user != "root");
    let (mut users, mut groups) = ("root:x:0:0::/:/bin/sh\n".to_owned(), "root:x:0:\n".to_owned());
    for (id, user) in (1000..).zip(named) {
        users.push_str(&format!("{user}:x:{id}:{id}::/tmp:/bin/sh\n"));
        groups.push_str(&format!("{user}:x:{id}:\n"));
    }
    fs::write(root.join("etc/passwd"), users).map_err(say)?;
    fs::write(root.join("etc/group"), groups).map_err(say)
}

fn real_programs(role: Role) -> &'static [(Tool, &'static str)] {
    match role {
        Role::StandIn => &[],
        Role::Traefik => &[(Tool::Traefik, "usr/local/bin/traefik")],
        Role::Prometheus => &[(Tool::Prometheus, "bin/prometheus"), (Tool::Promtool, "bin/promtool")],
        Role::Dnsmasq => &[(Tool::Dnsmasq, "usr/sbin/dnsmasq")],
        Role::Alloy => &[(Tool::Alloy, "bin/alloy")],
    }
}

/// Copies `program` to `place` in `root`, with the shared libraries that `ldd` names.
fn put_with_libraries(program: &Path, root: &Path, place: &str) -> Result<(), String> {
    let listed = program::run(Command::new("ldd").arg(program), "", Duration::from_secs(10))?;
    let libraries = listed.stdout.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from);
    let mut copies = vec![(program.to_owned(), root.join(place))];
    copies.extend(libraries.map(|path| (path.clone(), root.join(path.strip_prefix("/").unwrap_or(&path)))));
    for (from, to) in copies {
        fs::create_dir_all(to.parent().unwrap_or(root)).map_err(|error| error.to_string())?;
        let _ = fs::remove_file(&to);
        fs::copy(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    Ok(())
}

fn import(docker: &Docker, root: &Path, image: &str, role: Role) -> Result<(), String> {
    let archive = root.with_extension("tar");
    let mut tar = Command::new("tar");
    tar.arg("--create").arg("--file").arg(&archive).args(["--owner=0", "--group=0", "--directory"]).arg(root).arg(".");
    program::run(&mut tar, "", Duration::from_secs(60))?.output()?;
    let start = match role {
        Role::StandIn => r#"CMD ["/stand-in", "serve"]"#,
        Role::Traefik => r#"ENTRYPOINT ["/entrypoint.sh"]"#,
        Role::Prometheus => r#"ENTRYPOINT ["/bin/prometheus"]"#,
        Role::Dnsmasq => r#"ENTRYPOINT ["/usr/sbin/dnsmasq", "--keep-in-foreground"]"#,
        Role::Alloy => r#"ENTRYPOINT ["/bin/alloy"]"#,
    };
    let mut command = docker.command();
    command.args(["import", "--change", start, "--change", &format!("LABEL {LABEL}=true")]);
    if role == Role::Prometheus {
        let usual = r#"CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]"#;
        command.args(["--change", usual, "--change", "WORKDIR /prometheus"]);
    }
    let outcome = program::run(command.arg(&archive).arg(image), "", Duration::from_secs(120));
    let _ = fs::remove_file(&archive);
    outcome?.output().map(|_| ()).map_err(|error| format!("image `{image}`: {error}"))
}
