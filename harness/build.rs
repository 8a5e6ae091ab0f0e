//! Links the program at a fixed address: process 1 of every guest is this program, and relocating it there costs
//! a page fault for every page with an address in it, half of the time until it runs.

fn main() {
    println!("cargo::rustc-link-arg-bins=-no-pie");
}
