//! Blocks: squeeze-excite, the unified block along a path and softly, the derived block.

use sgnas::autodiff::Var;
use sgnas::gpu::{Gpu, GpuError};
use sgnas::nas::{DerivedBlock, LayerPath, ShadowNorms, UnifiedBlock};
use sgnas::nn::{Ctx, Mode, SqueezeExcite, Store, StoreBuilder, concat_channels};
use sgnas::ops::Op;
use sgnas::ops::activation::Activation;
use sgnas::ops::arithmetic::{Add, Mul};
use sgnas::ops::conv2d::Conv2d;
use sgnas::ops::global_avg_pool::GlobalAvgPool;
use sgnas::ops::narrow::Narrow;
use sgnas::space::{KERNELS, Layer, MapShape, OPS, SUB_BLOCKS};
use sgnas::tensor::Tensor;

use crate::case::{Case, Checks, Outcome};
use crate::net;

/// The names of squeeze-excite in the cases: w1, b1, w2, b2.
fn excite_name(name: &str) -> String {
    [
        ("squeeze.weight", "w1"),
        ("squeeze.bias", "b1"),
        ("excite.weight", "w2"),
        ("excite.bias", "b2"),
    ]
    .into_iter()
    .fold(name.to_owned(), |name, (ours, theirs)| name.replace(ours, theirs))
}

pub fn squeeze_excite(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let acts = (case.params["squeeze_act"].as_str(), case.params["excite_act"].as_str());
    if acts != (Some("relu"), Some("hsigmoid")) || case.count("reduction")? != 4 {
        return Err(format!("squeeze-excite with {} is not built", case.params).into());
    }
    let [n, c, h, w] = case.input("x")?.shape.nchw();
    let mut b = StoreBuilder::default();
    let layer = SqueezeExcite::new(&mut b, "se", c);
    let store = b.build(gpu, &mut net::rng())?;
    let rename = |name: &str| excite_name(name.trim_start_matches("se."));
    net::load(gpu, &store, case, &rename)?;
    let [x, seed] = [case.tensor(gpu, "x")?, case.tensor(gpu, "gy")?];
    let done = net::pass(gpu, &store, Mode::Eval, &x, &seed, |ctx, x| layer.forward(ctx, x))?;
    let products = h * w * n;
    checks.tensor(gpu, "y", &done.output, products)?;
    checks.tensor(gpu, "dx", &done.dx, products)?;
    for (name, _, id) in store.params() {
        checks.tensor(gpu, &format!("d{}", rename(name)), &store.grad(id)?, products)?;
    }
    // What lies between, from the same ops.
    let pointwise = Conv2d { stride: 1, padding: 0, groups: 1 };
    let conv = |x: &Tensor, w: &str, b: &str| -> Outcome<Tensor> {
        let (w, b) = (case.tensor(gpu, w)?, case.tensor(gpu, b)?);
        Ok(pointwise.forward(gpu, &[x, &w, &b])?.output)
    };
    let act = |act: Activation, x: &Tensor| Ok::<_, GpuError>(act.forward(gpu, &[x])?.output);
    let mean = GlobalAvgPool.forward(gpu, &[&x])?.output.reshape([n, c, 1, 1])?;
    let squeezed = act(Activation::Relu, &conv(&mean, "w1", "b1")?)?;
    let gate = act(Activation::Hsigmoid, &conv(&squeezed, "w2", "b2")?)?;
    checks.tensor(gpu, "squeezed", &squeezed, h * w)?;
    checks.tensor(gpu, "gate", &gate, h * w)
}

/// The shapes around a block, from its input and output.
fn layer(case: &Case) -> Outcome<Layer> {
    let map = |[_, channels, height, width]: [usize; 4]| MapShape { channels, height, width };
    Ok(Layer {
        input: map(case.input("x")?.shape.nchw()),
        output: map(case.output("y")?.shape.nchw()),
        stride: case.count("stride")?,
    })
}

/// Sums in a block: over the batch's pixels, and over the channels of the wide tensor.
fn products(case: &Case) -> Outcome<usize> {
    let x = case.input("x")?;
    Ok(x.data.len())
}

fn unified(gpu: &Gpu, case: &Case) -> Outcome<(UnifiedBlock, Store)> {
    let layer = layer(case)?;
    if case.flag("residual")? != layer.residual() {
        return Err("a residual where shapes do not ask for it".into());
    }
    let mut b = StoreBuilder::default();
    let block = UnifiedBlock::new(&mut b, "block", layer, ShadowNorms::Six);
    let store = b.build(gpu, &mut net::rng())?;
    net::load(gpu, &store, case, &unified_name)?;
    Ok((block, store))
}

fn unified_name(name: &str) -> String {
    name.trim_start_matches("block.").to_owned()
}

pub fn unified_single_path(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let (block, store) = unified(gpu, case)?;
    let path: LayerPath = serde_json::from_value(case.params["path"].clone())?;
    let [x, seed] = [case.tensor(gpu, "x")?, case.tensor(gpu, "gy")?];
    let done = net::pass(gpu, &store, net::mode(case)?, &x, &seed, |ctx, x| {
        block.path(ctx, x, &path, true)
    })?;
    let products = products(case)?;
    checks.tensor(gpu, "y", &done.output, products)?;
    checks.tensor(gpu, "dx", &done.dx, products)?;
    net::compare(gpu, &store, case, checks, &unified_name, products)
}

/// As the generator is trained, once with the shadow batch norm that the case names and once with the
/// one that the GPU chooses; then with weights that want gradients, which no training asks for, made of
/// the same layers as a path.
pub fn unified_soft(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let (block, store) = unified(gpu, case)?;
    let products = products(case)?;
    let [x, p, seed] = ["x", "p", "gy"].map(|n| case.tensor(gpu, n));
    let (x, p, seed) = (x?, p?.reshape([SUB_BLOCKS, OPS])?, seed?);
    let layer = layer(case)?;
    let skipped = case.count("sbn_index")?;
    let chances = &case.input("p")?.data;
    for (frozen, known) in [(true, None), (true, Some(skipped)), (false, Some(skipped))] {
        let dp = Tensor::zeros(gpu, *p.shape())?;
        let done = net::pass(gpu, &store, net::mode(case)?, &x, &seed, |ctx, x| {
            let p = ctx.tape.leaf(&p, &dp);
            if frozen {
                block.soft(ctx, x, &block.soft_candidates(ctx)?, &p, known)
            } else {
                let y = soft_of_layers(ctx, &block, x, &p, chances)?;
                let y = block.norm(skipped).forward(ctx, &y, Activation::Identity)?;
                if layer.residual() { ctx.apply(Add, &[&y, x]) } else { Ok(y) }
            }
        })?;
        checks.tensor(gpu, "y", &done.output, products)?;
        checks.tensor(gpu, "dx", &done.dx, products)?;
        checks.tensor(gpu, "dp", &dp, products)?;
    }
    net::compare(gpu, &store, case, checks, &unified_name, products)
}

/// The soft pass up to the shadow batch norm, a layer a candidate.
fn soft_of_layers(
    ctx: &Ctx<'_>,
    block: &UnifiedBlock,
    x: &Var,
    p: &Var,
    chances: &[f64],
) -> Result<Var, GpuError> {
    let (expand, norm) = block.expansion();
    let wide = norm.forward(ctx, &expand.forward(ctx, x)?, Activation::Relu6)?;
    let c = x.tensor().shape().dim(1);
    let narrow = |x: &Var, dim, start, len| ctx.apply(Narrow { dim, start, len }, &[x]);
    let mut parts = Vec::new();
    for b in 0..SUB_BLOCKS {
        let input = narrow(&wide, 1, b * c, c)?;
        let of_block = narrow(p, 0, b, 1)?;
        let mut sum: Option<Var> = None;
        for k in (0..KERNELS.len()).filter(|k| chances[OPS * b + k] > 0.01) {
            let (conv, norm) = block.candidate(b, k);
            let a = norm.forward(ctx, &conv.forward(ctx, &input)?, Activation::Relu6)?;
            let chance = narrow(&of_block, 1, k, 1)?.reshape(&[1, 1, 1, 1])?;
            let part = ctx.apply(Mul, &[&a, &chance])?;
            sum = Some(match sum {
                None => part,
                Some(sum) => ctx.apply(Add, &[&sum, &part])?,
            });
        }
        parts.extend(sum);
    }
    block.projection().forward(ctx, &concat_channels(ctx, &parts)?)
}

pub fn derived(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let layer = layer(case)?;
    let act = activation(case.params["activation"].as_str())?;
    let kernels: Vec<u8> = serde_json::from_value(case.params["kernels"].clone())?;
    let mut b = StoreBuilder::default();
    let dims = [layer.input.channels, layer.output.channels, layer.stride];
    let (se, residual) = (case.flag("se")?, case.flag("residual")?);
    let block = DerivedBlock::new(&mut b, "block", &kernels, dims, se, residual);
    let store = b.build(gpu, &mut net::rng())?;
    let rename = |name: &str| excite_name(name.trim_start_matches("block."));
    net::load(gpu, &store, case, &rename)?;
    let [x, seed] = [case.tensor(gpu, "x")?, case.tensor(gpu, "gy")?];
    let done =
        net::pass(gpu, &store, net::mode(case)?, &x, &seed, |ctx, x| block.forward(ctx, x, act))?;
    let products = products(case)?;
    checks.tensor(gpu, "y", &done.output, products)?;
    checks.tensor(gpu, "dx", &done.dx, products)?;
    net::compare(gpu, &store, case, checks, &rename, products)
}

/// An activation as the cases call it: the authors' `relu` is ReLU6.
pub fn activation(name: Option<&str>) -> Outcome<Activation> {
    match name {
        Some("hswish") => Ok(Activation::Hswish),
        Some("relu" | "relu6") => Ok(Activation::Relu6),
        other => Err(format!("an unknown activation {other:?}").into()),
    }
}
