//! The `sgnas` program: it opens a face (the command line) and nothing else.

fn main() -> std::process::ExitCode {
    quiet_driver();
    sgnas::cli::main()
}

/// Without a display, Mesa's layer that reorders devices complains on standard error of each look
/// at them. We order them ourselves, so there it is switched off.
#[allow(unsafe_code)]
fn quiet_driver() {
    let set = |name| std::env::var_os(name).is_some();
    if !set("XDG_RUNTIME_DIR") && !set("NODEVICE_SELECT") {
        // SAFETY: the program has no other thread yet.
        unsafe { std::env::set_var("NODEVICE_SELECT", "1") }
    }
}
