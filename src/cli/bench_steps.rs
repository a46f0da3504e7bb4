//! The steps that `sgnas bench step` times: the reference network's, supernets' along the middle path
//! of their space, and generators'.

use crate::gpu::{AdapterChoice, Gpu};
use crate::measure::{BestProduct, StepReport, StepWork, reference_step, time_step};
use crate::protocol::config::Config;
use crate::run::steps::Steps;
use crate::space::{Architecture, Metric, SUB_BLOCKS, Space};

use super::error::CliError;

/// The reference step's name.
const REFERENCE: &str = "reference training step";
/// Presets with the training that is timed, and images a step.
const TRAININGS: [(&str, Training, usize); 4] = [
    ("cifar", Training::Supernet, 64),
    ("imagenet", Training::Supernet, 8),
    ("tiny", Training::Generator, 64),
    ("cifar", Training::Generator, 64),
];

#[derive(Clone, Copy)]
enum Training {
    /// Along one path: [`Architecture::middle`].
    Supernet,
    /// Through every candidate.
    Generator,
}

impl Training {
    fn of(self, preset: &str) -> String {
        match self {
            Training::Supernet => format!("{preset} supernet step"),
            Training::Generator => format!("{preset} generator step"),
        }
    }
}

/// The names of all steps, in order.
pub(super) fn names() -> Vec<String> {
    let others = TRAININGS.iter().map(|(preset, training, _)| training.of(preset));
    std::iter::once(REFERENCE.to_owned()).chain(others).collect()
}

/// Times the steps whose names hold `only`, each on a device of its own, so that its peak of memory
/// is its own, and hands `see` each report.
pub(super) fn time_steps(
    adapter: &AdapterChoice,
    only: &str,
    steps: usize,
    see: &mut dyn FnMut(&StepReport) -> Result<(), CliError>,
) -> Result<(), CliError> {
    if !names().iter().any(|name| name.contains(only)) {
        let known = names().join(", ");
        return Err(CliError::Usage(format!("no step is called '{only}'; there are {known}")));
    }
    let open = || pollster::block_on(Gpu::open(adapter));
    let best = BestProduct::find(&open()?)?;
    if REFERENCE.contains(only) {
        see(&reference_step(&open()?, steps, &best)?)?;
    }
    for (preset, training, images) in TRAININGS {
        let name = training.of(preset);
        if !name.contains(only) {
            continue;
        }
        let config = Config::preset(preset)?;
        let flops = 2 * images as u64 * macs(&config.space()?, training)?;
        let gpu = open()?;
        let mut report = None;
        let of = Steps::new(&gpu, &config, images)?;
        let work = StepWork { name, images, flops };
        let mut time = |_, step: &mut dyn FnMut() -> _| {
            report = Some(time_step(&gpu, work.clone(), steps, Some(&best), step)?);
            Ok(())
        };
        match training {
            Training::Supernet => of.supernet(Some(&middle(of.space())), &mut time)?,
            Training::Generator => of.generator(&mut time)?,
        }
        report.iter().try_for_each(&mut *see)?;
    }
    Ok(())
}

fn middle(space: &Space) -> Architecture {
    Architecture::middle(space.layers().len())
}

/// Multiply-accumulates of an image in the three passes of a supernet's step along the middle path.
pub(super) fn supernet_macs(space: &Space) -> Result<u64, CliError> {
    macs(space, Training::Supernet)
}

/// Multiply-accumulates of an image in all passes of a step. Along a path there are three: forward,
/// and the gradients of inputs and of weights. The generator's judge keeps its weights: two passes,
/// through all candidates.
fn macs(space: &Space, training: Training) -> Result<u64, CliError> {
    let classifier = (space.config().last_channels * space.classes()) as u64;
    Ok(match training {
        Training::Supernet => 3 * (space.cost(&middle(space), false)?.macs + classifier),
        Training::Generator => {
            let table = space.cost_table(Metric::Macs);
            let layers = table.layers.iter().map(|of| {
                SUB_BLOCKS as u64 * of.depthwise.iter().sum::<u64>() + of.expand + of.project
            });
            2 * (table.fixed + layers.sum::<u64>() + classifier)
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_steps_arithmetic_is_what_pytorch_counts_of_the_same_networks() {
        // Multiply-accumulates of a forward pass as `benches/peers/torch_steps.py` has them counted.
        let counted = [104_850_432 * 3, 347_281_152 * 3, 6_142_608 * 2, 201_135_104 * 2];
        for ((preset, training, _), want) in TRAININGS.into_iter().zip(counted) {
            assert_eq!(macs(&Space::preset(preset).unwrap(), training).unwrap(), want, "{preset}");
        }
    }
}
