use bayplan::prelude::*;

fn main() {
    let _ = image!("Postgres:17.5");
}
