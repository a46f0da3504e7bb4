//! What the integration tests share: a device, the program, and a small data set.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, unreachable_pub)]

use std::fs;
use std::path::Path;
use std::process::Command;

use sgnas::gpu::{AdapterChoice, Gpu};

/// The adapter that `SGNAS_ADAPTER` names, else the best.
pub fn gpu() -> Gpu {
    let choice = match std::env::var("SGNAS_ADAPTER") {
        Ok(name) => AdapterChoice::Named(name),
        Err(_) => AdapterChoice::Best,
    };
    pollster::block_on(Gpu::open(&choice)).expect("a GPU adapter, real or software")
}

/// A program of ours, with the kernels that [`gpu`] has as well: nothing is measured, and nothing comes
/// into the user's cache.
pub fn program(path: &str) -> Command {
    let mut command = Command::new(path);
    command.env("SGNAS_KERNELS", "class");
    command
}

/// Writes a data set in IDX form: 12 x 12 grey images of three classes that differ in where they
/// are bright, `train` to learn from and 60 to test on.
pub fn small_images(folder: &Path, train: u32) {
    fs::create_dir_all(folder).unwrap();
    for (split, count) in [("train", train), ("t10k", 60)] {
        let mut images = vec![0, 0, 8, 3];
        let mut labels = vec![0, 0, 8, 1];
        images.extend([count, 12, 12].iter().flat_map(|n| n.to_be_bytes()));
        labels.extend(count.to_be_bytes());
        for i in 0..count {
            let class = i % 3;
            labels.push(class as u8);
            for pixel in 0..144u32 {
                let noise = (i * 31 + pixel * 17).wrapping_mul(2_654_435_761) >> 26;
                let bright = pixel / 48 == class;
                images.push(if bright { 150 + noise as u8 } else { noise as u8 });
            }
        }
        fs::write(folder.join(format!("{split}-images-idx3-ubyte")), images).unwrap();
        fs::write(folder.join(format!("{split}-labels-idx1-ubyte")), labels).unwrap();
    }
}

/// Settings that make a search on [`small_images`] take seconds.
pub const SHORT: [&str; 9] = [
    "supernet.epochs=8",
    "supernet.batch=16",
    "supernet.lr=0.1",
    "generator.epochs=2",
    "generator.steps=15",
    "generator.batch=16",
    "evaluate.random=4",
    "evaluate.recalibration=3",
    "evaluate.batch=60",
];
