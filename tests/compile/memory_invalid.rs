use bayplan::prelude::*;

fn main() {
    let _ = memory!("512 megabytes");
}
