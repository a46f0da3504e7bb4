//! Made-up runs: what a run of a preset tells, without a run.

use sgnas::protocol::config::{Config, Targets};
use sgnas::protocol::facts::*;
use sgnas::protocol::statistics::fit;
use sgnas::protocol::{Event, RunState};
use sgnas::space::{Architecture, Space};

/// Uniform numbers from 0 to 1, the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn roll(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal.
    fn noise(&mut self) -> f64 {
        (0..6).map(|_| self.roll()).sum::<f64>() - 3.0
    }

    pub(crate) fn architecture(&mut self, layers: usize) -> Architecture {
        let kernels = (0..layers).map(|_| {
            let expansion = 2 + (self.roll() * 5.0) as usize;
            (0..expansion).map(|_| [3, 5, 7][(self.roll() * 3.0) as usize]).collect()
        });
        Architecture::new(kernels.collect()).unwrap()
    }
}

pub(crate) fn start(preset: &str) -> RunStart {
    let config = Config::preset(preset).unwrap();
    let space = Space::preset(preset).unwrap();
    let (low, high) = space.cost_range();
    let (classes, shape) = (config.space.classes, config.space.input);
    RunStart {
        device: DeviceSummary {
            name: "llvmpipe (LLVM 15.0.6, 256 bits)".to_owned(),
            kind: "CPU".to_owned(),
            backend: "Vulkan".to_owned(),
            driver: "Mesa 22.3.6".to_owned(),
            kernels: "subgroups".to_owned(),
        },
        data: DataSummary {
            name: "embedded: Fashion-MNIST, 12,000 images".to_owned(),
            classes: (0..classes).map(|label| format!("class {label}")).collect(),
            shape,
            weight_images: 8_000,
            generator_images: 2_000,
            test_images: 2_000,
        },
        space: SpaceSummary {
            layers: space.layers().len(),
            macs: [low.macs, high.macs],
            params: [low.params, high.params],
            log10_size: 2.95 * space.layers().len() as f64,
        },
        config,
    }
}

pub(crate) fn measured(
    preset: &str,
    kind: Origin,
    budget: Option<u64>,
    architecture: Architecture,
    accuracy: f64,
) -> Evaluated {
    let cost = Space::preset(preset).unwrap().cost(&architecture, false).unwrap();
    Evaluated { kind, budget, architecture, macs: cost.macs, params: cost.params, accuracy }
}

/// What a made-up run sets otherwise than its preset.
pub(crate) const CHANGED: [(&str, &str); 3] =
    [("supernet.epochs", "14"), ("supernet.lr", "0.08"), ("generator.epochs", "20")];

/// Everything that a run of a preset tells, to its end.
pub(crate) fn events(preset: &str) -> Vec<Event> {
    let mut dice = Dice::new(7);
    let mut start = start(preset);
    for (key, value) in CHANGED {
        start.config.set(key, value).unwrap();
    }
    let config = start.config.clone();
    let space = config.space().unwrap();
    let targets = config.targets(&space);
    let mut events = vec![Event::RunStarted(Box::new(start))];
    supernet(&mut events, &mut dice, config.supernet.epochs, space.layers().len());
    generator(&mut events, &mut dice, targets);
    events.push(Event::PhaseStarted { phase: Phase::Evaluate });
    let tracked = targets.spread(20).into_iter().map(|budget| {
        let cost = budget as f64 * (0.97 + 0.06 * dice.roll());
        Tracked { budget, cost: cost as u64 }
    });
    events.push(Event::Tracking { targets: tracked.collect() });
    let layers = space.layers().len();
    let (low, high) = space.cost_range();
    let place = |macs: u64| (macs - low.macs) as f64 / (high.macs - low.macs) as f64;
    for _ in 0..150 {
        let mut one = measured(preset, Origin::Random, None, dice.architecture(layers), 0.0);
        one.accuracy = 0.72 + 0.08 * place(one.macs) + 0.012 * dice.noise();
        events.push(Event::Evaluated(one));
    }
    for budget in targets.spread(8) {
        let drawn = std::iter::repeat_with(|| dice.architecture(layers)).take(400);
        let fits = drawn.filter_map(|architecture| {
            let cost = space.cost(&architecture, false).unwrap();
            (cost.macs <= budget).then_some((cost.macs, architecture))
        });
        let best = fits.max_by_key(|(macs, _)| *macs).map(|(_, architecture)| architecture);
        let best = best.unwrap_or_else(|| Architecture::uniform(layers, &[3, 3]).unwrap());
        let mut one = measured(preset, Origin::Generated, Some(budget), best, 0.0);
        one.accuracy = 0.745 + 0.08 * place(one.macs) + 0.004 * dice.noise();
        events.push(Event::Evaluated(one));
    }
    events.push(Event::PhaseEnded { phase: Phase::Evaluate, seconds: 21.7 });
    events.push(Event::Warning { message: "the software driver computes on 2 cores".to_owned() });
    events.push(Event::Finished { seconds: 251.3 });
    events
}

fn supernet(events: &mut Vec<Event>, dice: &mut Dice, epochs: u64, layers: usize) {
    events.push(Event::PhaseStarted { phase: Phase::Supernet });
    for step in 0..epochs * 125 {
        let done = step as f64 / (epochs * 125) as f64;
        events.push(Event::SupernetStep(SupernetStep {
            step,
            epoch: step / 125,
            loss: 0.8 + 1.6 * (-6.0 * done).exp() + 0.06 * dice.noise(),
            accuracy: (0.78 - 0.68 * (-7.0 * done).exp() + 0.04 * dice.noise()).clamp(0.0, 1.0),
            lr: 0.05 * (1.0 + (std::f64::consts::PI * done).cos()),
            images_per_s: 900.0,
            seconds: Some(168.4 * done),
        }));
        if step == 0 {
            let (held, peak, largest_buffer) = (212 << 20, 187 << 20, 2_048 << 20);
            let cap = Some(7_936 << 20);
            events.push(Event::Memory(Memory { held, peak, largest_buffer, cap }));
        }
        if step % 125 == 124 {
            let rise = 1.0 - (-6.0 * done).exp();
            events.push(Event::SupernetEpoch(SupernetEpoch {
                epoch: step / 125,
                smallest: 0.1 + 0.62 * rise + 0.01 * dice.noise(),
                largest: 0.1 + 0.72 * rise + 0.01 * dice.noise(),
                mean: 0.1 + 0.67 * rise + 0.01 * dice.noise(),
                loss: Some(0.95 + 1.4 * (-5.0 * done).exp()),
            }));
            let mut of = PathCounts::none(step / 125, layers);
            for (i, count) in of.counts.iter_mut().enumerate() {
                let expansion = EXPANSIONS[(i / 3) % EXPANSIONS.len()] as f64;
                *count = (33.0 * expansion * (0.8 + 0.4 * dice.roll())) as u64;
            }
            events.push(Event::PathCounts(of));
        }
    }
    events.push(Event::PhaseEnded { phase: Phase::Supernet, seconds: 168.4 });
}

fn generator(events: &mut Vec<Event>, dice: &mut Dice, targets: Targets) {
    let (low, high) = (targets.low as f64, targets.high as f64);
    events.push(Event::PhaseStarted { phase: Phase::Generator });
    for step in 0..20 * 62 {
        let done = step as f64 / (20.0 * 62.0);
        let target = low + (high - low) * dice.roll();
        events.push(Event::GeneratorStep(GeneratorStep {
            step,
            epoch: step / 62,
            ce: 1.1 + 0.5 * (-5.0 * done).exp() + 0.05 * dice.noise(),
            hardware: (2.0 * (-8.0 * done).exp() * dice.roll()).max(0.001),
            tau: 5.0 * 0.89_f64.powi((step / 62) as i32),
            target,
            cost: target * (1.0 + 0.05 * dice.noise()),
            seconds: Some(61.2 * done),
        }));
        if step % 62 == 61 {
            let epoch = step / 62;
            let spread = 0.4 * (-4.0 * done).exp() + 0.01;
            let answers = targets.spread(20).into_iter().map(|budget| {
                let cost = budget as f64 * (1.0 + spread * dice.noise());
                Tracked { budget, cost: cost as u64 }
            });
            let answers: Vec<Tracked> = answers.collect();
            events.push(Event::GeneratorEpoch(GeneratorEpoch {
                epoch,
                hardware: 3.0 * (-8.0 * done).exp(),
                kendall_tau: fit(&answers).kendall_tau,
                accuracy: 0.70 + 0.08 * done + 0.006 * dice.noise(),
                best_hardware: epoch == 16,
                best_accuracy: epoch == 18,
                answers,
            }));
        }
    }
    events.push(Event::PhaseEnded { phase: Phase::Generator, seconds: 61.2 });
}

/// Training from scratch after a finished search.
pub(crate) fn scratch() -> Vec<Event> {
    let mut events = vec![Event::PhaseStarted { phase: Phase::Scratch }];
    events.extend((0..15).map(|epoch| {
        let done = epoch as f64 / 15.0;
        Event::ScratchEpoch(ScratchEpoch {
            epoch,
            loss: 0.6 + 1.2 * (-4.0 * done).exp(),
            accuracy: 0.89 - 0.3 * (-5.0 * done).exp(),
            lr: 0.1 * (1.0 + (std::f64::consts::PI * done).cos()),
            images_per_s: 700.0,
            seconds: Some(14.0 * (epoch + 1) as f64),
        })
    }));
    events.push(Event::PhaseEnded { phase: Phase::Scratch, seconds: 210.0 });
    events.push(Event::Finished { seconds: 461.3 });
    events
}

pub(crate) fn state(events: &[Event]) -> RunState {
    let mut state = RunState::default();
    events.iter().for_each(|event| state.apply(event));
    state
}
