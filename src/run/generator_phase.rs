//! The second phase: training of the generator on the frozen supernet, and the choice of the best.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::RunError;
use super::answerer::Answerer;
use super::guard::Guard;
use super::images::{Order, Part, search_augment};
use super::prepare::{prepare, rehearse_accuracy};
use super::saved::{self, SearchState, optimiser_state, prefix, put, restore_optimiser};
use super::session::{Flow, Loaded, Session};
use super::settings;
use crate::autodiff::Var;
use crate::data::Augment;
use crate::nas::{
    GeneratorStep, GeneratorTrainer, Path, PendingLosses, Supernet, accuracy, gumbel_noise,
};
use crate::nn::{Ctx, Store, Tensors};
use crate::platform::random::{Purpose, Streams};
use crate::protocol::config::{self, Selection, Targets};
use crate::protocol::event::Event;
use crate::protocol::facts::{self, Phase, Tracked};
use crate::protocol::pace::chosen_by;
use crate::protocol::statistics::fit;
use crate::space::{PriorPool, argmax};

/// Steps whose losses are averaged into one event.
const REPORT: u64 = 10;
/// Sets this phase's walk over the images apart from the supernet's.
const SALT: u64 = 1 << 40;

/// Trains the generator; `None` where the face stopped it.
pub(super) async fn run(
    s: &mut Session,
    (supernet, supernet_store): (&Supernet, &Store),
    from: Option<&Loaded>,
) -> Result<Option<Answerer>, RunError> {
    let answerer = Answerer::new(&s.gpu, &s.config, &s.space)?;
    if let Some(c) = from {
        saved::load(&s.gpu, &answerer.store, &c.tensors, prefix::GENERATOR)?;
    }
    // Clones share the tensors.
    let (net, store, priors) =
        (answerer.net.clone(), answerer.store.clone(), answerer.priors.clone());
    let settings = settings::generator(&s.config, s.targets);
    let costs = s.costs.clone();
    let own = (net, store);
    let supernet_parts = (supernet, supernet_store);
    let mut t = GeneratorTrainer::new(&s.gpu, own.clone(), supernet_parts, &costs, settings)?;
    let mut kept = Kept::default();
    let mut step = 0;
    if let Some(c) = from {
        step = c.position.step;
        let state = saved::part(&c.tensors, prefix::OPTIMISER);
        restore_optimiser(&s.gpu, &mut t.optimiser, &state, step)?;
        kept.state = c.state.clone();
        kept.best = saved::part(&c.tensors, prefix::BEST);
    }
    s.begin(Phase::Generator, from.map(|c| c.position.seconds)).await?;
    prepare(s, |s| {
        let mut t = GeneratorTrainer::new(&s.gpu, own, supernet_parts, &costs, settings)?;
        Plan::new(s, &priors).step(s, &mut t, step).map(drop)
    })
    .await?;
    if from.is_none() {
        // The trained supernet is safe from here on.
        kept.best = t.store.to_state(&s.gpu).await?;
        save(s, &t, supernet_store, &kept, 0, 1).await?;
    }
    let mut guard = Guard::new(&s.gpu, Phase::Generator, &t, step)?;
    match train(s, (&mut t, supernet_store), (&mut guard, &mut kept), &priors, step).await {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(error) => {
            let mut plan = Plan::new(s, &priors);
            let again = |t: &mut GeneratorTrainer<'_>, step| plan.step(s, t, step).map(drop);
            return Err(guard.explain(&s.gpu, &mut t, error, again).await);
        }
    }
    s.end(Phase::Generator).await?;
    t.store.load_state(&s.gpu, &kept.best)?;
    Ok(Some(answerer))
}

/// Trains from `step` to the end; false where the face stopped it.
async fn train(
    s: &mut Session,
    (t, supernet_store): (&mut GeneratorTrainer<'_>, &Store),
    (guard, kept): (&mut Guard, &mut Kept),
    priors: &PriorPool,
    mut step: u64,
) -> Result<bool, RunError> {
    let mut plan = Plan::new(s, priors);
    let (epoch_steps, total) = (plan.epoch_steps, plan.epoch_steps * plan.config.epochs);
    let mut report = Report::default();
    while step < total {
        let flow = s.next_wish().await?;
        match flow {
            Flow::Continue => {}
            Flow::Stop | Flow::Save => {
                report.drain(s).await?;
                save(s, t, supernet_store, kept, step, epoch_steps).await?;
                if flow == Flow::Stop {
                    return Ok(false);
                }
            }
            Flow::Evaluate(_) | Flow::Generate(_) => {
                s.emit(Event::Warning {
                    message: "the generator is in training: it answers after it".into(),
                })
                .await?
            }
        }
        report.targets += plan.step(s, t, step)?;
        s.gpu.settle().await?;
        report.steps += 1;
        let (epoch, tau) = (step / epoch_steps, plan.tau(step));
        step += 1;
        let epoch_ends = step.is_multiple_of(epoch_steps);
        if step.is_multiple_of(REPORT) || epoch_ends {
            report.next(s, t, (step - 1, epoch, tau)).await?;
            guard.mark(&s.gpu, t, step).await?;
            let due = s.save_is_due(REPORT);
            if epoch_ends {
                report.drain(s).await?;
                kept.measure(s, t, priors, epoch).await?;
            }
            if due && step < total {
                report.drain(s).await?;
                save(s, t, supernet_store, kept, step, epoch_steps).await?;
            }
        }
    }
    report.drain(s).await?;
    guard.settle().await?;
    Ok(true)
}

/// What every step does; it depends on the step's number alone.
struct Plan<'a> {
    config: config::Generator,
    augment: Augment,
    order: Order,
    priors: &'a PriorPool,
    epoch_steps: u64,
}

impl<'a> Plan<'a> {
    fn new(s: &Session, priors: &'a PriorPool) -> Self {
        let config = s.config.generator.clone();
        Plan {
            augment: search_augment(&s.config.supernet),
            order: Order::new(Part::Generator, config.batch, s.streams, SALT),
            priors,
            epoch_steps: match config.steps {
                0 => s.images.steps(Part::Generator, config.batch),
                n => n,
            },
            config,
        }
    }

    /// Temperature of a step.
    fn tau(&self, step: u64) -> f64 {
        self.config.tau_start * self.config.tau_decay.powi((step / self.epoch_steps) as i32)
    }

    /// Does a step; its target.
    fn step(
        &mut self,
        s: &Session,
        t: &mut GeneratorTrainer<'_>,
        step: u64,
    ) -> Result<f64, RunError> {
        let target = target(&self.config, s.targets, s.streams, step);
        let parts = s.images.shuffled(&s.gpu, &mut self.order, step, &self.augment)?;
        let noise =
            gumbel_noise(s.space.layers().len(), &mut s.streams.stream(Purpose::Gumbel, step));
        let of = GeneratorStep {
            parts: &parts,
            target,
            prior: &self.priors.nearest(target).path,
            noise: &noise,
            tau: self.tau(step) as f32,
            lr: self.config.lr,
        };
        t.step(&s.gpu, &of)?;
        Ok(target)
    }
}

/// The target of a step: a shuffled grid, each value once before any comes again, with jitter.
fn target(config: &config::Generator, targets: Targets, streams: Streams, step: u64) -> f64 {
    let grid: Vec<u64> = (targets.low..targets.high).step_by(targets.step as usize).collect();
    let round = step / grid.len() as u64;
    let mut order = grid;
    order.shuffle(&mut streams.stream(Purpose::Targets, round));
    let jitter: f64 = streams.stream(Purpose::Targets, SALT + step).random();
    let at = order[(step % order.len() as u64) as usize] as f64;
    at + (2.0 * jitter - 1.0) * config.target_jitter * targets.step as f64
}

async fn save(
    s: &mut Session,
    t: &GeneratorTrainer<'_>,
    supernet: &Store,
    kept: &Kept,
    step: u64,
    epoch_steps: u64,
) -> Result<(), RunError> {
    let mut tensors = Tensors::new();
    put(&mut tensors, prefix::SUPERNET, supernet.to_state(&s.gpu).await?);
    put(&mut tensors, prefix::GENERATOR, t.store.to_state(&s.gpu).await?);
    put(&mut tensors, prefix::BEST, kept.best.clone());
    put(&mut tensors, prefix::OPTIMISER, optimiser_state(&s.gpu, &t.optimiser).await?);
    s.save(Phase::Generator, (step, step / epoch_steps), &tensors, &kept.state).await
}

/// The best generator so far.
#[derive(Default)]
struct Kept {
    state: SearchState,
    best: Tensors,
}

impl Kept {
    /// Measures the generator after an epoch as the specification's section 5 does, and keeps it
    /// where it is the best so far, by hardware loss or by accuracy.
    async fn measure(
        &mut self,
        s: &mut Session,
        t: &GeneratorTrainer<'_>,
        priors: &PriorPool,
        epoch: u64,
    ) -> Result<(), RunError> {
        let mask = s.config.generator.mask;
        let answer = async |s: &Session, budget: u64| -> Result<_, RunError> {
            let prior = &priors.nearest(budget as f64).path;
            let alpha = t.answer(&s.gpu, budget as f64, prior).await?;
            Ok(argmax(&alpha, mask)?)
        };
        let grid = (s.targets.low..s.targets.high).step_by(2 * s.targets.step as usize);
        let (mut answers, mut hardware) = (Vec::new(), 0.0);
        let range = (s.targets.high - s.targets.low) as f64;
        for budget in grid {
            let cost = s.costs.cost(&answer(s, budget).await?)?;
            hardware += hardware_loss(&s.config.generator, (cost as f64 - budget as f64) / range);
            answers.push(Tracked { budget, cost });
        }
        let kendall_tau = fit(&answers).kendall_tau;
        let middle = answer(s, s.targets.low + (s.targets.high - s.targets.low) / 2).await?;
        let most = chosen_by(&s.config.generator);
        let (path, batch) = (Path::from(&middle), s.config.evaluate.batch.min(most));
        let ((net, store), part) = (t.supernet(), Part::Generator);
        let network = |ctx: &Ctx<'_>, x: &Var| net.path(ctx, x, &path);
        prepare(s, |s| rehearse_accuracy((&s.gpu, &s.images), store, &network, (part, batch)))
            .await?;
        let images = s.images.in_order(&s.gpu, part, batch, most / batch)?;
        let accuracy = accuracy(&s.gpu, store, &network, images).await?;
        let best_hardware = self.state.best_hardware.is_none_or(|best| hardware < best);
        let competes = hardware < s.config.generator.selection_loss;
        let best_accuracy = competes && self.state.best_accuracy.is_none_or(|best| accuracy > best);
        let competed = self.state.best_accuracy.is_some();
        if is_kept(s.config.generator.selection, competed, best_hardware, best_accuracy) {
            self.best = t.store.to_state(&s.gpu).await?;
        }
        if best_hardware {
            self.state.best_hardware = Some(hardware);
        }
        if best_accuracy {
            self.state.best_accuracy = Some(accuracy);
        }
        s.emit(Event::GeneratorEpoch(facts::GeneratorEpoch {
            epoch,
            hardware,
            kendall_tau,
            accuracy,
            best_hardware,
            best_accuracy,
            answers,
        }))
        .await
    }
}

/// Whether an epoch's generator takes the place of the one kept so far; `competed` is whether an
/// earlier one's hardware loss was low enough to compete by accuracy.
fn is_kept(by: Selection, competed: bool, best_hardware: bool, best_accuracy: bool) -> bool {
    match by {
        Selection::Hardware => best_hardware,
        // Until one competes, the one that comes nearest to it.
        Selection::Accuracy => best_accuracy || (!competed && best_hardware),
    }
}

/// The hardware loss of a relative error, on the host.
fn hardware_loss(g: &config::Generator, error: f64) -> f64 {
    match g.hardware_loss {
        config::HardwareLoss::Square => g.lambda * error * error,
        config::HardwareLoss::Asymmetric if error > g.dead_zone => {
            g.over_penalty * g.lambda * error * error
        }
        config::HardwareLoss::Asymmetric if error < -g.dead_zone => g.lambda * error * error,
        config::HardwareLoss::Asymmetric => 0.0,
    }
}

/// Events of steps; the newest one's values may still be on their way.
#[derive(Default)]
struct Report {
    pending: Option<(facts::GeneratorStep, PendingLosses)>,
    targets: f64,
    steps: u64,
}

impl Report {
    async fn next(
        &mut self,
        s: &mut Session,
        t: &mut GeneratorTrainer<'_>,
        (step, epoch, tau): (u64, u64, f64),
    ) -> Result<(), RunError> {
        self.drain(s).await?;
        let target = std::mem::take(&mut self.targets) / std::mem::take(&mut self.steps) as f64;
        let (ce, hardware, cost, seconds) = (0.0, 0.0, 0.0, Some(s.seconds()));
        let facts = facts::GeneratorStep { step, epoch, ce, hardware, tau, target, cost, seconds };
        self.pending = Some((facts, t.take(&s.gpu)?));
        Ok(())
    }

    async fn drain(&mut self, s: &mut Session) -> Result<(), RunError> {
        let Some((facts, pending)) = self.pending.take() else { return Ok(()) };
        let l = pending.arrive().await?;
        if !(l.ce.is_finite() && l.hardware.is_finite()) {
            return Err(RunError::diverged(Phase::Generator, facts.step));
        }
        let (ce, hardware, cost) = (l.ce, l.hardware, l.cost);
        s.emit(Event::GeneratorStep(facts::GeneratorStep { ce, hardware, cost, ..facts })).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_accuracy_is_kept_once_one_competes_and_the_lowest_loss_before() {
        let kept = |competed, hardware, accuracy| {
            [Selection::Hardware, Selection::Accuracy]
                .map(|by| is_kept(by, competed, hardware, accuracy))
        };
        assert_eq!(kept(false, true, false), [true, true]);
        assert_eq!(kept(false, false, true), [false, true]);
        assert_eq!(kept(true, true, false), [true, false]);
        assert_eq!(kept(true, false, true), [false, true]);
        assert_eq!(kept(true, false, false), [false, false]);
    }
}
