//! What the machine is, in words for a report of measurements. Nothing may depend on it.

/// The processor, its threads and the system, as "AMD EPYC, 2 threads, linux x86_64".
pub fn describe() -> String {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (system, kind) = (std::env::consts::OS, std::env::consts::ARCH);
    let plural = if threads == 1 { "" } else { "s" };
    let name = processor().map_or_else(String::new, |name| name + ", ");
    format!("{name}{threads} thread{plural}, {system} {kind}")
}

/// The processor's name, where the system tells (read from /proc on Linux).
fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_threads_and_a_system() {
        let text = describe();
        assert!(text.contains(" thread") && text.ends_with(std::env::consts::ARCH), "{text}");
    }
}
