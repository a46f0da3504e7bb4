//! Events in sentences: the lines that stay on the screen and in a log.

use super::event::Event;
use super::facts::{Evaluated, Origin, RunStart};
use super::quantity::{duration, grouped, percent, short};
use super::statistics::fit;

/// The line of an event that is worth one. Steps and checkpoints are not: a bar shows them.
pub fn sentence(event: &Event) -> Option<String> {
    Some(match event {
        Event::RunStarted(start) => beginning(start),
        Event::PhaseStarted { phase } => format!("{} begins", phase.label()),
        Event::PhaseEnded { phase, seconds } => {
            format!("{} took {}", phase.label(), duration(*seconds))
        }
        Event::SupernetEpoch(epoch) => format!(
            "supernet, epoch {}: smallest network {}, random networks {}, largest {} on held-out images",
            epoch.epoch + 1,
            percent(epoch.smallest),
            percent(epoch.mean),
            percent(epoch.largest)
        ),
        Event::GeneratorEpoch(epoch) => format!(
            "generator, epoch {}: hardware loss {:.3}, Kendall tau {:.3}, middle network {}{}",
            epoch.epoch + 1,
            epoch.hardware,
            epoch.kendall_tau,
            percent(epoch.accuracy),
            match (epoch.best_hardware, epoch.best_accuracy) {
                (true, _) => ", the lowest loss so far",
                (false, true) => ", the best network so far",
                (false, false) => "",
            }
        ),
        Event::Tracking { targets } => {
            let fit = fit(targets);
            format!(
                "tracking by argmax over {} budgets: Kendall tau {:.3}, Pearson {:.3}",
                targets.len(),
                fit.kendall_tau,
                fit.pearson
            )
        }
        Event::Evaluated(one) => return measured(one),
        Event::ScratchEpoch(epoch) => format!(
            "epoch {}: loss {:.3}, test accuracy {}, learning rate {:.4}",
            epoch.epoch + 1,
            epoch.loss,
            percent(epoch.accuracy),
            epoch.lr
        ),
        Event::SettingChanged { key, value } => format!("{key} is {value} from here on"),
        Event::Warning { message } => format!("warning: {message}"),
        // What failed is said once, as the error of the command.
        Event::Preparing { .. }
        | Event::SupernetStep(_)
        | Event::PathCounts(_)
        | Event::GeneratorStep(_)
        | Event::Memory(_)
        | Event::Checkpoint { .. }
        | Event::Finished { .. }
        | Event::Failed { .. } => return None,
    })
}

fn beginning(start: &RunStart) -> String {
    let RunStart { config, device, data, space } = start;
    let [channels, height, width] = data.shape;
    format!(
        "preset {} on {}: {} + {} training and {} test images of {channels} x {height} x {width}, {} classes; {} layers of {} to {} MACs; {} ({}, {})",
        config.general.preset,
        data.name,
        grouped(data.weight_images as u64),
        grouped(data.generator_images as u64),
        grouped(data.test_images as u64),
        data.classes.len(),
        space.layers,
        short(space.macs[0]),
        short(space.macs[1]),
        device.name,
        device.kind,
        device.backend
    )
}

/// Random networks only move the bar.
fn measured(one: &Evaluated) -> Option<String> {
    let budget = one.budget.map(|budget| format!("budget {}: ", short(budget)));
    (one.kind != Origin::Random).then(|| {
        format!(
            "{}{} MACs, {} parameters, accuracy {}: {}",
            budget.unwrap_or_default(),
            short(one.macs),
            short(one.params),
            percent(one.accuracy),
            one.architecture
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::facts::Phase;
    use crate::space::Architecture;

    #[test]
    fn a_generated_network_is_told_and_a_random_one_is_not() {
        let mut one = Evaluated {
            kind: Origin::Generated,
            budget: Some(2_000_000),
            architecture: Architecture::new(vec![vec![7, 5], vec![3, 3, 3]]).unwrap(),
            macs: 1_990_000,
            params: 43_266,
            accuracy: 0.7654,
        };
        assert_eq!(
            sentence(&Event::Evaluated(one.clone())).unwrap(),
            "budget 2.00 M: 1.99 M MACs, 43.3 k parameters, accuracy 76.5 %: 75 333"
        );
        one.kind = Origin::Random;
        assert_eq!(sentence(&Event::Evaluated(one)), None);
    }

    #[test]
    fn no_sentence_spans_two_lines_and_a_share_without_value_is_a_dash() {
        let ended = Event::PhaseEnded { phase: Phase::Generator, seconds: 65.0 };
        assert_eq!(sentence(&ended).unwrap(), "generator took 1 min 05 s");
        assert_eq!(percent(f64::NAN), "-");
    }
}
