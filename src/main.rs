//! The `sgnas` program: it opens a face (the command line) and nothing else.

fn main() -> std::process::ExitCode {
    quiet_driver();
    spread_driver();
    sgnas::cli::main()
}

/// Without a display, Mesa's layer that reorders devices complains on standard error of each look
/// at them. We order them ourselves, so there it is switched off.
fn quiet_driver() {
    if !is_set("XDG_RUNTIME_DIR") {
        set("NODEVICE_SELECT", "1");
    }
}

/// Mesa's software driver gives each of its threads an equal share of a dispatch, one thread a core,
/// and waits for the slowest: a core that is busy otherwise holds up the rest. With several threads
/// a core the shares are small enough to even out.
fn spread_driver() {
    const THREADS_PER_CORE: usize = 4;
    // The driver keeps no more, and beyond that many cores needs no more.
    const MOST: usize = 32;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    set("LP_NUM_THREADS", &(cores * THREADS_PER_CORE).min(MOST).to_string());
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some()
}

/// Sets a variable that the user has not.
#[allow(unsafe_code)]
fn set(name: &str, value: &str) {
    if !is_set(name) {
        // SAFETY: the program has no other thread yet.
        unsafe { std::env::set_var(name, value) }
    }
}
