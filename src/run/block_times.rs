//! How long the blocks of a space take for one image on a device: each searchable layer at each
//! expansion with each kernel alone, forward, with weights that mean nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::RunError;
use super::latency::{self, FORM};
use crate::autodiff::{Tape, Var};
use crate::gpu::Gpu;
use crate::nas::DerivedBlock;
use crate::nn::{Ctx, Mode, StoreBuilder};
use crate::platform::clock::Stopwatch;
use crate::platform::random::{Purpose, Streams};
use crate::protocol::statistics::quantile;
use crate::space::{
    Architecture, KERNELS, LatencyTable, Layer, LayerTimes, MIN_EXPANSION, SUB_BLOCKS, Space,
};
use crate::tensor::{HostArray, Tensor};

/// Passes through a block between two looks at the clock, the fewest and the most: what a submit
/// costs is the same of both and falls out.
const REPEATS: [usize; 2] = [1, 9];
/// Times that each is done; the first of all only makes pipelines.
const ROUNDS: usize = 5;

/// Measures all layers. What the rest of a network takes comes from whole networks.
///
/// # Errors
/// Where the GPU fails.
pub(super) async fn measure(
    gpu: &Gpu,
    space: &Space,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<LatencyTable, RunError> {
    // Layers of one shape are measured once.
    let mut known: BTreeMap<[usize; 6], LayerTimes> = BTreeMap::new();
    let shapes: BTreeSet<[usize; 6]> = space.layers().iter().map(shape).collect();
    let of = shapes.len() * (SUB_BLOCKS - MIN_EXPANSION + 1) * KERNELS.len();
    let mut done = 0;
    for layer in space.layers() {
        if known.contains_key(&shape(layer)) {
            continue;
        }
        let mut times = LayerTimes::default();
        for (e, of_expansion) in times.iter_mut().enumerate() {
            for (kernel, time) in KERNELS.into_iter().zip(of_expansion) {
                *time = block(gpu, layer, &vec![kernel; e + MIN_EXPANSION]).await?;
                done += 1;
                tell(done, of);
            }
        }
        known.insert(shape(layer), times);
    }
    let layers = space.layers().iter().filter_map(|layer| known.get(&shape(layer)).copied());
    let layers = layers.collect();
    let mut table = LatencyTable { adapter: gpu.adapter().name.clone(), fixed: 0, layers };
    table.fixed = rest(gpu, space, &table).await?;
    Ok(table)
}

/// What tells layers apart: the maps that enter and leave, and the stride.
fn shape(layer: &Layer) -> [usize; 6] {
    let Layer { input, output, stride } = layer;
    [input.channels, input.height, input.width, output.channels, *stride, layer.residual().into()]
}

/// Nanoseconds of a block.
async fn block(gpu: &Gpu, layer: &Layer, kernels: &[u8]) -> Result<u64, RunError> {
    let mut builder = StoreBuilder::default();
    let dims = [layer.input.channels, layer.output.channels, layer.stride];
    let block = DerivedBlock::new(&mut builder, "block", kernels, dims, false, layer.residual());
    let store = builder.build(gpu, &mut Streams::new(0).stream(Purpose::Init, 0))?;
    let map = [1, layer.input.channels, layer.input.height, layer.input.width];
    let map = Tensor::from_host(gpu, &HostArray::sample(map, 1))?;
    let output = |repeats: usize| -> Result<Tensor, RunError> {
        let tape = Tape::new(gpu);
        let ctx = Ctx { tape: &tape, store: &store, mode: Mode::Eval, frozen: true };
        let input = Var::constant(&map);
        let mut output = block.forward(&ctx, &input, FORM.activation)?;
        for _ in 1..repeats {
            output = block.forward(&ctx, &input, FORM.activation)?;
        }
        Ok(output.tensor().clone())
    };
    gpu.prepare(|| output(1).map(drop)).await?;
    let pass = async |repeats: usize| -> Result<f64, RunError> {
        let watch = Stopwatch::start();
        output(repeats)?.fetch(gpu).await?;
        Ok(watch.seconds())
    };
    pass(1).await?;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (repeats, times) in REPEATS.into_iter().zip(&mut times) {
            times.push(pass(repeats).await?);
        }
    }
    let [few, many] = times.map(|times| quantile(times.into_iter(), 0.5).unwrap_or(0.0));
    let seconds = (many - few) / (REPEATS[1] - REPEATS[0]) as f64;
    Ok((1e9 * seconds.max(0.0)).round() as u64)
}

/// Nanoseconds of whole networks beyond their blocks: of the smallest and of the largest, the mean.
async fn rest(gpu: &Gpu, space: &Space, table: &LatencyTable) -> Result<u64, RunError> {
    let mut sum = 0.0;
    let ends = [vec![3; MIN_EXPANSION], vec![7; SUB_BLOCKS]];
    for kernels in &ends {
        let architecture = Architecture::uniform(space.layers().len(), kernels)?;
        let whole = latency::measure(gpu, space, &architecture).await?.median;
        sum += 1e6 * whole - table.of(&architecture)? as f64;
    }
    Ok((sum / ends.len() as f64).max(0.0).round() as u64)
}
