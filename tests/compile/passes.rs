//! What all the others nearly are.

use bayplan::prelude::*;

fn main() {
    let mut shop = Stack::new("shop");
    let db = shop.add("db", Service::of(Postgres::default().database("shop"), "17.5").size("small").backup(Schedule::Nightly));
    for replica in 0..2 {
        shop.add(
            format!("web-{replica}"),
            Service::image(image!("nginx:1.27.3"))
                .needs(&db)
                .environment("PASSWORD_FILE", db.password_file())
                .healthcheck(Healthcheck::default().test(["CMD", "true"]).interval(duration!("30s")))
                .when(replica == 0, |service| service.route(host!("shop.example.org")))
                .when(replica == 1, |service| service.privileged(because("it loads a kernel module").until("2027-01-31")))
                .size(cpus(0.5).memory(memory!("256M"))),
        );
    }
}
