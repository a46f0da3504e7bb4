//! Awkward values: what is not finite stays visible, denormals and huge values break nothing, and
//! what lies in memory beside a tensor changes no result.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use rand::SeedableRng;
use rand_pcg::Pcg64;
use sgnas::autodiff::{Tape, Var};
use sgnas::gpu::Gpu;
use sgnas::nn::{Ctx, Init, Mode, StoreBuilder};
use sgnas::ops::accumulate::{accumulate, accumulate_all, accumulate_columns};
use sgnas::ops::activation::Activation;
use sgnas::ops::arithmetic::Add;
use sgnas::ops::narrow::Narrow;
use sgnas::ops::table::OPS;
use sgnas::ops::{Case, Op};
use sgnas::tensor::{HostArray, Shape, Tensor};

const TOLERANCE: f64 = 2e-5;

fn cases() -> impl Iterator<Item = Case> {
    OPS.iter().flat_map(|e| (e.cases)())
}

fn forward(gpu: &Gpu, case: &Case, inputs: &[HostArray]) -> HostArray {
    let tensors: Vec<_> = inputs.iter().map(|a| Tensor::from_host(gpu, a).unwrap()).collect();
    let refs: Vec<&Tensor> = tensors.iter().collect();
    case.op.forward(gpu, &refs).unwrap().output.to_host(gpu).unwrap()
}

/// The inputs with `value` at the first, a middle and the last place of input `which`.
fn poisoned(case: &Case, which: usize, value: f32) -> Vec<HostArray> {
    let mut inputs = case.inputs.clone();
    let data = &mut inputs[which].data;
    let last = data.len() - 1;
    for at in [0, last / 2, last] {
        data[at] = f64::from(value);
    }
    inputs
}

/// The twin's answer; none where it refuses such values (a class number that is infinite).
fn twin(case: &Case, inputs: &[HostArray]) -> Option<HostArray> {
    catch_unwind(AssertUnwindSafe(|| case.op.twin(inputs))).ok()
}

#[test]
fn what_is_not_finite_shows_where_the_twin_shows_it_and_nowhere_else() {
    let gpu = common::gpu();
    let mut bad = Vec::new();
    for style in gpu.styles() {
        gpu.set_style(style);
        for case in cases() {
            for which in 0..case.inputs.len() {
                for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                    let inputs = poisoned(&case, which, value);
                    let got = forward(&gpu, &case, &inputs);
                    let Some(want) = twin(&case, &inputs) else { continue };
                    let pairs = got.data.iter().zip(&want.data);
                    let wrong = pairs.filter(|(g, w)| g.is_finite() != w.is_finite()).count();
                    let hidden = got.data.iter().zip(&want.data);
                    let hidden = hidden.filter(|(g, w)| g.is_finite() && w.is_nan()).count();
                    if wrong > 0 {
                        let (label, all) = (&case.label, got.data.len());
                        bad.push(format!(
                            "{style:?} {label}, {value} in input {which}: {wrong} of {all} differ, {hidden} NaN hidden"
                        ));
                    }
                }
            }
        }
    }
    gpu.fault().unwrap();
    assert!(bad.is_empty(), "{} {bad:#?}", bad.len());
}

#[test]
fn denormals_count_as_nothing_much() {
    let gpu = common::gpu();
    let mut bad = Vec::new();
    for style in gpu.styles() {
        gpu.set_style(style);
        for case in cases() {
            for which in (0..case.inputs.len()).filter(|&i| case.differentiable[i]) {
                let inputs = poisoned(&case, which, 1e-40);
                let Some(want) = twin(&case, &inputs) else { continue };
                let got = forward(&gpu, &case, &inputs);
                let scale = want.data.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
                let pairs = got.data.iter().zip(&want.data);
                let error = |(g, w): (&f64, &f64)| (g - w).abs() / scale;
                let wrong = pairs.map(error).filter(|e| e.is_nan() || *e > TOLERANCE).count();
                if wrong > 0 {
                    bad.push(format!("{style:?} {} input {which}: {wrong}", case.label));
                }
            }
        }
    }
    gpu.fault().unwrap();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn huge_values_break_neither_the_device_nor_what_follows() {
    let gpu = common::gpu();
    for style in gpu.styles() {
        gpu.set_style(style);
        for case in cases() {
            let before = forward(&gpu, &case, &case.inputs);
            for which in 0..case.inputs.len() {
                for value in [f32::MAX, -f32::MAX, 1e30] {
                    forward(&gpu, &case, &poisoned(&case, which, value));
                }
            }
            gpu.fault().unwrap();
            assert_eq!(forward(&gpu, &case, &case.inputs), before, "{style:?} {}", case.label);
        }
    }
}

/// Leaves memory of every size up to `bytes` behind that is full of `value`.
fn fill_pool(gpu: &Gpu, bytes: usize, value: f32) {
    let source = Tensor::from_slice(gpu, &vec![value; bytes / 2], [bytes / 2]).unwrap();
    let mut held = Vec::new();
    let mut size = 256;
    while size <= 2 * bytes {
        // The classes of the pool: four steps to a power of two.
        for class in [size, size * 5 / 4, size * 3 / 2, size * 7 / 4] {
            for _ in 0..10 {
                let t = Tensor::empty(gpu, [class / 4]).unwrap();
                gpu.copy(source.buffer(), t.buffer(), (class as u64).min(bytes as u64 * 2));
                held.push(t);
            }
        }
        size *= 2;
    }
    gpu.flush().unwrap();
}

/// Output and gradients of a pass back from `seed`.
fn pass(gpu: &Gpu, case: &Case, op: &Rc<dyn Op>, seed: &HostArray) -> Vec<Vec<f32>> {
    let tape = Tape::new(gpu);
    let mut vars = Vec::new();
    let mut sinks = Vec::new();
    for (input, &diff) in case.inputs.iter().zip(&case.differentiable) {
        let value = Tensor::from_host(gpu, input).unwrap();
        let sink = Tensor::zeros(gpu, input.shape).unwrap();
        vars.push(if diff { tape.leaf(&value, &sink) } else { Var::constant(&value) });
        sinks.push(sink);
    }
    let refs: Vec<&Var> = vars.iter().collect();
    let y = tape.apply_shared(op.clone(), &refs).unwrap();
    tape.backward(&y, &Tensor::from_host(gpu, seed).unwrap()).unwrap();
    std::iter::once(y.tensor()).chain(&sinks).map(|t| t.to_vec(gpu).unwrap()).collect()
}

/// The case's op, to be applied more than once, and the shape of its output.
fn shared(case: &mut Case) -> (Rc<dyn Op>, Shape) {
    let shapes: Vec<_> = case.inputs.iter().map(|a| &a.shape).collect();
    let output = case.op.shape(&shapes).unwrap();
    (std::mem::replace(&mut case.op, Box::new(Activation::Relu)).into(), output)
}

#[test]
fn a_nan_in_the_gradient_of_an_output_reaches_the_gradients_of_inputs() {
    let gpu = common::gpu();
    let mut bad = Vec::new();
    for style in gpu.styles() {
        gpu.set_style(style);
        for mut case in cases() {
            let (op, shape) = shared(&mut case);
            let clean = pass(&gpu, &case, &op, &HostArray::sample(shape, 99));
            for at in [0, shape.len() / 2, shape.len() - 1] {
                let mut seed = HostArray::sample(shape, 99);
                seed.data[at] = f64::NAN;
                let got = pass(&gpu, &case, &op, &seed);
                // An output that no input moves has no gradient to spoil.
                let moved = clean[1..].iter().flatten().any(|g| *g != 0.0);
                if moved && got[1..].iter().flatten().all(|g| g.is_finite()) {
                    bad.push(format!("{style:?} {} from {at}", case.label));
                }
            }
        }
    }
    gpu.fault().unwrap();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn memory_beside_a_tensor_changes_no_bit_of_a_result() {
    let gpu = common::gpu();
    let mut bad = Vec::new();
    for style in gpu.styles() {
        gpu.set_style(style);
        for mut case in cases() {
            let (op, output) = shared(&mut case);
            let largest = case.inputs.iter().map(|a| a.data.len()).max().unwrap().max(output.len());
            let bytes = (largest * 4).next_power_of_two().max(1024);
            let runs = [0.0, f32::NAN, 1e30].map(|value| {
                fill_pool(&gpu, bytes, value);
                let all = pass(&gpu, &case, &op, &HostArray::sample(output, 99));
                all.into_iter().flatten().map(f32::to_bits).collect::<Vec<_>>()
            });
            if runs[0] != runs[1] || runs[0] != runs[2] {
                bad.push(format!("{style:?} {}", case.label));
            }
        }
    }
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn summing_gradients_touches_nothing_of_the_arena_beside_them() {
    let gpu = common::gpu();
    for style in gpu.styles() {
        gpu.set_style(style);
        for n in 1..9 {
            let arena = Tensor::zeros(&gpu, [64]).unwrap();
            // Memory beyond the gradient is not zero, as in a pool it need not be.
            let gradient = Tensor::from_slice(&gpu, &[2.0; 64], [64]).unwrap().prefix(n);
            accumulate(&gpu, &arena.view(0, [n]).unwrap(), &gradient, 1.5).unwrap();
            let values = arena.to_host(&gpu).unwrap().data;
            assert!(values[..n].iter().all(|&v| v == 3.0), "{style:?}, {n} values: {values:?}");
            assert!(values[n..].iter().all(|&v| v == 0.0), "{style:?}, {n} values: {values:?}");
        }
    }
}

#[test]
fn many_gradients_are_summed_together_as_one_by_one() {
    let gpu = common::gpu();
    // Starts and values: more than one dispatch takes, one that is large, places that overlap.
    let places = [(0, 3), (64, 64), (128, 1), (192, 130), (384, 7), (448, 64), (512, 2), (576, 5)]
        .into_iter()
        .chain([(640, 5000), (0, 2), (64, 64), (64, 10), (5696, 9), (192, 130)]);
    let len = 5760;
    for style in gpu.styles() {
        gpu.set_style(style);
        let arena = Tensor::from_slice(&gpu, &vec![0.5; len], [len]).unwrap();
        let mut expected = vec![0.5; len];
        let mut pairs = Vec::new();
        for (salt, (start, n)) in (1..).zip(places.clone()) {
            // Memory beyond the gradient is not zero, as in a pool it need not be.
            let x = HostArray::sample([n + 64], salt);
            let gradient = Tensor::from_host(&gpu, &x).unwrap().prefix(n);
            pairs.push((arena.view(start, [n]).unwrap(), gradient));
            for (sum, v) in expected[start..start + n].iter_mut().zip(&x.data) {
                *sum += v;
            }
        }
        let before = gpu.dispatches();
        accumulate_all(&gpu, &pairs).unwrap();
        assert!(gpu.dispatches() - before <= 6, "{style:?}");
        for (i, (got, want)) in arena.to_host(&gpu).unwrap().data.iter().zip(&expected).enumerate()
        {
            assert!((got - want).abs() < 1e-5, "{style:?}, value {i}: {got} in place of {want}");
        }
    }
}

#[test]
fn gradients_that_do_not_fit_are_refused() {
    let gpu = common::gpu();
    let arena = Tensor::zeros(&gpu, [128]).unwrap();
    let matrix = |rows, columns| Tensor::zeros(&gpu, [rows, columns]).unwrap();
    for (y, x) in [([4, 8], [3, 4]), ([4, 8], [4, 12]), ([4, 8], [4, 6]), ([4, 10], [4, 4])] {
        let [y, x] = [y, x].map(|[rows, columns]| matrix(rows, columns));
        let error = accumulate_columns(&gpu, &y, &x).unwrap_err();
        assert!(error.to_string().contains("accumulate_columns"), "{error}");
    }
    let pair = |n| (arena.view(0, [4]).unwrap(), Tensor::zeros(&gpu, [n]).unwrap());
    let error = accumulate_all(&gpu, &[pair(4), pair(5)]).unwrap_err();
    assert!(error.to_string().contains("accumulate"), "{error}");
}

#[test]
fn the_gradients_of_a_parameter_are_summed_until_they_are_set_to_zero() {
    let gpu = common::gpu();
    let mut builder = StoreBuilder::default();
    let id = builder.param("w", [5, 3], Init::Constant(1.0));
    let store = builder.build(&gpu, &mut Pcg64::seed_from_u64(1)).unwrap();
    let pass = |used: &[usize], seed: f32| {
        let tape = Tape::new(&gpu);
        let ctx = Ctx { tape: &tape, store: &store, mode: Mode::Eval, frozen: false };
        let mut sum = None;
        for &rows in used {
            let w = ctx.rows(id, rows).unwrap().reshape(&[rows * 3]).unwrap();
            let part = tape.apply(Narrow { dim: 0, start: 0, len: 3 }, &[&w]).unwrap();
            sum = Some(match sum {
                None => part,
                Some(sum) => tape.apply(Add, &[&sum, &part]).unwrap(),
            });
        }
        let seed = Tensor::from_slice(&gpu, &[seed; 3], [3]).unwrap();
        tape.backward(&sum.unwrap(), &seed).unwrap();
    };
    let gradient = || store.grad(id).unwrap().to_host(&gpu).unwrap().data;
    let first = |value: f64| [vec![value; 3], vec![0.0; 12]].concat();
    pass(&[2, 5], 1.0);
    assert_eq!(gradient(), first(2.0), "twice on one tape, fewer rows and all");
    pass(&[5], 0.5);
    assert_eq!(gradient(), first(2.5), "and on another");
    store.zero_grads(&gpu);
    assert_eq!(gradient(), first(0.0));
    pass(&[1], 3.0);
    assert_eq!(gradient(), first(3.0), "from zero again");
}

#[test]
fn the_gradients_of_a_parameters_columns_are_summed_in_their_places() {
    let gpu = common::gpu();
    // Rows of whole vec4s, and others, of which a copy is taken on the tape.
    for (rows, all) in [(3, 12), (5, 10)] {
        for style in gpu.styles() {
            gpu.set_style(style);
            let mut builder = StoreBuilder::default();
            let id = builder.param("w", [rows, all, 1, 1], Init::Constant(1.0));
            let store = builder.build(&gpu, &mut Pcg64::seed_from_u64(1)).unwrap();
            let mut expected = vec![0.0; rows * all];
            for (salt, columns) in (1..).zip([8, all, 4, 8]) {
                let tape = Tape::new(&gpu);
                let ctx = Ctx { tape: &tape, store: &store, mode: Mode::Eval, frozen: false };
                let w = ctx.columns(id, columns).unwrap();
                assert_eq!(w.tensor().shape().dims(), [rows, columns, 1, 1]);
                assert!(w.tensor().to_host(&gpu).unwrap().data.iter().all(|&v| v == 1.0));
                let seed = HostArray::sample(*w.tensor().shape(), salt);
                for (i, v) in seed.data.iter().enumerate() {
                    expected[i / columns * all + i % columns] += v;
                }
                tape.backward(&w, &Tensor::from_host(&gpu, &seed).unwrap()).unwrap();
            }
            let got = store.grad(id).unwrap().to_host(&gpu).unwrap().data;
            for (i, (got, want)) in got.iter().zip(&expected).enumerate() {
                assert!((got - want).abs() < 1e-5, "{style:?}, value {i}: {got}, not {want}");
            }
            let frozen =
                Ctx { tape: &Tape::new(&gpu), store: &store, mode: Mode::Eval, frozen: true };
            assert!(!frozen.columns(id, 4).unwrap().needs_grad());
        }
    }
}
