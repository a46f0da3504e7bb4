//! A training that runs away says where the finite numbers ended, by the layer's name, and leaves
//! nothing on disk that is not finite.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use pollster::block_on;
use rand::SeedableRng;
use rand_pcg::Pcg64;
use sgnas::autodiff::{Tape, Var, Watch};
use sgnas::gpu::Gpu;
use sgnas::nas::{
    Generator, KeptState, ShadowNorms, Supernet, SupernetSettings, SupernetTrainer, Training,
    count_state, find_in_state,
};
use sgnas::nn::{Ctx, Mode, Store, Tensors};
use sgnas::ops::activation::Activation;
use sgnas::ops::optim::{Rule, Sgd};
use sgnas::space::Space;
use sgnas::tensor::{HostArray, Tensor};

/// Runs the program with these settings; it must fail. Its error and its run folder's journal.
#[track_caller]
fn failing(home: &Path, args: &[&str], settings: &[&str]) -> (String, String) {
    let (data, out) = (home.join("data"), home.join("run"));
    common::small_images(&data, 240);
    let mut command = common::program(env!("CARGO_BIN_EXE_sgnas"));
    command.args(args).arg("--data").arg(&data).arg("--out").arg(&out).args(["--seed", "3"]);
    for setting in common::SHORT.iter().chain(settings) {
        command.args(["--set", setting]);
    }
    let output = command.output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    let last = error.lines().last().unwrap().to_owned();
    (last, fs::read_to_string(out.join("journal.jsonl")).unwrap())
}

/// Every checkpoint that the run left, under whatever name.
fn checkpoints(run: &Path) -> Vec<Tensors> {
    let Ok(folders) = fs::read_dir(run.join("checkpoints")) else { return Vec::new() };
    folders
        .map(|folder| fs::read(folder.unwrap().path().join("tensors.safetensors")).unwrap())
        .map(|bytes| sgnas::nn::tensors::decode(&bytes).unwrap())
        .collect()
}

#[track_caller]
fn names_the_beginning(error: &str, journal: &str, section: &str, parts: &[&str]) {
    for part in ["it began at step", "NaN or infinite: ", "lower `", &format!("{section}.lr")] {
        assert!(error.contains(part), "no `{part}` in: {error}");
    }
    assert!(parts.iter().any(|part| error.contains(part)), "none of {parts:?} in: {error}");
    let failed = journal.lines().find(|line| line.contains("\"failed\"")).unwrap();
    let message = error.strip_prefix("error: ").unwrap();
    let failed: serde_json::Value = serde_json::from_str(failed).unwrap();
    assert!(failed.to_string().contains(&message.replace('"', "\\\"")), "{failed} lacks {message}");
}

/// Where a layer of a network can stand in the message.
const LAYERS: [&str; 5] = [" stem", " first", " layer", " last", " classifier"];

#[test]
fn a_supernet_that_runs_away_names_the_layer_and_leaves_no_checkpoint_that_is_not_finite() {
    let home = tempfile::tempdir().unwrap();
    let settings = ["supernet.lr=10", "supernet.weight_decay=1", "checkpoint.every_steps=1"];
    let (error, journal) = failing(home.path(), &["search"], &settings);
    names_the_beginning(&error, &journal, "supernet", &LAYERS);
    for tensors in checkpoints(&home.path().join("run")) {
        assert_eq!(sgnas::nn::first_nonfinite(&tensors), None);
    }
}

#[test]
fn a_generator_that_runs_away_names_the_operator_and_the_trained_supernet_stays() {
    let home = tempfile::tempdir().unwrap();
    // A temperature that is nothing in 32 bits.
    let settings = ["supernet.epochs=1", "generator.tau_start=1e-42", "checkpoint.every_steps=1"];
    let (error, journal) = failing(home.path(), &["search"], &settings);
    names_the_beginning(
        &error,
        &journal,
        "generator",
        &["at step 0 with the activations (output of gumbel_softmax)"],
    );
    let kept = checkpoints(&home.path().join("run"));
    assert!(!kept.is_empty(), "the supernet's checkpoint is gone");
    for tensors in kept {
        assert_eq!(sgnas::nn::first_nonfinite(&tensors), None);
    }
}

#[test]
fn a_training_from_scratch_that_runs_away_names_the_layer_and_keeps_its_last_finite_checkpoint() {
    let home = tempfile::tempdir().unwrap();
    let arch = home.path().join("arch.json");
    fs::write(&arch, "[[3,3],[3,3],[3,3],[3,3],[3,3],[3,3]]").unwrap();
    let arch = arch.to_str().unwrap();
    let settings = ["scratch.lr=10", "scratch.weight_decay=1", "scratch.batch=8"];
    let settings = [&settings[..], &["scratch.epochs=9", "checkpoint.every_steps=1"]].concat();
    let (error, journal) = failing(home.path(), &["train", arch], &settings);
    names_the_beginning(&error, &journal, "scratch", &LAYERS);
    // One was due after every step, those in which it ran away included.
    let kept = checkpoints(&home.path().join("run"));
    assert!(!kept.is_empty(), "no checkpoint is left to go on from");
    for tensors in kept {
        assert_eq!(sgnas::nn::first_nonfinite(&tensors), None);
    }
}

fn trainer(gpu: &Gpu) -> SupernetTrainer {
    let space = Space::preset("tiny").unwrap();
    let mut rng = Pcg64::seed_from_u64(5);
    let (net, store) = Supernet::new(gpu, &space, ShadowNorms::Five, &mut rng).unwrap();
    let settings = SupernetSettings {
        paths: 1,
        forced: true,
        label_smoothing: 0.1,
        bn_momentum: 0.1,
        clip: None,
        rule: Rule::Sgd(Sgd { momentum: 0.9, nesterov: false, weight_decay: 4e-4 }),
    };
    SupernetTrainer::new(gpu, net, store, settings).unwrap()
}

/// Overwrites a value of the parameter `name`.
fn poison(gpu: &Gpu, store: &Store, name: &str, value: f32) {
    let (.., id) = store.params().find(|(n, ..)| *n == name).unwrap();
    let tensor = store.value(id).unwrap();
    let mut values = tensor.to_vec(gpu).unwrap();
    values[1] = value;
    tensor.write(gpu, &values).unwrap();
}

fn step(gpu: &Gpu, t: &mut SupernetTrainer, seed: u64) {
    let images = Tensor::from_host(gpu, &HostArray::sample([4, 1, 28, 28], 1)).unwrap();
    let labels = Tensor::from_slice(gpu, &[0.0, 3.0, 7.0, 9.0], [4]).unwrap();
    t.step(gpu, &[(images, labels)], 0.01, &mut Pcg64::seed_from_u64(seed)).unwrap();
}

#[test]
fn a_poisoned_tensor_is_named_whatever_kind_it_is_of() {
    let gpu = common::gpu();
    let mut t = trainer(&gpu);
    let count = |t: &SupernetTrainer| {
        let total = Tensor::zeros(&gpu, [1]).unwrap();
        count_state(&gpu, t, &total).unwrap();
        total.to_vec(&gpu).unwrap()[0]
    };
    step(&gpu, &mut t, 1);
    assert_eq!((count(&t), block_on(find_in_state(&gpu, &t, true)).unwrap()), (0.0, None));
    let good = KeptState::of(&gpu, &t).unwrap();
    for (name, value) in [("layer3.sub2.k5.weight", f32::NAN), ("stem.bn.bias", f32::INFINITY)] {
        poison(&gpu, &t.store, name, value);
        let found = block_on(find_in_state(&gpu, &t, false)).unwrap().unwrap();
        assert_eq!((found.what, found.count), (format!("the parameter {name}"), 1));
        assert_eq!(count(&t), 1.0);
        good.restore(&gpu, &mut t);
        assert_eq!((count(&t), t.optimiser().steps()), (0.0, 1));
    }
    let (_, momentum) = &t.optimiser.states()[0];
    let mut values = momentum.to_vec(&gpu).unwrap();
    values[0] = f32::NEG_INFINITY;
    momentum.write(&gpu, &values).unwrap();
    let found = block_on(find_in_state(&gpu, &t, false)).unwrap().unwrap();
    assert!(found.what.ends_with("stem.weight") && found.what.contains("optimiser"), "{found}");
}

#[test]
fn a_watched_step_names_the_first_layer_whose_activations_are_not_finite() {
    let gpu = common::gpu();
    for (name, layer) in [
        ("first.pw.weight", "the activations of first"),
        ("layer2.pw1.weight", "the activations of layer2"),
        ("classifier.bias", "the activations of last (output of linear)"),
    ] {
        let mut t = trainer(&gpu);
        poison(&gpu, &t.store, name, f32::NAN);
        let watch = Watch::default();
        t.set_watch(Some(watch.clone()));
        step(&gpu, &mut t, 2);
        let found = block_on(watch.first(&gpu)).unwrap().unwrap();
        assert!(found.what.starts_with(layer), "{name}: {found}");
    }
    let mut t = trainer(&gpu);
    let watch = Watch::default();
    t.set_watch(Some(watch.clone()));
    step(&gpu, &mut t, 2);
    assert_eq!(block_on(watch.first(&gpu)).unwrap(), None);
}

#[test]
fn a_watched_generator_names_its_layer() {
    let gpu = common::gpu();
    let (net, store) = Generator::new(&gpu, 6, 1, &mut Pcg64::seed_from_u64(2)).unwrap();
    poison(&gpu, &store, "generator.trunk.conv2.weight", f32::NAN);
    let watch = Watch::default();
    let tape = Tape::watched(&gpu, Some(&watch));
    let ctx = Ctx { tape: &tape, store: &store, mode: Mode::Eval, frozen: false };
    net.forward(&ctx, 0.5, &[0.25; 6 * 24]).unwrap();
    let found = block_on(watch.first(&gpu)).unwrap().unwrap();
    assert!(found.what.starts_with("the activations of generator.trunk.conv2 "), "{found}");
}

#[test]
fn a_gradient_that_overflows_on_the_way_back_is_found_though_the_pass_was_finite() {
    let gpu = common::gpu();
    let weights = Tensor::from_slice(&gpu, &[3.0], [1]).unwrap();
    let sink = Tensor::zeros(&gpu, [1]).unwrap();
    let watch = Watch::default();
    let tape = Tape::watched(&gpu, Some(&watch));
    gpu.scope("layer7");
    let y = tape.leaf(&weights, &sink);
    let y = tape.apply(Activation::Swish, &[&y]).unwrap();
    let y = tape.apply(sgnas::ops::arithmetic::Mul, &[&y, &Var::constant(&weights)]).unwrap();
    gpu.scope("");
    let seed = Tensor::from_slice(&gpu, &[3e38], [1]).unwrap();
    tape.backward(&y, &seed).unwrap();
    let found = block_on(watch.first(&gpu)).unwrap().unwrap();
    assert!(found.what.starts_with("the gradients of layer7 (from "), "{found}");
    assert_eq!((found.count, found.of), (1, 1));
}
