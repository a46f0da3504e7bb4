//! Depthwise kernels on a range of channels: what the mixed and the plain depthwise convolution
//! record. Fused forms live with the ops that fuse.

use crate::gpu::shaders::conv::{
    depthwise, depthwise_even, depthwise_odd, depthwise_up, depthwise_up_even, depthwise_up_odd,
    depthwise_weights,
};
use crate::gpu::{Dispatch, Gpu, GpuError, KernelStyle, Shader, groups_1d};
use crate::ops::product::sum_parts;
use crate::tensor::{Shape, Tensor};

/// A depthwise convolution with padding kernel / 2 on channels `offset..offset + count` of `total`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(crate) images: usize,
    pub(crate) total: usize,
    pub(crate) offset: usize,
    pub(crate) count: usize,
    /// 3, 5 or 7.
    pub(crate) kernel: usize,
    /// 1 or 2.
    pub(crate) stride: usize,
    /// Height and width of the input.
    pub(crate) input: [usize; 2],
    /// Height and width of the output.
    pub(crate) output: [usize; 2],
}

/// How a plane is cut into strips of vec4s and bands of rows, of how many images an invocation takes
/// the same piece in turn, and the size of a workgroup.
pub(crate) struct Cut {
    pub(crate) vec4s: usize,
    pub(crate) strips: usize,
    pub(crate) bands: usize,
    pub(crate) rows: usize,
    pub(crate) run: usize,
    pub(crate) workgroup: u32,
}

/// Rows that an invocation goes through at most where it takes several images.
const MOST_ROWS: usize = 512;

/// Invocations that are left at least where one takes several images.
const ENOUGH_PIECES: usize = 1024;

impl Cut {
    /// Pieces of a plane.
    pub(crate) fn pieces(&self) -> usize {
        self.strips * self.bands
    }

    /// Tells a kernel whether a strip is a whole row.
    pub(crate) fn alone(&self) -> (&'static str, f64) {
        ("ALONE", f64::from(u8::from(self.strips == 1)))
    }
}

impl Range {
    /// Whether these kernels serve such a convolution.
    pub(crate) fn serves(kernel: usize, stride: usize) -> bool {
        matches!(kernel, 3 | 5 | 7) && matches!(stride, 1 | 2)
    }

    /// Planes of all images.
    fn planes(&self) -> usize {
        self.images * self.count
    }

    /// Runs of images of all channels: `planes` of the kernels.
    pub(crate) fn runs(&self, cut: &Cut) -> u32 {
        (self.images.div_ceil(cut.run) * self.count) as u32
    }

    /// Workgroups for all pieces of the runs.
    pub(crate) fn groups(&self, cut: &Cut) -> [u32; 3] {
        groups_1d(self.runs(cut) as usize * cut.pieces(), cut.workgroup)
    }

    /// Pieces of a channel in all runs: what a channel's sums have as parts.
    pub(crate) fn parts(&self, cut: &Cut) -> usize {
        self.images.div_ceil(cut.run) * cut.pieces()
    }

    fn odd(&self) -> bool {
        !self.input[1].is_multiple_of(4) || !self.output[1].is_multiple_of(4)
    }

    /// Of the kernels for rows of whole vec4s, for rows that are stored in pairs and for any the
    /// first that serves, where rows of `stored` values are stored.
    pub(crate) fn choose(&self, stored: usize, of: [&'static Shader; 3]) -> &'static Shader {
        let [whole, even, odd] = of;
        match (self.odd(), stored.is_multiple_of(2)) {
            (false, _) => whole,
            (true, true) => even,
            (true, false) => odd,
        }
    }

    /// Values of the output.
    pub(crate) fn places(&self) -> usize {
        self.planes() * self.output[0] * self.output[1]
    }

    pub(crate) fn work(&self) -> u64 {
        (self.places() * self.kernel * self.kernel) as u64
    }

    /// Bytes of the range in so many tensors of the input's and of the output's size, and of others.
    pub(crate) fn bytes(&self, inputs: usize, outputs: usize, others: &[&Tensor]) -> u64 {
        let places = |[h, w]: [usize; 2]| self.planes() * h * w;
        let others: usize = others.iter().map(|t| t.len()).sum();
        (inputs * places(self.input) + outputs * places(self.output) + others) as u64 * 4
    }

    /// Cuts planes of `width4` vec4s by `height` rows. Registers: strips as wide as the pipeline
    /// can hold and whole planes, unless too few invocations came of it. Tiles: many small pieces.
    /// Where kernels can take runs of images and there are pieces to spare, they do, so that taps
    /// and norms are loaded and sums are stored once a run.
    pub(crate) fn cut(&self, gpu: &Gpu, widest: usize, width4: usize, height: usize) -> Cut {
        let (vec4s, items, workgroup) = match gpu.style() {
            KernelStyle::Registers | KernelStyle::Subgroups => {
                (widest.min(width4.next_power_of_two()), 64, 8)
            }
            KernelStyle::Tiles => (1, usize::MAX, 64),
        };
        let strips = width4.div_ceil(vec4s);
        // A band reads the rows beside it again: below eight rows that costs too much.
        let most = height.div_ceil(8);
        let bands = items.div_ceil(self.planes() * strips).min(most).max(1);
        let rows = height.div_ceil(bands);
        let bands = height.div_ceil(rows);
        let run = match gpu.takes_runs() {
            true => (self.planes() * strips * bands / ENOUGH_PIECES).min(MOST_ROWS / rows),
            false => 1,
        };
        let runs = self.images.div_ceil(run.clamp(1, self.images));
        Cut { vec4s, strips, bands, rows, run: self.images.div_ceil(runs), workgroup }
    }

    /// The cut of y.
    pub(crate) fn forward_cut(&self, gpu: &Gpu) -> Cut {
        let widest = match (self.stride, self.kernel) {
            (1, _) => 4,
            (_, 3 | 5) => 2,
            _ => 1,
        };
        self.cut(gpu, widest, self.output[1].div_ceil(4), self.output[0])
    }

    /// y (or, with the kernel turned around and stride 1, dx) from x (or dy).
    fn rows(
        &self,
        gpu: &Gpu,
        x: &Tensor,
        w: &Tensor,
        bias: Option<&Tensor>,
        y: &Tensor,
        flip: bool,
    ) -> Result<(), GpuError> {
        let [ho, wo] = self.output;
        let cut = self.forward_cut(gpu);
        let params = depthwise::Params {
            planes: self.runs(&cut),
            images: self.images as u32,
            run: cut.run as u32,
            count: self.count as u32,
            total: self.total as u32,
            offset: self.offset as u32,
            h: self.input[0] as u32,
            w: self.input[1] as u32,
            ho: ho as u32,
            wo: wo as u32,
            strips: cut.strips as u32,
            bands: cut.bands as u32,
            rows: cut.rows as u32,
            flip: u32::from(flip),
            bias: u32::from(bias.is_some()),
        };
        // Without a bias the kernels stand in for it and are not read.
        let bias = bias.unwrap_or(w);
        gpu.dispatch_part(
            Dispatch {
                shader: self.choose(
                    wo,
                    [&depthwise::SHADER, &depthwise_even::SHADER, &depthwise_odd::SHADER],
                ),
                constants: &[
                    ("K", self.kernel as f64),
                    ("STRIDE", self.stride as f64),
                    ("S", cut.vec4s as f64),
                    ("WG", f64::from(cut.workgroup)),
                    cut.alone(),
                ],
                params: bytemuck::bytes_of(&params),
                bindings: &[x.buffer(), w.buffer(), bias.buffer(), y.buffer()],
                groups: self.groups(&cut),
                work: self.work(),
            },
            self.bytes(1, 1, &[w]),
        )
    }

    /// Records y.
    pub(crate) fn forward(
        &self,
        gpu: &Gpu,
        x: &Tensor,
        w: &Tensor,
        bias: Option<&Tensor>,
        y: &Tensor,
    ) -> Result<(), GpuError> {
        self.rows(gpu, x, w, bias, y, false)
    }

    /// Records dx.
    pub(crate) fn input_grad(
        &self,
        gpu: &Gpu,
        dy: &Tensor,
        w: &Tensor,
        dx: &Tensor,
    ) -> Result<(), GpuError> {
        if self.stride == 1 {
            return self.rows(gpu, dy, w, None, dx, true);
        }
        let ([h, width], [ho, wo]) = (self.input, self.output);
        let cut = self.cut(gpu, 1, wo.div_ceil(4), h.div_ceil(2));
        let params = depthwise_up::Params {
            planes: self.runs(&cut),
            images: self.images as u32,
            run: cut.run as u32,
            count: self.count as u32,
            total: self.total as u32,
            offset: self.offset as u32,
            h: h as u32,
            w: width as u32,
            ho: ho as u32,
            wo: wo as u32,
            strips: cut.strips as u32,
            bands: cut.bands as u32,
            rows: cut.rows as u32,
        };
        gpu.dispatch_part(
            Dispatch {
                shader: self.choose(
                    width,
                    [&depthwise_up::SHADER, &depthwise_up_even::SHADER, &depthwise_up_odd::SHADER],
                ),
                constants: &[
                    ("K", self.kernel as f64),
                    ("WG", f64::from(cut.workgroup)),
                    cut.alone(),
                ],
                params: bytemuck::bytes_of(&params),
                bindings: &[dy.buffer(), w.buffer(), dx.buffer()],
                groups: self.groups(&cut),
                work: self.work(),
            },
            self.bytes(1, 1, &[w]),
        )
    }

    /// dw, a tensor of `shape`.
    pub(crate) fn weight_grad(
        &self,
        gpu: &Gpu,
        dy: &Tensor,
        x: &Tensor,
        shape: Shape,
    ) -> Result<Tensor, GpuError> {
        let [ho, wo] = self.output;
        let widest = if (self.stride, self.kernel) == (1, 3) { 4 } else { 2 };
        let cut = self.cut(gpu, widest / self.stride, wo.div_ceil(4), ho);
        // Strips share one sum where there are invocations enough without.
        let shared = self.planes() * cut.bands >= 64 && gpu.style() != KernelStyle::Tiles;
        let (width, strips) = if shared { (cut.strips, 1) } else { (1, cut.strips) };
        let cut = Cut { strips, ..cut };
        let len = self.count * self.kernel * self.kernel;
        let pitch = len.next_multiple_of(4);
        let count = self.parts(&cut);
        let parts = Tensor::empty(gpu, [count, pitch])?;
        let params = depthwise_weights::Params {
            planes: self.runs(&cut),
            images: self.images as u32,
            run: cut.run as u32,
            count: self.count as u32,
            total: self.total as u32,
            offset: self.offset as u32,
            h: self.input[0] as u32,
            w: self.input[1] as u32,
            ho: ho as u32,
            wo: wo as u32,
            strips: strips as u32,
            width: width as u32,
            bands: cut.bands as u32,
            rows: cut.rows as u32,
            pitch: pitch as u32,
        };
        gpu.dispatch_part(
            Dispatch {
                shader: &depthwise_weights::SHADER,
                constants: &[
                    ("K", self.kernel as f64),
                    ("STRIDE", self.stride as f64),
                    ("S", cut.vec4s as f64),
                    ("ODD", f64::from(u8::from(self.odd()))),
                    ("WG", f64::from(cut.workgroup)),
                ],
                params: bytemuck::bytes_of(&params),
                bindings: &[x.buffer(), x.buffer(), dy.buffer(), dy.buffer(), parts.buffer()],
                groups: self.groups(&cut),
                work: self.work(),
            },
            self.bytes(1, 1, &[&parts]),
        )?;
        let dw = Tensor::empty(gpu, shape)?;
        sum_parts(gpu, &parts, count, pitch, &dw)?;
        Ok(dw)
    }
}
