//! Times the reference training step of `sgnas bench step` on burn's wgpu backend: one line of JSON, as
//! `sgnas bench peers` reads it. A package of its own, which nothing of the program depends on.
//!
//! `cargo run --release -- [--rows WORDS] [--steps N]`

mod network;
mod timing;

use std::error::Error;

use burn::tensor::{Device, Distribution, Int, Tensor};
use serde_json::json;

use network::Training;
use timing::{Stepped, settled, timed};

/// The step's name in `sgnas bench step`.
const NAME: &str = "reference training step";
const IMAGES: usize = 32;
const SIDE: usize = 32;
const CLASSES: usize = 10;
/// Times that the step is run unless told otherwise.
const STEPS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let (rows, steps) = arguments(std::env::args().skip(1))?;
    if !NAME.contains(&rows) {
        return Ok(());
    }
    let device = Device::wgpu(Default::default());
    let on = device.identity().map_or_else(String::new, |identity| identity.name);
    let device = device.autodiff();
    device.seed(1);
    let shape = [IMAGES, 3, SIDE, SIDE];
    let images = Tensor::<4>::random(shape, Distribution::Normal(0.0, 1.0), &device);
    let labels: Vec<i32> = (0..IMAGES).map(|i| (i % CLASSES) as i32).collect();
    let labels = Tensor::<1, Int>::from_ints(labels.as_slice(), &device);
    let step = |training: Training| -> Stepped<Training> {
        let (training, loss) = training.step(images.clone(), labels.clone());
        let loss = loss.into_scalar::<f32>();
        device.sync().map_err(|error| format!("{error:?}"))?;
        if loss.is_finite() { Ok((training, loss)) } else { Err("the loss is not a number".into()) }
    };
    let (training, tuning) = settled(Training::new(CLASSES, &device), step)?;
    let times = timed(training, steps, step)?;
    let line = json!({
        "name": NAME,
        "program": format!("burn {}", version().unwrap_or("of unknown version")),
        "variant": "wgpu, default features: fusion, autotune",
        "on": on,
        "median_ms": times[times.len() / 2],
        "steps": times.len(),
        "warm_up_s": tuning.as_secs_f64(),
    });
    println!("{line}");
    Ok(())
}

/// Words that the step's name must hold, and times that it is run.
fn arguments(mut given: impl Iterator<Item = String>) -> Result<(String, usize), String> {
    let (mut rows, mut steps) = (String::new(), STEPS);
    while let Some(option) = given.next() {
        let value = given.next().ok_or_else(|| format!("`{option}` wants a value"))?;
        match option.as_str() {
            "--rows" => rows = value,
            "--steps" => {
                let wants = || format!("`--steps` wants a number above 0; got `{value}`");
                steps = value.parse().ok().filter(|n| *n > 0).ok_or_else(wants)?;
            }
            _ => return Err(format!("`--rows WORDS` and `--steps N` are known; got `{option}`")),
        }
    }
    Ok((rows, steps))
}

/// The version of burn that the lock file names, so that what is printed is what was built.
fn version() -> Option<&'static str> {
    let package = include_str!("../Cargo.lock")
        .split("[[package]]")
        .find(|package| package.trim_start().starts_with("name = \"burn\"\n"))?;
    package.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
}
