//! What whoever breaks into a container can do next.

pub(super) mod capabilities;
mod disabled_confinement;
mod disabled_login;
mod discarded_logs;
mod foreign_cgroup;
mod granted_api_socket;
mod host_cgroup;
mod host_control_capability;
mod host_ipc;
mod host_network_build;
mod host_pid;
mod host_reading_capability;
mod host_takeover_capability;
mod host_userns;
mod host_uts;
mod insecure_admin_api;
mod mounted_docker_socket;
mod namespaces;
mod privilege_escalation;
mod privileged_build;
mod privileged_container;
mod privileged_hook;
mod process_spying_capability;
mod raw_disk_device;
mod root_hook;
mod root_user;
mod sensitive_host_path;
mod shared_mount_propagation;
mod ssh_server;
mod starving_capability;
mod undropped_capabilities;
mod unencrypted_docker_api;
mod unfiltered_socket_proxy;
mod unknown_capability;
mod unsafe_tmpfs;
mod unwritable_path;
mod wildcard_device_rule;
mod writable_config_mount;
mod writable_host_path;
mod writable_rootfs;

use super::Rule;

/// The rules of this group, by name.
pub(super) const RULES: &[Rule] = &[
    disabled_confinement::RULE,
    disabled_login::RULE,
    discarded_logs::RULE,
    foreign_cgroup::RULE,
    granted_api_socket::RULE,
    host_cgroup::RULE,
    host_control_capability::RULE,
    host_ipc::RULE,
    host_network_build::RULE,
    host_pid::RULE,
    host_reading_capability::RULE,
    host_takeover_capability::RULE,
    host_userns::RULE,
    host_uts::RULE,
    insecure_admin_api::RULE,
    mounted_docker_socket::RULE,
    privilege_escalation::RULE,
    privileged_build::RULE,
    privileged_container::RULE,
    privileged_hook::RULE,
    process_spying_capability::RULE,
    raw_disk_device::RULE,
    root_hook::RULE,
    root_user::RULE,
    sensitive_host_path::RULE,
    shared_mount_propagation::RULE,
    ssh_server::RULE,
    starving_capability::RULE,
    undropped_capabilities::RULE,
    unencrypted_docker_api::RULE,
    unfiltered_socket_proxy::RULE,
    unknown_capability::RULE,
    unsafe_tmpfs::RULE,
    unwritable_path::RULE,
    wildcard_device_rule::RULE,
    writable_config_mount::RULE,
    writable_host_path::RULE,
    writable_rootfs::RULE,
];
