//! The third phase: answers to all budgets, target tracking, and random architectures for
//! comparison, all measured with inherited weights.

use std::cell::Cell;

use super::RunError;
use super::answerer::Answerer;
use super::images::{Images, Part};
use super::prepare::{prepare, rehearse_accuracy};
use super::saved::{SearchState, prefix, put};
use super::session::{Flow, Loaded, Session};
use crate::autodiff::Var;
use crate::gpu::Gpu;
use crate::nas::{
    Network, Path, SavedStats, Supernet, accuracy, inherit, recalibrate, rehearse_recalibration,
};
use crate::nn::{Ctx, Store, Tensors};
use crate::platform::random::Purpose;
use crate::protocol::config::{Decode, Evaluate};
use crate::protocol::event::Event;
use crate::protocol::facts::{Evaluated, Origin, Phase, Tracked};
use crate::space::{Architecture, random_architecture};

/// A trained search: what answers budgets and measures architectures.
pub(super) struct Search<'a> {
    /// The supernet and its tensors.
    pub(super) supernet: (&'a Supernet, &'a Store),
    /// The generator.
    pub(super) answerer: &'a Answerer,
}

impl Search<'_> {
    /// Measures an architecture and tells of it.
    pub(super) async fn tell(
        &self,
        s: &mut Session,
        kind: Origin,
        budget: Option<u64>,
        architecture: Architecture,
    ) -> Result<(), RunError> {
        prepare(s, |s| {
            let on = (&s.gpu, &s.images);
            rehearse(on, self.supernet, &s.config.evaluate, &architecture)
        })
        .await?;
        let (on, settings) = ((&s.gpu, &s.images), &s.config.evaluate);
        let accuracy = measure(on, self.supernet, settings, &architecture, &|_, _| {}).await?;
        let cost = s.space.cost(&architecture, false)?;
        let (macs, params) = (cost.macs, cost.params);
        s.emit(Event::Evaluated(Evaluated { kind, budget, architecture, macs, params, accuracy }))
            .await
    }

    async fn save(&self, s: &mut Session, step: u64) -> Result<(), RunError> {
        let mut tensors = Tensors::new();
        put(&mut tensors, prefix::SUPERNET, self.supernet.1.to_state(&s.gpu).await?);
        put(&mut tensors, prefix::BEST, self.answerer.store.to_state(&s.gpu).await?);
        s.save(Phase::Evaluate, (step, 0), &tensors, &SearchState::default()).await
    }
}

/// Accuracy on the test images with inherited weights and recalibrated batch norms; `tell` gets how
/// many batches of how many are under way or done.
pub(super) async fn measure(
    (gpu, images): (&Gpu, &Images),
    (net, store): (&Supernet, &Store),
    settings: &Evaluate,
    architecture: &Architecture,
    tell: &dyn Fn(usize, usize),
) -> Result<f64, RunError> {
    let path = Path::from(architecture);
    let network = |ctx: &Ctx<'_>, x: &Var| net.path(ctx, x, &path);
    let (batch, most) = (settings.batch, settings.recalibration);
    let all = images.batches(Part::Weights, batch).min(most) + images.batches(Part::Test, batch);
    let begun = Cell::new(0);
    let begin = || {
        begun.set(begun.get() + 1);
        // Batches too large for the GPU come in parts, which are not counted apart.
        tell(begun.get().min(all), all);
    };
    recalibrated((gpu, images), (store, &network), settings, &begin, async || {
        let test = images.test(gpu, batch)?.inspect(|_| begin());
        accuracy(gpu, store, &network, test).await
    })
    .await
}

/// The tensors of an architecture's network by itself: inherited weights and recalibrated batch
/// norms. `None` where the supernet has none for it: one of its layers has a single sub-block.
pub(super) async fn derive(
    on: (&Gpu, &Images),
    (net, store): (&Supernet, &Store),
    settings: &Evaluate,
    architecture: &Architecture,
) -> Result<Option<Tensors>, RunError> {
    let path = Path::from(architecture);
    let network = |ctx: &Ctx<'_>, x: &Var| net.path(ctx, x, &path);
    let state = async || Ok(store.to_state(on.0).await?);
    let state = recalibrated(on, (store, &network), settings, &|| {}, state).await?;
    Ok(inherit(&state, architecture))
}

/// What `look` finds while the running statistics are a network's own; then those of the training
/// are put back. `begin` is called for each batch that they are measured on.
async fn recalibrated<T>(
    (gpu, images): (&Gpu, &Images),
    (store, network): (&Store, &Network<'_>),
    settings: &Evaluate,
    begin: &dyn Fn(),
    look: impl AsyncFnOnce() -> Result<T, RunError>,
) -> Result<T, RunError> {
    let trained = SavedStats::of(gpu, store)?;
    let (batch, most) = (settings.batch, settings.recalibration);
    let batches = images.in_order(gpu, Part::Weights, batch, most)?.inspect(|_| begin());
    recalibrate(gpu, store, network, batches).await?;
    let found = look().await;
    trained.restore(gpu, store);
    found
}

/// Goes through what [`measure`] does of that.
pub(super) fn rehearse(
    (gpu, images): (&Gpu, &Images),
    (net, store): (&Supernet, &Store),
    settings: &Evaluate,
    architecture: &Architecture,
) -> Result<(), RunError> {
    let path = Path::from(architecture);
    let network = |ctx: &Ctx<'_>, x: &Var| net.path(ctx, x, &path);
    let (batch, most) = (settings.batch, settings.recalibration);
    let images_of = images.in_order(gpu, Part::Weights, batch, most)?;
    rehearse_recalibration(gpu, store, &network, images_of)?;
    rehearse_accuracy((gpu, images), store, &network, (Part::Test, batch))
}

/// Runs the phase; false where the face stopped it.
pub(super) async fn run(
    s: &mut Session,
    search: &Search<'_>,
    from: Option<&Loaded>,
) -> Result<bool, RunError> {
    s.begin(Phase::Evaluate, from.map(|c| c.position.seconds)).await?;
    if from.is_none() {
        search.save(s, 0).await?;
    }
    prepare(s, |_| search.answerer.rehearse()).await?;
    if s.state.tracking.is_empty() {
        let mut targets = Vec::new();
        for budget in s.targets.spread(s.config.evaluate.tracking) {
            let cost = s.costs.cost(&search.answerer.answer(budget, Decode::Argmax).await?)?;
            targets.push(Tracked { budget, cost });
        }
        s.emit(Event::Tracking { targets }).await?;
    }
    let budgets = s.config.budgets(s.targets);
    // The journal says what is done already.
    let mut generated = s.state.evaluated(Origin::Generated).count();
    let mut random = s.state.evaluated(Origin::Random).count();
    let count = s.config.evaluate.random;
    while generated < budgets.len() || random < count {
        match s.next_wish().await? {
            Flow::Continue => {}
            Flow::Stop => {
                search.save(s, (generated + random) as u64).await?;
                return Ok(false);
            }
            Flow::Save => search.save(s, (generated + random) as u64).await?,
            Flow::Evaluate(a) => search.tell(s, Origin::User, None, a).await?,
            Flow::Generate(budget) => {
                let a = search.answerer.answer(budget, s.config.evaluate.decode).await?;
                search.tell(s, Origin::User, Some(budget), a).await?;
            }
        }
        if let Some(&budget) = budgets.get(generated) {
            match search.answerer.answer(budget, s.config.evaluate.decode).await {
                Ok(a) => {
                    s.folder.write_architecture(&format!("{budget}"), &a)?;
                    search.tell(s, Origin::Generated, Some(budget), a).await?;
                }
                Err(e) => s.emit(Event::Warning { message: e.to_string() }).await?,
            }
            generated += 1;
        } else {
            let mut rng = s.streams.stream(Purpose::Evaluate, (1 << 40) + random as u64);
            let a = random_architecture(s.space.layers().len(), &mut rng);
            search.tell(s, Origin::Random, None, a).await?;
            random += 1;
        }
        if s.save_is_due(1) {
            search.save(s, (generated + random) as u64).await?;
        }
    }
    // A run that ended between its last event and its last file ends again, without new events.
    if s.state.phase(Phase::Evaluate).is_none_or(|phase| phase.seconds.is_none()) {
        s.end(Phase::Evaluate).await?;
        search.save(s, (generated + random) as u64).await?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::gpu::AdapterChoice;
    use crate::platform::random::Streams;
    use crate::protocol::config::Config;
    use crate::run::setup::{Device, Sources};
    use crate::run::supernet_phase::build;

    #[test]
    fn measuring_and_answering_meet_no_kernel_that_their_rehearsal_did_not_name() {
        let mut config = Config::preset("tiny").unwrap();
        // The last batch of the test images is a smaller one.
        (config.evaluate.batch, config.evaluate.recalibration) = (300, 2);
        let sources = Sources::of_search(config).unwrap();
        let (config, space) = (&sources.config, &sources.space);
        let device = pollster::block_on(sources.upload(&AdapterChoice::Best)).unwrap();
        let Device { gpu, images } = &device;
        let (net, store) = build(gpu, config, space, None).unwrap();
        let (on, supernet) = ((gpu, images), (&net, &store));
        let answerer = Answerer::new(gpu, config, space).unwrap();
        let ready = |kernels: Vec<crate::gpu::Kernel>| {
            for kernel in &kernels {
                pollster::block_on(gpu.make_ready(kernel)).unwrap();
            }
            (kernels.len(), gpu.pipelines())
        };
        let (named, made) = ready(gpu.rehearse(|| answerer.rehearse()).unwrap());
        let most = space.cost_range().1.get(answerer.metric());
        pollster::block_on(answerer.answer(most, Decode::Budget)).unwrap();
        assert!(named > 0);
        assert_eq!(gpu.pipelines(), made);
        let mut rng = Streams::new(1).stream(Purpose::Evaluate, 0);
        for _ in 0..2 {
            let one = random_architecture(space.layers().len(), &mut rng);
            let kernels = gpu.rehearse(|| rehearse(on, supernet, &config.evaluate, &one));
            let (_, made) = ready(kernels.unwrap());
            let told = Cell::new((0, 0));
            let tell = |done, of| told.set((done, of));
            let measured = measure(on, supernet, &config.evaluate, &one, &tell);
            pollster::block_on(measured).unwrap();
            assert!(told.get().0 > 1 && told.get().0 == told.get().1, "{told:?}");
            assert_eq!(gpu.pipelines(), made);
        }
    }
}
