//! Reverse-mode differentiation: a tape of op applications and one walk back. It knows no op by
//! name, only the [`Op`](crate::ops::Op) trait.

mod check;
mod sink;
mod tape;
mod watch;

pub use check::{GradientCheck, rehearse_check, twin_gradients};
pub use sink::Sink;
pub use tape::{Tape, Var};
pub use watch::{NonFinite, Watch};
