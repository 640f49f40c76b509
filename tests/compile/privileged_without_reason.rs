use bayplan::prelude::*;

fn main() {
    let _ = Service::image(image!("nginx:1.27.3")).privileged(true);
}
