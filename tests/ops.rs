//! Every op of the table on the GPU: forward against its twin, gradients against finite
//! differences of the twin, in every kernel style.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use sgnas::autodiff::GradientCheck;
use sgnas::gpu::{Gpu, KernelStyle};
use sgnas::ops::table::OPS;
use sgnas::tensor::Tensor;

const TOLERANCE: f64 = 2e-5;

/// A style, and whether its values in storage are made of plain words where there are others.
type Variant = (KernelStyle, bool);

/// Every way in which kernels are made anywhere.
fn variants(gpu: &Gpu) -> Vec<Variant> {
    let styles = gpu.styles().into_iter().map(|style| (style, false));
    styles.chain([(KernelStyle::Registers, true)]).collect()
}

fn set(gpu: &Gpu, (style, plain): Variant) {
    gpu.set_style(style);
    gpu.set_plain_words(plain);
}

#[test]
fn forward_equals_the_twin() {
    let gpu = common::gpu();
    let mut bad = Vec::new();
    for case in OPS.iter().flat_map(|e| (e.cases)()) {
        let want = case.op.twin(&case.inputs);
        let shapes: Vec<_> = case.inputs.iter().map(|a| &a.shape).collect();
        assert_eq!(case.op.shape(&shapes).unwrap(), want.shape, "{}", case.label);
        for variant in variants(&gpu) {
            set(&gpu, variant);
            let inputs: Vec<Tensor> =
                case.inputs.iter().map(|a| Tensor::from_host(&gpu, a).unwrap()).collect();
            let refs: Vec<&Tensor> = inputs.iter().collect();
            let got = case.op.forward(&gpu, &refs).unwrap().output.to_host(&gpu).unwrap();
            assert_eq!(got.shape, want.shape, "{}", case.label);
            let scale = want.data.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
            let worst = got.data.iter().zip(&want.data).map(|(g, w)| (g - w).abs() / scale);
            let worst =
                worst.fold(0.0, |m: f64, e| if e.is_nan() { f64::INFINITY } else { m.max(e) });
            if worst > TOLERANCE {
                bad.push(format!("{variant:?} {}: {worst:.1e}", case.label));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn gradients_equal_finite_differences_of_the_twin() {
    let gpu = common::gpu();
    let mut bad = Vec::new();
    for case in OPS.iter().flat_map(|e| (e.cases)()) {
        let label = case.label.clone();
        let check = GradientCheck::new(case);
        for variant in variants(&gpu) {
            set(&gpu, variant);
            let error = pollster::block_on(check.error(&gpu)).unwrap();
            if error > 1e-4 {
                bad.push(format!("{variant:?} {label}: {error:.1e}"));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}
