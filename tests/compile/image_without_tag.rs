use bayplan::prelude::*;

fn main() {
    let _ = image!("postgres");
}
