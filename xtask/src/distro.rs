//! Families of Linux distributions and what one types there to get a software Vulkan driver. Pure
//! text; nothing is run here.

/// Families of Linux distributions, as far as the command to type differs.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(crate) enum Family {
    Debian,
    Fedora,
    Arch,
    Suse,
    Alpine,
    Other,
}

impl Family {
    /// Reads `ID` and `ID_LIKE` of an os-release file.
    pub(crate) fn of(os_release: &str) -> Self {
        let values = |key: &str| {
            let line = os_release.lines().find_map(|line| line.strip_prefix(key));
            line.unwrap_or_default().trim_matches(['"', '\'', ' ']).to_lowercase()
        };
        let names = format!("{} {}", values("ID="), values("ID_LIKE="));
        let known = names.split_whitespace().find_map(|name| match name {
            "debian" | "ubuntu" => Some(Self::Debian),
            "fedora" | "rhel" | "centos" => Some(Self::Fedora),
            "arch" => Some(Self::Arch),
            "suse" | "opensuse" => Some(Self::Suse),
            "alpine" => Some(Self::Alpine),
            _ => None,
        });
        known.unwrap_or(Self::Other)
    }

    /// What to type to get the software driver and the loader.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::Debian => "sudo apt-get install mesa-vulkan-drivers libvulkan1",
            Self::Fedora => "sudo dnf install mesa-vulkan-drivers vulkan-loader",
            Self::Arch => "sudo pacman -S vulkan-swrast vulkan-icd-loader",
            Self::Suse => "sudo zypper install libvulkan_lvp libvulkan1",
            Self::Alpine => "sudo apk add mesa-vulkan-swrast vulkan-loader",
            Self::Other => {
                "install your distribution's Vulkan loader and Mesa's software driver (lavapipe)"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_read_from_os_release() {
        let cases = [
            ("ID=debian\nVERSION_ID=\"12\"", Family::Debian),
            ("NAME=x\nID=ubuntu\nID_LIKE=debian", Family::Debian),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"", Family::Debian),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", Family::Fedora),
            ("ID=arch", Family::Arch),
            ("ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"", Family::Suse),
            ("ID=alpine", Family::Alpine),
            ("VARIANT_ID=debian\nID=nixos", Family::Other),
            ("", Family::Other),
        ];
        for (text, family) in cases {
            assert_eq!(Family::of(text), family, "{text}");
        }
    }

    #[test]
    fn every_family_is_told_what_to_do() {
        let families = [
            (Family::Debian, "apt-get"),
            (Family::Fedora, "dnf"),
            (Family::Arch, "pacman"),
            (Family::Suse, "zypper"),
            (Family::Alpine, "apk"),
            (Family::Other, "lavapipe"),
        ];
        for (family, word) in families {
            assert!(family.advice().contains(word), "{family:?}");
        }
    }
}
