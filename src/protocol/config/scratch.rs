//! Settings for training one architecture from scratch (paper, Sec. 4.1).

use super::section::section;
use super::setting::{Setting, choice};

choice! {
    /// The optimiser of training from scratch.
    Optimiser {
        /// SGD with momentum.
        Sgd = "sgd",
        /// RMSprop in TensorFlow's form: epsilon inside the root, mean square from 1.
        RmspropTf = "rmsprop_tf",
        /// Adam with decoupled weight decay.
        AdamW = "adamw",
    }
}

choice! {
    /// How the learning rate falls after the warm-up.
    Schedule {
        /// A half cosine to zero, by step.
        Cosine = "cosine",
        /// A factor every few epochs.
        Step = "step",
        /// Not at all.
        Constant = "constant",
    }
}

choice! {
    /// The activation of a network trained from scratch.
    Activation {
        /// min(max(x, 0), 6).
        Relu6 = "relu6",
        /// x * relu6(x + 3) / 6.
        Hswish = "hswish",
    }
}

section! {
    /// Training of one architecture from scratch.
    Scratch = "scratch" {
        /// Passes over the whole training set (Sec. 4.1: 500 on ImageNet)
        epochs: u64 = 200, Whole(1, 100_000), "epochs", fixed;
        /// Images a step
        batch: usize = 128, Whole(1, 65_536), "images", fixed;
        /// sgd, rmsprop_tf (on ImageNet, Sec. 4.1) or adamw
        optimiser: Optimiser = Optimiser::Sgd, OneOf(Optimiser::WORDS), "", fixed;
        /// Peak learning rate (the paper: 0.16 with rmsprop_tf on ImageNet)
        lr: f64 = 0.064, Above(0.0, 10.0), "", fixed;
        /// Momentum of sgd and rmsprop_tf, beta1 of adamw
        momentum: f64 = 0.9, Below(0.0, 1.0), "", fixed;
        /// Nesterov's form of momentum (sgd)
        nesterov: bool = false, Any, "", fixed;
        /// Decay of the mean of squared gradients (rmsprop_tf: alpha, adamw: beta2)
        square_decay: f64 = 0.9, Below(0.0, 1.0), "", fixed;
        /// Epsilon of rmsprop_tf and adamw
        epsilon: f64 = 1e-3, Above(0.0, 1.0), "", fixed;
        /// L2 penalty (adamw: decoupled)
        weight_decay: f64 = 4e-4, Real(0.0, 1.0), "", fixed;
        /// Penalise biases and batch norms too
        decay_all: bool = true, Any, "", fixed;
        /// Epochs of linear warm-up, fractions allowed; 0: none
        warmup_epochs: f64 = 0.0, Real(0.0, 1000.0), "epochs", fixed;
        /// Learning rate at the start of the warm-up
        warmup_lr: f64 = 1e-4, Real(0.0, 10.0), "", fixed;
        /// cosine by step, step (a factor every few epochs, its warm-up by epoch too) or constant
        schedule: Schedule = Schedule::Cosine, OneOf(Schedule::WORDS), "", fixed;
        /// Factor of the step schedule (the paper: 3 % less every 3 epochs)
        decay: f64 = 0.963, Above(0.0, 1.0), "", fixed;
        /// Epochs between factors of the step schedule
        decay_epochs: u64 = 3, Whole(1, 100_000), "epochs", fixed;
        /// Largest norm of the whole gradient; 0: not clipped
        clip: f64 = 0.0, Real(0.0, 1e6), "", fixed;
        /// Label smoothing: share of a label spread evenly over all classes (the authors' code: 0.1)
        label_smoothing: f64 = 0.1, Below(0.0, 1.0), "", fixed;
        /// relu6, or hswish (the paper's decoded models)
        activation: Activation = Activation::Relu6, OneOf(Activation::WORDS), "", fixed;
        /// Squeeze-and-excite in every block
        se: bool = false, Any, "", fixed;
        /// Dropout: share of features dropped before the classifier (the authors' code: 0.2)
        dropout: f64 = 0.2, Below(0.0, 1.0), "", fixed;
        /// Decay of the moving average of weights that is reported (the authors' ImageNet recipe: 0.99995); 0: none
        ema: f64 = 0.0, Below(0.0, 1.0), "", fixed;
        /// Momentum of the running statistics (new = (1 - m) * old + m * batch)
        bn_momentum: f64 = 0.1, Above(0.0, 1.0), "", fixed;
        /// Pixels of padding before a random crop; 0: no crop
        crop_pad: usize = 0, Whole(0, 64), "px", fixed;
        /// Smallest area of a random resized crop, as a share of the image (it streams them); 0: none
        min_area: f64 = 0.0, Real(0.0, 1.0), "", fixed;
        /// Bicubic instead of bilinear resizing in evaluation, and in half of the random resized crops
        bicubic: bool = false, Any, "", fixed;
        /// Brightness, contrast and saturation of random resized crops, each times 1 - this to 1 + this
        jitter: f64 = 0.0, Real(0.0, 1.0), "", fixed;
        /// Mirror half of the images
        flip: bool = true, Any, "", fixed;
        /// Side of the square that cutout blanks; 0: none
        cutout: usize = 0, Whole(0, 256), "px", fixed;
    }
}
