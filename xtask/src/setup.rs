//! Set-up before a task that needs a GPU: find a Vulkan adapter, or install the software one where
//! that is one command (Debian, Ubuntu), or say which command it is. Detection itself is
//! `vulkan`'s affair.

use crate::distro::Family;
use crate::process;
use crate::vulkan::{self, Machine, Missing};
use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::Command;

/// What installing needs on Debian and its children.
const APT_PACKAGES: &[&str] = &["mesa-vulkan-drivers", "libvulkan1"];

/// Variables that the children of a task get.
pub(crate) struct Environment(Vec<(&'static str, PathBuf)>);

impl Environment {
    /// Gives the variables to a command.
    pub(crate) fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.0.iter().map(|(name, value)| (*name, value)))
    }
}

/// Sees to it that a GPU adapter is there.
///
/// # Errors
/// One line that names what is missing and how to get it.
pub(crate) fn ensure_adapter() -> Result<Environment, String> {
    // Metal and Direct3D 12 come with their systems, the latter with a software adapter.
    if cfg!(target_os = "linux") {
        let machine = this_machine();
        match vulkan::adapter(&machine) {
            Err(Missing::Driver) if machine.driver_files.is_some() => {
                let names =
                    "VK_DRIVER_FILES or VK_ICD_FILENAMES is set, but names no Vulkan driver";
                return Err(format!("{names} with a device to drive; unset or mend it"));
            }
            Err(missing) => install(&missing)?,
            Ok(_) => {}
        }
        let driver = vulkan::adapter(&this_machine()).map_err(|missing| {
            format!("{} after installing; `vulkaninfo --summary` may tell more", describe(&missing))
        })?;
        eprintln!("Vulkan driver: {driver}");
    }
    Ok(Environment(runtime_folder()?))
}

fn this_machine() -> Machine {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    Machine {
        root: PathBuf::from("/"),
        library_cache: library_cache(),
        driver_files: variable("VK_DRIVER_FILES").or_else(|| variable("VK_ICD_FILENAMES")),
        more_driver_files: variable("VK_ADD_DRIVER_FILES"),
        library_path: variable("LD_LIBRARY_PATH"),
        home: variable("HOME").map(PathBuf::from),
    }
}

/// What `ldconfig -p` prints; it is outside an ordinary user's PATH on Debian.
fn library_cache() -> String {
    let outputs = ["ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"]
        .iter()
        .filter_map(|program| Command::new(program).arg("-p").output().ok());
    outputs
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

fn describe(missing: &Missing) -> &'static str {
    match missing {
        Missing::Loader => "there is no Vulkan loader (libvulkan.so.1)",
        Missing::Driver => "there is no Vulkan driver with a device to drive",
    }
}

fn family() -> Family {
    let text = fs::read_to_string("/etc/os-release")
        .or_else(|_| fs::read_to_string("/usr/lib/os-release"))
        .unwrap_or_default();
    Family::of(&text)
}

/// Installs the software driver on Debian and its children; elsewhere says what to type.
fn install(missing: &Missing) -> Result<(), String> {
    let manual =
        format!("{}. Install one, then try again:\n  {}", describe(missing), family().advice());
    install_packages(describe(missing), APT_PACKAGES, manual)
}

/// Installs packages on Debian and its children, saying why; elsewhere `manual` is the error.
///
/// # Errors
/// `manual`, where there is no apt-get, no right to use it, or it fails.
pub(crate) fn install_packages(why: &str, packages: &[&str], manual: String) -> Result<(), String> {
    eprintln!("{why}: installing with apt-get ({})", packages.join(", "));
    Apt::refreshed(&manual)?.install(packages, manual)
}

/// apt-get with its lists read anew: the words before a command that needs root.
pub(crate) struct Apt(Vec<&'static str>);

impl Apt {
    /// Reads the lists anew.
    ///
    /// # Errors
    /// `manual`, where there is no apt-get or no right to use it.
    pub(crate) fn refreshed(manual: &str) -> Result<Self, String> {
        if family() != Family::Debian || !process::works(Command::new("apt-get").arg("--version")) {
            return Err(manual.to_owned());
        }
        let sudo = process::works(Command::new("sudo").arg("-V"));
        let prefix = as_root(is_root(), sudo).ok_or(manual)?;
        // A third-party source that fails to update must not stand in the way of the install.
        if !process::run(&mut apt(&prefix, &["update"]))?.success() {
            eprintln!("apt-get update failed; trying to install all the same");
        }
        Ok(Self(prefix))
    }

    /// Installs packages.
    ///
    /// # Errors
    /// `manual`, where that fails.
    pub(crate) fn install(&self, packages: &[&str], manual: String) -> Result<(), String> {
        let mut words = vec!["install", "-y", "--no-install-recommends"];
        words.extend(packages);
        if process::run(&mut apt(&self.0, &words))?.success() { Ok(()) } else { Err(manual) }
    }
}

/// The words before a command that needs root: none as root, sudo where it exists. Without a
/// terminal to ask on, sudo must fail at once instead of waiting for a password.
fn as_root(root: bool, sudo: bool) -> Option<Vec<&'static str>> {
    match (root, sudo) {
        (true, _) => Some(vec![]),
        (false, true) if std::io::stdin().is_terminal() => Some(vec!["sudo"]),
        (false, true) => Some(vec!["sudo", "-n"]),
        (false, false) => None,
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// An apt-get call that asks nothing and waits for another one to end.
fn apt(prefix: &[&str], words: &[&str]) -> Command {
    let fixed =
        ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120"];
    let mut line = prefix.iter().chain(&fixed).chain(words);
    let mut command = Command::new(line.next().copied().unwrap_or("env"));
    command.args(line);
    command
}

/// `XDG_RUNTIME_DIR` for the children where the session has none (containers, CI): the loader
/// complains about its absence on every start.
fn runtime_folder() -> Result<Vec<(&'static str, PathBuf)>, String> {
    const NAME: &str = "XDG_RUNTIME_DIR";
    if !cfg!(target_os = "linux") || std::env::var_os(NAME).is_some() {
        return Ok(vec![]);
    }
    let folder = process::root().join("target").join("xdg-runtime");
    fs::create_dir_all(&folder)
        .and_then(|()| only_mine(&folder))
        .map_err(|error| format!("cannot prepare {}: {error}", folder.display()))?;
    Ok(vec![(NAME, folder)])
}

#[cfg(unix)]
fn only_mine(folder: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn only_mine(_folder: &std::path::Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_runs_without_questions_and_through_sudo_only_where_needed() {
        let line = |prefix: &[&str]| process::shown(&apt(prefix, &["install", "-y", "p"]));
        let tail =
            "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y p";
        assert_eq!(line(&[]), tail);
        assert_eq!(line(&["sudo", "-n"]), format!("sudo -n {tail}"));
        assert_eq!(as_root(true, true), Some(vec![]));
        assert_eq!(as_root(false, false), None);
        assert_eq!(as_root(false, true).and_then(|words| words.first().copied()), Some("sudo"));
    }
}
