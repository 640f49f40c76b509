//! The words of a health check → the programs it runs and the ports it asks.

use std::collections::BTreeSet;

/// A place that a URL names.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// Host.
    pub host: String,
    /// Port, by its scheme where none is written.
    pub port: u16,
}

/// The ports that clients try when they are given none; the stand-in's own health checks know the same.
const DEFAULT_PORTS: &[(&str, u16)] = &[
    ("pg_isready", 5432),
    ("psql", 5432),
    ("mysqladmin", 3306),
    ("mysql", 3306),
    ("mariadb-admin", 3306),
    ("redis-cli", 6379),
    ("valkey-cli", 6379),
    ("mongosh", 27017),
    ("rabbitmq-diagnostics", 5672),
    ("etcdctl", 2379),
];

/// The URLs in `text`.
pub fn urls_in(text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    for (scheme, default) in [("http://", 80), ("https://", 443)] {
        for (at, _) in text.match_indices(scheme) {
            let rest = &text[at + scheme.len()..];
            let end = rest.find(|c: char| !(c.is_alphanumeric() || ".-_:[]".contains(c))).unwrap_or(rest.len());
            let (host, port) = match rest[..end].rsplit_once(':') {
                Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().unwrap_or(default)),
                _ => (&rest[..end], default),
            };
            places.push(Place { host: host.to_owned(), port });
        }
    }
    places
}

/// The ports of its own container that the health check `test` asks.
pub fn ports_in(test: &[String]) -> BTreeSet<u16> {
    let line = test.join(" ");
    let mut ports: BTreeSet<u16> = urls_in(&line).into_iter().map(|place| place.port).collect();
    for host in ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"] {
        for (at, _) in line.match_indices(host) {
            let rest = line[at + host.len()..].trim_start_matches(['\'', '"']);
            let Some(number) = rest.trim_start().strip_prefix([':', ',', '/']).or_else(|| rest.strip_prefix(' '))
            else {
                continue;
            };
            ports.extend(leading_number(number.trim_start_matches([' ', '\'', '"'])));
        }
    }
    for flag in [" -p ", " -P ", " --port=", " --port "] {
        ports.extend(line.match_indices(flag).filter_map(|(at, _)| leading_number(&line[at + flag.len()..])));
    }
    if ports.is_empty() {
        let programs = programs(test);
        ports.extend(DEFAULT_PORTS.iter().filter(|(name, _)| programs.contains(*name)).map(|(_, port)| *port));
    }
    ports
}

fn leading_number(text: &str) -> Option<u16> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok().filter(|port| *port > 0)
}

/// The programs that the health check `test` may run, by name or by absolute path.
pub fn programs(test: &[String]) -> BTreeSet<String> {
    let mut programs = BTreeSet::new();
    match test {
        [kind, script @ ..] if kind == "CMD-SHELL" => collect(&script.join(" "), &mut programs),
        [kind, program, arguments @ ..] if kind == "CMD" => {
            programs.insert(program.clone());
            for script in arguments {
                collect(script, &mut programs);
            }
        }
        _ => {}
    }
    programs
}

/// Adds every word of `script` that stands where a shell looks for a program.
fn collect(script: &str, programs: &mut BTreeSet<String>) {
    // Behind `)` the words of the outer command go on: `A="$(cat b)" program`.
    let starts = ['|', '&', ';', '(', ')', '`', '\n', '!', '{'];
    for part in script.split(starts) {
        for word in part.split([' ', '\t', '"', '\'']).filter(|word| !word.is_empty()) {
            let plain = word.chars().all(|c| c.is_alphanumeric() || "._/-".contains(c));
            let keyword = ["if", "then", "else", "do", "while", "until", "exec", "command", "time"].contains(&word);
            let assignment = word.contains('=') && !word.starts_with('-');
            if keyword || assignment {
                continue;
            }
            if plain && !word.starts_with('-') {
                programs.insert(word.to_owned());
            }
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn ports_come_from_urls_places_flags_and_programs() {
        for (test, port) in [
            (&["CMD", "curl", "-f", "http://127.0.0.1:8000/x"][..], 8000),
            (&["CMD", "wget", "https://localhost/x"], 443),
            (&["CMD-SHELL", "bash -c 'exec 3<>/dev/tcp/127.0.0.1/6333'"], 6333),
            (&["CMD", "python", "-c", "import socket; socket.create_connection(('127.0.0.1', 25))"], 25),
            (&["CMD-SHELL", "pg_isready -h 127.0.0.1 -U x"], 5432),
            (&["CMD-SHELL", "pg_isready -h 127.0.0.1 -p 5433"], 5433),
            (&["CMD-SHELL", r#"mysqladmin ping -h 127.0.0.1 -p"$$(cat /run/secrets/x)""#], 3306),
        ] {
            assert_eq!(ports_in(&words(test)), BTreeSet::from([port]), "{test:?}");
        }
    }

    #[test]
    fn programs_stand_where_a_shell_looks_for_them() {
        let test =
            words(&["CMD-SHELL", r#"A=1 redis-cli -a "$$(cat /run/x)" ping | grep -q PONG && /usr/bin/loki -health"#]);
        let found: Vec<String> = programs(&test).into_iter().collect();
        assert_eq!(found, ["/usr/bin/loki", "cat", "grep", "ping", "redis-cli"]);
        let test = words(&["CMD-SHELL", r#"KEY="$$(cat /run/x)" celery --app=a inspect ping -d "celery@$$HOSTNAME""#]);
        assert!(programs(&test).contains("celery"));
        assert!(programs(&words(&["CMD", "traefik", "healthcheck"])).contains("traefik"));
    }
}
