//! Where what can be had anew at any time is kept between runs of the program.

use std::path::PathBuf;

/// The program's folder among the user's caches, made or not. A browser has none, nor has a user without
/// a home.
pub fn folder() -> Option<PathBuf> {
    if cfg!(target_arch = "wasm32") {
        return None;
    }
    let of_user = |name: &str| std::env::var_os(name).map(PathBuf::from);
    in_system(std::env::consts::OS, of_user, std::env::home_dir())
}

/// The same in a system with these variables and this home.
fn in_system(
    system: &str,
    variable: impl Fn(&str) -> Option<PathBuf>,
    home: Option<PathBuf>,
) -> Option<PathBuf> {
    // What is relative would lie elsewhere for each folder that the program is started in.
    let set = |name| variable(name).filter(|path| path.is_absolute());
    let caches = match system {
        "windows" => set("LOCALAPPDATA"),
        "macos" => home.map(|home| home.join("Library/Caches")),
        _ => set("XDG_CACHE_HOME").or(home.map(|home| home.join(".cache"))),
    };
    Some(caches?.join("sgnas"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_has_its_folder_of_caches() {
        let root = std::env::temp_dir();
        let home = || Some(root.join("home"));
        let none = |_: &str| None;
        let all = |name: &str| Some(root.join(name));
        assert_eq!(in_system("linux", none, home()), Some(root.join("home/.cache/sgnas")));
        assert_eq!(in_system("linux", all, home()), Some(root.join("XDG_CACHE_HOME/sgnas")));
        assert_eq!(in_system("macos", all, home()), Some(root.join("home/Library/Caches/sgnas")));
        assert_eq!(in_system("windows", all, home()), Some(root.join("LOCALAPPDATA/sgnas")));
        assert_eq!(in_system("linux", none, None), None);
        let relative = |_: &str| Some(PathBuf::from("here"));
        assert_eq!(in_system("linux", relative, home()), Some(root.join("home/.cache/sgnas")));
    }
}
