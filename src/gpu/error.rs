//! Errors of the engine as values.

use thiserror::Error;

use super::KernelStyle;

/// What can go wrong between here and the GPU.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum GpuError {
    /// No adapter matches.
    #[error(
        "no GPU adapter{0}; `sgnas devices` lists what is there, and a software Vulkan driver (Debian: mesa-vulkan-drivers) serves where there is none"
    )]
    NoAdapter(String),
    /// The adapter refused a device.
    #[error("the adapter {adapter} gave no device: {why}")]
    NoDevice {
        /// Name of the adapter.
        adapter: String,
        /// The driver's words.
        why: String,
    },
    /// The adapter cannot run the kernels that were asked for.
    #[error("the adapter {adapter} runs no kernels of the variant {style}; it runs {able}")]
    NoVariant {
        /// Name of the adapter.
        adapter: String,
        /// What was asked for.
        style: KernelStyle,
        /// What it runs.
        able: String,
    },
    /// The device is gone; a new one must be made and the state restored.
    #[error(
        "the GPU device was lost: {0}; resume from the last checkpoint, by --resume or in the studio"
    )]
    Lost(String),
    /// An allocation failed or exceeds a limit.
    #[error("out of GPU memory: {what} needs {bytes} bytes; use a smaller batch")]
    OutOfMemory {
        /// What was asked for.
        what: String,
        /// Its size in bytes, 0 where the driver did not say.
        bytes: u64,
    },
    /// A call was refused: a defect of ours.
    #[error("the GPU refused a call: {0}")]
    Validation(String),
    /// Operands do not fit together.
    #[error("{op}: {why}")]
    Shape {
        /// The op.
        op: &'static str,
        /// What does not fit.
        why: String,
    },
    /// The op has no backward rule.
    #[error("{0} has no gradient rule")]
    MissingRule(&'static str),
}
