//! What is measured: projects made the same way each time, like those that people write.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// One file of `services` services, about half a kilobyte each.
pub fn large(services: usize) -> String {
    let mut text = String::from(
        "x-logging: &logging\n  driver: json-file\n  options: { max-size: 10m, max-file: \"3\" }\n\nservices:\n",
    );
    for number in 0..services {
        text.push_str(&service(
            number,
            &format!("service-{number}"),
            number.checked_sub(1).map(|n| format!("service-{n}")),
        ));
    }
    text
}

fn service(number: usize, name: &str, needs: Option<String>) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        "  {name}:\n    # what it is for\n    image: registry.example/team/{name}:1.{}.{}\n    restart: unless-stopped\n    \
         read_only: true\n    security_opt: [\"no-new-privileges:true\"]\n    environment:\n      LOG_LEVEL: ${{LOG_LEVEL:-info}}\n      \
         DATABASE_HOST: db.{name}.internal\n      WORKERS: \"4\"\n    ports:\n      - \"127.0.0.1:{}:8080\"\n    volumes:\n      \
         - ./data/{name}:/var/lib/{name}\n    mem_limit: 256m\n    cpus: 0.5\n    healthcheck:\n      \
         test: [CMD, wget, -q, --spider, \"http://localhost:8080/health\"]\n      interval: 30s\n",
        number % 10,
        number % 7,
        10_000 + number,
    );
    if let Some(needs) = needs {
        let _ = write!(text, "    depends_on:\n      {needs}:\n        condition: service_healthy\n");
    }
    text
}

/// A project whose services are spread over `files` included files.
pub fn includes(services: usize, files: usize) -> BTreeMap<String, Arc<str>> {
    let mut texts = BTreeMap::new();
    let mut main = String::from("name: bench\ninclude:\n");
    for file in 0..files {
        let _ = writeln!(main, "  - part{file}/compose.yaml");
        let mut text = String::from("services:\n");
        for number in (file..services).step_by(files) {
            text.push_str(&service(number, &format!("service-{number}"), None));
        }
        texts.insert(format!("part{file}/compose.yaml"), Arc::from(text));
    }
    texts.insert("compose.yaml".to_owned(), Arc::from(main));
    texts
}

/// A repository of `stacks` projects in folders of their own.
pub fn repository(stacks: usize) -> BTreeMap<String, Arc<str>> {
    (0..stacks)
        .map(|stack| {
            let mut text = String::from("services:\n");
            for number in 0..8 {
                let needs = (number > 0).then(|| format!("service-{}", number - 1));
                text.push_str(&service(stack * 100 + number, &format!("service-{number}"), needs));
            }
            (format!("stack{stack}/compose.yaml"), Arc::from(text))
        })
        .collect()
}

/// Writes files below `folder`.
pub fn write(folder: &Path, files: &BTreeMap<String, Arc<str>>) -> Result<(), String> {
    for (path, text) in files {
        let path = folder.join(path);
        let made =
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text.as_bytes()));
        made.map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}
