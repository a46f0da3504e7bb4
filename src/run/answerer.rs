//! The generator as it answers: a budget in, an architecture out.

use std::cell::OnceCell;

use super::RunError;
use super::saved;
use crate::gpu::Gpu;
use crate::nas::{Generator, Heads};
use crate::nn::{Store, Tensors};
use crate::platform::random::{Purpose, Streams};
use crate::protocol::config::{Config, Decode, Targets};
use crate::space::{
    Architecture, Budget, Decoded, LatencyTable, Metric, PriorPool, SkipMask, Space, SpaceError,
    argmax, log_probabilities, most_probable_timed, most_probable_within,
};

/// A generator with its priors, for one space and one constraint.
pub struct Answerer {
    /// The generator.
    pub(super) net: Generator,
    /// Its tensors; from the first answer on they stay as they are.
    pub(super) store: Store,
    /// Architectures of known cost that it starts from.
    pub(super) priors: PriorPool,
    gpu: Gpu,
    space: Space,
    mask: SkipMask,
    metric: Metric,
    targets: Targets,
    times: Option<LatencyTable>,
    heads: OnceCell<Heads>,
}

impl Answerer {
    /// As initialised from the seed, with priors drawn from it.
    pub(super) fn new(gpu: &Gpu, config: &Config, space: &Space) -> Result<Self, RunError> {
        let streams = Streams::new(config.general.seed);
        let (layers, channels) = (space.layers().len(), space.config().hc_dim);
        let mut rng = streams.stream(Purpose::Init, 1);
        let (net, store) = Generator::new(gpu, layers, channels, &mut rng)?;
        let mut rng = streams.stream(Purpose::Prior, 0);
        let (metric, size) = (config.general.constraint, config.generator.prior_pool);
        let priors = match size {
            0 => PriorPool::none(layers),
            size => PriorPool::draw(space, metric, size, &mut rng)?,
        };
        let (gpu, targets) = (gpu.clone(), config.targets(space));
        let (space, mask) = (space.clone(), config.generator.mask);
        Ok(Self {
            net,
            store,
            priors,
            gpu,
            space,
            mask,
            metric,
            targets,
            times: None,
            heads: OnceCell::new(),
        })
    }

    /// With the tensors under a prefix in place of its own.
    pub(super) fn with(self, tensors: &Tensors, prefix: &str) -> Result<Self, RunError> {
        saved::load(&self.gpu, &self.store, tensors, prefix)?;
        Ok(Self { heads: OnceCell::new(), ..self })
    }

    /// With other priors.
    pub(super) fn with_priors(self, priors: PriorPool) -> Self {
        Self { priors, heads: OnceCell::new(), ..self }
    }

    /// Answers limits on time by this table from now on.
    pub fn set_times(&mut self, times: Option<LatencyTable>) {
        self.times = times;
    }

    /// The space that it answers in.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// What its constraint counts.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// The architecture for a budget in its own constraint.
    ///
    /// # Errors
    /// Where the budget lies below the space, or the GPU fails.
    pub async fn answer(&self, budget: u64, decode: Decode) -> Result<Architecture, RunError> {
        self.answer_in(self.metric, budget, decode).await
    }

    /// The architecture for a budget in any metric. One that the generator was not trained for
    /// enters at its place between the ends of that metric's range, and the decoding keeps it.
    ///
    /// # Errors
    /// As [`Answerer::answer`]; [`RunError::OtherMetric`] by argmax, which keeps no budget.
    pub async fn answer_in(
        &self,
        metric: Metric,
        budget: u64,
        decode: Decode,
    ) -> Result<Architecture, RunError> {
        if metric != self.metric && decode == Decode::Argmax {
            return Err(RunError::OtherMetric { asked: metric, trained: self.metric });
        }
        let alpha = self.alpha(self.place(metric, budget)).await?;
        Ok(match decode {
            Decode::Argmax => argmax(&alpha, self.mask)?,
            Decode::Budget => {
                let budget = Budget::new(metric, budget);
                most_probable_within(&self.space, &alpha, self.mask, &budget)?.architecture
            }
        })
    }

    /// The architecture for limits on one metric, on both, or on the time and one of them, with
    /// what it was chosen from: the probabilities of k3, k5, k7 and skip for each sub-block of each
    /// layer, layers * 24 values.
    ///
    /// # Errors
    /// As [`Answerer::answer`], where nothing is limited, and where the time is without
    /// [`Answerer::set_times`].
    pub async fn weigh(&self, budget: &Budget) -> Result<(Decoded, Vec<f32>), RunError> {
        let limit = |metric| match metric {
            Metric::Macs => budget.macs,
            Metric::Params => budget.params,
        };
        let other = if self.metric == Metric::Macs { Metric::Params } else { Metric::Macs };
        let own = limit(self.metric).map(|most| (self.metric, most));
        let limit = own.or_else(|| limit(other).map(|most| (other, most)));
        let times = self.times.as_ref();
        let place = match (limit, budget.latency, times) {
            (Some((metric, most)), ..) => self.place(metric, most),
            (None, Some(most), Some(times)) => self.place_in_time(times, most),
            (None, Some(_), None) => return Err(SpaceError::NoTimes.into()),
            (None, None, _) => return Err(SpaceError::NoBudget.into()),
        };
        let alpha = self.alpha(place).await?;
        let decoded = most_probable_timed(&self.space, &alpha, self.mask, budget, times)?;
        let logs = log_probabilities(&alpha, self.mask)?;
        Ok((decoded, logs.iter().map(|log| log.exp() as f32).collect()))
    }

    /// Where a budget lies in the range of its metric that the generator was trained for, from 0
    /// to 1.
    fn place(&self, metric: Metric, budget: u64) -> f64 {
        let (from, to) = match metric {
            metric if metric == self.metric => (self.targets.low as f64, self.targets.high as f64),
            other => self.space.constraint_range(other),
        };
        (budget as f64 - from) / (to - from)
    }

    /// The same of a time in nanoseconds, whose range lies between the fastest and the slowest
    /// architecture as that of the MACs lies between the cheapest and the dearest.
    fn place_in_time(&self, times: &LatencyTable, most: u64) -> f64 {
        let (fastest, slowest) = times.range();
        let share = (most - fastest.min(most)) as f64 / (slowest - fastest).max(1) as f64;
        let (least, dearest) = self.space.cost_range();
        let macs = least.macs as f64 + share * (dearest.macs - least.macs) as f64;
        let (from, to) = self.space.constraint_range(Metric::Macs);
        (macs - from) / (to - from)
    }

    /// Goes through an answer in a rehearsal.
    pub(super) fn rehearse(&self) -> Result<(), RunError> {
        let heads = self.make_heads()?;
        Ok(self.net.infer(&self.gpu, &self.store, &heads, (0.0, 0)).map(drop)?)
    }

    /// Architecture parameters for a constraint, layers * 24 values.
    async fn alpha(&self, constraint: f64) -> Result<Vec<f32>, RunError> {
        let (low, high) = (self.targets.low as f64, self.targets.high as f64);
        let prior = self.priors.place_of_nearest(low + constraint * (high - low));
        let heads = match self.heads.get() {
            Some(heads) => heads,
            None => {
                let heads = self.make_heads()?;
                self.heads.get_or_init(|| heads)
            }
        };
        let of = (constraint as f32, prior);
        Ok(self.net.infer(&self.gpu, &self.store, heads, of)?.fetch(&self.gpu).await?)
    }

    fn make_heads(&self) -> Result<Heads, RunError> {
        let priors = self.priors.priors().iter().map(|prior| prior.path.as_slice());
        Ok(self.net.heads(&self.gpu, &self.store, priors)?)
    }
}
