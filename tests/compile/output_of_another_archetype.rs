use bayplan::prelude::*;

fn main() {
    let mut shop = Stack::new("shop");
    let cache = shop.add("cache", Service::of(Redis::default(), "7.4.5").size("small"));
    let _ = cache.bootstrap();
}
