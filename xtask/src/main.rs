//! Set-up, tests and packaging: `cargo xtask <task>`. Nothing of the product lives here.

fn main() {}
