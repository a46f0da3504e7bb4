//! NAS-Bench-201 (section 12 of the specification): cells of six edges with five ops each, 15,625
//! in all; their text, their official numbers, and what the network of 15 such cells costs.

mod cell;
mod cost;
mod order;

pub use cell::{Cell, EDGES, Op};
pub use cost::{CIFAR_10, CIFAR_100, CellCost, IMAGENET_16_120, Network};
pub use order::cells_in_official_order;
