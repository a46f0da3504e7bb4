//! The architecture generator (section 4 of the specification): a constraint and a random prior to
//! architecture parameters, in one forward pass.

use rand::Rng;

use crate::autodiff::{Tape, Var};
use crate::gpu::{Gpu, GpuError};
use crate::nn::{Conv, Ctx, Mode, Store, StoreBuilder};
use crate::ops::activation::Activation;
use crate::ops::arithmetic::{Add, Scale};
use crate::space::{OPS, SUB_BLOCKS};
use crate::tensor::Tensor;

const WIDTH: usize = 32;
/// Values of a layer: its row in every map.
const ROW: usize = SUB_BLOCKS * OPS;

/// The layers of the generator; its tensors lie in a [`Store`].
#[derive(Clone, Debug)]
pub struct Generator {
    constraint_head: Vec<Conv>,
    prior_head: Vec<Conv>,
    trunk: Vec<Conv>,
    tail: Conv,
    layers: usize,
    constraint_channels: usize,
}

impl Generator {
    /// For `layers` searchable layers; the constraint enters as `constraint_channels` equal maps.
    pub fn new(
        gpu: &Gpu,
        layers: usize,
        constraint_channels: usize,
        rng: &mut impl Rng,
    ) -> Result<(Self, Store), GpuError> {
        let mut b = StoreBuilder::default();
        let mut convs = |name: &str, count: usize, c_in: usize| -> Vec<Conv> {
            (1..=count)
                .map(|i| {
                    let c_in = if i == 1 { c_in } else { WIDTH };
                    Conv::new(&mut b, &format!("generator.{name}.conv{i}"), [WIDTH, c_in, 3], 1, 1)
                })
                .collect()
        };
        let constraint_head = convs("constraint_head", 3, constraint_channels);
        let prior_head = convs("prior_head", 2, 1);
        let trunk = convs("trunk", 4, WIDTH);
        let tail = Conv::with_bias(&mut b, "generator.tail", [1, WIDTH, 3], 1);
        let net =
            Generator { constraint_head, prior_head, trunk, tail, layers, constraint_channels };
        Ok((net, b.build(gpu, rng)?))
    }

    /// Architecture parameters alpha [layers * 6, 4] for a constraint that is normalised to 0..1
    /// over the range of targets (not clamped), and a prior of layers * 24 values.
    pub fn forward(&self, ctx: &Ctx<'_>, constraint: f32, prior: &[f32]) -> Result<Var, GpuError> {
        self.forward_traced(ctx, constraint, prior, &mut |_, _| {})
    }

    /// The same; `see` gets every activation by its name.
    pub fn forward_traced(
        &self,
        ctx: &Ctx<'_>,
        constraint: f32,
        prior: &[f32],
        see: See<'_>,
    ) -> Result<Var, GpuError> {
        let c = self.constraint_head(ctx, constraint, see)?;
        let p = self.prior_head(ctx, prior, see)?;
        self.trunk(ctx, &c, &p, see)
    }

    fn constraint_head(
        &self,
        ctx: &Ctx<'_>,
        constraint: f32,
        see: See<'_>,
    ) -> Result<Var, GpuError> {
        let channels = self.constraint_channels;
        let map = vec![constraint; channels * self.layers * ROW];
        let map = Tensor::from_slice(ctx.gpu(), &map, [1, channels, self.layers, ROW])?;
        chain(ctx, "constraint_head", &self.constraint_head, Var::constant(&map), see)
    }

    fn prior_head(&self, ctx: &Ctx<'_>, prior: &[f32], see: See<'_>) -> Result<Var, GpuError> {
        let prior = Tensor::from_slice(ctx.gpu(), prior, [1, 1, self.layers, ROW])?;
        chain(ctx, "prior_head", &self.prior_head, Var::constant(&prior), see)
    }

    /// Alpha from what both heads give.
    fn trunk(&self, ctx: &Ctx<'_>, c: &Var, p: &Var, see: See<'_>) -> Result<Var, GpuError> {
        let gpu = ctx.gpu();
        let whole = gpu.scope("generator");
        let z = ctx.apply(Add, &[c, p])?;
        let deep = chain(ctx, "trunk", &self.trunk, z.clone(), see)?;
        let tail_in = ctx.apply(Add, &[&z, &deep])?;
        gpu.scope("generator.tail");
        let alpha = self.tail.forward(ctx, &tail_in)?;
        gpu.scope(&whole);
        see("sum_prior_constraint", &z);
        see("tail_in", &tail_in);
        see("alpha", &alpha);
        alpha.reshape(&[self.layers * SUB_BLOCKS, OPS])
    }

    /// The values of [`Generator::forward`], layers * 24 of them.
    pub async fn answer(
        &self,
        gpu: &Gpu,
        store: &Store,
        constraint: f32,
        prior: &[f32],
    ) -> Result<Vec<f32>, GpuError> {
        let tape = Tape::new(gpu);
        let alpha = self.forward(&eval(&tape, store), constraint, prior)?;
        alpha.tensor().fetch(gpu).await
    }

    /// What the heads give for any constraint and for each of these priors; as long as the tensors
    /// in `store` stay as they are.
    pub fn heads<'p>(
        &self,
        gpu: &Gpu,
        store: &Store,
        priors: impl IntoIterator<Item = &'p [f32]>,
    ) -> Result<Heads, GpuError> {
        let tape = Tape::new(gpu);
        let ctx = eval(&tape, store);
        let of = |constraint| self.constraint_head(&ctx, constraint, &mut |_, _| {});
        let constraint = [of(1.0)?, of(-1.0)?];
        let priors = priors.into_iter().map(|prior| self.prior_head(&ctx, prior, &mut |_, _| {}));
        Ok(Heads { constraint, priors: priors.collect::<Result<_, _>>()? })
    }

    /// [`Generator::forward`] from the kept heads on, for the `prior`-th of their priors, on the
    /// GPU, which nobody waits for.
    pub fn infer(
        &self,
        gpu: &Gpu,
        store: &Store,
        heads: &Heads,
        (constraint, prior): (f32, usize),
    ) -> Result<Tensor, GpuError> {
        let tape = Tape::new(gpu);
        let ctx = eval(&tape, store);
        let [above, below] = &heads.constraint;
        let unit = if constraint < 0.0 { below } else { above };
        let c = ctx.apply(Scale { factor: constraint.abs() }, &[unit])?;
        Ok(self.trunk(&ctx, &c, &heads.priors[prior], &mut |_, _| {})?.tensor().clone())
    }
}

/// What the heads of a [`Generator`] give, half of its work, kept between answers.
///
/// The constraint's head is of convolutions without bias and ReLUs, so that it is linear from 0
/// upwards and from 0 downwards: head(a c) = a head(c) for every a >= 0. Two constraints tell all.
#[derive(Clone)]
pub struct Heads {
    /// For the constraints 1 and -1.
    constraint: [Var; 2],
    /// For each prior.
    priors: Vec<Var>,
}

/// Gets every activation by its name.
type See<'a> = &'a mut dyn FnMut(&str, &Var);

fn eval<'a>(tape: &'a Tape, store: &'a Store) -> Ctx<'a> {
    Ctx { tape, store, mode: Mode::Eval, frozen: true }
}

/// Convolutions with a ReLU after each.
fn chain(
    ctx: &Ctx<'_>,
    name: &str,
    convs: &[Conv],
    mut x: Var,
    see: See<'_>,
) -> Result<Var, GpuError> {
    let whole = ctx.gpu().scope("generator");
    for (i, conv) in (1..).zip(convs) {
        ctx.gpu().scope(&format!("generator.{name}.conv{i}"));
        x = ctx.apply(Activation::Relu, &[&conv.forward(ctx, &x)?])?;
        see(&format!("{name}.conv{i}"), &x);
    }
    ctx.gpu().scope(&whole);
    Ok(x)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rand_pcg::Pcg64Mcg;

    use super::*;
    use crate::gpu::AdapterChoice;
    use crate::tensor::HostArray;

    #[test]
    fn kept_heads_answer_as_the_whole_network_does() {
        const LAYERS: usize = 5;
        let gpu = pollster::block_on(Gpu::open(&AdapterChoice::Best)).unwrap();
        let (net, store) = Generator::new(&gpu, LAYERS, 10, &mut Pcg64Mcg::new(1)).unwrap();
        let priors = [2, 3].map(|salt| HostArray::sample([LAYERS * ROW], salt).to_f32());
        let heads = net.heads(&gpu, &store, priors.iter().map(Vec::as_slice)).unwrap();
        // Within the range of targets and outside it.
        for (constraint, prior) in [(0.0, 0), (0.3, 1), (1.0, 0), (1.7, 1), (-0.4, 0), (-2.0, 1)] {
            let whole = net.answer(&gpu, &store, constraint, &priors[prior]);
            let whole = pollster::block_on(whole).unwrap();
            let kept = net.infer(&gpu, &store, &heads, (constraint, prior)).unwrap();
            let kept = kept.to_vec(&gpu).unwrap();
            let most = whole.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
            let error = whole.iter().zip(&kept).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(error <= 1e-5 * most && most > 0.0, "{constraint}: {error} of {most}");
        }
    }
}
