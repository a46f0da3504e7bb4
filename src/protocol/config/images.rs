//! Settings of the images: to what size they are brought, and where they lie.

use super::section::section;

section! {
    /// Images and where they lie.
    Images = "images" {
        /// Height and width to which images are cropped and resized; 0: their own, which must agree
        size: usize = 0, Whole(0, 4096), "px", fixed;
        /// Share of the training images held out where a set has no test images; 0: such a set is refused
        test_portion: f64 = 0.0, Below(0.0, 1.0), "", fixed;
        /// Most memory for the images, on the host and on the GPU; larger folders are streamed (0: all folders)
        resident_mib: u64 = 2048, Whole(0, 1_048_576), "MiB", fixed;
        /// Threads that decode streamed images, without effect on results; 0: one a processor
        threads: usize = 0, Whole(0, 256), "threads", fixed;
    }
}
