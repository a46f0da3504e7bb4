//! From the configuration, which people write, to the settings that the method takes.

use crate::nas::{
    DerivedConfig, DerivedSettings, GeneratorSettings, ShadowNorms, SupernetSettings,
};
use crate::nn::schedule;
use crate::ops::activation::Activation;
use crate::ops::hardware_loss::HardwareLoss;
use crate::ops::optim::{Adam, RmsForm, RmsProp, Rule, Sgd};
use crate::protocol::config::{self, Config, Optimiser, Schedule, Scratch, Targets};
use crate::space::{SUB_BLOCKS, SkipMask};

/// The batch's weight in the running statistics of the supernet.
const BN_MOMENTUM: f32 = 0.1;

fn clip(max: f64) -> Option<f64> {
    (max > 0.0).then_some(max)
}

pub(super) fn shadow(config: &Config) -> ShadowNorms {
    match (config.supernet.shadow_bn, config.generator.mask) {
        (false, _) => ShadowNorms::Shared,
        (true, SkipMask::FirstTwo) => ShadowNorms::Five,
        (true, SkipMask::FirstOnly) => ShadowNorms::Six,
    }
}

pub(super) fn supernet(config: &Config) -> SupernetSettings {
    let s = &config.supernet;
    SupernetSettings {
        paths: s.paths_per_step,
        forced: s.forced_sampling,
        label_smoothing: s.label_smoothing as f32,
        bn_momentum: BN_MOMENTUM,
        clip: clip(s.clip),
        rule: Rule::Sgd(Sgd {
            momentum: s.momentum,
            nesterov: s.nesterov,
            weight_decay: s.weight_decay,
        }),
    }
}

pub(super) fn generator(config: &Config, targets: Targets) -> GeneratorSettings {
    let g = &config.generator;
    GeneratorSettings {
        low: targets.low as f64,
        high: targets.high as f64,
        hardware: match g.hardware_loss {
            config::HardwareLoss::Asymmetric => HardwareLoss {
                lambda: g.lambda as f32,
                over_penalty: g.over_penalty as f32,
                dead_zone: g.dead_zone as f32,
            },
            config::HardwareLoss::Square => HardwareLoss::square(g.lambda as f32),
        },
        label_smoothing: g.label_smoothing as f32,
        clip: clip(g.clip),
        unskippable: (0..SUB_BLOCKS).filter(|&b| !g.mask.may_skip(b)).count(),
        adam: Adam { beta1: g.beta1, beta2: g.beta2, ..Adam::default() },
    }
}

pub(super) fn derived_config(s: &Scratch) -> DerivedConfig {
    DerivedConfig {
        activation: match s.activation {
            config::Activation::Relu6 => Activation::Relu6,
            config::Activation::Hswish => Activation::Hswish,
        },
        squeeze_excite: s.se,
    }
}

pub(super) fn scratch(s: &Scratch) -> DerivedSettings {
    let rule = match s.optimiser {
        Optimiser::Sgd => Rule::Sgd(Sgd {
            momentum: s.momentum,
            nesterov: s.nesterov,
            weight_decay: s.weight_decay,
        }),
        Optimiser::RmspropTf => Rule::RmsProp(RmsProp {
            alpha: s.square_decay,
            eps: s.epsilon,
            momentum: s.momentum,
            weight_decay: s.weight_decay,
            centred: false,
            form: RmsForm::TensorFlow,
        }),
        Optimiser::AdamW => Rule::Adam(Adam {
            beta1: s.momentum,
            beta2: s.square_decay,
            eps: s.epsilon,
            weight_decay: s.weight_decay,
            decoupled: true,
        }),
    };
    DerivedSettings {
        label_smoothing: s.label_smoothing as f32,
        bn_momentum: s.bn_momentum as f32,
        dropout: s.dropout,
        clip: clip(s.clip),
        ema: (s.ema > 0.0).then_some(s.ema),
        decay_weights_only: !s.decay_all,
        rule,
    }
}

/// Learning rate of training from scratch before optimiser step `step`.
pub(super) fn scratch_lr(s: &Scratch, step: u64, steps_per_epoch: u64) -> f64 {
    let mut epoch = step as f64 / steps_per_epoch as f64;
    if s.schedule == Schedule::Step {
        epoch = epoch.floor();
    }
    if let Some(lr) = schedule::warm_up(s.lr, s.warmup_lr, epoch, s.warmup_epochs) {
        return lr;
    }
    match s.schedule {
        Schedule::Constant => s.lr,
        Schedule::Step => schedule::step(s.lr, s.decay, s.decay_epochs, epoch as u64),
        Schedule::Cosine => schedule::cosine(s.lr, 0.0, step, s.epochs * steps_per_epoch),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::protocol::config::Config;

    #[test]
    fn on_imagenet_the_rate_of_training_from_scratch_moves_by_epoch() {
        let config = Config::preset("imagenet").unwrap();
        let rate = |epoch: f64| scratch_lr(&config.scratch, (epoch * 100.0) as u64, 100);
        assert_eq!((rate(0.0), rate(0.99)), (1e-4, 1e-4));
        assert!((rate(2.5) - (1e-4 + (0.016 - 1e-4) * 2.0 / 5.0)).abs() < 1e-12);
        assert_eq!(rate(5.0), 0.016 * 0.963);
        assert_eq!((rate(8.99), rate(9.0)), (0.016 * 0.963_f64.powi(2), 0.016 * 0.963_f64.powi(3)));
    }
}
