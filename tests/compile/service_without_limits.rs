use bayplan::prelude::*;

fn main() {
    let mut shop = Stack::new("shop");
    shop.add("web", Service::image(image!("nginx:1.27.3")).route("shop"));
}
