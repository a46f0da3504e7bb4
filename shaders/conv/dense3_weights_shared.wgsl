//! use linear row plane_rows dense3 dense3_sums
//! parts[s, o, c, ky, kx] = sum over the images n and places of split s of
//! dy[n, o, oy, ox] x[n, c, oy * STRIDE + ky - 1, ox * STRIDE + kx - 1]: the weight gradient of a 3x3
//! convolution before its splits are summed. An invocation holds one input channel by eight output
//! channels. The eight invocations of a subgroup have
//! the same output channels: each loads one and broadcasts it. For software drivers with subgroups
//! of eight.
//! Host: src/ops/conv2d/dense3.rs.

// 1: some rows are not whole vec4s.
override ODD: u32 = 0u;

struct Params {
    rows: u32,    // output channels
    depth: u32,   // input channels
    images: u32,
    h: u32,
    w: u32,
    ho: u32,
    wo: u32,
    band: u32,    // output rows a band
    bands: u32,   // bands an image
    bands_a_split: u32,
    splits: u32,
    blocks_o: u32, // blocks of eight output channels
    blocks_c: u32, // blocks of input channels
    pitch: u32,   // values of a part
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<pair>;
@group(0) @binding(2) var<storage, read> x4: array<quad>;
@group(0) @binding(3) var<storage, read> dy: array<pair>;
@group(0) @binding(4) var<storage, read> dy4: array<quad>;
@group(0) @binding(5) var<storage, read_write> parts: array<f32>;

fn channels_of(o: u32, lane: u32) -> Channels {
    // A channel beyond the last is read from the last: it is not stored.
    let i = min(o + lane, p.rows - 1u) * (p.ho * p.wo);
    return Channels(vec4<u32>(i), vec4<u32>());
}

fn gradients(row: u32, c: Channels, v: u32) -> Eight {
    let g = load_dy(row + c.a.x, v);
    return Eight(
        subgroupBroadcast(g, 0u),
        subgroupBroadcast(g, 1u),
        subgroupBroadcast(g, 2u),
        subgroupBroadcast(g, 3u),
        subgroupBroadcast(g, 4u),
        subgroupBroadcast(g, 5u),
        subgroupBroadcast(g, 6u),
        subgroupBroadcast(g, 7u),
    );
}

@compute @workgroup_size(8)
fn dense3_weights_shared(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(subgroup_invocation_id) lane: u32,
) {
    let id = linear_index(wg, groups, 1u, 0u);
    let s = id % p.splits;
    let block = id / p.splits;
    let o = block % p.blocks_o;
    let c = block / p.blocks_o;
    if (c < p.blocks_c) {
        dense3_sums(s, o * 8u, c * 8u + lane, lane);
    }
}
