//! use linear
//! Joins the `parts` (n, mean - x0, M2) of each channel to its batch mean and biased variance, and
//! prepares y = (x - mean) * scale + shift: coefficients (mean, 1/std, scale, shift), where scale
//! is gamma / sqrt(var + eps). `shift` is beta less what the mean lost when it was rounded. With
//! ABSOLUTE the parts are (n, mean, M2) and x is not read. A part of zeros says nothing.
//! Scale and shift are those of up to six groups of channels, which lie in an arena each.
//! With RUNNING the statistics of evaluation move as well, as in batch_norm_running: those of up to
//! six groups of channels, which lie in one arena.
//! With TILES a workgroup shares the parts of a channel, else an invocation joins them alone.
//! Host: src/ops/batch_norm/passes.rs.

override ABSOLUTE: bool = false;
override RUNNING: bool = false;
override TILES: bool = false;

struct Params {
    channels: u32,
    // Parts a channel.
    parts: u32,
    // Values from one channel of x to the next.
    plane: u32,
    eps: f32,
    // Share of this batch in the running statistics, and n / (n - 1).
    momentum: f32,
    unbias: f32,
    // Channels of a group with a scale and shift of its own, and where these begin.
    of_affine: u32,
    gamma0: u32,
    gamma1: u32,
    gamma2: u32,
    gamma3: u32,
    gamma4: u32,
    gamma5: u32,
    beta0: u32,
    beta1: u32,
    beta2: u32,
    beta3: u32,
    beta4: u32,
    beta5: u32,
    // Channels of a group, and the groups that have running statistics.
    of_group: u32,
    groups: u32,
    // Where the means and variances of a group begin in the arena.
    mean0: u32,
    mean1: u32,
    mean2: u32,
    mean3: u32,
    mean4: u32,
    mean5: u32,
    variance0: u32,
    variance1: u32,
    variance2: u32,
    variance3: u32,
    variance4: u32,
    variance5: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> parts: array<quad>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read_write> coefficients: array<quad>;
// Means of all channels, then their biased variances.
@group(0) @binding(6) var<storage, read_write> moments: array<f32>;
@group(0) @binding(7) var<storage, read_write> running: array<f32>;

var<workgroup> lanes: array<f32, 64>;

// The sum over the lanes that share a channel, in a fixed order.
fn joined(value: f32, local: u32) -> f32 {
    if (!TILES) {
        return value;
    }
    workgroupBarrier();
    lanes[local] = value;
    workgroupBarrier();
    for (var stride = 32u; stride > 0u; stride /= 2u) {
        if (local < stride) {
            lanes[local] += lanes[local + stride];
        }
        workgroupBarrier();
    }
    return lanes[0];
}

// Where the value of a channel lies, by groups of so many channels that begin at the places a, then b.
fn place(channel: u32, of_group: u32, a: vec4<u32>, b: vec2<u32>) -> u32 {
    let k = channel / of_group;
    return channel % of_group + select(a[k % 4u], b[k % 2u], k > 3u);
}

fn scale_of(channel: u32) -> f32 {
    let first = vec4<u32>(p.gamma0, p.gamma1, p.gamma2, p.gamma3);
    return gamma[place(channel, p.of_affine, first, vec2<u32>(p.gamma4, p.gamma5))];
}

fn shift_of(channel: u32) -> f32 {
    let first = vec4<u32>(p.beta0, p.beta1, p.beta2, p.beta3);
    return beta[place(channel, p.of_affine, first, vec2<u32>(p.beta4, p.beta5))];
}

fn running_mean(channel: u32) -> u32 {
    let first = vec4<u32>(p.mean0, p.mean1, p.mean2, p.mean3);
    return place(channel, p.of_group, first, vec2<u32>(p.mean4, p.mean5));
}

fn running_variance(channel: u32) -> u32 {
    let first = vec4<u32>(p.variance0, p.variance1, p.variance2, p.variance3);
    return place(channel, p.of_group, first, vec2<u32>(p.variance4, p.variance5));
}

@compute @workgroup_size(64)
fn batch_norm_coefficients(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let size = select(64u, 1u, TILES);
    let i = linear_index(wg, groups, size, local % size);
    let known = i < p.channels;
    let lane = select(0u, local, TILES);
    let begin = i * p.parts + lane;
    let end = select(0u, (i + 1u) * p.parts, known);
    let step = select(1u, 64u, TILES);
    var n = 0.0;
    var sum = 0.0;
    for (var k = begin; k < end; k += step) {
        let part = load4(parts[k]);
        n += part.x;
        sum += part.x * part.y;
    }
    n = joined(n, local);
    let offset = joined(sum, local) / n;
    var squares = 0.0;
    for (var k = begin; k < end; k += step) {
        let part = load4(parts[k]);
        let d = part.y - offset;
        squares += part.z + part.x * d * d;
    }
    let variance = joined(squares, local) / n;
    if (!known || lane > 0u) {
        return;
    }
    var first = 0.0;
    if (!ABSOLUTE) {
        first = x[i * p.plane];
    }
    let mean = first + offset;
    let lost = offset - (mean - first);
    let inverse = 1.0 / sqrt(variance + p.eps);
    let scale = scale_of(i) * inverse;
    coefficients[i] = store4(vec4<f32>(mean, inverse, scale, shift_of(i) - lost * scale));
    moments[i] = mean;
    moments[p.channels + i] = variance;
    if (RUNNING && i < p.groups * p.of_group) {
        let of_mean = running_mean(i);
        let of_variance = running_variance(i);
        running[of_mean] += p.momentum * (mean - running[of_mean]);
        running[of_variance] += p.momentum * (variance * p.unbias - running[of_variance]);
    }
}
