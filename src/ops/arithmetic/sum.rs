//! Sums over axes, of one tensor or of a product: what broadcasting asks of gradients, and means.

use super::axes::Axes;
use crate::gpu::shaders::reduce::sum;
use crate::gpu::{Dispatch, Gpu, GpuError, KernelStyle, groups_1d};
use crate::tensor::{Shape, Tensor};

/// A driver may end a loop after 65,535 rounds.
const MOST_ROUNDS: u32 = 60_000;

/// factor * the sum of a (times b where given; the two broadcast to `full`) over the axes along
/// which `shape` has extent 1 and `full` has not. Split into parts, in a fixed order.
pub(crate) fn sum_to(
    gpu: &Gpu,
    a: &Tensor,
    b: Option<&Tensor>,
    full: &Shape,
    shape: &Shape,
    factor: f32,
) -> Result<Tensor, GpuError> {
    let other = b.unwrap_or(a);
    let axes = Axes::new(full, [a.shape(), other.shape(), shape]);
    let Axes { dims, strides: [sa, sb, kept] } = axes;
    let e: [u32; 4] = std::array::from_fn(|i| if kept[i] > 0 { dims[i] } else { 1 });
    let r: [u32; 4] = std::array::from_fn(|i| if kept[i] > 0 { 1 } else { dims[i] });
    let outputs = shape.len();
    let outer = r[0] * r[1] * r[2];
    let lanes = lanes(gpu, outputs, outer, r[3]);
    let parts = Tensor::empty(gpu, [outputs, lanes as usize])?;
    gpu.dispatch(Dispatch {
        shader: &sum::SHADER,
        constants: &[("PRODUCT", f64::from(u8::from(b.is_some())))],
        params: bytemuck::bytes_of(&sum::Params {
            outputs: outputs as u32,
            lanes,
            scale: if lanes == 1 { factor } else { 1.0 },
            e1: e[1],
            e2: e[2],
            e3: e[3],
            outer,
            r1: r[1],
            r2: r[2],
            r3: r[3],
            a0: sa[0],
            a1: sa[1],
            a2: sa[2],
            a3: sa[3],
            b0: sb[0],
            b1: sb[1],
            b2: sb[2],
            b3: sb[3],
        }),
        bindings: &[a.buffer(), other.buffer(), parts.buffer()],
        groups: groups_1d(parts.len(), 64),
        work: full.len() as u64,
    })?;
    if lanes == 1 {
        return parts.reshape(*shape);
    }
    sum_to(gpu, &parts, None, parts.shape(), &Shape::new(&[outputs, 1]), factor)?.reshape(*shape)
}

/// Into how many parts the sum of an output is split: enough invocations to fill the device, each
/// with enough to do, none with more rounds than a loop may have.
fn lanes(gpu: &Gpu, outputs: usize, outer: u32, inner: u32) -> u32 {
    let (invocations, least) = match gpu.style() {
        KernelStyle::Registers | KernelStyle::Subgroups => (1 << 9, 64),
        KernelStyle::Tiles => (1 << 15, 32),
    };
    // What the lanes share: the innermost axis, or else the outer ones.
    let shared = if inner > 1 { inner } else { outer };
    let items = u64::from(outer) * u64::from(inner);
    let wanted = (invocations / outputs.max(1) as u64).min(items / least).min(1 << 10);
    let wanted = (wanted as u32).min(shared).max(shared.div_ceil(MOST_ROUNDS));
    wanted.max(1)
}
