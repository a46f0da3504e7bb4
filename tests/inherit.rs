//! A derived network with inherited weights gives the outputs of the supernet's path.
#![allow(clippy::unwrap_used)]

mod common;

use rand_pcg::Pcg32;
use sgnas::autodiff::{Tape, Var};
use sgnas::gpu::Gpu;
use sgnas::nas::{DerivedConfig, DerivedNet, Path, ShadowNorms, Supernet, inherit};
use sgnas::nn::{Ctx, Mode};
use sgnas::ops::activation::Activation;
use sgnas::space::{Architecture, Space, random_architecture};
use sgnas::tensor::{HostArray, Tensor};

#[test]
fn derived_networks_give_the_outputs_of_their_paths() {
    let gpu = common::gpu();
    for norms in [ShadowNorms::Five, ShadowNorms::Six, ShadowNorms::Shared] {
        give_the_outputs_of_their_paths(&gpu, norms);
    }
}

fn give_the_outputs_of_their_paths(gpu: &Gpu, norms: ShadowNorms) {
    let space = Space::preset("tiny").unwrap();
    let mut rng = Pcg32::new(4, 1);
    let (net, store) = Supernet::new(gpu, &space, norms, &mut rng).unwrap();
    // Statistics and scales as training leaves them: none at its initial value.
    let mut state = pollster::block_on(store.to_state(gpu)).unwrap();
    for (salt, (name, tensor)) in state.iter_mut().enumerate() {
        let noise = HostArray::sample([tensor.values.len()], salt as u64);
        for (v, n) in tensor.values.iter_mut().zip(noise.data) {
            *v = if name.ends_with("running_var") {
                0.5 + n.abs() as f32
            } else if name.contains("bn") {
                *v + 0.2 * n as f32
            } else {
                *v * 3.0
            };
        }
    }
    store.load_state(gpu, &state).unwrap();
    let images = Tensor::from_host(gpu, &HostArray::sample([3, 1, 28, 28], 8)).unwrap();
    let config = DerivedConfig { activation: Activation::Relu6, squeeze_excite: false };
    for _ in 0..8 {
        let architecture = random_architecture(space.layers().len(), &mut rng);
        let (derived, own) = DerivedNet::new(gpu, &space, &architecture, config, &mut rng).unwrap();
        own.load_state(gpu, &inherit(&state, &architecture).unwrap()).unwrap();
        let tape = Tape::new(gpu);
        let x = Var::constant(&images);
        let ctx = Ctx { tape: &tape, store: &store, mode: Mode::Eval, frozen: true };
        let want = net.path(&ctx, &x, &Path::from(&architecture)).unwrap();
        let ctx = Ctx { store: &own, ..ctx };
        let got = derived.forward(&ctx, &x, None).unwrap();
        let (want, got) = (want.tensor().to_vec(gpu).unwrap(), got.tensor().to_vec(gpu).unwrap());
        let scale = want.iter().fold(1.0f32, |m, v| m.max(v.abs()));
        for (w, g) in want.iter().zip(&got) {
            assert!((w - g).abs() <= 1e-5 * scale, "{norms:?} {architecture}: {w} against {g}");
        }
    }
    // The expansion that the supernet always has is none of such a block's.
    let mut kernels = random_architecture(space.layers().len(), &mut rng).kernels().to_vec();
    kernels[1].truncate(1);
    assert!(inherit(&state, &Architecture::new(kernels).unwrap()).is_none());
}
