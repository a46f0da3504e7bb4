//! The `sgnas` program: it opens a face (the command line) and nothing else.

fn main() {}
