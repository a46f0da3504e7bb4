//! Measurements of this adapter: what it can do at best, and how near the engine comes. Figures
//! only; what is printed of them is the command line's matter.

mod ceilings;
mod kernels;
mod op_cases;
mod step;

pub use ceilings::{Ceilings, ceilings};
pub use kernels::{KernelReport, Limits, Timed, time_kernels};
pub use op_cases::{OpCases, op_cases};
pub use step::{StepReport, training_step};
