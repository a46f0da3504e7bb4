//! What `sgnas bench kernels` says: every kernel of the steps of training, with a share of its bound
//! that can be; and `bench step`: figures that agree. How fast they are, is no matter of tests.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;

use sgnas::gpu::Recorded;
use sgnas::ops::Op;
use sgnas::ops::activation::Activation;
use sgnas::ops::narrow::Narrow;
use sgnas::protocol::config::Config;
use sgnas::run::steps::each_step;
use sgnas::tensor::{HostArray, Tensor};

#[test]
fn every_kernel_of_a_step_is_printed_with_a_share_of_its_bound_that_can_be() {
    let output = common::program(env!("CARGO_BIN_EXE_sgnas"))
        .args(["bench", "kernels", "--preset", "tiny", "--batch", "2", "--json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut printed = BTreeSet::new();
    let mut last = f64::INFINITY;
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let number = |key: &str| line[key].as_f64().unwrap();
        // A kernel may outrun what was measured in a worse moment of a shared machine, by a little.
        assert!(number("share") > 0.0 && number("share") <= 1.25, "{line}");
        assert!((number("bound_ms") / number("ms") / number("share") - 1.0).abs() < 1e-9, "{line}");
        assert!(number("bytes") >= 4.0 && number("work") >= 1.0, "{line}");
        assert!(number("ms") * number("calls") <= last, "not by falling time: {line}");
        last = number("ms") * number("calls");
        let text = |key: &str| line[key].as_str().unwrap().to_owned();
        printed.insert((text("step"), text("kernel"), text("shape"), number("calls") as u64));
    }
    let gpu = common::gpu();
    let mut run = BTreeSet::new();
    let mut calls = 0;
    each_step(&gpu, &Config::preset("tiny").unwrap(), 2, &mut |name, step| {
        let before = gpu.dispatches();
        gpu.start_recording();
        step()?;
        let recorded = gpu.end_recording();
        assert_eq!(gpu.dispatches() - before, recorded.iter().map(|r| r.calls).sum::<u64>());
        for r in recorded {
            calls += r.calls;
            run.insert((name, r.shader.name));
        }
        Ok(())
    })
    .unwrap();
    let kernels: BTreeSet<_> =
        printed.iter().map(|(step, kernel, ..)| (step.as_str(), kernel.as_str())).collect();
    assert_eq!(kernels, run);
    assert!(["supernet", "generator", "scratch"].iter().all(|s| run.iter().any(|(r, _)| r == s)));
    for family in ["data/", "loss/", "optim/", "norm/", "conv/", "matmul/", "search/"] {
        assert!(run.iter().any(|(_, kernel)| kernel.starts_with(family)), "no {family} in {run:?}");
    }
    assert!(calls > 100, "{calls}");
}

#[test]
fn a_whole_step_is_printed_with_figures_that_agree() {
    let bench = |only: &str| {
        common::program(env!("CARGO_BIN_EXE_sgnas"))
            .args(["bench", "step", "--only", only, "--steps", "1", "--json"])
            .output()
            .unwrap()
    };
    let output = bench("tiny generator");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let line: serde_json::Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(line["name"], "tiny generator step");
    let number = |key: &str| line[key].as_f64().unwrap();
    let (ms, flops) = (number("median_ms"), number("flops"));
    assert!(ms > 0.0 && number("stream_ms") > 0.0 && number("dispatches") > 50.0, "{line}");
    assert!((number("images_per_s") * ms / 64e3 - 1.0).abs() < 1e-9, "{line}");
    let least = flops / number("best_product_gflops") * 1e-6;
    assert!((number("times_arithmetic") * least / ms - 1.0).abs() < 1e-9, "{line}");
    // More than the images and the widest map of the batch, less than the machine has.
    let widest = 64.0 * 4.0 * 6.0 * 16.0 * 14.0 * 14.0;
    assert!(number("peak_bytes") > widest && number("peak_bytes") < 1e9, "{line}");
    assert!(number("parts_bytes") > number("peak_bytes"), "{line}");
    assert!(number("host_ms") > 0.0 && number("host_ms") < number("stream_ms"), "{line}");

    let unknown = bench("nothing");
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(!unknown.status.success() && said.contains("'nothing'"), "{said}");
    assert!(said.contains("reference training step, cifar supernet step"), "{said}");
}

#[test]
fn a_recorded_kernel_knows_its_bytes_and_does_the_same_again() {
    let gpu = common::gpu();
    let x = Tensor::from_host(&gpu, &HostArray::sample([6, 64], 1)).unwrap();
    gpu.start_recording();
    let y = Activation::Swish.forward(&gpu, &[&x]).unwrap().output;
    let again = Activation::Swish.forward(&gpu, &[&x]).unwrap().output;
    let part = Narrow { dim: 1, start: 8, len: 16 }.forward(&gpu, &[&x]).unwrap().output;
    let recorded = gpu.end_recording();
    let [swish, narrow] = recorded.as_slice() else { panic!("{recorded:?}") };
    assert_eq!((swish.calls, swish.bytes), (2, 2 * 6 * 64 * 4));
    assert_eq!((narrow.calls, narrow.bytes), (1, 2 * 6 * 16 * 4));
    let whole = |r: &Recorded, t: &Tensor| {
        let before = t.to_vec(&gpu).unwrap();
        gpu.clear(t.buffer());
        gpu.repeat(r).unwrap();
        assert_eq!(t.to_vec(&gpu).unwrap(), before);
    };
    whole(swish, &y);
    whole(narrow, &part);
    assert_eq!(again.to_vec(&gpu).unwrap(), y.to_vec(&gpu).unwrap());
    assert!(gpu.end_recording().is_empty());
}
