//! Measurements of this adapter: what it can do at best, and how near the engine comes. Figures
//! only; what is printed of them is the command line's matter.

mod ceilings;
mod kernels;
mod op_cases;
mod reference;
mod step;
mod tuning;

pub use ceilings::{BestProduct, Ceilings, best_product, ceilings};
pub use kernels::{KernelReport, Limits, Timed, time_kernels};
pub use op_cases::{OpCases, op_cases};
pub use reference::{Reference, reference_step};
pub use step::{StepReport, StepWork, time_step};
pub use tuning::{Times, Tuning, tuned, tuning};
