//! Memory stays flat: steps after the first ones take nothing new from the driver, and what is
//! rehearsed takes nothing at all.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::slice::from_ref;

use rand::SeedableRng;
use sgnas::autodiff::Tape;
use sgnas::gpu::Gpu;
use sgnas::nas::{Batch, ShadowNorms, Supernet, SupernetSettings, SupernetTrainer};
use sgnas::ops::activation::Activation;
use sgnas::ops::optim::{Optimiser, Rule, Sgd, Update, clip_scale};
use sgnas::protocol::config::Config;
use sgnas::run::steps::each_step;
use sgnas::space::Space;
use sgnas::tensor::{HostArray, Tensor};

/// Weights with their gradient and optimiser, and a chain of ops to train them through.
struct Toy {
    weights: Tensor,
    gradient: Tensor,
    optimiser: Optimiser,
}

impl Toy {
    fn new(gpu: &Gpu, len: usize) -> Self {
        Toy {
            weights: Tensor::from_host(gpu, &HostArray::sample([len], 1)).unwrap(),
            gradient: Tensor::zeros(gpu, [len]).unwrap(),
            optimiser: Optimiser::new(gpu, Rule::Sgd(Sgd { momentum: 0.9, ..Sgd::default() }), len)
                .unwrap(),
        }
    }

    fn step(&mut self, gpu: &Gpu) {
        gpu.clear(self.gradient.buffer());
        let tape = Tape::new(gpu);
        let mut y = tape.leaf(&self.weights, &self.gradient);
        for act in Activation::ALL {
            y = tape.apply(act, &[&y]).unwrap();
        }
        let seed = Tensor::from_host(gpu, &HostArray::sample(*y.tensor().shape(), 2)).unwrap();
        tape.backward(&y, &seed).unwrap();
        let clip = clip_scale(gpu, &[&self.gradient], 1.0).unwrap();
        let update = Update {
            weights: &self.weights,
            gradient: &self.gradient,
            lr: 0.01,
            clip: Some(&clip),
            decay_mask: None,
        };
        self.optimiser.step(gpu, &update).unwrap();
    }
}

#[test]
fn three_hundred_steps_need_no_more_memory_than_three() {
    let gpu = common::gpu();
    let mut toy = Toy::new(&gpu, 10_007);
    (0..3).for_each(|_| toy.step(&gpu));
    let early = gpu.pool();
    let pipelines = gpu.pipelines();
    (0..300).for_each(|_| toy.step(&gpu));
    gpu.finish().unwrap();
    assert_eq!(gpu.pool(), early);
    assert_eq!(gpu.pipelines(), pipelines);
    assert!(toy.weights.to_vec(&gpu).unwrap().iter().all(|w| w.is_finite()));
}

#[test]
fn what_was_dropped_is_used_again_and_trim_gives_it_back() {
    let gpu = common::gpu();
    let before = gpu.pool();
    let tensors: Vec<_> = (1..20).map(|i| Tensor::zeros(&gpu, [i * 1000]).unwrap()).collect();
    let full = gpu.pool();
    assert!(full.in_use > before.in_use && full.peak == full.in_use);
    drop(tensors);
    assert_eq!(gpu.pool().in_use, before.in_use);
    assert_eq!(gpu.pool().allocated, full.allocated);
    let again: Vec<_> = (1..20).map(|i| Tensor::zeros(&gpu, [i * 1000]).unwrap()).collect();
    assert_eq!(gpu.pool().allocated, full.allocated);
    drop(again);
    gpu.trim().unwrap();
    assert_eq!(gpu.pool().allocated, before.allocated);
    assert_eq!(gpu.pool().buffers, before.buffers);
}

#[test]
fn a_vulkan_driver_tells_how_much_memory_there_is() {
    let gpu = common::gpu();
    if cfg!(target_os = "linux") && gpu.adapter().backend == "vulkan" {
        let told = gpu.capacity().expect("an amount");
        assert!(told >= 256 << 20 && told > gpu.pool().allocated, "{told} bytes");
    }
}

/// The smallest supernet in training.
fn trainer(gpu: &Gpu) -> SupernetTrainer {
    let mut rng = rand_pcg::Pcg64::seed_from_u64(3);
    let space = Space::preset("tiny").unwrap();
    let (net, store) = Supernet::new(gpu, &space, ShadowNorms::Five, &mut rng).unwrap();
    let settings = SupernetSettings {
        paths: 4,
        forced: true,
        label_smoothing: 0.1,
        bn_momentum: 0.1,
        clip: Some(5.0),
        rule: Rule::Sgd(Sgd { momentum: 0.9, nesterov: false, weight_decay: 4e-4 }),
    };
    SupernetTrainer::new(gpu, net, store, settings).unwrap()
}

/// A batch for it.
fn batch(gpu: &Gpu) -> Batch {
    let images = HostArray::sample([4, 1, 28, 28], 1);
    let images = Tensor::from_host(gpu, &images).unwrap();
    (images, Tensor::from_slice(gpu, &[0.0, 3.0, 7.0, 9.0], [4]).unwrap())
}

#[test]
fn each_training_takes_no_more_memory_after_its_first_steps() {
    let gpu = common::gpu();
    let config = Config::preset("tiny").unwrap();
    each_step(&gpu, &config, 4, &mut |name, step| {
        (0..3).try_for_each(|_| step())?;
        gpu.finish()?;
        let early = gpu.pool();
        (0..12).try_for_each(|_| step())?;
        gpu.finish()?;
        assert_eq!(gpu.pool(), early, "{name}");
        Ok(())
    })
    .unwrap();
}

#[test]
fn training_on_paths_of_every_width_takes_no_more_memory_in_later_epochs() {
    let gpu = common::gpu();
    let (mut trainer, batch) = (trainer(&gpu), batch(&gpu));
    // Each epoch draws the same paths: their peak is the same too.
    let mut epoch = |steps| {
        let mut rng = rand_pcg::Pcg64::seed_from_u64(4);
        for _ in 0..steps {
            trainer.step(&gpu, from_ref(&batch), 0.01, &mut rng).unwrap();
        }
        gpu.finish().unwrap();
        gpu.pool()
    };
    let (.., third) = (epoch(10), epoch(10), epoch(10));
    for _ in 0..3 {
        assert_eq!(epoch(10), third);
    }
    assert!(third.allocated < 2 * third.peak, "{third:?}");
}

#[test]
fn a_rehearsal_computes_nothing_and_names_every_kernel_of_the_step() {
    let gpu = common::gpu();
    let (mut trainer, batch) = (trainer(&gpu), batch(&gpu));
    let rng = || rand_pcg::Pcg64::seed_from_u64(4);
    let weights = trainer.store.values().to_vec(&gpu).unwrap();
    let made = gpu.pipelines();
    let step = |trainer: &mut SupernetTrainer| {
        trainer.step(&gpu, from_ref(&batch), 0.01, &mut rng()).map(drop)
    };
    let kernels = gpu.rehearse(|| step(&mut trainer)).unwrap();
    assert!(kernels.len() > 10, "{kernels:?}");
    assert_eq!(gpu.pipelines(), made, "nothing is made before it is asked for");
    assert_eq!(trainer.store.values().to_vec(&gpu).unwrap(), weights);
    for kernel in &kernels {
        pollster::block_on(gpu.make_ready(kernel)).unwrap();
    }
    assert_eq!(gpu.pipelines(), made + kernels.len());
    step(&mut trainer).unwrap();
    assert_eq!(gpu.pipelines(), made + kernels.len(), "none is left to the step");
    assert_ne!(trainer.store.values().to_vec(&gpu).unwrap(), weights);
    assert_eq!(gpu.rehearse(|| step(&mut trainer)).unwrap().len(), 0);
}
