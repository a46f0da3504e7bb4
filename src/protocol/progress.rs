//! How far a run is: its events folded to a share, a rate and the remaining time. Pure; the clock
//! comes in as seconds.

use super::config::Config;
use super::event::Event;
use super::facts::{DataSummary, Origin, Phase, RunStart};
use super::quantity::{duration, grouped};
use crate::space::Space;

/// The running phase as a person wants to see it.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    start: Option<RunStart>,
    phase: Option<Phase>,
    /// Steps, architectures or epochs of the phase.
    total: u64,
    done: u64,
    /// What was done when this program first heard of the phase, and when that was.
    since: Option<(u64, f64)>,
    figures: String,
    images_per_s: Option<f64>,
}

impl Progress {
    /// Takes in an event that came at `now` (seconds on any clock that does not run backwards).
    pub fn apply(&mut self, event: &Event, now: f64) {
        match event {
            Event::RunStarted(start) => self.start = Some((**start).clone()),
            Event::PhaseStarted { phase } => self.enter(*phase, 0, now),
            Event::SupernetStep(step) => {
                self.advance(Phase::Supernet, step.step + 1, now);
                self.images_per_s = Some(step.images_per_s);
                self.figures = format!(
                    "loss {:.3}, accuracy {:.1} %, {} images/s",
                    step.loss,
                    100.0 * step.accuracy,
                    grouped(step.images_per_s.round() as u64)
                );
            }
            Event::GeneratorStep(step) => {
                self.advance(Phase::Generator, step.step + 1, now);
                let images = self.start.as_ref().map_or(0, |start| start.config.generator.batch);
                self.images_per_s = self.rate(now).map(|steps| steps * images as f64);
                let rate = self.images_per_s.unwrap_or(0.0);
                self.figures = format!(
                    "loss {:.3} + hardware {:.3}, temperature {:.2}, {} images/s",
                    step.ce,
                    step.hardware,
                    step.tau,
                    grouped(rate.round() as u64)
                );
            }
            Event::Evaluated(one) if one.kind != Origin::User => {
                self.advance(Phase::Evaluate, self.done + 1, now);
                self.figures = format!(
                    "accuracy {:.1} %, {} of {} architectures",
                    100.0 * one.accuracy,
                    self.done,
                    self.total
                );
            }
            Event::ScratchEpoch(epoch) => {
                self.advance(Phase::Scratch, epoch.epoch + 1, now);
                self.images_per_s = Some(epoch.images_per_s);
                self.figures = format!(
                    "loss {:.3}, accuracy {:.1} %, {} images/s",
                    epoch.loss,
                    100.0 * epoch.accuracy,
                    grouped(epoch.images_per_s.round() as u64)
                );
            }
            Event::PhaseEnded { .. } => self.done = self.total,
            _ => {}
        }
    }

    /// Images that the phase under way trains on in a second; `None` while that is not known, and
    /// where it measures.
    pub fn images_per_s(&self) -> Option<f64> {
        self.images_per_s
    }

    /// The running phase.
    pub fn phase(&self) -> Option<Phase> {
        self.phase
    }

    /// Done and total, in steps of the phase.
    pub fn steps(&self) -> (u64, u64) {
        (self.done, self.total)
    }

    /// "loss 1.234, accuracy 56.7 %, 1,234 images/s, 2 min 10 s left".
    pub fn figures(&self, now: f64) -> String {
        match self.remaining(now) {
            Some(seconds) => format!("{}, {} left", self.figures, duration(seconds)),
            None => self.figures.clone(),
        }
    }

    /// One line for a log: "supernet 45 %: ..."; `None` between phases.
    pub fn line(&self, now: f64) -> Option<String> {
        if self.done >= self.total {
            return None;
        }
        let percent = 100 * self.done / self.total.max(1);
        Some(format!("{} {percent} %: {}", self.phase?.label(), self.figures(now)))
    }

    fn enter(&mut self, phase: Phase, done: u64, now: f64) {
        let total = self.start.as_ref().map_or(0, |start| total(&start.config, &start.data, phase));
        self.phase = Some(phase);
        (self.done, self.total, self.since) = (done, total, Some((done, now)));
        self.figures.clear();
        self.images_per_s = None;
    }

    /// A run that goes on does not begin its phase again, so a step may be the first word of it.
    fn advance(&mut self, phase: Phase, done: u64, now: f64) {
        if self.phase != Some(phase) {
            self.enter(phase, done, now);
        }
        self.done = done;
    }

    /// Steps a second.
    fn rate(&self, now: f64) -> Option<f64> {
        let (done, at) = self.since?;
        let (steps, seconds) = (self.done.saturating_sub(done), now - at);
        (steps > 0 && seconds > 0.0).then(|| steps as f64 / seconds)
    }

    /// Seconds that the phase will still take at its rate; `None` where that is not known yet.
    pub fn remaining(&self, now: f64) -> Option<f64> {
        let left = self.total.checked_sub(self.done).filter(|&left| left > 0)?;
        Some(left as f64 / self.rate(now)?)
    }
}

/// Optimiser steps of an epoch; 1 for phases that have none.
pub fn epoch_steps(config: &Config, data: &DataSummary, phase: Phase) -> u64 {
    let steps = |images: usize, batch: usize| (images / batch.max(1)).max(1) as u64;
    match phase {
        Phase::Supernet => steps(data.weight_images, config.supernet.batch),
        Phase::Generator => match config.generator.steps {
            0 => steps(data.generator_images, config.generator.batch),
            given => given,
        },
        Phase::Evaluate | Phase::Scratch => 1,
    }
}

/// Steps of a phase: optimiser steps, architectures or, from scratch, epochs.
pub(super) fn total(config: &Config, data: &DataSummary, phase: Phase) -> u64 {
    match phase {
        Phase::Supernet => config.supernet.epochs * epoch_steps(config, data, phase),
        Phase::Generator => config.generator.epochs * epoch_steps(config, data, phase),
        Phase::Evaluate => {
            // Eight where none are given; the space decides only where they lie.
            let budgets = config
                .space()
                .map_or(8, |space: Space| config.budgets(config.targets(&space)).len());
            (budgets + config.evaluate.random) as u64
        }
        Phase::Scratch => config.scratch.epochs,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::facts::{ScratchEpoch, SupernetStep};

    fn started() -> Progress {
        let mut progress = Progress::default();
        let mut config = Config::preset("tiny").unwrap();
        config.supernet.epochs = 2;
        config.supernet.batch = 64;
        let data = DataSummary { weight_images: 6_400, ..DataSummary::default() };
        let start = RunStart { config, data, ..example_start() };
        progress.apply(&Event::RunStarted(Box::new(start)), 0.0);
        progress
    }

    fn example_start() -> RunStart {
        RunStart {
            config: Config::preset("tiny").unwrap(),
            device: Default::default(),
            data: Default::default(),
            space: Default::default(),
        }
    }

    fn step(step: u64) -> Event {
        let (loss, accuracy, lr, images_per_s) = (1.5, 0.25, 0.1, 1_234.4);
        let (epoch, seconds) = (0, None);
        Event::SupernetStep(SupernetStep { step, epoch, loss, accuracy, lr, images_per_s, seconds })
    }

    #[test]
    fn the_remaining_time_follows_from_the_rate_since_the_phase_began() {
        let mut progress = started();
        progress.apply(&Event::PhaseStarted { phase: Phase::Supernet }, 10.0);
        progress.apply(&step(49), 20.0);
        assert_eq!(progress.steps(), (50, 200));
        let line = progress.line(20.0).unwrap();
        let expected = "supernet 25 %: loss 1.500, accuracy 25.0 %, 1,234 images/s, 30 s left";
        assert_eq!(line, expected);
    }

    #[test]
    fn a_resumed_phase_is_timed_from_its_first_step_here() {
        let mut progress = started();
        progress.apply(&step(99), 100.0);
        assert!(!progress.line(100.0).unwrap().contains("left"));
        progress.apply(&step(149), 110.0);
        assert!(progress.line(110.0).unwrap().ends_with("10 s left"));
    }

    #[test]
    fn a_finished_phase_has_nothing_left() {
        let mut progress = started();
        progress.apply(&Event::PhaseStarted { phase: Phase::Scratch }, 0.0);
        let epoch = ScratchEpoch {
            epoch: 0,
            loss: 1.0,
            accuracy: 0.5,
            lr: 0.1,
            images_per_s: 9.0,
            seconds: None,
        };
        progress.apply(&Event::ScratchEpoch(epoch), 1.0);
        progress.apply(&Event::PhaseEnded { phase: Phase::Scratch, seconds: 1.0 }, 2.0);
        let (done, total) = progress.steps();
        assert_eq!(done, total);
        assert_eq!(progress.line(2.0), None);
        assert!(!progress.figures(2.0).contains("left"));
    }
}
