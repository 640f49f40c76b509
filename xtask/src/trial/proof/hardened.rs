//! What the compose file says of hardening and limits is what the kernel applies.

use super::Proofs;
use crate::trial::containers::Container;
use crate::trial::daemon::Docker;
use crate::trial::model::Service;
use crate::trial::stage::Stage;
use serde_json::Value as Json;

/// Asked in the container itself, by the first process's own files and by trying to write.
const QUESTION: &str = r#"
grep -E '^(NoNewPrivs|CapEff):' /proc/1/status
for file in memory.max memory/memory.limit_in_bytes; do [ -r /sys/fs/cgroup/$file ] && echo memory: $(cat /sys/fs/cgroup/$file); done
[ -r /sys/fs/cgroup/cpu.max ] && echo cpu: $(cat /sys/fs/cgroup/cpu.max)
[ -r /sys/fs/cgroup/cpu/cpu.cfs_quota_us ] && echo cpu: $(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us)
echo write: $(touch /.trial 2>&1 && echo possible)
exit 0
"#;

/// Proves it, a line for each container that runs.
pub fn prove(stage: &Stage<'_>, proofs: &mut Proofs) -> Result<(), String> {
    for (member, container) in stage.containers()? {
        let service = &stage.stacks[member.stack].project.services[&member.service];
        let mut claims = Vec::new();
        let mut faults = Vec::new();
        by_daemon(service, &container, &mut claims, &mut faults);
        if container.status() == "running" {
            by_kernel(stage.docker, service, &container, &mut faults)?;
        }
        let claims = if claims.is_empty() { "asks for no hardening".to_owned() } else { claims.join(", ") };
        let outcome = if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) };
        proofs.record(&format!("{}: {claims}", member.label), outcome);
    }
    Ok(())
}

fn by_daemon(service: &Service, container: &Container, claims: &mut Vec<String>, faults: &mut Vec<String>) {
    let mut wants = |claim: String, holds: bool, is: &Json| {
        if !holds {
            faults.push(format!("not so: {claim} (Docker has {is})"));
        }
        claims.push(claim);
    };
    if service.read_only {
        let is = container.at("/HostConfig/ReadonlyRootfs");
        wants("read-only".to_owned(), *is == Json::Bool(true), is);
    }
    if service.no_new_privileges() {
        let is = container.at("/HostConfig/SecurityOpt");
        let has = is.as_array().is_some_and(|all| {
            all.iter()
                .filter_map(Json::as_str)
                .any(|option| option.starts_with("no-new-privileges") && !option.ends_with("false"))
        });
        wants("no new privileges".to_owned(), has, is);
    }
    if !service.cap_drop.is_empty() {
        let is = container.at("/HostConfig/CapDrop");
        let has = is
            .as_array()
            .is_some_and(|all| service.cap_drop.iter().all(|name| all.contains(&Json::from(name.as_str()))));
        wants(format!("without {}", service.cap_drop.join(" ")), has, is);
    }
    if let Some(user) = &service.user {
        let is = container.at("/Config/User");
        wants(format!("user {user}"), is.as_str() == Some(user), is);
    }
    if let Some(bytes) = service.memory() {
        let is = container.at("/HostConfig/Memory");
        wants(format!("{} MiB", bytes >> 20), is.as_u64() == Some(bytes), is);
    }
    if let Some(cpus) = service.cpu_limit() {
        let is = container.at("/HostConfig/NanoCpus");
        let has = is.as_f64().is_some_and(|nano| nano > 0.0 && nano <= cpus * 1e9 + 1.0);
        wants(format!("{cpus} CPU"), has, is);
    }
    if let Some(most) = service.pids_limit.filter(|most| *most > 0) {
        let is = container.at("/HostConfig/PidsLimit");
        wants(format!("{most} processes"), is.as_i64() == Some(most), is);
    }
}

fn by_kernel(
    docker: &Docker,
    service: &Service,
    container: &Container,
    faults: &mut Vec<String>,
) -> Result<(), String> {
    let answer = docker.exec(container.id(), &["sh", "-c", QUESTION])?.output()?;
    let value =
        |key: &str| answer.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':')).unwrap_or("").trim();
    let mut wants = |holds: bool, what: &str, key: &str| {
        if !holds {
            faults.push(format!("the kernel does not {what}: {key} is `{}`", value(key)));
        }
    };
    if service.no_new_privileges() {
        wants(value("NoNewPrivs") == "1", "forbid new privileges", "NoNewPrivs");
    }
    if service.read_only {
        wants(value("write").contains("Read-only file system"), "refuse to write", "write");
    }
    if let Some(bytes) = service.memory() {
        // The kernel rounds down to whole pages.
        let holds = value("memory").parse::<u64>().is_ok_and(|is| is <= bytes && is + 65536 > bytes);
        wants(holds, "limit memory", "memory");
    }
    if let Some(cpus) = service.cpu_limit() {
        let mut parts = value("cpu").split(' ').filter_map(|part| part.parse::<f64>().ok());
        let share = parts.next().zip(parts.next()).map(|(quota, period)| quota / period);
        wants(share.is_some_and(|share| share > 0.0 && share <= cpus + 0.01), "limit the CPU", "cpu");
    }
    Ok(())
}
