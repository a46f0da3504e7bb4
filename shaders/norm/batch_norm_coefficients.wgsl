//! use linear
//! Joins the `parts` (n, mean - x0, M2) of each channel to its batch mean and biased variance, and
//! prepares y = (x - mean) * scale + shift: coefficients (mean, 1/std, scale, shift), where scale
//! is gamma / sqrt(var + eps). `shift` is beta less what the mean lost when it was rounded. With
//! ABSOLUTE the parts are (n, mean, M2) and x is not read. The channels begin at `first` of all.
//! Host: src/ops/batch_norm/passes.rs.

override ABSOLUTE: bool = false;

struct Params {
    channels: u32,
    // The first of them, and the number of all, in gamma and what is written.
    first: u32,
    total: u32,
    // Parts a channel.
    parts: u32,
    // Values from one channel of x to the next.
    plane: u32,
    eps: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> parts: array<quad>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read_write> coefficients: array<quad>;
// Means of all channels, then their biased variances.
@group(0) @binding(6) var<storage, read_write> moments: array<f32>;

@compute @workgroup_size(64)
fn batch_norm_coefficients(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = linear_index(wg, groups, 64u, local);
    if (i >= p.channels) {
        return;
    }
    let c = p.first + i;
    let begin = i * p.parts;
    var n = 0.0;
    var sum = 0.0;
    for (var k = begin; k < begin + p.parts; k += 1u) {
        n += load4(parts[k]).x;
        sum += load4(parts[k]).x * load4(parts[k]).y;
    }
    let offset = sum / n;
    var squares = 0.0;
    for (var k = begin; k < begin + p.parts; k += 1u) {
        let d = load4(parts[k]).y - offset;
        squares += load4(parts[k]).z + load4(parts[k]).x * d * d;
    }
    var first = 0.0;
    if (!ABSOLUTE) {
        first = x[c * p.plane];
    }
    let mean = first + offset;
    let lost = offset - (mean - first);
    let variance = squares / n;
    let inverse = 1.0 / sqrt(variance + p.eps);
    let scale = gamma[c] * inverse;
    coefficients[c] = store4(vec4<f32>(mean, inverse, scale, beta[c] - lost * scale));
    moments[c] = mean;
    moments[p.total + c] = variance;
}
