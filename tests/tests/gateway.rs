//! What the gateway's own files have to have, for the routes that there are.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use bayplan::emit::Tree;
use bayplan_tests::compiled::compiled;

fn output(tls: &str, shop: &str) -> Tree {
    let settings = format!(
        "environments: {{ prod: {{ domain: example.org, ingress: {{ host: 192.0.2.1 }}, tls: {tls} }} }}\n\
         defaults: {{ read_only: true, security_opt: ['no-new-privileges:true'], mem_limit: 64m, cpus: 0.1 }}\n\
         middlewares: {{ lan: {{ ipAllowList: {{ sourceRange: [10.0.0.0/8] }} }} }}\n"
    );
    let platform = "services:\n  traefik: { use: 'traefik:v3.7.12', with: { bind: 127.0.0.1 } }\n";
    let files = [("fleet.yaml", settings.as_str()), ("platform.yaml", platform), ("shop.yaml", shop)];
    compiled(&files).unwrap_or_else(|said| panic!("{said}"))
}

const WEB: &str = "  web: { image: 'nginx:1.27.3', expose: ['80'], needs: [], route: shop }\n";
const DB: &str = "  db: { image: 'nginx:1.27.3', expose: ['5432'], needs: [], \
                  route: { host: db, protocol: tcp, tls: false, middlewares: [lan] } }\n";
const FILES: &str = "{ certificates: [{ cert: /certs/a.pem, key: /certs/a.key }] }";

#[test]
fn plain_requests_are_sent_to_tls_where_all_http_routes_have_it() {
    let has = |tls: &str, shop: &str| {
        output(tls, &format!("services:\n{shop}")).get("traefik/traefik.yaml").unwrap().contains("redirections:")
    };
    assert!(has(FILES, WEB));
    // A TCP route that hands TLS on does not need the port of plain requests.
    assert!(has(FILES, &format!("{WEB}{DB}")));
    assert!(!has(FILES, &WEB.replace("route: shop", "route: { host: shop, tls: false }")));
    assert!(!has("none", WEB));
}

#[test]
fn the_port_for_tls_is_open_where_a_route_needs_it() {
    let open = |tls: &str, shop: &str| {
        let tree = output(tls, &format!("services:\n{shop}"));
        let point = tree.get("traefik/traefik.yaml").unwrap().contains("websecure:");
        let port = tree.get("compose/platform/compose.yaml").unwrap().contains("published: \"443\"");
        assert_eq!(point, port);
        point
    };
    assert!(open(FILES, WEB) && open("none", DB));
    assert!(open("none", &WEB.replace("route: shop", "route: { host: shop, tls: true }")));
    assert!(!open("none", WEB));
}

#[test]
fn tcp_routes_have_middlewares_of_their_own() {
    let tree = output("none", &format!("services:\n{WEB}{DB}"));
    let shared = tree.get("traefik/dynamic/fleet.yaml").unwrap();
    let (http, tcp) = shared.split_once("tcp:").unwrap();
    assert!(
        http.contains("    lan:\n") && tcp.contains("    lan:\n      ipAllowList:\n        sourceRange:\n"),
        "{shared}"
    );
    let own = tree.get("traefik/dynamic/shop.yaml").unwrap();
    assert!(own.contains("rule: \"HostSNI(`db.example.org`)\"") && own.contains("passthrough: true"), "{own}");
}

#[test]
fn the_gateway_gets_the_files_of_users() {
    let shop = format!(
        "services:\n{}secrets: {{ users: {{ file: ./users }} }}\n",
        WEB.replace("route: shop", "route: { host: shop, auth: { basic: users } }")
    );
    let tree = output("none", &shop);
    let platform = tree.get("compose/platform/compose.yaml").unwrap();
    assert!(
        platform.contains("    secrets:\n      - users\n") && platform.contains("  users:\n    file: "),
        "{platform}"
    );
    assert!(!tree.get("compose/shop/compose.yaml").unwrap().contains("      - users\n"));
    assert!(tree.get("traefik/dynamic/shop.yaml").unwrap().contains("usersFile: /run/secrets/users\n"));
}

#[test]
fn what_is_done_leaves_no_tag() {
    let shop =
        "services:\n  web: { image: 'nginx:1.27.3', needs: [], security_opt: !override ['no-new-privileges:true'] }\n";
    let text = output("none", shop).get("compose/shop/compose.yaml").unwrap().to_owned();
    assert!(!text.contains('!') && text.contains("no-new-privileges:true"), "{text}");
}
