//! use linear random
//! Makes a batch x [N,C,H,W], t [N] of images that lie on the GPU as bytes, four a word: image
//! numbers[n] is padded by `pad` zero pixels and cropped back to H x W at a random place,
//! mirrored left to right in half of the cases where `flip`, normalised by table[c][byte], and loses
//! a random square of side `cutout` (0 afterwards). An invocation makes one row. Pixels are those of
//! a piece of the set, and images in another piece are left to the dispatch of that one; where
//! `packed`, they are the batch's alone, in its order. Host: src/data/augmenter.rs, its twin in
//! src/data/augment.rs.

struct Params {
    count: u32,
    channels: u32,
    height: u32,
    width: u32,
    pad: u32,
    flip: u32,
    cutout: u32,
    key0: u32,
    key1: u32,
    piece_first: u32,
    piece_count: u32,
    packed: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> numbers: array<u32>;
@group(0) @binding(4) var<storage, read> table: array<f32>;
@group(0) @binding(5) var<storage, read_write> x: array<f32>;
@group(0) @binding(6) var<storage, read_write> t: array<f32>;

@compute @workgroup_size(64)
fn augment(
    @builtin(workgroup_id) wg: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let row = linear_index(wg, groups, 64u, local);
    let plane = row / p.height;
    let n = plane / p.channels;
    if (n >= p.count) {
        return;
    }
    let image = numbers[n];
    let slot = select(image, n, p.packed != 0u);
    // An image before the piece wraps to a large number.
    let place = slot - p.piece_first;
    if (place >= p.piece_count) {
        return;
    }
    let y = row - plane * p.height;
    let c = plane - n * p.channels;
    if (y == 0u && c == 0u) {
        t[n] = f32(labels[slot]);
    }
    let key = pcg(p.key1 ^ pcg(p.key0 ^ pcg(image)));
    let side = 2u * p.pad + 1u;
    let mirrored = p.flip != 0u && draw(key, 2u) >= 0x80000000u;
    let dx = i32(draw(key, 1u) % side) - i32(p.pad);
    let source_y = i32(y + draw(key, 0u) % side) - i32(p.pad);
    let inside_y = source_y >= 0 && source_y < i32(p.height);
    let cut_y = i32(draw(key, 3u) % p.height) - i32(p.cutout / 2u);
    let cut_x = i32(draw(key, 4u) % p.width) - i32(p.cutout / 2u);
    let cut_row = i32(y) >= cut_y && i32(y) < cut_y + i32(p.cutout);
    let source = ((place * p.channels + c) * p.height + u32(max(source_y, 0))) * p.width;
    for (var i = 0u; i < p.width; i++) {
        let source_x = i32(select(i, p.width - 1u - i, mirrored)) + dx;
        var byte = 0u;
        if (inside_y && source_x >= 0 && source_x < i32(p.width)) {
            let at = source + u32(source_x);
            byte = (pixels[at >> 2u] >> ((at & 3u) * 8u)) & 255u;
        }
        let cut = cut_row && i32(i) >= cut_x && i32(i) < cut_x + i32(p.cutout);
        x[row * p.width + i] = select(table[c * 256u + byte], 0.0, cut);
    }
}
