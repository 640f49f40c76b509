//! `image → what it needs to be hardened`: facts about well-known images, from their Dockerfiles and entry points.

use crate::compose::Service;
use crate::resolve::files::clean;
use crate::value::ImageRef;
use crate::value::mount::MountType;

/// What is known about an image.
pub struct Known {
    /// Its repository, on Docker Hub or a mirror of it.
    repository: &'static str,
    /// The folders that it has to write to, beyond the volumes that it brings itself: what is there need not be kept.
    pub writes: &'static [&'static str],
    /// What in its command, or mounted over its settings, may have it write elsewhere.
    unless: &'static [&'static str],
    /// The capabilities that it needs where it starts as root.
    pub capabilities: &'static [&'static str],
}

const KNOWN: [Known; 16] = [
    Known {
        repository: "library/nginx",
        writes: &["/run", "/var/cache/nginx"],
        unless: &["/etc/nginx/nginx.conf", "/etc/nginx", "-c"],
        capabilities: &["CHOWN", "NET_BIND_SERVICE", "SETGID", "SETUID"],
    },
    Known {
        repository: "nginxinc/nginx-unprivileged",
        writes: &["/tmp"],
        unless: &["/etc/nginx/nginx.conf", "/etc/nginx", "-c"],
        capabilities: &[],
    },
    Known {
        repository: "library/httpd",
        writes: &["/usr/local/apache2/logs"],
        unless: &["/usr/local/apache2/conf/httpd.conf", "/usr/local/apache2/conf", "-f"],
        capabilities: &["NET_BIND_SERVICE", "SETGID", "SETUID"],
    },
    Known {
        repository: "library/postgres",
        writes: &["/run/postgresql"],
        unless: &["unix_socket_directories", "config_file"],
        capabilities: &["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"],
    },
    Known {
        repository: "library/mysql",
        writes: &["/run/mysqld", "/tmp"],
        unless: &["--socket", "--pid-file", "--tmpdir", "/etc/my.cnf", "/etc/mysql/my.cnf"],
        capabilities: &["CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID"],
    },
    Known {
        repository: "library/mariadb",
        writes: &["/run/mysqld", "/tmp"],
        unless: &["--socket", "--pid-file", "--tmpdir", "/etc/my.cnf", "/etc/mysql/my.cnf"],
        capabilities: &["CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID"],
    },
    Known {
        repository: "library/mongo",
        writes: &["/tmp"],
        unless: &["--nounixsocket", "--unixSocketPrefix", "--config", "-f"],
        capabilities: &["CHOWN", "SETGID", "SETUID"],
    },
    Known { capabilities: &["CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID"], ..harmless("library/redis") },
    Known { capabilities: &["CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID"], ..harmless("valkey/valkey") },
    Known { capabilities: &["NET_BIND_SERVICE"], ..harmless("library/traefik") },
    harmless("library/memcached"),
    harmless("prom/prometheus"),
    harmless("prom/alertmanager"),
    harmless("prom/node-exporter"),
    harmless("prom/blackbox-exporter"),
    harmless("prom/pushgateway"),
];

/// An image that writes to its own volumes only.
const fn harmless(repository: &'static str) -> Known {
    Known { repository, writes: &[], unless: &[], capabilities: &[] }
}

/// What is known about an image.
pub fn known(image: Option<&ImageRef>) -> Option<&'static Known> {
    let repository = image?.repository();
    KNOWN.iter().find(|known| known.repository == repository)
}

impl Known {
    /// The folders that the image has to write to, and cannot where its root file system is read-only: nothing is mounted
    /// there. Nothing where it may have been told otherwise.
    pub fn unwritable(&self, service: &Service) -> Vec<&'static str> {
        if service.entrypoint.is_some() || self.is_told_otherwise(service) {
            return Vec::new();
        }
        self.writes.iter().copied().filter(|folder| !can_write(service, folder)).collect()
    }

    /// Whether its command, or a mount over its settings, may have it do other things than it does by itself.
    pub fn is_told_otherwise(&self, service: &Service) -> bool {
        let words = || [&service.command, &service.entrypoint].into_iter().flatten().flat_map(|command| &command.words);
        self.unless.iter().any(|what| {
            words().any(|word| word.contains(*what) && (!what.starts_with('-') || word.starts_with(*what)))
                || service.volumes.iter().any(|mount| clean(&mount.target) == **what)
                || service.configs.iter().any(|grant| grant.target.as_deref() == Some(*what))
        })
    }
}

/// Whether something is mounted at `folder`, or above it, that can be written to.
fn can_write(service: &Service, folder: &str) -> bool {
    let holds = |target: &str| {
        let target = clean(target);
        let target = match target.strip_prefix("/var/run") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/run{rest}"),
            _ => target,
        };
        super::host_paths::is_in(folder, &target)
    };
    let is_ro = |options: &str| options.split(',').any(|option| option == "ro");
    service.tmpfs.iter().any(|text| {
        let (target, options) = text.split_once(':').unwrap_or((text, ""));
        holds(target) && !is_ro(options)
    }) || service
        .volumes
        .iter()
        .any(|mount| holds(&mount.target) && mount.read_only != Some(true) && mount.kind != MountType::Image)
        || !service.volumes_from.is_empty()
}
