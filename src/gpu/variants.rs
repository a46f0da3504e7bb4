//! The variants of kernels, and which of them the devices of this process run.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::{AdapterChoice, Gpu, GpuError};

/// What a kernel should be made of on this adapter. Software drivers want register blocks and no
/// barriers, GPUs want workgroup tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KernelStyle {
    /// Large register blocks, no workgroup memory.
    Registers,
    /// As registers, and what eight invocations share is loaded once and broadcast among them: for
    /// software drivers whose subgroups are eight wide.
    Subgroups,
    /// Tiles in workgroup memory.
    Tiles,
}

impl KernelStyle {
    /// What suits the adapter's class: a software driver, with subgroups of eight or without, or a GPU,
    /// integrated or discrete.
    pub(super) fn of_class(software: bool, subgroups: bool) -> Self {
        match software {
            true if subgroups => Self::Subgroups,
            true => Self::Registers,
            false => Self::Tiles,
        }
    }
}

impl fmt::Display for KernelStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Registers => "registers",
            Self::Subgroups => "subgroups",
            Self::Tiles => "tiles",
        })
    }
}

/// How the variant of a device is chosen when it is opened.
#[derive(Clone, Copy, Debug, Default)]
pub enum KernelChoice {
    /// What suits the adapter's class, whatever the adapter: the same everywhere, as in a browser.
    #[default]
    Class,
    /// This one.
    Named(KernelStyle),
    /// What this says of an adapter, of which it gets a device. The rooms above measure, this one asks.
    Measured(fn(&Gpu, &AdapterChoice) -> KernelStyle),
}

/// The choice for devices that are opened.
static CHOICE: Mutex<KernelChoice> = Mutex::new(KernelChoice::Class);

impl KernelChoice {
    /// Has every device that this process opens from now on run what is chosen so: a run and all that
    /// answers and measures beside it compute the same bits.
    pub fn use_from_now_on(self) {
        *CHOICE.lock().unwrap_or_else(PoisonError::into_inner) = self;
    }

    /// The present one.
    pub(super) fn present() -> Self {
        *CHOICE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a device of this adapter runs, which has the style of its class so far.
    ///
    /// # Errors
    /// A style that the adapter cannot run.
    pub(super) fn style(self, gpu: &Gpu, adapter: &AdapterChoice) -> Result<KernelStyle, GpuError> {
        match self {
            Self::Class => Ok(gpu.style()),
            Self::Named(style) => among(style, &gpu.styles(), &gpu.adapter().name),
            Self::Measured(choose) => Ok(choose(gpu, adapter)),
        }
    }
}

fn among(style: KernelStyle, able: &[KernelStyle], adapter: &str) -> Result<KernelStyle, GpuError> {
    if able.contains(&style) {
        return Ok(style);
    }
    let able = able.iter().map(KernelStyle::to_string).collect::<Vec<_>>().join(", ");
    Err(GpuError::NoVariant { adapter: adapter.to_owned(), style, able })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_has_its_variant() {
        assert_eq!(KernelStyle::of_class(true, true), KernelStyle::Subgroups);
        assert_eq!(KernelStyle::of_class(true, false), KernelStyle::Registers);
        assert_eq!(KernelStyle::of_class(false, false), KernelStyle::Tiles);
    }

    #[test]
    fn a_device_runs_what_is_chosen() -> Result<(), GpuError> {
        let best = AdapterChoice::Best;
        let gpu = pollster::block_on(Gpu::open_as_class(&best))?;
        assert_eq!(KernelChoice::Class.style(&gpu, &best)?, gpu.style());
        for style in gpu.styles() {
            assert_eq!(KernelChoice::Named(style).style(&gpu, &best)?, style);
        }
        let registers = KernelChoice::Measured(|_, _| KernelStyle::Registers);
        assert_eq!(registers.style(&gpu, &best)?, KernelStyle::Registers);
        Ok(())
    }

    #[test]
    fn a_variant_that_an_adapter_cannot_run_is_an_error_that_names_those_it_can() {
        let able = [KernelStyle::Registers, KernelStyle::Tiles];
        assert_eq!(among(KernelStyle::Tiles, &able, "one"), Ok(KernelStyle::Tiles));
        let told = among(KernelStyle::Subgroups, &able, "one").map_err(|error| error.to_string());
        let told = told.err().unwrap_or_default();
        for part in ["one", "subgroups", "registers, tiles"] {
            assert!(told.contains(part), "{told}");
        }
    }
}
