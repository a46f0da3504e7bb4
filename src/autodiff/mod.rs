//! Reverse-mode differentiation: a tape of op applications and one walk back. It knows no op by
//! name, only the [`Op`](crate::ops::Op) trait.

mod check;
mod tape;

pub use check::{gradient_error, twin_gradients};
pub use tape::{Tape, Var};
