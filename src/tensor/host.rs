//! Arrays on the host, f64: what twins compute with and tests compare.

use super::Shape;

/// Values on the host, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct HostArray {
    /// Extents.
    pub shape: Shape,
    /// `shape.len()` values.
    pub data: Vec<f64>,
}

impl HostArray {
    /// From values; their number must fit the shape.
    pub fn new(shape: impl Into<Shape>, data: Vec<f64>) -> Self {
        let shape = shape.into();
        assert_eq!(shape.len(), data.len(), "values do not fill the shape {shape}");
        HostArray { shape, data }
    }

    /// All zero.
    pub fn zeros(shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        HostArray { shape, data: vec![0.0; shape.len()] }
    }

    /// Reproducible values in about -2..2, different for each `salt`, none of them special.
    pub fn sample(shape: impl Into<Shape>, salt: u64) -> Self {
        let shape = shape.into();
        let value = |i: usize| {
            let mut z = (i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
                ^ salt.wrapping_mul(0xD1B5_4A32_D192_ED03);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            // Rounded to f32 so that GPU and twin start from the same values.
            f64::from(((z >> 40) as f32 / (1u32 << 22) as f32) - 2.0)
        };
        HostArray { shape, data: (0..shape.len()).map(value).collect() }
    }

    /// The value at n, c, h, w.
    pub fn at(&self, [n, c, h, w]: [usize; 4]) -> f64 {
        let [_, cs, hs, ws] = self.shape.nchw();
        self.data[((n * cs + c) * hs + h) * ws + w]
    }

    /// The values as f32.
    pub fn to_f32(&self) -> Vec<f32> {
        self.data.iter().map(|&v| v as f32).collect()
    }
}
