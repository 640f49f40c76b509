use bayplan::prelude::*;

fn main() {
    let _ = duration!("30 seconds");
}
