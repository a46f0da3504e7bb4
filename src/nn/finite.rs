//! Which tensor of a network holds a value that is not finite, by name.

use super::{Store, Tensors};

/// The arenas of a [`Store`]; gradients, optimiser states and averages are laid out as one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arena {
    /// Trainable tensors.
    Parameters,
    /// Running statistics.
    Statistics,
}

impl Store {
    /// The first tensor whose part of `values`, laid out as `arena`, holds NaN or infinity: its
    /// name, how many of its values do, and how many it has.
    pub fn first_nonfinite(&self, arena: Arena, values: &[f32]) -> Option<(&str, usize, usize)> {
        self.layout().filter(|(.., is_param)| *is_param == (arena == Arena::Parameters)).find_map(
            |(name, shape, start, _)| {
                let part = values.get(start..start + shape.len())?;
                let count = part.iter().filter(|v| !v.is_finite()).count();
                (count > 0).then_some((name, count, part.len()))
            },
        )
    }
}

/// The first of named tensors that holds NaN or infinity, as [`Store::first_nonfinite`].
pub fn first_nonfinite(tensors: &Tensors) -> Option<(&str, usize, usize)> {
    tensors.iter().find_map(|(name, tensor)| {
        let count = tensor.values.iter().filter(|v| !v.is_finite()).count();
        (count > 0).then_some((name.as_str(), count, tensor.values.len()))
    })
}
