//! Small supernets along paths and softly.

use sgnas::autodiff::{Tape, Var};
use sgnas::gpu::Gpu;
use sgnas::nas::{LayerPath, ShadowNorms, Supernet};
use sgnas::nn::{Ctx, Mode, Store};
use sgnas::ops::arithmetic::Add;
use sgnas::ops::cross_entropy::CrossEntropy;
use sgnas::ops::gumbel_softmax::GumbelSoftmax;
use sgnas::ops::narrow::Narrow;
use sgnas::ops::soft_cost::SoftCost;
use sgnas::space::{ConvSpec, FirstSpec, LayerSpec, OPS, SKIP, SUB_BLOCKS, Space, SpaceConfig};
use sgnas::tensor::Tensor;

use crate::case::{Case, Checks, Outcome};
use crate::losses::hardware_of;
use crate::net;

/// Sums run over all pixels of a batch in every tensor of a network.
const PRODUCTS: usize = 1 << 12;

/// The space that the case's tensors have the shapes of.
fn space(case: &Case) -> Outcome<Space> {
    let shape = |name: &str| Ok::<_, Box<dyn std::error::Error>>(case.input(name)?.shape.nchw());
    let height = |name: &str| Ok::<_, Box<dyn std::error::Error>>(case.output(name)?.shape.dim(2));
    let [_, channels, h, w] = shape("x")?;
    let stem = shape("stem.weight")?;
    let mut map = height("first_block_out")?;
    let stem = ConvSpec { kernel: stem[2], channels: stem[0], stride: h.div_ceil(map) };
    let mut layers = Vec::new();
    for i in 0.. {
        if !case.has(&format!("layer{i}.pw2.weight")) {
            break;
        }
        let out = height(&format!("layer{i}_out"))?;
        let channels = shape(&format!("layer{i}.pw2.weight"))?[0];
        layers.push(LayerSpec { channels, stride: map.div_ceil(out) });
        map = out;
    }
    let first =
        FirstSpec { kernel: shape("first.dw.weight")?[2], channels: shape("first.pw.weight")?[0] };
    let config = SpaceConfig {
        input: [channels, h, w],
        classes: shape("classifier.weight")?[0],
        last_channels: shape("last.weight")?[0],
        constraint_low: 1,
        constraint_high: 2,
        hc_dim: 1,
        stem,
        first,
        layers,
    };
    Ok(Space::new("golden", config)?)
}

fn supernet(gpu: &Gpu, case: &Case) -> Outcome<(Supernet, Store)> {
    let (net, store) = Supernet::new(gpu, &space(case)?, ShadowNorms::Six, &mut net::rng())?;
    net::load(gpu, &store, case, &str::to_owned)?;
    Ok((net, store))
}

fn smoothing(case: &Case) -> Outcome<CrossEntropy> {
    Ok(CrossEntropy { smoothing: case.number("label_smoothing")? as f32 })
}

pub fn single_path(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let (net, store) = supernet(gpu, case)?;
    let paths: Vec<LayerPath> = serde_json::from_value(case.params["paths"].clone())?;
    let tape = Tape::new(gpu);
    let mode = Mode::Train { momentum: 0.1 };
    let ctx = Ctx { tape: &tape, store: &store, mode, frozen: false };
    let mut x = net.head(&ctx, &Var::constant(&case.tensor(gpu, "x")?))?;
    checks.tensor(gpu, "first_block_out", x.tensor(), PRODUCTS)?;
    for (i, (block, path)) in net.blocks().iter().zip(&paths).enumerate() {
        x = block.path(&ctx, &x, path, false)?;
        checks.tensor(gpu, &format!("layer{i}_out"), x.tensor(), PRODUCTS)?;
    }
    let logits = net.tail(&ctx, &x)?;
    let labels = Var::constant(&case.tensor(gpu, "t")?);
    let loss = tape.apply(smoothing(case)?, &[&logits, &labels])?;
    checks.tensor(gpu, "logits", logits.tensor(), PRODUCTS)?;
    checks.tensor(gpu, "loss", loss.tensor(), PRODUCTS)?;
    tape.backward(&loss, &one(gpu)?)?;
    net::compare(gpu, &store, case, checks, &str::to_owned, PRODUCTS)?;
    let mut used = 0;
    for (.., id) in store.params() {
        used += usize::from(store.grad(id)?.to_vec(gpu)?.iter().any(|g| *g != 0.0));
    }
    checks.within("used_parameter_tensors", &[used as f64], 0.0)
}

fn one(gpu: &Gpu) -> Outcome<Tensor> {
    Ok(Tensor::from_slice(gpu, &[1.0], [1])?)
}

/// 1 but for the skips of each layer's first sub-block, as in the authors' code.
pub fn first_unskippable(gpu: &Gpu, layers: usize) -> Outcome<Var> {
    let mut mask = vec![1.0; layers * SUB_BLOCKS * OPS];
    mask.chunks_exact_mut(SUB_BLOCKS * OPS).for_each(|layer| layer[SKIP] = 0.0);
    Ok(Var::constant(&Tensor::from_slice(gpu, &mask, [layers * SUB_BLOCKS, OPS])?))
}

/// What the loss of the soft pass is made of.
struct Soft<'a> {
    net: &'a Supernet,
    case: &'a Case,
    gpu: &'a Gpu,
    cost: SoftCost,
    /// Depthwise and pointwise costs, target, images, labels.
    given: [Var; 5],
}

impl Soft<'_> {
    /// Cross-entropy plus hardware loss from p on; `see` gets every value by its name.
    fn loss(
        &self,
        ctx: &Ctx<'_>,
        p: &Var,
        see: &mut dyn FnMut(&str, &Var) -> Outcome,
    ) -> Outcome<Var> {
        let [dw, pw, target, images, labels] = &self.given;
        let candidates = self.net.soft_candidates(self.gpu, ctx.store)?;
        let mut x = self.net.head(ctx, images)?;
        see("first_block_out", &x)?;
        for (i, (block, of)) in self.net.blocks().iter().zip(&candidates).enumerate() {
            let rows = Narrow { dim: 0, start: i * SUB_BLOCKS, len: SUB_BLOCKS };
            x = block.soft(ctx, &x, of, &ctx.apply(rows, &[p])?, None)?;
            see(&format!("layer{i}_out"), &x)?;
        }
        let logits = self.net.tail(ctx, &x)?;
        let ce = ctx.apply(smoothing(self.case)?, &[&logits, labels])?;
        let flops = ctx.apply(self.cost, &[p, dw, pw])?;
        let hardware = ctx.apply(hardware_of(self.case)?, &[&flops, target])?;
        let loss = ctx.apply(Add, &[&ce, &hardware])?;
        for (name, value) in [
            ("logits", &logits),
            ("ce", &ce),
            ("flops", &flops),
            ("hc_loss", &hardware),
            ("loss", &loss),
        ] {
            see(name, value)?;
        }
        Ok(loss)
    }
}

/// Twice: from alpha, and from p for the gradient by p.
pub fn soft(gpu: &Gpu, case: &Case, checks: &mut Checks<'_>) -> Outcome {
    let (net, store) = supernet(gpu, case)?;
    let layers = net.blocks().len();
    // The cost of a skip, zero, is left out.
    let dw = case.input("cost_dw")?.to_f32();
    let dw: Vec<f32> = dw.chunks_exact(OPS).flat_map(|l| l[..SKIP].to_vec()).collect();
    let [expand, project] = ["cost_pw1", "cost_pw2"].map(|n| case.input(n));
    let pairs = expand?.to_f32().into_iter().zip(project?.to_f32());
    let pw: Vec<f32> = pairs.flat_map(|(e, p)| [e, p]).collect();
    let soft = Soft {
        net: &net,
        case,
        gpu,
        cost: SoftCost { fixed: case.input("cost_basic")?.to_f32()[0] },
        given: [
            Tensor::from_slice(gpu, &dw, [layers, SKIP])?,
            Tensor::from_slice(gpu, &pw, [layers, 2])?,
            case.tensor(gpu, "target")?,
            case.tensor(gpu, "x")?,
            case.tensor(gpu, "t")?,
        ]
        .map(|t| Var::constant(&t)),
    };
    let rows = [layers * SUB_BLOCKS, OPS];
    let alpha = case.tensor(gpu, "alpha")?.reshape(rows)?;
    let noise = Var::constant(&case.tensor(gpu, "noise")?.reshape(rows)?);
    let tape = Tape::new(gpu);
    let ctx = Ctx { tape: &tape, store: &store, mode: Mode::Eval, frozen: false };
    let dalpha = Tensor::zeros(gpu, rows)?;
    let gumbel = GumbelSoftmax { tau: case.number("tau")? as f32 };
    let alpha = tape.leaf(&alpha, &dalpha);
    let p = tape.apply(gumbel, &[&alpha, &noise, &first_unskippable(gpu, layers)?])?;
    checks.tensor(gpu, "p", p.tensor(), OPS)?;
    let loss =
        soft.loss(&ctx, &p, &mut |name, v| checks.tensor(gpu, name, v.tensor(), PRODUCTS))?;
    tape.backward(&loss, &one(gpu)?)?;
    checks.tensor(gpu, "dalpha", &dalpha, PRODUCTS)?;
    for (name, _, id) in store.params() {
        let output = format!("d_{}", name.replace('.', "_"));
        if case.output(&output).is_ok() {
            checks.tensor(gpu, &output, &store.grad(id)?, PRODUCTS)?;
        }
    }
    let dp = Tensor::zeros(gpu, rows)?;
    let loss = soft.loss(&ctx, &tape.leaf(p.tensor(), &dp), &mut |_, _| Ok(()))?;
    tape.backward(&loss, &one(gpu)?)?;
    checks.tensor(gpu, "dp", &dp, PRODUCTS)
}
