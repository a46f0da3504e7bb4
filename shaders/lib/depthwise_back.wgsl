// What the kernels block/depthwise_back*.wgsl share: the way back through
//   a = act(norm(z)),  zo = depthwise(a),  ao = act(norm(zo))
// from the gradient by ao to g, the gradient by norm(z), and to the weights' gradient. The gradient
// by zo is made as it is read: scale * act'(norm(zo)) * dao - c_1 - (zo - mean) * c_zo, where the
// last two terms stem from the batch's statistics.
//
// The kernel binds `taps`, `output`, `input` and `parts`, and reads rows of the gradient by zo through
// `by_output`. Beside it stands depthwise_back_whole or depthwise_back_any: how it reads z and writes g.

fn weight(i: u32) -> f32 {
    return taps[i];
}

fn output_norm(c: u32) -> vec4<f32> {
    return load4(output[2u * c]);
}

fn output_back(c: u32) -> vec2<f32> {
    return load4(output[2u * c + 1u]).xy;
}

fn input_norm(c: u32) -> vec4<f32> {
    return load4(input[c]);
}

fn write_part(i: u32, value: f32) {
    parts[i] = value;
}

var<private> o_norm: vec4<f32>; // mean, 1/std, scale, shift of zo
var<private> o_back: vec2<f32>; // c_1, c_zo
var<private> i_norm: vec4<f32>; // of z
var<private> sum_g: vec4<f32>;
var<private> sum_gd: vec4<f32>;

// The gradient by zo from zo and the gradient by ao.
fn by_output(zo: vec4<f32>, dao: vec4<f32>) -> vec4<f32> {
    let d = zo - o_norm.x;
    let g = act_grad4(d * o_norm.z + o_norm.w) * dao;
    return o_norm.z * g - o_back.x - d * o_back.y;
}

fn start_channel(c: u32) {
    o_norm = output_norm(c);
    o_back = output_back(c);
    i_norm = input_norm(c);
    sum_g = vec4<f32>();
    sum_gd = vec4<f32>();
}

// Takes da, the gradient by four values of a, from value 4v of a row of z on; gives a.
fn finish_four(row: u32, v: u32, w: u32, da: vec4<f32>) -> vec4<f32> {
    if (4u * v >= w) {
        return vec4<f32>();
    }
    let at = row + 4u * v;
    let left = w - 4u * v;
    let d = inside(read_z(at, left) - i_norm.x, left);
    let pre = d * i_norm.z + i_norm.w;
    let g = inside(act_grad4(pre) * da, left);
    write_g(at, left, g);
    sum_g += g;
    sum_gd += g * d;
    return inside(act4(pre), left);
}

// Parts lie by (run of images, band, strip): K * K values a channel, and elsewhere twice one a channel.
fn part_start(run: u32, band: u32, strip: u32) -> u32 {
    return ((run * p.bands + band) * p.strips + strip) * p.pitch;
}

// The sums by channel of g and of g * (z - mean) / std: gradients of shift and scale.
fn store_sums(part: u32, c: u32) {
    let total = vec2<f32>(
        (sum_g.x + sum_g.y) + (sum_g.z + sum_g.w),
        ((sum_gd.x + sum_gd.y) + (sum_gd.z + sum_gd.w)) * i_norm.y,
    );
    write_part(part + p.shift_at + c, total.x);
    write_part(part + p.scale_at + c, total.y);
}

// Of a kernel of size k.
fn store_tap(k: u32, first: u32, ky: u32, d: i32, flip: bool, value: f32) {
    let i = ky * k + u32(i32(k / 2u) + d);
    write_part(first + select(i, k * k - 1u - i, flip), value);
}

fn store_taps(k: u32, first: u32, ky: u32, flip: bool, t: Taps) {
    store_tap(k, first, ky, -1, flip, t.l.z);
    store_tap(k, first, ky, 0, flip, t.l.w);
    store_tap(k, first, ky, 1, flip, t.r.x);
    if (k > 3u) {
        store_tap(k, first, ky, -2, flip, t.l.y);
        store_tap(k, first, ky, 2, flip, t.r.y);
    }
    if (k > 5u) {
        store_tap(k, first, ky, -3, flip, t.l.x);
        store_tap(k, first, ky, 3, flip, t.r.z);
    }
}

// Even and odd columns of eight values of a.
struct Eight {
    e: vec4<f32>,
    o: vec4<f32>,
}

fn finish_eight(row: u32, v: u32, w: u32, e: vec4<f32>, o: vec4<f32>) -> Eight {
    let l = finish_four(row, v * 2u, w, vec4<f32>(e.x, o.x, e.y, o.y));
    let r = finish_four(row, v * 2u + 1u, w, vec4<f32>(e.z, o.z, e.w, o.w));
    return Eight(vec4<f32>(l.xz, r.xz), vec4<f32>(l.yw, r.yw));
}
