use bayplan::prelude::*;

fn main() {
    let _ = host!("shop_1.example.org");
}
