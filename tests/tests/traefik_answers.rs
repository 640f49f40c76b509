//! What the real Traefik makes of our files: which of overlapping routes answers, and that every kind of middleware works.
//!
//! Looks for `traefik` in the folder that `BAYPLAN_TOOLS` names, and says so where it is not there.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan::emit::Tree;
use bayplan_tests::compiled::compiled;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

const LIMIT: Duration = Duration::from_secs(60);

fn traefik() -> Option<PathBuf> {
    let found = env::var_os("BAYPLAN_TOOLS").map(|folder| PathBuf::from(folder).join("traefik"));
    let found = found.filter(|path| path.is_file());
    if found.is_none() {
        println!("skipped: no traefik in BAYPLAN_TOOLS (`cargo xtask tools` builds it)");
    }
    found
}

/// The output of a fleet of two blueprints: a gateway, and `shop`.
fn output(settings: &str, shop: &str) -> Tree {
    let gateway = "services:\n  traefik:\n    use: traefik:v3.7.12\n    ports: !override ['127.0.0.1:80:80']\n";
    let files = [("fleet.yaml", settings), ("platform.yaml", gateway), ("shop.yaml", shop)];
    compiled(&files).unwrap_or_else(|said| panic!("{said}"))
}

/// A Traefik that runs on loopback with our files; ended when dropped.
struct Running {
    child: Child,
    web: SocketAddr,
    api: SocketAddr,
    folder: tempfile::TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start(program: &Path, tree: &Tree) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dynamic = folder.path().join("dynamic");
        fs::create_dir(&dynamic).unwrap();
        for (path, text) in tree.files() {
            if let Some(name) = path.strip_prefix("traefik/dynamic/") {
                fs::write(dynamic.join(name), text).unwrap();
            }
        }
        // Both are held until both are known.
        let listeners = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        let [web, api] = listeners.each_ref().map(|listener| listener.local_addr().unwrap());
        drop(listeners);
        let log = folder.path().join("access.log");
        let child = Command::new(program)
            .args(["--global.checkNewVersion=false", "--global.sendAnonymousUsage=false", "--log.level=ERROR"])
            .args(["--api.insecure=true", "--api.dashboard=false", "--accesslog=true", "--accesslog.format=json"])
            .arg(format!("--accesslog.filepath={}", log.display()))
            .arg(format!("--entrypoints.web.address={web}"))
            .arg(format!("--entrypoints.traefik.address={api}"))
            .arg(format!("--providers.file.directory={}", dynamic.display()))
            .stdout(fs::File::create(folder.path().join("out")).unwrap())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let running = Self { child, web, api, folder };
        running.wait("its routers", || {
            let routers = running.list("http/routers")?;
            routers.iter().any(|router| text(router, "provider") == "file").then_some(())
        });
        running
    }

    fn wait<T>(&self, what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = ready() {
                return found;
            }
            let said = fs::read_to_string(self.folder.path().join("out")).unwrap_or_default();
            assert!(start.elapsed() < LIMIT, "Traefik never showed {what}: {said}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn list(&self, kind: &str) -> Option<Vec<Value>> {
        let answer = ask(self.api, "localhost", &format!("/api/{kind}?per_page=1000"))?;
        serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
    }

    /// The routers that answered, one for each request.
    fn routers(&self, requests: &[(&str, &str)]) -> Vec<String> {
        for (host, path) in requests {
            assert!(ask(self.web, host, path).is_some(), "{host}{path}");
        }
        let log = self.folder.path().join("access.log");
        self.wait("the requests", || {
            let said = fs::read_to_string(&log).ok()?;
            let lines: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            let ours = lines.iter().filter(|line| text(line, "entryPointName") == "web");
            let names: Vec<String> = ours.map(|line| text(line, "RouterName").replace("@file", "")).collect();
            (names.len() == requests.len()).then_some(names)
        })
    }
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// One request by HTTP/1.0, and the whole answer.
fn ask(to: SocketAddr, host: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&to, Duration::from_secs(5)).ok()?;
    stream.set_read_timeout(Some(LIMIT)).ok()?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

const SETTINGS: &str = "
environments: { prod: { domain: example.org, ingress: { host: 127.0.0.1 }, tls: none } }
defaults: { read_only: true, security_opt: ['no-new-privileges:true'], mem_limit: 64m, cpus: 0.1 }
";

#[test]
fn the_more_specific_route_answers() {
    let Some(program) = traefik() else { return };
    let routes = [
        ("any", "'*'"),
        ("anyapi", "{ host: '*', path: /api/v1/with/a/long/path }"),
        ("web", "shop"),
        ("api", "{ host: shop, path: /api }"),
        ("v1", "{ host: shop, path: /api/v1 }"),
        ("apex", "'@'"),
        ("odd", "{ host: shop, path: '/a`b' }"),
        ("raised", "{ host: '*', path: /raised, priority: 500 }"),
    ];
    let services: String = routes
        .iter()
        .map(|(name, route)| {
            format!("  {name}: {{ image: 'nginx:1.27.3', expose: ['80'], needs: [], route: {route} }}\n")
        })
        .collect();
    let requests = [
        ("shop.example.org", "/", "web"),
        ("shop.example.org", "/api", "api"),
        ("shop.example.org", "/api/v2", "api"),
        ("shop.example.org", "/api/v1", "v1"),
        ("shop.example.org", "/api/v1/with/a/long/path/too", "v1"),
        ("SHOP.example.org", "/API", "web"),
        ("blog.example.org", "/", "any"),
        ("blog.example.org", "/api/v1/with/a/long/path/too", "anyapi"),
        ("shop.example.org", "/raised", "raised"),
        ("shop.example.org", "/later", "web"),
        ("example.org", "/", "apex"),
        ("a.b.example.org", "/", ""),
        ("shop.example.org", "/a%60b", "odd"),
    ];
    let running = Running::start(&program, &output(SETTINGS, &format!("services:\n{services}")));
    let asked: Vec<(&str, &str)> = requests.iter().map(|(host, path, _)| (*host, *path)).collect();
    let answered = running.routers(&asked);
    let wanted: Vec<String> = requests
        .iter()
        .map(|(_, _, name)| if name.is_empty() { String::new() } else { format!("shop-{name}") })
        .collect();
    assert_eq!(answered, wanted);
}

/// One of every kind, with every form of value that has its own reader.
const MIDDLEWARES: &str = "
  addPrefix: { addPrefix: { prefix: /x } }
  basicAuth: { basicAuth: { usersFile: USERS, realm: here, removeHeader: true, headerField: X-User } }
  buffering: { buffering: { maxRequestBodyBytes: 2000000, retryExpression: 'IsNetworkError() && Attempts() < 2' } }
  chain: { chain: { middlewares: [compress, addPrefix] } }
  circuitBreaker: { circuitBreaker: { expression: 'NetworkErrorRatio() > 0.30', checkPeriod: 5s, fallbackDuration: 1d, responseCode: 503 } }
  compress: { compress: {} }
  compress-some: { compress: { excludedContentTypes: [text/event-stream], encodings: [br, gzip], defaultEncoding: gzip, minResponseBodyBytes: 0 } }
  contentType: { contentType: {} }
  digestAuth: { digestAuth: { usersFile: DIGEST } }
  encodedCharacters: { encodedCharacters: { allowEncodedSlash: true } }
  errors: { errors: { status: [404, '500-599'], statusRewrites: { '418': 404, '500-503': 500 }, service: shop-web, query: '/{status}.html', errorRequestHeaders: [] } }
  forwardAuth: { forwardAuth: { address: 'http://auth:4180/', authResponseHeaders: [X-User], maxBodySize: 1000, maxResponseBodySize: 1000, authResponseHeadersRegex: '^X-' } }
  grpcWeb: { grpcWeb: { allowOrigins: ['*'] } }
  headers: { headers: { customRequestHeaders: { X-A: 1, X-B: '' }, customResponseHeaders: { Server: '', X-T: '{{ $x }}' }, stsSeconds: 60, accessControlMaxAge: 100, addVaryHeader: true } }
  inFlightReq: { inFlightReq: { amount: 10, sourceCriterion: { requestHost: true } } }
  ipAllowList: { ipAllowList: { sourceRange: [127.0.0.1/32, '::1'], ipStrategy: { depth: 0, excludedIPs: [10.0.0.1] }, rejectStatusCode: 404 } }
  ipAllowList2: { ipAllowList: { sourceRange: [127.0.0.1/32], ipStrategy: {} } }
  ipWhiteList: { ipWhiteList: { sourceRange: [127.0.0.1] } }
  passTLSClientCert: { passTLSClientCert: { pem: true, info: { notAfter: true, subject: { commonName: true } } } }
  rateLimit: { rateLimit: { average: 100, period: 60, burst: 50, sourceCriterion: { ipStrategy: { ipv6Subnet: 64 } } } }
  redirectRegex: { redirectRegex: { regex: '^http://x/(.*)', replacement: 'http://y/${1}', permanent: true } }
  redirectScheme: { redirectScheme: { scheme: https, port: 443 } }
  replacePath: { replacePath: { path: /y } }
  replacePathRegex: { replacePathRegex: { regex: '^/a/(.*)', replacement: '/b/$1' } }
  retry: { retry: { attempts: 3, initialInterval: 100ms, timeout: 10s, status: ['502-504'], maxRequestBodyBytes: -1 } }
  stripPrefix: { stripPrefix: { prefixes: [/a, /b] } }
  stripPrefixRegex: { stripPrefixRegex: { regex: ['^/[a-z]+/'] } }
  inFlightConn: { inFlightConn: { amount: 10 } }
  lan: { ipAllowList: { sourceRange: [127.0.0.1/32] } }
";

#[test]
fn every_kind_of_middleware_works() {
    let Some(program) = traefik() else { return };
    let secrets = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = secrets.path().join(name);
        fs::write(&path, text).unwrap();
        format!("'{}'", path.display())
    };
    let users = file("users", "ann:$2y$05$abcdefghijklmnopqrstuuN4x0ZrC7hVQnJmZ8uJ1rH8n1vZy8b7e\n");
    let digest = file("digest", "ann:traefik:a2688e031edb4be6a3797f3882655c05\n");
    let middlewares = MIDDLEWARES.replace("USERS", &users).replace("DIGEST", &digest);
    let names: Vec<&str> =
        MIDDLEWARES.lines().filter_map(|line| line.trim().split_once(':')).map(|(name, _)| name).collect();
    let kinds = bayplan::emit::traefik::Middleware::KINDS.iter().filter(|kind| **kind != "plugin");
    kinds.for_each(|kind| assert!(names.contains(kind), "{kind} is not tried"));
    let mut services =
        String::from("services:\n  web: { image: 'nginx:1.27.3', expose: ['80'], needs: [], route: shop }\n");
    for (index, name) in names.iter().filter(|name| **name != "inFlightConn").enumerate() {
        let route = format!("{{ host: r{index}, middlewares: [{name}] }}");
        services
            .push_str(&format!("  s{index}: {{ image: 'nginx:1.27.3', expose: ['80'], needs: [], route: {route} }}\n"));
    }
    let tree = output(&format!("{SETTINGS}middlewares:{middlewares}"), &services);
    let running = Running::start(&program, &tree);
    let mut wrong = Vec::new();
    for kind in ["http/routers", "http/middlewares", "http/services", "tcp/middlewares"] {
        let listed = running.list(kind).unwrap();
        let ours: Vec<_> = listed.iter().filter(|object| text(object, "provider") == "file").collect();
        assert!(kind.starts_with("tcp") || ours.len() >= names.len() - 1, "{kind}: {}", ours.len());
        let faulty = ours.iter().filter(|object| text(object, "status") != "enabled");
        wrong.extend(faulty.map(|object| object.to_string()));
        if kind == "http/middlewares" {
            let headers = ours.iter().find(|object| text(object, "name") == "headers@file").unwrap();
            assert_eq!(headers["headers"]["customResponseHeaders"]["X-T"], "{{ $x }}");
            let errors = ours.iter().find(|object| text(object, "name") == "errors@file").unwrap();
            assert_eq!(errors["errors"]["statusRewrites"], serde_json::json!({ "418": 404, "500-503": 500 }));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
