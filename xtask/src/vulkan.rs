//! Is there a Vulkan adapter? Answered from files alone (driver manifests, libraries, device
//! nodes), below any root folder, so that tests can build a machine out of empty files. Installing
//! is `setup`'s affair.
//!
//! A manifest alone proves nothing: Debian's Mesa package brings the drivers of all makers. A
//! hardware driver counts only beside a device node that this user may open; a software driver
//! (lavapipe, SwiftShader) always does.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What the detection looks at.
pub(crate) struct Machine {
    /// `/`, or a folder that plays it.
    pub(crate) root: PathBuf,
    /// What `ldconfig -p` prints; empty where there is none.
    pub(crate) library_cache: String,
    /// `VK_DRIVER_FILES`, or `VK_ICD_FILENAMES` as it was called before: manifests or folders,
    /// separated by colons, that the loader reads instead of its own folders.
    pub(crate) driver_files: Option<OsString>,
    /// `VK_ADD_DRIVER_FILES`: read besides the loader's own folders.
    pub(crate) more_driver_files: Option<OsString>,
    /// `LD_LIBRARY_PATH`.
    pub(crate) library_path: Option<OsString>,
    /// `HOME`: the loader reads manifests there too.
    pub(crate) home: Option<PathBuf>,
}

/// Why no adapter is to be expected.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// There is no `libvulkan.so.1`.
    Loader,
    /// The loader is there, but no driver that has a device or needs none.
    Driver,
}

const LOADER: &str = "libvulkan.so.1";
const MANIFEST_FOLDERS: &[&str] = &[
    "etc/vulkan/icd.d",
    "usr/local/etc/vulkan/icd.d",
    "usr/local/share/vulkan/icd.d",
    "usr/share/vulkan/icd.d",
    "run/opengl-driver/share/vulkan/icd.d",
];
const LIBRARY_FOLDERS: &[&str] = &[
    "usr/lib",
    "usr/lib64",
    "usr/local/lib",
    "usr/lib/x86_64-linux-gnu",
    "usr/lib/aarch64-linux-gnu",
    "run/opengl-driver/lib",
];

/// The file name of a driver's library that will give an adapter, or what is missing.
pub(crate) fn adapter(machine: &Machine) -> Result<String, Missing> {
    if !machine.has_library(LOADER) {
        return Err(Missing::Loader);
    }
    machine.manifests().iter().find_map(|path| machine.driver(path)).ok_or(Missing::Driver)
}

impl Machine {
    /// An absolute path as seen from the root.
    fn at(&self, path: &Path) -> PathBuf {
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Every manifest the loader would read, in a fixed order.
    fn manifests(&self) -> Vec<PathBuf> {
        let mut places = match &self.driver_files {
            Some(list) => self.listed(list),
            None => MANIFEST_FOLDERS.iter().map(|folder| self.root.join(folder)).collect(),
        };
        if self.driver_files.is_none() {
            let home = self.home.iter().map(|home| self.at(home));
            places.extend(home.flat_map(|home| {
                [".config/vulkan/icd.d", ".local/share/vulkan/icd.d"].map(|sub| home.join(sub))
            }));
            places.extend(self.more_driver_files.iter().flat_map(|list| self.listed(list)));
        }
        places.into_iter().flat_map(|place| json_files(&place)).collect()
    }

    fn listed(&self, list: &OsString) -> Vec<PathBuf> {
        let paths = std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty());
        paths.map(|path| self.at(&path)).collect()
    }

    /// The library of the manifest's driver, if it is there and has a device or needs none.
    fn driver(&self, manifest: &Path) -> Option<String> {
        let library = library_path(&fs::read_to_string(manifest).ok()?)?;
        let name = Path::new(&library).file_name()?.to_string_lossy().into_owned();
        let path = Path::new(&library);
        let present = if path.is_absolute() {
            self.at(path).is_file()
        } else if library.contains('/') {
            manifest.parent().is_some_and(|folder| folder.join(path).is_file())
        } else {
            self.has_library(&name)
        };
        (present && self.has_device(&name)).then_some(name)
    }

    fn has_library(&self, name: &str) -> bool {
        let cached = self.library_cache.lines().any(|line| {
            line.trim_start().strip_prefix(name).is_some_and(|rest| rest.starts_with(' '))
        });
        let own = self.library_path.iter().flat_map(|list| self.listed(list));
        let usual = LIBRARY_FOLDERS.iter().map(|folder| self.root.join(folder));
        cached || own.chain(usual).any(|folder| folder.join(name).exists())
    }

    /// Whether the driver finds hardware: NVIDIA's has nodes of its own, WSL's speaks to the
    /// host, the rest open a render node.
    fn has_device(&self, library: &str) -> bool {
        let software = ["lvp", "swiftshader"].iter().any(|name| library.contains(name));
        let (folder, prefix) = if library.contains("nvidia") {
            ("dev", "nvidia0")
        } else if library.contains("dzn") {
            ("dev", "dxg")
        } else {
            ("dev/dri", "renderD")
        };
        let nodes = fs::read_dir(self.root.join(folder));
        let mut nodes = nodes.into_iter().flatten().flatten();
        software
            || nodes.any(|node| {
                node.file_name().to_string_lossy().starts_with(prefix)
                    && File::open(node.path()).is_ok()
            })
    }
}

/// The place itself if it is a manifest, or the manifests in it, by name.
fn json_files(place: &Path) -> Vec<PathBuf> {
    let is_manifest = |path: &Path| path.extension().is_some_and(|ending| ending == "json");
    if is_manifest(place) && place.is_file() {
        return vec![place.to_path_buf()];
    }
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| is_manifest(path)).collect();
    files.sort();
    files
}

/// The text behind `"library_path":` in a driver manifest. Not a JSON parser: manifests hold the
/// key once, and a path has no escapes worth knowing on the systems that read them.
fn library_path(manifest: &str) -> Option<String> {
    let (_, after) = manifest.split_once("\"library_path\"")?;
    let (_, after) = after.trim_start().strip_prefix(':')?.split_once('"')?;
    let (path, _) = after.split_once('"')?;
    (!path.is_empty()).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    /// A machine of empty files below a folder that vanishes with it.
    fn machine(scratch: &Scratch) -> Machine {
        Machine {
            root: scratch.path().to_path_buf(),
            library_cache: String::new(),
            driver_files: None,
            more_driver_files: None,
            library_path: None,
            home: None,
        }
    }

    fn manifest(library: &str) -> String {
        format!("{{\n  \"ICD\": {{\n    \"library_path\" : \"{library}\"\n  }}\n}}")
    }

    fn with_loader() -> Scratch {
        let scratch = Scratch::new();
        scratch.write("usr/lib/x86_64-linux-gnu/libvulkan.so.1", "");
        scratch
    }

    #[test]
    fn an_empty_machine_lacks_the_loader() {
        let scratch = Scratch::new();
        assert_eq!(adapter(&machine(&scratch)), Err(Missing::Loader));
    }

    #[test]
    fn a_software_driver_needs_no_device() {
        let scratch = with_loader();
        scratch.write("usr/share/vulkan/icd.d/lvp.json", &manifest("/usr/lib/libvulkan_lvp.so"));
        assert_eq!(adapter(&machine(&scratch)), Err(Missing::Driver), "its library is not there");
        scratch.write("usr/lib/libvulkan_lvp.so", "");
        assert_eq!(adapter(&machine(&scratch)), Ok("libvulkan_lvp.so".to_owned()));
    }

    #[test]
    fn a_hardware_driver_without_its_device_is_no_adapter() {
        let scratch = with_loader();
        let text = manifest("libvulkan_radeon.so");
        scratch.write("usr/share/vulkan/icd.d/radeon_icd.x86_64.json", &text);
        scratch.write("usr/lib/libvulkan_radeon.so", "");
        assert_eq!(adapter(&machine(&scratch)), Err(Missing::Driver));
        scratch.write("dev/dri/card0", "");
        assert_eq!(adapter(&machine(&scratch)), Err(Missing::Driver), "a card cannot render");
        scratch.write("dev/dri/renderD128", "");
        assert_eq!(adapter(&machine(&scratch)), Ok("libvulkan_radeon.so".to_owned()));
    }

    #[test]
    fn nvidia_is_looked_for_under_its_own_nodes_and_in_the_library_cache() {
        let scratch = with_loader();
        scratch.write("etc/vulkan/icd.d/nvidia_icd.json", &manifest("libGLX_nvidia.so.0"));
        scratch.write("dev/dri/renderD128", "");
        let mut machine = machine(&scratch);
        machine.library_cache =
            "\tlibGLX_nvidia.so.0 (libc6,x86-64) => /usr/lib/libGLX_nvidia.so.0\n".to_owned();
        assert_eq!(adapter(&machine), Err(Missing::Driver));
        scratch.write("dev/nvidia0", "");
        assert_eq!(adapter(&machine), Ok("libGLX_nvidia.so.0".to_owned()));
        machine.library_cache = "\tlibGLX_nvidia.so.01 (libc6) => /usr/lib/x\n".to_owned();
        assert_eq!(adapter(&machine), Err(Missing::Driver), "a name must match to its end");
    }

    #[test]
    fn the_variable_replaces_the_folders_of_the_loader() {
        let scratch = with_loader();
        scratch.write("usr/share/vulkan/icd.d/lvp.json", &manifest("/usr/lib/libvulkan_lvp.so"));
        scratch.write("usr/lib/libvulkan_lvp.so", "");
        let mut machine = machine(&scratch);
        machine.driver_files = Some("/opt/none.json".into());
        assert_eq!(adapter(&machine), Err(Missing::Driver));
        scratch.write("opt/swift/vk.json", &manifest("./libvk_swiftshader.so"));
        scratch.write("opt/swift/libvk_swiftshader.so", "");
        machine.driver_files = Some("/opt/none.json:/opt/swift".into());
        assert_eq!(adapter(&machine), Ok("libvk_swiftshader.so".to_owned()));
    }

    #[test]
    fn a_manifest_that_is_no_manifest_is_passed_over() {
        for text in ["", "{}", "\"library_path\"", "\"library_path\": \"", "\"library_path\": \"\""]
        {
            assert_eq!(library_path(text), None, "{text}");
        }
        assert_eq!(library_path(&manifest("a.so")), Some("a.so".to_owned()));
    }
}
