//! Where files that outlive a run belong on this system.

use std::env;
use std::path::PathBuf;

/// The folder for things that may be deleted at any time (measured kernel choices): by the
/// system's convention, `None` where the environment names no home (a browser, a bare service).
pub fn cache_folder() -> Option<PathBuf> {
    let base = if cfg!(target_os = "macos") {
        home()?.join("Library").join("Caches")
    } else if cfg!(windows) {
        absolute("LOCALAPPDATA")?
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| Some(home()?.join(".cache")))?
    };
    Some(base.join("sgnas"))
}

fn home() -> Option<PathBuf> {
    absolute("HOME")
}

/// The path in an environment variable, if it is an absolute one (the XDG rule).
fn absolute(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_folder_is_absolute_and_ours() {
        if let Some(folder) = cache_folder() {
            assert!(folder.is_absolute() && folder.ends_with("sgnas"), "{}", folder.display());
        }
    }
}
