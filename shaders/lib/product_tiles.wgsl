// The body of matmul/product_tiles.wgsl and matmul/product_tiles_moments.wgsl, beside `product`: 4 * TM
// rows by 64 columns through tiles of 16 steps of k in workgroup memory, an invocation 4 by 4. The
// kernel binds `a`, `b` and `norm`, by row of b (mean, 1/std, scale, shift).

// Rows of a tile, in vec4s: 4, 8 or 16.
override TM: u32 = 16u;
override INVOCATIONS: u32 = TM * 16u;
// 1: b is normed and activated as it is read.
override NORM: u32 = 0u;

var<workgroup> at: array<vec4<f32>, 256>;
var<workgroup> bt: array<vec4<f32>, 256>;

// Where an invocation's sums lie.
struct Place {
    m: u32,      // the first of its four rows
    to: u32,     // vec4 of y, in a matrix of one row
    known: bool, // whether there is such a column
    tile: u32,   // of columns
    vec4s: u32,  // that the tile has of a row
}

fn place(w: u32, local: u32) -> Place {
    let tile = w / p.blocks;
    let j0 = tile * 16u;
    // The column that an invocation loads is the one that it computes.
    let j = min(j0 + local % 16u, p.columns4 - 1u);
    let n = j / p.plane4;
    let q = j - n * p.plane4;
    return Place(
        ((w % p.blocks) * TM + local / 16u) * 4u, n * (p.rows * p.plane4) + q,
        j0 + local % 16u < p.columns4, tile, min(16u, p.columns4 - j0),
    );
}

// What stands for v, a vec4 of row k of b.
fn right(k: u32, v: vec4<f32>) -> vec4<f32> {
    if (NORM == 1u) {
        let n = load4(norm[k]);
        return act4((v - n.x) * n.z + n.w);
    }
    return v;
}

// The sums of four rows, a vec4 of columns each.
fn product_tile(w: u32, local: u32) -> mat4x4<f32> {
    let m4 = (w % p.blocks) * TM;
    let col = local % 16u;
    let row = local / 16u;
    let j = min((w / p.blocks) * 16u + col, p.columns4 - 1u);
    let n = j / p.plane4;
    let from_b = n * (p.depth * p.plane4) + j - n * p.plane4;
    var c = mat4x4<f32>();
    for (var k0 = 0u; k0 < p.depth; k0 += 16u) {
        for (var i = local; i < TM * 16u; i += INVOCATIONS) {
            let k = k0 + i / TM;
            let m = m4 + i % TM;
            var v = vec4<f32>();
            if (k < p.depth && m < p.pitch4) {
                v = load4(a[k * p.pitch4 + m]);
            }
            at[i] = v;
        }
        for (var k = row; k < 16u; k += TM) {
            var v = vec4<f32>();
            if (k0 + k < p.depth) {
                v = right(k0 + k, load4(b[from_b + (k0 + k) * p.plane4]));
            }
            bt[k * 16u + col] = v;
        }
        workgroupBarrier();
        for (var k = 0u; k < 16u; k++) {
            c += outer(at[k * TM + row], bt[k * 16u + col]);
        }
        workgroupBarrier();
    }
    return c;
}
