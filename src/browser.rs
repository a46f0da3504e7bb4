//! The studio in a browser: the page and its worker are this one program, which sees where it is.

fn main() {
    sgnas::web::start();
}
