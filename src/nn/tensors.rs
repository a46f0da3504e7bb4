//! Named f32 tensors on the host, and as bytes of the safetensors format.

use std::borrow::Cow;
use std::collections::BTreeMap;

use safetensors::{Dtype, SafeTensors, View};

/// Named tensors: shape and values in row-major order.
pub type Tensors = BTreeMap<String, HostTensor>;

/// A tensor on the host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostTensor {
    /// Lengths of the dimensions, outermost first.
    pub shape: Vec<usize>,
    /// As many values as the shape's product.
    pub values: Vec<f32>,
}

/// The bytes of a safetensors file; values keep every bit.
///
/// # Errors
/// A text that names the tensor whose values do not fill its shape.
pub fn encode(tensors: &Tensors) -> Result<Vec<u8>, String> {
    for (name, tensor) in tensors {
        let expected: usize = tensor.shape.iter().product();
        if expected != tensor.values.len() {
            return Err(format!(
                "tensor `{name}` of shape {:?} has {} values instead of {expected}",
                tensor.shape,
                tensor.values.len()
            ));
        }
    }
    safetensors::serialize(tensors, None).map_err(|error| error.to_string())
}

/// Reads the bytes of a safetensors file.
///
/// # Errors
/// A text that says what is wrong: not safetensors, or a tensor of another type than f32.
pub fn decode(bytes: &[u8]) -> Result<Tensors, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let mut tensors = Tensors::new();
    for (name, view) in file.tensors() {
        if view.dtype() != Dtype::F32 {
            return Err(format!("tensor `{name}` is {:?}, expected F32", view.dtype()));
        }
        let (chunks, _) = view.data().as_chunks::<4>();
        let values = chunks.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        tensors.insert(name, HostTensor { shape: view.shape().to_vec(), values });
    }
    Ok(tensors)
}

impl View for &HostTensor {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    fn data_len(&self) -> usize {
        self.values.len() * size_of::<f32>()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_that_do_not_fill_the_shape_are_refused_by_name() {
        let tensor = HostTensor { shape: vec![2, 3], values: vec![0.0; 5] };
        let error = encode(&BTreeMap::from([("stem.weight".to_owned(), tensor)])).unwrap_err();
        assert!(error.contains("stem.weight") && error.contains("5 values"), "{error}");
    }

    #[test]
    fn bytes_that_are_no_safetensors_are_an_error() {
        for bytes in [&b""[..], b"{}", &[0xFF; 64]] {
            assert!(decode(bytes).is_err());
        }
    }

    proptest! {
        #[test]
        fn tensors_keep_every_bit(bits in prop::collection::vec(any::<u32>(), 0..40)) {
            let values: Vec<f32> = bits.iter().copied().map(f32::from_bits).collect();
            let tensor = HostTensor { shape: vec![values.len(), 1], values };
            let scalar = HostTensor { shape: vec![], values: vec![1.5] };
            let tensors = BTreeMap::from([("a.b".to_owned(), tensor), ("s".to_owned(), scalar)]);
            let again = decode(&encode(&tensors).unwrap()).unwrap();
            let kept: Vec<u32> = again["a.b"].values.iter().map(|value| value.to_bits()).collect();
            prop_assert_eq!(kept, bits);
            prop_assert_eq!(&again["s"], &tensors["s"]);
        }
    }
}
