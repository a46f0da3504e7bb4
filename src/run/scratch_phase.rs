//! Training of one architecture from scratch (section 8 of the specification), with the test
//! accuracy after each epoch.

use super::RunError;
use super::guard::Guard;
use super::images::{Order, Part, scratch_augment};
use super::prepare::{prepare, rehearse_accuracy};
use super::saved::{self, SearchState, optimiser_state, prefix, put, restore_optimiser};
use super::session::{Flow, Loaded, Session};
use super::settings;
use crate::autodiff::Var;
use crate::data::Augment;
use crate::nas::{DerivedNet, DerivedTrainer, accuracy};
use crate::nn::{Ctx, HostTensor, Tensors};
use crate::platform::clock::Stopwatch;
use crate::platform::random::Purpose;
use crate::protocol::config;
use crate::protocol::event::Event;
use crate::protocol::facts::{Phase, ScratchEpoch};
use crate::space::Architecture;

/// Steps after which the state is asked whether it is finite.
const MARK: u64 = 10;
/// The name under which sums of the epoch under way are saved.
const SUMS: &str = "epoch.sums";

/// The trained network's tensors as they are evaluated, and its accuracy on the test images.
pub(super) struct Trained {
    pub(super) tensors: Tensors,
    pub(super) accuracy: f64,
}

/// Trains from a checkpoint or from the start; `None` where the face stopped it.
pub(super) async fn run(
    s: &mut Session,
    architecture: &Architecture,
    from: Option<&Loaded>,
) -> Result<Option<Trained>, RunError> {
    let mut trainer = self::trainer(s, architecture)?;
    let mut step = 0;
    if let Some(checkpoint) = from {
        step = checkpoint.position.step;
        restore(s, &mut trainer, &checkpoint.tensors, step)?;
    }
    s.begin(Phase::Scratch, from.map(|checkpoint| checkpoint.position.seconds)).await?;
    prepare(s, |s| {
        let mut trainer = self::trainer(s, architecture)?;
        Plan::new(s).step(s, &mut trainer, step)?;
        let network = |ctx: &Ctx<'_>, x: &Var| trainer.net.forward(ctx, x, None);
        let (store, of) = (trainer.evaluation_store(), (Part::Test, s.config.evaluate.batch));
        rehearse_accuracy((&s.gpu, &s.images), &store, &network, of)
    })
    .await?;
    let mut guard = Guard::new(&s.gpu, Phase::Scratch, &trainer, step)?;
    match train(s, &mut trainer, &mut guard, step).await {
        Ok(Some(end)) => step = end,
        Ok(None) => return Ok(None),
        Err(error) => {
            let mut plan = Plan::new(s);
            let again = |t: &mut DerivedTrainer, step| plan.step(s, t, step).map(drop);
            return Err(guard.explain(&s.gpu, &mut trainer, error, again).await);
        }
    }
    let epoch_steps = Plan::new(s).epoch_steps;
    // A run that ended between its last event and its last file ends again, without new events.
    if s.state.phase(Phase::Scratch).is_none_or(|phase| phase.seconds.is_none()) {
        s.end(Phase::Scratch).await?;
        save(s, &trainer, step, epoch_steps).await?;
    }
    let accuracy = match s.state.scratch_epochs.last() {
        Some(epoch) => epoch.accuracy,
        None => test(s, &trainer).await?,
    };
    let tensors = trainer.evaluation_store().to_state(&s.gpu).await?;
    Ok(Some(Trained { tensors, accuracy }))
}

/// Trains from `step` to the end, whose number it gives; `None` where the face stopped it.
async fn train(
    s: &mut Session,
    trainer: &mut DerivedTrainer,
    guard: &mut Guard,
    mut step: u64,
) -> Result<Option<u64>, RunError> {
    let mut plan = Plan::new(s);
    let (epoch_steps, total) = (plan.epoch_steps, plan.epoch_steps * plan.config.epochs);
    let (mut watch, mut images) = (Stopwatch::start(), 0_usize);
    while step < total {
        match s.next_wish().await? {
            Flow::Continue => {}
            Flow::Stop => {
                save(s, trainer, step, epoch_steps).await?;
                return Ok(None);
            }
            Flow::Save => save(s, trainer, step, epoch_steps).await?,
            Flow::Evaluate(_) | Flow::Generate(_) => {
                s.emit(Event::Warning {
                    message: "a training from scratch has no supernet to measure or generate with"
                        .to_owned(),
                })
                .await?
            }
        }
        images += plan.step(s, trainer, step)?;
        s.gpu.settle().await?;
        step += 1;
        if step.is_multiple_of(epoch_steps) {
            let loss = trainer.metrics.take(&s.gpu)?.arrive().await?.loss;
            if !loss.is_finite() {
                return Err(RunError::diverged(Phase::Scratch, step - 1));
            }
            let images_per_s = images as f64 / watch.seconds().max(1e-9);
            let (epoch, accuracy) = (step / epoch_steps - 1, test(s, trainer).await?);
            let (lr, seconds) = (plan.lr(step - 1), Some(s.seconds()));
            let facts = ScratchEpoch { epoch, loss, accuracy, lr, images_per_s, seconds };
            s.emit(Event::ScratchEpoch(facts)).await?;
            (watch, images) = (Stopwatch::start(), 0);
        }
        if step.is_multiple_of(MARK) || step == total {
            guard.mark(&s.gpu, trainer, step).await?;
        }
        if s.save_is_due(1) && step < total {
            save(s, trainer, step, epoch_steps).await?;
        }
    }
    guard.settle().await?;
    Ok(Some(step))
}

/// What every step does; it depends on the step's number alone.
struct Plan {
    config: config::Scratch,
    augment: Augment,
    order: Order,
    epoch_steps: u64,
}

impl Plan {
    fn new(s: &Session) -> Self {
        let config = s.config.scratch.clone();
        Plan {
            augment: scratch_augment(&config),
            order: Order::new(Part::Train, config.batch, s.streams, 0),
            epoch_steps: s.images.steps(Part::Train, config.batch),
            config,
        }
    }

    /// Learning rate of a step.
    fn lr(&self, step: u64) -> f64 {
        settings::scratch_lr(&self.config, step, self.epoch_steps)
    }

    /// Does a step; number of its images.
    fn step(&mut self, s: &Session, t: &mut DerivedTrainer, step: u64) -> Result<usize, RunError> {
        let parts = s.images.shuffled(&s.gpu, &mut self.order, step, &self.augment)?;
        let mut dropout = s.streams.stream(Purpose::Dropout, step);
        t.step(&s.gpu, &parts, self.lr(step), &mut dropout)?;
        Ok(parts.iter().map(|(_, labels)| labels.len()).sum())
    }
}

fn trainer(s: &Session, architecture: &Architecture) -> Result<DerivedTrainer, RunError> {
    let config = &s.config.scratch;
    let mut rng = s.streams.stream(Purpose::Init, 2);
    let network = settings::derived_config(config);
    let (net, store) = DerivedNet::new(&s.gpu, &s.space, architecture, network, &mut rng)?;
    Ok(DerivedTrainer::new(&s.gpu, net, store, settings::scratch(config))?)
}

async fn test(s: &Session, trainer: &DerivedTrainer) -> Result<f64, RunError> {
    let network = |ctx: &Ctx<'_>, x: &Var| trainer.net.forward(ctx, x, None);
    let images = s.images.test(&s.gpu, s.config.evaluate.batch)?;
    accuracy(&s.gpu, &trainer.evaluation_store(), &network, images).await
}

async fn save(
    s: &mut Session,
    t: &DerivedTrainer,
    step: u64,
    epoch_steps: u64,
) -> Result<(), RunError> {
    let mut tensors = Tensors::new();
    put(&mut tensors, prefix::SCRATCH, t.store.to_state(&s.gpu).await?);
    put(&mut tensors, prefix::OPTIMISER, optimiser_state(&s.gpu, &t.optimiser).await?);
    if t.average.is_some() {
        put(&mut tensors, prefix::AVERAGE, t.evaluation_store().to_state(&s.gpu).await?);
    }
    let values = t.metrics.sums(&s.gpu).await?.to_vec();
    tensors.insert(SUMS.to_owned(), HostTensor { shape: vec![values.len()], values });
    s.save(Phase::Scratch, (step, step / epoch_steps), &tensors, &SearchState::default()).await
}

fn restore(
    s: &Session,
    t: &mut DerivedTrainer,
    tensors: &Tensors,
    step: u64,
) -> Result<(), RunError> {
    saved::load(&s.gpu, &t.store, tensors, prefix::SCRATCH)?;
    if t.average.is_some() {
        saved::load(&s.gpu, &t.evaluation_store(), tensors, prefix::AVERAGE)?;
    }
    let state = saved::part(tensors, prefix::OPTIMISER);
    restore_optimiser(&s.gpu, &mut t.optimiser, &state, step)?;
    if let Some([loss, hits, passes, images]) =
        tensors.get(SUMS).and_then(|sums| sums.values.as_array::<4>())
    {
        t.metrics.restore(&s.gpu, [*loss, *hits, *passes, *images])?;
    }
    Ok(())
}
