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

/// A repository of `stacks` projects in folders of their own, each of what people run side by side: a proxy with labels, a
/// database, a worker that takes its settings from an anchor, and services like those of [`large`].
pub fn repository(stacks: usize) -> BTreeMap<String, Arc<str>> {
    let mut files: BTreeMap<String, Arc<str>> = BTreeMap::new();
    for stack in 0..stacks {
        let mut text = format!("# the stack number {stack}\n{ANCHORS}\nservices:\n{}{}", routed(stack), stored(stack));
        for number in 0..5 + stack % 3 {
            let needs = if number > 0 { format!("service-{}", number - 1) } else { "db".to_owned() };
            text.push_str(&service(stack * 100 + number, &format!("service-{number}"), Some(needs)));
        }
        text.push_str(BELOW);
        files.insert(format!("stack{stack}/compose.yaml"), Arc::from(text));
        let variables = format!("LOG_LEVEL=info\nTZ=Europe/Berlin\nDOMAIN=stack{stack}.example.org\n");
        files.insert(format!("stack{stack}/.env"), Arc::from(variables));
    }
    files
}

/// The compose files among `files`.
pub fn compose_files(files: &BTreeMap<String, Arc<str>>) -> impl Iterator<Item = (&str, &str)> {
    files.iter().filter(|(name, _)| name.ends_with(".yaml")).map(|(name, text)| (name.as_str(), &**text))
}

const ANCHORS: &str = "\
x-worker: &worker
  restart: unless-stopped
  init: true
  logging: { driver: json-file, options: { max-size: 10m, max-file: \"3\" } }
  deploy:
    resources:
      limits: { cpus: \"0.50\", memory: 256M }
";

const BELOW: &str = "
networks:
  front:
    external: true
  back:
    internal: true

volumes:
  db-data:

secrets:
  db-password:
    file: ./secrets/db-password
";

fn routed(stack: usize) -> String {
    format!(
        "  web:\n    image: ghcr.io/acme/web:2.{stack}.1\n    container_name: web-{stack}\n    restart: unless-stopped\n    \
         environment:\n      - TZ=${{TZ}}\n      - PUID=1000\n      - PGID=1000\n      - DB_HOST=db\n      - \
         DB_PASSWORD_FILE=/run/secrets/db-password\n      - BASE_URL=https://${{DOMAIN}}\n    labels:\n      - \
         \"traefik.enable=true\"\n      - \"traefik.http.routers.web{stack}.rule=Host(`${{DOMAIN}}`)\"\n      - \
         \"traefik.http.routers.web{stack}.entrypoints=websecure\"\n      - \
         \"traefik.http.routers.web{stack}.tls.certresolver=letsencrypt\"\n      - \
         \"traefik.http.services.web{stack}.loadbalancer.server.port=8080\"\n    secrets: [db-password]\n    networks:\n      \
         - front\n      - back\n    depends_on:\n      db:\n        condition: service_healthy\n    volumes:\n      - \
         ./config:/config:ro\n      - /etc/localtime:/etc/localtime:ro\n    # the names of the house\n    extra_hosts: \
         [\"host.docker.internal:host-gateway\"]\n",
    )
}

fn stored(stack: usize) -> String {
    format!(
        "  db:\n    image: postgres:17.{}-alpine\n    restart: unless-stopped\n    environment:\n      POSTGRES_DB: app\n      \
         POSTGRES_USER: app\n      POSTGRES_PASSWORD_FILE: /run/secrets/db-password\n    volumes:\n      - type: volume\n        \
         source: db-data\n        target: /var/lib/postgresql/data\n    secrets:\n      - source: db-password\n        target: \
         db-password\n    networks: [back]\n    healthcheck:\n      test: [\"CMD-SHELL\", \"pg_isready -U $${{POSTGRES_USER}}\"]\n      \
         interval: 10s\n      timeout: 5s\n      retries: 5\n    shm_size: 128m\n    stop_grace_period: 1m\n  worker:\n    <<: \
         *worker\n    image: ghcr.io/acme/worker:2.{stack}.1\n    command: [\"worker\", \"--queue\", \"default\", \"--level\", \
         \"${{LOG_LEVEL}}\"]\n    user: \"1000:1000\"\n    cap_drop: [ALL]\n    tmpfs: [\"/tmp:size=64m\"]\n    networks: [back]\n    \
         depends_on: [db, web]\n",
        stack % 8,
    )
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
