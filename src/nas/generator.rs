//! The architecture generator (section 4 of the specification): a constraint and a random prior to
//! architecture parameters, in one forward pass.

use rand::Rng;

use crate::autodiff::{Tape, Var};
use crate::gpu::{Gpu, GpuError};
use crate::nn::{Conv, Ctx, Mode, Store, StoreBuilder};
use crate::ops::activation::Activation;
use crate::ops::arithmetic::Add;
use crate::space::{OPS, SUB_BLOCKS};
use crate::tensor::Tensor;

const WIDTH: usize = 32;

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
        see: &mut dyn FnMut(&str, &Var),
    ) -> Result<Var, GpuError> {
        let (gpu, l, w) = (ctx.gpu(), self.layers, SUB_BLOCKS * OPS);
        let map = vec![constraint; self.constraint_channels * l * w];
        let map = Tensor::from_slice(gpu, &map, [1, self.constraint_channels, l, w])?;
        let prior = Tensor::from_slice(gpu, prior, [1, 1, l, w])?;
        let whole = gpu.scope("generator");
        let mut chain = |name: &str, convs: &[Conv], x: Var| -> Result<Var, GpuError> {
            let mut x = x;
            for (i, conv) in (1..).zip(convs) {
                gpu.scope(&format!("generator.{name}.conv{i}"));
                x = ctx.apply(Activation::Relu, &[&conv.forward(ctx, &x)?])?;
                see(&format!("{name}.conv{i}"), &x);
            }
            Ok(x)
        };
        let c = chain("constraint_head", &self.constraint_head, Var::constant(&map))?;
        let p = chain("prior_head", &self.prior_head, Var::constant(&prior))?;
        let z = ctx.apply(Add, &[&c, &p])?;
        let deep = chain("trunk", &self.trunk, z.clone())?;
        let tail_in = ctx.apply(Add, &[&z, &deep])?;
        gpu.scope("generator.tail");
        let alpha = self.tail.forward(ctx, &tail_in)?;
        gpu.scope(&whole);
        see("sum_prior_constraint", &z);
        see("tail_in", &tail_in);
        see("alpha", &alpha);
        alpha.reshape(&[l * SUB_BLOCKS, OPS])
    }

    /// The values of [`Generator::forward`], layers * 24 of them.
    pub async fn answer(
        &self,
        gpu: &Gpu,
        store: &Store,
        constraint: f32,
        prior: &[f32],
    ) -> Result<Vec<f32>, GpuError> {
        self.infer(gpu, store, constraint, prior)?.fetch(gpu).await
    }

    /// The same on the GPU, which nobody waits for.
    pub fn infer(
        &self,
        gpu: &Gpu,
        store: &Store,
        constraint: f32,
        prior: &[f32],
    ) -> Result<Tensor, GpuError> {
        let tape = Tape::new(gpu);
        let ctx = Ctx { tape: &tape, store, mode: Mode::Eval, frozen: true };
        Ok(self.forward(&ctx, constraint, prior)?.tensor().clone())
    }
}
