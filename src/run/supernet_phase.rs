//! The first phase: training of the supernet.

use super::RunError;
use super::guard::Guard;
use super::images::{Order, Part, search_augment};
use super::prepare::{REHEARSED, prepare, rehearse_accuracy};
use super::saved::{self, SearchState, optimiser_state, prefix, put, restore_optimiser};
use super::session::{Flow, Loaded, Session};
use super::settings;
use crate::autodiff::Var;
use crate::data::Augment;
use crate::gpu::Gpu;
use crate::nas::{Means, Path, PathSampler, PendingMetrics, Supernet, SupernetTrainer, means};
use crate::nn::{Ctx, Store, Tensors, schedule};
use crate::platform::clock::Stopwatch;
use crate::platform::random::{Purpose, Streams};
use crate::protocol::config::{self, Config};
use crate::protocol::event::Event;
use crate::protocol::facts::{EXPANSIONS, PathCounts, Phase, SupernetEpoch, SupernetStep};
use crate::protocol::pace::{HELD_OUT, RANDOM_PATHS};
use crate::space::{Architecture, Space};

/// Steps whose loss and accuracy are averaged into one event.
const REPORT: u64 = 10;

/// Builds the supernet with the tensors of a checkpoint, or as initialised.
pub(super) fn build(
    gpu: &Gpu,
    config: &Config,
    space: &Space,
    tensors: Option<&Tensors>,
) -> Result<(Supernet, Store), RunError> {
    let mut rng = Streams::new(config.general.seed).stream(Purpose::Init, 0);
    let (net, store) = Supernet::new(gpu, space, settings::shadow(config), &mut rng)?;
    if let Some(all) = tensors {
        saved::load(gpu, &store, all, prefix::SUPERNET)?;
    }
    Ok((net, store))
}

/// Trains the supernet from a checkpoint of this phase or from the start; `None` where the face
/// stopped it.
pub(super) async fn run(
    s: &mut Session,
    from: Option<&Loaded>,
) -> Result<Option<(Supernet, Store)>, RunError> {
    let (net, store) = build(&s.gpu, &s.config, &s.space, from.map(|c| &c.tensors))?;
    let mut trainer = SupernetTrainer::new(&s.gpu, net, store, settings::supernet(&s.config))?;
    let mut step = 0;
    if let Some(c) = from {
        step = c.position.step;
        let state = saved::part(&c.tensors, prefix::OPTIMISER);
        restore_optimiser(&s.gpu, &mut trainer.optimiser, &state, step)?;
    }
    s.begin(Phase::Supernet, from.map(|c| c.position.seconds)).await?;
    prepare(s, |s| rehearse(s, &trainer, step)).await?;
    let mut guard = Guard::new(&s.gpu, Phase::Supernet, &trainer, step)?;
    match train(s, &mut trainer, &mut guard, step).await {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(error) => {
            let mut plan = Plan::new(s);
            let again = |t: &mut SupernetTrainer, step| plan.step(s, t, step).map(drop);
            return Err(guard.explain(&s.gpu, &mut trainer, error, again).await);
        }
    }
    s.end(Phase::Supernet).await?;
    Ok(Some((trainer.net, trainer.store)))
}

/// Goes through the next steps with a trainer that is thrown away.
fn rehearse(s: &Session, trainer: &SupernetTrainer, step: u64) -> Result<(), RunError> {
    let (net, store) = (trainer.net.clone(), trainer.store.clone());
    let mut trainer = SupernetTrainer::new(&s.gpu, net, store, settings::supernet(&s.config))?;
    let mut plan = Plan::new(s);
    let steps = step..plan.total.min(step + REHEARSED);
    steps.into_iter().try_for_each(|step| plan.step(s, &mut trainer, step).map(drop))
}

/// Trains from `step` to the end; false where the face stopped it.
async fn train(
    s: &mut Session,
    trainer: &mut SupernetTrainer,
    guard: &mut Guard,
    mut step: u64,
) -> Result<bool, RunError> {
    let mut plan = Plan::new(s);
    let (epoch_steps, total) = (plan.epoch_steps, plan.total);
    let mut report = Report { pending: None, watch: Stopwatch::start(), images: 0 };
    while step < total {
        let flow = s.next_wish().await?;
        match flow {
            Flow::Continue => {}
            Flow::Stop | Flow::Save => {
                report.flush(s, trainer, step, epoch_steps, plan.lr(step)).await?;
                save(s, trainer, step, epoch_steps).await?;
                if flow == Flow::Stop {
                    return Ok(false);
                }
            }
            Flow::Evaluate(_) | Flow::Generate(_) => {
                s.emit(Event::Warning {
                    message: "the supernet is in training: architectures are measured after it"
                        .into(),
                })
                .await?
            }
        }
        report.images += plan.step(s, trainer, step)?;
        s.gpu.settle().await?;
        step += 1;
        let epoch_ends = step.is_multiple_of(epoch_steps);
        if step.is_multiple_of(REPORT) || epoch_ends {
            report.next(s, trainer, step, epoch_steps, plan.lr(step - 1)).await?;
            guard.mark(&s.gpu, trainer, step).await?;
            let due = s.save_is_due(REPORT);
            if epoch_ends {
                report.drain(s).await?;
                measure(s, trainer, step / epoch_steps - 1).await?;
                count_paths(s, &plan, step / epoch_steps - 1).await?;
            }
            if due && step < total {
                report.drain(s).await?;
                save(s, trainer, step, epoch_steps).await?;
            }
        }
    }
    report.drain(s).await?;
    guard.settle().await?;
    Ok(true)
}

/// What every step does; it depends on the step's number alone.
struct Plan {
    config: config::Supernet,
    augment: Augment,
    order: Order,
    epoch_steps: u64,
    total: u64,
}

impl Plan {
    fn new(s: &Session) -> Self {
        let config = s.config.supernet.clone();
        let epoch_steps = s.images.steps(Part::Weights, config.batch);
        Plan {
            augment: search_augment(&config),
            order: Order::new(Part::Weights, config.batch, s.streams, 0),
            epoch_steps,
            total: epoch_steps * config.epochs,
            config,
        }
    }

    /// Learning rate of a step.
    fn lr(&self, step: u64) -> f64 {
        schedule::cosine(self.config.lr, 0.0, step, self.total)
    }

    /// Does a step; number of its images.
    fn step(&mut self, s: &Session, t: &mut SupernetTrainer, step: u64) -> Result<usize, RunError> {
        let parts = s.images.shuffled(&s.gpu, &mut self.order, step, &self.augment)?;
        let mut rng = s.streams.stream(Purpose::Path, step);
        t.step(&s.gpu, &parts, self.lr(step), &mut rng)?;
        Ok(parts.iter().map(|(_, labels)| labels.len()).sum())
    }
}

async fn save(
    s: &mut Session,
    t: &SupernetTrainer,
    step: u64,
    epoch_steps: u64,
) -> Result<(), RunError> {
    let mut tensors = Tensors::new();
    put(&mut tensors, prefix::SUPERNET, t.store.to_state(&s.gpu).await?);
    put(&mut tensors, prefix::OPTIMISER, optimiser_state(&s.gpu, &t.optimiser).await?);
    s.save(Phase::Supernet, (step, step / epoch_steps), &tensors, &SearchState::default()).await
}

/// Events of steps; the newest one's values may still be on their way.
struct Report {
    pending: Option<(SupernetStep, PendingMetrics)>,
    watch: Stopwatch,
    images: usize,
}

impl Report {
    async fn next(
        &mut self,
        s: &mut Session,
        t: &mut SupernetTrainer,
        step: u64,
        epoch_steps: u64,
        lr: f64,
    ) -> Result<(), RunError> {
        self.drain(s).await?;
        let images_per_s = self.images as f64 / self.watch.seconds().max(1e-9);
        (self.images, self.watch) = (0, Stopwatch::start());
        let epoch = (step - 1) / epoch_steps;
        let (loss, accuracy, seconds) = (0.0, 0.0, Some(s.seconds()));
        let facts =
            SupernetStep { step: step - 1, epoch, loss, accuracy, lr, images_per_s, seconds };
        self.pending = Some((facts, t.metrics.take(&s.gpu)?));
        Ok(())
    }

    async fn drain(&mut self, s: &mut Session) -> Result<(), RunError> {
        let Some((facts, pending)) = self.pending.take() else { return Ok(()) };
        let means = pending.arrive().await?;
        if !means.loss.is_finite() {
            return Err(RunError::diverged(Phase::Supernet, facts.step));
        }
        let (loss, accuracy) = (means.loss, means.accuracy);
        s.emit(Event::SupernetStep(SupernetStep { loss, accuracy, ..facts })).await
    }

    /// Reports the steps since the last event.
    async fn flush(
        &mut self,
        s: &mut Session,
        t: &mut SupernetTrainer,
        step: u64,
        epoch_steps: u64,
        lr: f64,
    ) -> Result<(), RunError> {
        if self.images > 0 {
            self.next(s, t, step, epoch_steps, lr).await?;
        }
        self.drain(s).await
    }
}

/// Tells how often the epoch has trained what: its paths depend on the steps' numbers alone, so
/// they are drawn again.
async fn count_paths(s: &mut Session, plan: &Plan, epoch: u64) -> Result<(), RunError> {
    let layers = s.space.layers().len();
    let config = &plan.config;
    let sampler =
        PathSampler { layers, paths: config.paths_per_step, forced: config.forced_sampling };
    let mut counts = PathCounts::none(epoch, layers);
    for step in epoch * plan.epoch_steps..(epoch + 1) * plan.epoch_steps {
        for path in sampler.step(&mut s.streams.stream(Purpose::Path, step)) {
            path.parts(|layer, expansion, kernel| {
                counts.add(layer, expansion - EXPANSIONS[0], kernel);
            });
        }
    }
    s.emit(Event::PathCounts(counts)).await
}

/// Accuracy of the smallest, the largest and some random paths on held-out images, and the loss of the
/// last.
async fn measure(s: &mut Session, t: &SupernetTrainer, epoch: u64) -> Result<(), RunError> {
    let layers = t.net.blocks().len();
    let batch = s.config.evaluate.batch.min(HELD_OUT);
    let smoothing = s.config.supernet.label_smoothing as f32;
    let sampler =
        PathSampler { layers, paths: RANDOM_PATHS, forced: s.config.supernet.forced_sampling };
    let mut paths = vec![
        Path::from(&Architecture::uniform(layers, &[3; 2])?),
        Path::from(&Architecture::uniform(layers, &[7; 6])?),
    ];
    paths.extend(sampler.step(&mut s.streams.stream(Purpose::Evaluate, epoch)));
    let network = |path: &Path| {
        let path = path.clone();
        move |ctx: &Ctx<'_>, x: &Var| t.net.path(ctx, x, &path)
    };
    // The kernels of the loss are those of the training.
    prepare(s, |s| {
        paths.iter().try_for_each(|path| {
            let on = (&s.gpu, &s.images);
            rehearse_accuracy(on, &t.store, &network(path), (Part::Generator, batch))
        })
    })
    .await?;
    let mut all = Vec::new();
    for path in &paths {
        let images = s.images.in_order(&s.gpu, Part::Generator, batch, HELD_OUT / batch)?;
        all.push(means(&s.gpu, &t.store, &network(path), smoothing, images).await?);
    }
    let mean = |of: fn(&Means) -> f64| all[2..].iter().map(of).sum::<f64>() / RANDOM_PATHS as f64;
    let (smallest, largest) = (all[0].accuracy, all[1].accuracy);
    let (mean, loss) = (mean(|one| one.accuracy), mean(|one| one.loss));
    let loss = Some(loss).filter(|loss| loss.is_finite());
    s.emit(Event::SupernetEpoch(SupernetEpoch { epoch, smallest, largest, mean, loss })).await
}
