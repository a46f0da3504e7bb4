//! Settings of the architecture generator's training (paper, Sec. 3.3 and 4.1).
//!
//! Targets fill the space's constraint range. The hardware loss works on the error divided by its
//! length, so that one lambda serves every preset: the authors' 3e-4 on M MACs over ImageNet's
//! 180 M is 3e-4 * 180^2 = 9.72 here, their dead zone of 0.1 M is 0.1 / 180.

use super::section::section;
use super::setting::{Setting, choice, words};
use crate::protocol::quantity::Amount;
use crate::space::SkipMask;

choice! {
    /// The form of the hardware loss.
    HardwareLoss {
        /// The authors' code: a dead zone, then a square, steeper above the target.
        Asymmetric = "asymmetric",
        /// The paper's Eq. 8: a plain square.
        Square = "square",
    }
}

choice! {
    /// Which epoch's generator answers budgets.
    Selection {
        /// That of the lowest hardware loss, summed over a grid of targets.
        Hardware = "hardware",
        /// That of the best accuracy among those whose hardware loss is low enough.
        Accuracy = "accuracy",
    }
}

words! { SkipMask { FirstTwo = "two", FirstOnly = "official" } }

section! {
    /// Training of the architecture generator on the frozen supernet.
    Generator = "generator" {
        /// Passes over the generator part of the training set (Sec. 4.1: 50)
        epochs: u64 = 50, Whole(1, 100_000), "epochs", fixed;
        /// Steps an epoch; 0: one pass over the generator part
        steps: u64 = 0, Whole(0, 1_000_000), "steps", fixed;
        /// Images a step; all share one target
        batch: usize = 128, Whole(1, 65_536), "images", fixed;
        /// Learning rate of Adam (the authors' code: 0.001)
        lr: f64 = 1e-3, Above(0.0, 1.0), "", fixed;
        /// Adam's decay of the mean of gradients (the authors' code: 0.5)
        beta1: f64 = 0.5, Below(0.0, 1.0), "", fixed;
        /// Adam's decay of the mean of squared gradients (the authors' code: 0.999)
        beta2: f64 = 0.999, Below(0.0, 1.0), "", fixed;
        /// Largest norm of the whole gradient; 0: not clipped
        clip: f64 = 0.0, Real(0.0, 1e6), "", fixed;
        /// Label smoothing: share of a label spread evenly over all classes (the authors' code: 0.1)
        label_smoothing: f64 = 0.1, Below(0.0, 1.0), "", fixed;
        /// Weight of the hardware loss (Eq. 8), on errors divided by the range of targets
        lambda: f64 = 9.72, Real(0.0, 1e6), "", fixed;
        /// Form of the hardware loss: asymmetric (the authors' code) or square (Eq. 8)
        hardware_loss: HardwareLoss = HardwareLoss::Asymmetric, OneOf(HardwareLoss::WORDS), "", fixed;
        /// Errors up to this cost nothing (asymmetric form), as a share of the range of targets
        dead_zone: f64 = 0.1 / 180.0, Real(0.0, 1.0), "", fixed;
        /// Factor on the hardware loss above the target (asymmetric form; the authors' code: 1.2)
        over_penalty: f64 = 1.2, Real(0.0, 1000.0), "", fixed;
        /// Gumbel-softmax temperature of the first epoch (Eq. 2, Sec. 4.1; the authors' code: 5)
        tau_start: f64 = 5.0, Above(0.0, 1000.0), "", fixed;
        /// Factor on the temperature after each epoch (the authors' code: 0.95)
        tau_decay: f64 = 0.95, Above(0.0, 1.0), "", fixed;
        /// Step of the grid of targets: a count, or a share of the space's constraint range
        target_step: Amount = Amount::Share(0.025), Whole(1, 1_000_000_000_000), "MACs or parameters", fixed;
        /// Noise on each target, at most this share of a step to either side
        target_jitter: f64 = 0.1, Real(0.0, 0.5), "", fixed;
        /// Random architectures that the generator starts from, each for its cost (Sec. 3.3); 0: none
        prior_pool: usize = 1, Whole(0, 64), "architectures", fixed;
        /// Sub-blocks that are never skipped: two, or the official first alone
        mask: SkipMask = SkipMask::FirstTwo, OneOf(SkipMask::WORDS), "", fixed;
        /// Whose generator answers: hardware (lowest loss) or accuracy (best at the middle target, below selection_loss)
        selection: Selection = Selection::Hardware, OneOf(Selection::WORDS), "", fixed;
        /// Epochs whose summed hardware loss lies below this compete for the best accuracy (the authors' code: 0.4)
        selection_loss: f64 = 0.4, Above(0.0, 1e6), "", fixed;
    }
}
