//! Augmentation: what may happen to an image on its way into a batch, and the same thing in plain
//! loops on the host. The kernel is `shaders/data/augment.wgsl`; where images lie is no matter here.

/// Changes of an image, drawn anew for each seed, step and image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Augment {
    /// Zero pixels added on each side before a crop back to the image's size; 0 crops nothing.
    pub pad: u32,
    /// Mirrors half of the images left to right.
    pub flip: bool,
    /// Side of a square, in pixels, set to 0 after normalisation (its part inside the image).
    pub cutout: u32,
}

impl Augment {
    /// Images as they are, for evaluation.
    pub const NONE: Augment = Augment { pad: 0, flip: false, cutout: 0 };
}

/// The two words that the draws of a step start from.
pub(super) fn keys(seed: u64, step: u64) -> [u32; 2] {
    let mut z = seed ^ step.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    [z as u32, (z >> 32) as u32]
}

/// `pcg` of `shaders/lib/random.wgsl`.
fn pcg(v: u32) -> u32 {
    let state = v.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    (word >> 22) ^ word
}

/// What was drawn for one image.
struct Draws {
    dy: i64,
    dx: i64,
    mirrored: bool,
    cut_y: i64,
    cut_x: i64,
}

impl Draws {
    fn new(a: &Augment, [key0, key1]: [u32; 2], image: u32, height: usize, width: usize) -> Self {
        let key = pcg(key1 ^ pcg(key0 ^ pcg(image)));
        let draw = |k: u32| pcg(key.wrapping_add(k.wrapping_mul(0x9E37_79B9)));
        let side = 2 * a.pad + 1;
        let (pad, half) = (i64::from(a.pad), i64::from(a.cutout / 2));
        Draws {
            dy: i64::from(draw(0) % side) - pad,
            dx: i64::from(draw(1) % side) - pad,
            mirrored: a.flip && draw(2) >= 0x8000_0000,
            cut_y: i64::from(draw(3) % height as u32) - half,
            cut_x: i64::from(draw(4) % width as u32) - half,
        }
    }
}

/// The kernel's work on one image in plain loops: `bytes` C x H x W in, as many f32 out; `table` is
/// the normalised value of each byte, C x 256.
pub(super) fn twin(
    a: &Augment,
    (seed, step): (u64, u64),
    image: u32,
    bytes: &[u8],
    [channels, height, width]: [usize; 3],
    table: &[f32],
) -> Vec<f32> {
    let d = Draws::new(a, keys(seed, step), image, height, width);
    let (h, w, side) = (height as i64, width as i64, i64::from(a.cutout));
    let mut out = Vec::with_capacity(bytes.len());
    for c in 0..channels {
        for y in 0..h {
            for x in 0..w {
                let sy = y + d.dy;
                let sx = if d.mirrored { w - 1 - x } else { x } + d.dx;
                let inside = (0..h).contains(&sy) && (0..w).contains(&sx);
                let at = (c as i64 * h + sy) * w + sx;
                let byte = if inside { bytes[at as usize] } else { 0 };
                let cut = (d.cut_y..d.cut_y + side).contains(&y)
                    && (d.cut_x..d.cut_x + side).contains(&x);
                out.push(if cut { 0.0 } else { table[c * 256 + usize::from(byte)] });
            }
        }
    }
    out
}
