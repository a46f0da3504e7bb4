//! `sgnas bench scaling`: whether a supernet's training step takes as little more as its work grows,
//! over expansion, images and layers, and whether its memory stays flat.

use serde::Serialize;

use super::bench_steps::supernet_macs;
use super::error::CliError;
use super::output::note;
use super::table::{Align, Table};
use crate::gpu::{AdapterChoice, Gpu, GpuError};
use crate::measure::{StepWork, time_step};
use crate::protocol::config::Config;
use crate::protocol::quantity::percent;
use crate::run::steps::Steps;
use crate::space::Architecture;

/// The expansions that are compared, and the kernels that each begins with.
const EXPANSIONS: [usize; 2] = [2, 6];
const KERNELS: [u8; 6] = [3, 5, 7, 3, 5, 7];
/// Times the images of the first batch.
const BATCHES: [usize; 4] = [1, 2, 4, 8];
/// Steps on random paths after which the memory is looked at.
const MEMORY_AT: [usize; 3] = [100, 500, 1000];

/// All that is measured.
#[derive(Debug, Default, Serialize)]
pub(super) struct ScalingReport {
    /// A row a layer; empty where the adapter has no timestamps.
    expansion: Vec<Expansion>,
    /// More images, then more layers.
    growth: Vec<Growth>,
    /// After more and more steps.
    memory: Vec<Memory>,
}

/// A layer's kernels, forward and backward, at the two expansions.
#[derive(Debug, Serialize)]
struct Expansion {
    layer: usize,
    ms: [f64; 2],
    /// The first over the second.
    ratio: f64,
    /// The same of the multiply-accumulates.
    work: f64,
}

/// A step of more work.
#[derive(Debug, Serialize)]
struct Growth {
    what: String,
    /// Median of a step, ms.
    ms: f64,
    /// Times the work, and times the time, of the first of its kind.
    work: f64,
    time: f64,
}

/// What the device holds.
#[derive(Debug, Serialize)]
struct Memory {
    steps: usize,
    allocated_bytes: u64,
    in_use_bytes: u64,
}

/// Measures a preset's supernet with `images` a step at least.
///
/// # Errors
/// A preset that does not exist, and the device.
pub(super) fn scaling(
    adapter: &AdapterChoice,
    preset: &str,
    images: usize,
    steps: usize,
) -> Result<ScalingReport, CliError> {
    let config = Config::preset(preset)?;
    let open = || pollster::block_on(Gpu::open(adapter));
    note("layers at two expansions");
    let expansion = expansions(&open()?, &config, images, steps)?;
    let mut growth = Vec::new();
    let mut grow = |config: &Config, images, what: String, first: &mut Option<[f64; 2]>| {
        note(&what);
        let [work, ms] = step(&open()?, config, images, steps)?;
        let [work_before, ms_before] = *first.get_or_insert([work, ms]);
        let (work, time) = (work / work_before, ms / ms_before);
        // The table comes at the end, perhaps an hour later: whoever stops it has this.
        note(&format!("{what}: {ms:.1} ms, {work:.2} times the work in {time:.2} times the time"));
        growth.push(Growth { what, ms, work, time });
        Ok::<_, CliError>(())
    };
    let mut first = None;
    for times in BATCHES {
        grow(&config, images * times, format!("{} images", images * times), &mut first)?;
    }
    let (mut first, all) = (None, config.space.layers.len());
    for layers in [all / 3, 2 * all / 3, all] {
        let mut config = config.clone();
        config.space.layers.truncate(layers);
        grow(&config, images, format!("{layers} layers"), &mut first)?;
    }
    note("memory");
    let memory = memory(&open()?, &config, images)?;
    Ok(ScalingReport { expansion, growth, memory })
}

fn expansions(
    gpu: &Gpu,
    config: &Config,
    images: usize,
    steps: usize,
) -> Result<Vec<Expansion>, CliError> {
    let of = Steps::new(gpu, config, images)?;
    let layers = of.space().layers().len();
    let mut ms = vec![[0.0; 2]; layers];
    let mut macs = vec![[0.0; 2]; layers];
    for (i, expansion) in EXPANSIONS.into_iter().enumerate() {
        let path = Architecture::uniform(layers, &KERNELS[..expansion])?;
        // Stem and first block come before the layers.
        for (macs, part) in macs.iter_mut().zip(of.space().breakdown(&path, false)?.iter().skip(2))
        {
            macs[i] = part.cost().macs as f64;
        }
        let mut timed = true;
        of.supernet(Some(&path), &mut |_, step| {
            step()?;
            gpu.finish()?;
            timed = gpu.start_profile()?;
            for _ in 0..steps {
                step()?;
            }
            gpu.finish()?;
            for kernel in gpu.end_profile()?.kernels {
                let layer = kernel.label.rsplit_once(" layer").map(|(_, layer)| layer.parse());
                if let Some(Ok(layer)) = layer
                    && let Some(ms) = ms.get_mut::<usize>(layer)
                {
                    ms[i] += kernel.ms / steps as f64;
                }
            }
            Ok(())
        })?;
        if !timed {
            note("this adapter has no timestamps: layers are not timed by themselves");
            return Ok(Vec::new());
        }
    }
    let ratio = |[narrow, wide]: [f64; 2]| narrow / wide;
    let rows = ms.into_iter().zip(macs).enumerate();
    Ok(rows
        .map(|(layer, (ms, macs))| Expansion { layer, ms, ratio: ratio(ms), work: ratio(macs) })
        .collect())
}

/// Multiply-accumulates and median, ms, of a step along the middle path.
fn step(gpu: &Gpu, config: &Config, images: usize, steps: usize) -> Result<[f64; 2], CliError> {
    let of = Steps::new(gpu, config, images)?;
    let macs = images as u64 * supernet_macs(of.space())?;
    let path = Architecture::middle(of.space().layers().len());
    let work = StepWork { name: String::new(), images, flops: 2 * macs };
    let mut median = 0.0;
    of.supernet(Some(&path), &mut |_, step| {
        median = time_step(gpu, work.clone(), steps, None, step)?.median_ms;
        Ok(())
    })?;
    Ok([macs as f64, median])
}

fn memory(gpu: &Gpu, config: &Config, images: usize) -> Result<Vec<Memory>, CliError> {
    let mut found = Vec::new();
    let mut look = |steps| -> Result<(), GpuError> {
        gpu.finish()?;
        let pool = gpu.pool();
        let (allocated_bytes, in_use_bytes) = (pool.allocated, pool.in_use);
        found.push(Memory { steps, allocated_bytes, in_use_bytes });
        Ok(())
    };
    Steps::new(gpu, config, images)?.supernet_on_random_paths(&mut |_, step| {
        let mut done = 0;
        for steps in MEMORY_AT {
            for _ in done..steps {
                step()?;
            }
            done = steps;
            look(steps)?;
        }
        Ok(())
    })?;
    Ok(found)
}

impl ScalingReport {
    /// A title and a table each.
    pub(super) fn sections(&self) -> Vec<(String, Table)> {
        let (left, right) = (Align::Left, Align::Right);
        let [narrow, wide] = EXPANSIONS;
        let mut expansion = Table::new(&[
            ("layer", right),
            ("expansion 2, ms", right),
            ("expansion 6, ms", right),
            ("share of the time", right),
            ("share of the work", right),
        ]);
        for e in &self.expansion {
            let [a, b] = e.ms.map(|ms| format!("{ms:.2}"));
            expansion.row([e.layer.to_string(), a, b, percent(e.ratio), percent(e.work)]);
        }
        let mut growth = Table::new(&[
            ("step", left),
            ("ms", right),
            ("times the work", right),
            ("times the time", right),
        ]);
        for g in &self.growth {
            let [work, time] = [g.work, g.time].map(|times| format!("{times:.2}"));
            growth.row([g.what.clone(), format!("{:.1}", g.ms), work, time]);
        }
        let mut memory =
            Table::new(&[("steps", right), ("held, MB", right), ("in use, MB", right)]);
        for m in &self.memory {
            let [held, used] = [m.allocated_bytes, m.in_use_bytes]
                .map(|bytes| format!("{:.2}", bytes as f64 * 1e-6));
            memory.row([m.steps.to_string(), held, used]);
        }
        vec![
            (format!("Expansion {narrow} beside {wide}, each layer's kernels"), expansion),
            ("More images, and more layers".to_owned(), growth),
            ("Memory over steps on random paths".to_owned(), memory),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_work_stand_side_by_side() {
        let report = ScalingReport {
            expansion: vec![Expansion { layer: 3, ms: [2.0, 8.0], ratio: 0.25, work: 0.3 }],
            growth: vec![Growth { what: "16 images".to_owned(), ms: 30.0, work: 2.0, time: 1.5 }],
            memory: vec![Memory { steps: 100, allocated_bytes: 2_000_000, in_use_bytes: 500_000 }],
        };
        let rows: Vec<String> = report
            .sections()
            .iter()
            .filter_map(|(_, table)| table.markdown().lines().nth(2).map(str::to_owned))
            .collect();
        let expected = [
            "| 3 | 2.00 | 8.00 | 25.0 % | 30.0 % |",
            "| 16 images | 30.0 | 2.00 | 1.50 |",
            "| 100 | 2.00 | 0.50 |",
        ];
        assert_eq!(rows, expected);
    }
}
