//! Operators: one folder each, listed once in `table`. An op records kernels, knows its gradient and
//! has a plain-loop twin on the host; networks, tapes and data do not live here.

pub mod accumulate;
pub mod activation;
pub mod arithmetic;
pub mod batch_norm;
pub mod bottleneck;
pub mod concat;
pub mod conv2d;
pub mod count;
pub mod cross_entropy;
pub mod focal_loss;
pub mod global_avg_pool;
pub mod gumbel_softmax;
pub mod hardware_loss;
pub mod linear;
pub mod mixed_depthwise;
pub mod narrow;
mod op;
pub mod optim;
pub mod pool;
pub mod product;
pub mod regression_loss;
pub mod select_row;
pub mod self_test;
pub mod soft_cost;
pub mod soft_depthwise;
pub mod softmax;
pub mod table;
pub mod upsample;
mod walk;

pub use op::{Case, Cost, Forward, Op, Vjp};
