//! Costs against reference values: decoded networks, supernets and extremes. Whole files of
//! reference costs are compared in the target `golden`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod golden_files;

use golden_files::golden;
use rand::RngExt;
use serde_json::Value;
use sgnas::space::{Architecture, Metric, Space};

#[test]
fn the_decoded_networks_of_the_end_to_end_cases_have_the_reference_parameters() {
    let Some(path) = golden("end_to_end.json") else { return };
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let imagenet = Space::preset("imagenet").unwrap();
    let mut checked = 0;
    for case in cases["cases"].as_array().unwrap() {
        let Some(params) = case["params"].as_u64() else { continue };
        let arch: Architecture = serde_json::from_value(case["kernels"].clone()).unwrap();
        let cost = imagenet.cost(&arch, case["se"].as_bool().unwrap()).unwrap();
        assert_eq!(cost.params, params, "{}", case["name"]);
        checked += 1;
    }
    assert!(checked > 0);
}

#[test]
fn the_extremes_of_the_paper_spaces_are_those_of_the_specification() {
    let imagenet = Space::preset("imagenet").unwrap();
    let cifar = Space::preset("cifar").unwrap();
    for (kernels, i_macs, i_params, c_macs, c_params) in [
        (vec![3; 6], 450.7561, 4_679_144, 137.3553, 3_526_244),
        (vec![5; 6], 492.9039, 4_843_496, 151.1178, 3_690_596),
        (vec![7; 6], 556.1257, 5_090_024, 171.7617, 3_937_124),
        (vec![3; 2], 177.5478, 2_692_392, 51.2901, 1_539_492),
        (vec![3; 1], 75.1260, 1_973_656, 19.4191, 820_756),
    ] {
        for (space, macs, params) in [(&imagenet, i_macs, i_params), (&cifar, c_macs, c_params)] {
            let arch = Architecture::uniform(19, &kernels).unwrap();
            let cost = space.cost(&arch, false).unwrap();
            assert!((cost.macs as f64 / 1e6 - macs).abs() < 5e-5, "{arch}: {}", cost.macs);
            assert_eq!(cost.params, params, "{arch}");
        }
    }
    // The reference counts hold the dense skip convolutions and a sixth shadow batch norm.
    assert_eq!(imagenet.supernet_params(), 5_500_520 - 4_032);
    assert_eq!(cifar.supernet_params(), 5_659_364 - 1_311_744 - 4_032);
}

#[test]
fn the_tiny_space_is_that_of_the_trial() {
    let tiny = Space::preset("tiny").unwrap();
    let (min, max) = tiny.cost_range();
    assert_eq!(format!("{:.2}", min.macs as f64 / 1e6), "1.02");
    assert_eq!(format!("{:.2}", max.macs as f64 / 1e6), "4.57");
    assert_eq!(tiny.supernet_params(), 122_042);
    let trial = "[[7,5],[5,3],[5,3,7,5],[5,3,7,5],[5,3,7,5],[3,3,5]]";
    let cost = tiny.cost(&Architecture::from_json(trial).unwrap(), false).unwrap();
    assert_eq!(format!("{:.2}", cost.macs as f64 / 1e6), "1.77");
}

#[test]
fn uniform_probabilities_have_the_reference_soft_cost() {
    for (name, expected) in [("imagenet", 404.307), ("cifar", 123.171)] {
        let table = Space::preset(name).unwrap().cost_table(Metric::Macs);
        // The first sub-block of every layer cannot skip.
        let mut probabilities = vec![0.25; 19 * 24];
        for layer in probabilities.chunks_exact_mut(24) {
            layer[..4].copy_from_slice(&[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 0.0]);
        }
        let soft = table.soft_cost(&probabilities).unwrap() / 1e6;
        assert!((soft - expected).abs() < 5e-4, "{name}: {soft}");
    }
}

#[test]
fn a_one_hot_soft_cost_is_the_exact_cost_for_macs_and_for_parameters() {
    let mut rng = rand_pcg::Pcg64Mcg::new(7);
    for (name, _) in sgnas::space::PRESETS {
        let space = Space::preset(name).unwrap();
        for _ in 0..50 {
            let kernels = space.layers().iter().map(|_| {
                let expansion = rng.random_range(1..=6);
                (0..expansion).map(|_| [3, 5, 7][rng.random_range(0..3)]).collect()
            });
            let arch = Architecture::new(kernels.collect()).unwrap();
            let path: Vec<f64> = arch.to_path().into_iter().map(f64::from).collect();
            for metric in [Metric::Macs, Metric::Params] {
                let table = space.cost_table(metric);
                let exact = space.cost(&arch, false).unwrap().get(metric);
                assert_eq!(table.cost(&arch).unwrap(), exact, "{name} {arch}");
                let soft = table.soft_cost(&path).unwrap();
                assert!((soft - exact as f64).abs() < 1e-6 * exact as f64, "{name} {arch}");
            }
        }
    }
}

#[test]
fn five_sixths_of_skip_in_single_precision_remove_the_expansion() {
    let table = Space::preset("tiny").unwrap().cost_table(Metric::Macs);
    // A sub-block that is certain but for rounding, as the softmax of the GPU gives it.
    let sure = [1.0 - 1e-7, 0.5e-7, 0.5e-7, 0.0];
    let mut path = Vec::new();
    for _ in 0..6 {
        path.extend(sure);
        for _ in 0..5 {
            path.extend([0.5e-7, 0.5e-7, 0.0, 1.0 - 1e-7]);
        }
    }
    let exact = table.cost(&Architecture::uniform(6, &[3]).unwrap()).unwrap() as f64;
    let soft = table.soft_cost(&path).unwrap();
    assert!((soft - exact).abs() < 10.0, "{soft} {exact}");
}

#[test]
fn other_data_moves_costs_and_the_constraint_range_alike() {
    let tiny = Space::preset("tiny").unwrap();
    assert_eq!(tiny.for_data([1, 28, 28], 10).unwrap(), tiny);
    let cifar = tiny.for_data([3, 32, 30], 100).unwrap();
    assert_eq!((cifar.input().height, cifar.input().width, cifar.classes()), (32, 30, 100));
    for metric in [Metric::Macs, Metric::Params] {
        let (low, high) = cifar.constraint_range(metric);
        let (min, max) = cifar.cost_range();
        assert!(min.get(metric) as f64 <= low && low < high && high <= max.get(metric) as f64);
    }
    assert!(cifar.config().constraint_low > tiny.config().constraint_low);
    assert!(tiny.for_data([3, 0, 32], 10).is_err());
}
