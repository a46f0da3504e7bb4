//! Settings of the supernet's training (paper, Sec. 3.1 and 4.1).

use super::section::section;

section! {
    /// Training of the unified supernet on single paths.
    Supernet = "supernet" {
        /// Passes over the weight part of the training set (Sec. 4.1: 50)
        epochs: u64 = 50, Whole(1, 100_000), "epochs", fixed;
        /// Images a step (Sec. 4.1: 256)
        batch: usize = 128, Whole(1, 65_536), "images", fixed;
        /// Peak learning rate of SGD, then a cosine to zero by step (Sec. 4.1: 0.045 at batch 256)
        lr: f64 = 0.064, Above(0.0, 10.0), "", fixed;
        /// Momentum of SGD (the authors' code: 0.9)
        momentum: f64 = 0.9, Below(0.0, 1.0), "", fixed;
        /// Nesterov's form of momentum
        nesterov: bool = false, Any, "", fixed;
        /// L2 penalty on all weights (the authors' code: 0.0004)
        weight_decay: f64 = 4e-4, Real(0.0, 1.0), "", fixed;
        /// Label smoothing: share of a label spread evenly over all classes (the authors' code: 0.1)
        label_smoothing: f64 = 0.1, Below(0.0, 1.0), "", fixed;
        /// Largest norm of the whole gradient; 0: not clipped
        clip: f64 = 0.0, Real(0.0, 1e6), "", fixed;
        /// Single paths a step, on the same images, their gradients summed (the authors' code: 4)
        paths_per_step: usize = 4, Whole(1, 64), "paths", fixed;
        /// Forced sampling: expansion e keeps the first e sub-blocks (Sec. 3.2); false: a random subset
        forced_sampling: bool = true, Any, "", fixed;
        /// A shadow batch norm for each expansion (Sec. 3.2); false: one shared
        shadow_bn: bool = true, Any, "", fixed;
        /// Leading share of the training set that trains weights; the rest trains the generator (the paper: 0.8)
        train_portion: f64 = 0.8, Real(0.1, 0.99), "", fixed;
        /// Pixels of padding before a random crop; 0: no crop
        crop_pad: usize = 0, Whole(0, 64), "px", fixed;
        /// Smallest area of a random resized crop, as a share of the image (it streams them); 0: none
        min_area: f64 = 0.0, Real(0.0, 1.0), "", fixed;
        /// Mirror half of the images
        flip: bool = true, Any, "", fixed;
        /// Side of the square that cutout blanks; 0: none
        cutout: usize = 0, Whole(0, 256), "px", fixed;
    }
}
