//! The cell and the reduction of NAS-Bench-201, composed of the project's ops.

use sgnas::autodiff::Var;
use sgnas::gpu::{Gpu, GpuError};
use sgnas::nn::{BatchNorm, Conv, Ctx, Mode, Store, StoreBuilder};
use sgnas::ops::activation::Activation;
use sgnas::ops::arithmetic::Add;
use sgnas::ops::pool::AvgPool2d;

use crate::case::{Case, Checks, Outcome};
use crate::net;

/// ReLU, convolution, batch norm.
fn unit(ctx: &Ctx<'_>, (conv, bn): &(Conv, BatchNorm), x: &Var) -> Result<Var, GpuError> {
    let x = ctx.apply(Activation::Relu, &[x])?;
    bn.forward(ctx, &conv.forward(ctx, &x)?, Activation::Identity)
}

/// A convolution of the shape that the case's weight has, and its batch norm.
fn new_unit(
    case: &Case,
    b: &mut StoreBuilder,
    name: &str,
    stride: usize,
) -> Outcome<(Conv, BatchNorm)> {
    let [out, c, k, _] = case.input(&format!("{name}.weight"))?.shape.nchw();
    let conv = Conv::new(b, name, [out, c, k], stride, 1);
    Ok((conv, BatchNorm::new(b, &format!("{name}.bn"), out)))
}

/// What an edge does.
enum Edge {
    None,
    Skip,
    Pool,
    Conv((Conv, BatchNorm)),
}

/// The edges by target and source node of an architecture `|op~0|+|op~0|op~1|+...`.
fn edges(case: &Case, b: &mut StoreBuilder) -> Outcome<Vec<Vec<(usize, Edge)>>> {
    let text = case.params["arch"].as_str().ok_or("no architecture")?;
    let node = |(i, node): (usize, &str)| {
        let ops = node.trim_matches('|').split('|');
        let edge = |op: &str| -> Outcome<(usize, Edge)> {
            let (op, source) = op.split_once('~').ok_or_else(|| format!("an odd edge {op}"))?;
            let source: usize = source.parse()?;
            let name = format!("e{source}_{}", i + 1);
            let edge = match op {
                "none" => Edge::None,
                "skip_connect" => Edge::Skip,
                "avg_pool_3x3" => Edge::Pool,
                "nor_conv_1x1" | "nor_conv_3x3" => Edge::Conv(new_unit(case, &mut *b, &name, 1)?),
                other => return Err(format!("an unknown operation {other}").into()),
            };
            Ok((source, edge))
        };
        ops.map(edge).collect::<Outcome<Vec<_>>>()
    };
    text.split('+').enumerate().map(node).collect()
}

fn sum(ctx: &Ctx<'_>, terms: Vec<Var>) -> Result<Option<Var>, GpuError> {
    let mut terms = terms.into_iter();
    let Some(mut total) = terms.next() else { return Ok(None) };
    for t in terms {
        total = ctx.apply(Add, &[&total, &t])?;
    }
    Ok(Some(total))
}

pub fn cell(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let mut b = StoreBuilder::default();
    let edges = edges(case, &mut b)?;
    let store = b.build(gpu, &mut net::rng())?;
    let pool = AvgPool2d { kernel: 3, stride: 1, padding: 1, count_include_pad: false };
    let network = |ctx: &Ctx<'_>, x: &Var| -> Result<Var, GpuError> {
        let mut nodes = vec![Some(x.clone())];
        for node in &edges {
            let mut terms = Vec::new();
            for (source, edge) in node {
                let Some(x) = &nodes[*source] else { continue };
                terms.extend(match edge {
                    Edge::None => None,
                    Edge::Skip => Some(x.clone()),
                    Edge::Pool => Some(ctx.apply(pool, &[x])?),
                    Edge::Conv(of) => Some(unit(ctx, of, x)?),
                });
            }
            nodes.push(sum(ctx, terms)?);
        }
        let missing = || GpuError::Shape { op: "cell", why: "nothing reaches the output".into() };
        nodes.pop().flatten().ok_or_else(missing)
    };
    finish(gpu, case, checks, &store, net::mode(case)?, network)
}

pub fn reduction(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let mut b = StoreBuilder::default();
    let [first, second] = [new_unit(case, &mut b, "a", 2)?, new_unit(case, &mut b, "b", 1)?];
    let [out, c, k, _] = case.input("down.weight")?.shape.nchw();
    let down = Conv::new(&mut b, "down", [out, c, k], 1, 1);
    let store = b.build(gpu, &mut net::rng())?;
    let pool = AvgPool2d { kernel: 2, stride: 2, padding: 0, count_include_pad: false };
    let network = |ctx: &Ctx<'_>, x: &Var| {
        let main = unit(ctx, &second, &unit(ctx, &first, x)?)?;
        let side = down.forward(ctx, &ctx.apply(pool, &[x])?)?;
        ctx.apply(Add, &[&main, &side])
    };
    finish(gpu, case, checks, &store, Mode::Train { momentum: 0.1 }, network)
}

fn finish(
    gpu: &Gpu,
    case: &Case,
    checks: &mut Checks<'_>,
    store: &Store,
    mode: Mode,
    network: impl FnOnce(&Ctx<'_>, &Var) -> Result<Var, GpuError>,
) -> Outcome {
    net::load(gpu, store, case, &str::to_owned)?;
    let [x, seed] = [case.tensor(gpu, "x")?, case.tensor(gpu, "gy")?];
    let done = net::pass(gpu, store, mode, &x, &seed, network)?;
    let products = x.len();
    checks.tensor(gpu, "y", &done.output, products)?;
    checks.tensor(gpu, "dx", &done.dx, products)?;
    net::compare(gpu, store, case, checks, &str::to_owned, products)
}
