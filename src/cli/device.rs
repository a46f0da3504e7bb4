//! Which device a command computes on, and which variants of the kernels run there: arguments that the
//! commands share.

use clap::{Args, ValueEnum};

use super::{arguments, output};
use crate::gpu::{AdapterChoice, Gpu, KernelChoice, KernelStyle};
use crate::measure::tuned;

// No text of its own, which would take the place of the command's in its help.
#[derive(Clone, Debug, Args)]
pub(super) struct Device {
    /// Adapter: a number of `sgnas devices` or a part of a name
    #[arg(long, value_parser = arguments::adapter, default_value = "0")]
    adapter: AdapterChoice,
    /// Variants of the kernels: the fastest on the adapter, measured once and kept in the user's cache,
    /// those of its class, or named ones; they round differently
    #[arg(long, env = "SGNAS_KERNELS", hide_env_values = true, default_value = "measured")]
    kernels: Kernels,
}

/// Values of `--kernels`.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "lower")]
enum Kernels {
    Measured,
    Class,
    Registers,
    Subgroups,
    Tiles,
}

impl Device {
    /// The adapter, whose devices run these kernels from now on.
    pub(super) fn choose(&self) -> &AdapterChoice {
        let choice = match self.kernels {
            Kernels::Measured => KernelChoice::Measured(measured),
            Kernels::Class => KernelChoice::Class,
            Kernels::Registers => KernelChoice::Named(KernelStyle::Registers),
            Kernels::Subgroups => KernelChoice::Named(KernelStyle::Subgroups),
            Kernels::Tiles => KernelChoice::Named(KernelStyle::Tiles),
        };
        choice.use_from_now_on();
        &self.adapter
    }

    /// The same arguments for another process of the program.
    #[cfg(feature = "studio")]
    pub(super) fn again(&self) -> [String; 4] {
        let adapter = match &self.adapter {
            AdapterChoice::Best => "0".to_owned(),
            AdapterChoice::Index(index) => index.to_string(),
            AdapterChoice::Named(name) => name.clone(),
        };
        let value = self.kernels.to_possible_value();
        let kernels = value.map(|value| value.get_name().to_owned()).unwrap_or_default();
        ["--adapter".to_owned(), adapter, "--kernels".to_owned(), kernels]
    }
}

fn measured(gpu: &Gpu, choice: &AdapterChoice) -> KernelStyle {
    tuned(gpu, choice, &|adapter| {
        let name = &adapter.name;
        output::note(&format!("measuring variants of the kernels on {name}, once for its driver"));
    })
}
