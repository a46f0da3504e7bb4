// The body of matmul/product_shared.wgsl and matmul/product_shared_odd.wgsl, which define
// `load_b(at, left)`, four values of b from value `at` on, of which `left` lie in the plane,
// `store_y(at, left, value)`, and `meet_y(at)`, any bits of y there; and bind `bias` and `norm`.
// The eight invocations of a subgroup have the same rows of a: each loads a part and broadcasts it.
//
// What the software driver makes of a kernel shapes the text: it reads a member of Params anew
// wherever it stands, so that loops work on copies; it runs both sides of every `if`; and a loop
// that tests its end before a round runs one round too many for nothing.

// 1: 32 rows by 4 columns an invocation, 0: 16 by 8; two steps of k a round.
override TALL: u32 = 1u;
// 1: there is a bias.
override BIAS: u32 = 0u;
// 1: the right factor is act((b - mean) * scale + shift) with (mean, 1/std, scale, shift) by k.
override NORM: u32 = 0u;

// mean, scale and shift of a step k.
struct Norm {
    mean: f32,
    scale: f32,
    shift: f32,
}

fn normed(n: Norm, b: vec4<f32>) -> vec4<f32> {
    return act4((b - n.mean) * n.scale + n.shift);
}

// Rows m .. m + 3 of a column block.
fn store_rows(m: u32, to: u32, left: u32, c: mat4x4<f32>) {
    let rows = p.rows;
    let plane = p.plane;
    for (var i = 0u; i < 4u; i++) {
        if (m + i < rows && left > 0u) {
            var v = c[i];
            if (BIAS == 1u) {
                v += bias[m + i];
            }
            store_y(to + (m + i) * plane, left, v);
        }
    }
}

// Reads y in every fourth of 16 rows from m on, other ones in each of four lanes: so a subgroup meets
// all lines of memory that its block will be stored to. A store far from the one before waits for its
// line as long as for the whole sum, unless it was on its way. The bits say nothing.
fn meet_rows(m: u32, to: u32, lane: u32) -> u32 {
    let at = to + (m + lane % 4u) * p.plane;
    let step = 4u * p.plane;
    return (meet_y(at) ^ meet_y(at + step)) ^ (meet_y(at + 2u * step) ^ meet_y(at + 3u * step));
}

// v, and seemingly what was met, since compilers leave out what nothing needs: no plane is empty.
fn having_met(met: u32, v: vec4<f32>) -> vec4<f32> {
    return select(v, vec4<f32>(f32(met)), p.plane == 0u);
}

// Four columns: where they begin in b and y, and how many of them there are.
struct Columns {
    b: u32,
    y: u32,
    left: u32,
}

fn columns(j: u32) -> Columns {
    let i = min(j, p.columns4 - 1u);
    let n = i / p.plane4;
    let q = (i - n * p.plane4) * 4u;
    let left = select(0u, p.plane - q, j < p.columns4);
    return Columns(n * (p.depth * p.plane) + q, n * (p.rows * p.plane) + q, left);
}

// Of the eight coefficients of two steps, one a lane.
fn first_norm(f: f32) -> Norm {
    return Norm(subgroupBroadcast(f, 0u), subgroupBroadcast(f, 2u), subgroupBroadcast(f, 3u));
}

fn second_norm(f: f32) -> Norm {
    return Norm(subgroupBroadcast(f, 4u), subgroupBroadcast(f, 6u), subgroupBroadcast(f, 7u));
}

fn product_block(w: u32, lane: u32) {
    let depth = p.depth;
    let plane = p.plane;
    let pitch4 = p.pitch4;
    let j = (w / p.blocks) * 8u + lane;
    // Every lane must take part in the broadcasts, even one beyond the last column.
    if (TALL == 1u) {
        let m4 = (w % p.blocks) * 8u;
        let at = columns(j);
        var c0: mat4x4<f32>; var c1: mat4x4<f32>; var c2: mat4x4<f32>; var c3: mat4x4<f32>;
        var c4: mat4x4<f32>; var c5: mat4x4<f32>; var c6: mat4x4<f32>; var c7: mat4x4<f32>;
        let met = meet_rows(m4 * 4u, at.y, lane) ^ meet_rows(m4 * 4u + 16u, at.y, lane);
        var k = 0u;
        loop {
            // A step beyond the last counts nothing: a is zero there, b any row.
            let more = k + 1u < depth;
            let next = select(k, k + 1u, more);
            let u = a_quad(k * pitch4 + m4 + lane);
            let v = select(vec4<f32>(), a_quad(next * pitch4 + m4 + lane), more);
            var b0 = load_b(at.b + k * plane, at.left);
            var b1 = load_b(at.b + next * plane, at.left);
            if (NORM == 1u) {
                // Each lane loads one of the eight coefficients of the two steps.
                let f = norm_quad(select(k, next, lane > 3u))[lane % 4u];
                b0 = normed(first_norm(f), b0);
                b1 = normed(second_norm(f), b1);
            }
            c0 += outer(subgroupBroadcast(u, 0u), b0) + outer(subgroupBroadcast(v, 0u), b1);
            c1 += outer(subgroupBroadcast(u, 1u), b0) + outer(subgroupBroadcast(v, 1u), b1);
            c2 += outer(subgroupBroadcast(u, 2u), b0) + outer(subgroupBroadcast(v, 2u), b1);
            c3 += outer(subgroupBroadcast(u, 3u), b0) + outer(subgroupBroadcast(v, 3u), b1);
            c4 += outer(subgroupBroadcast(u, 4u), b0) + outer(subgroupBroadcast(v, 4u), b1);
            c5 += outer(subgroupBroadcast(u, 5u), b0) + outer(subgroupBroadcast(v, 5u), b1);
            c6 += outer(subgroupBroadcast(u, 6u), b0) + outer(subgroupBroadcast(v, 6u), b1);
            c7 += outer(subgroupBroadcast(u, 7u), b0) + outer(subgroupBroadcast(v, 7u), b1);
            continuing {
                k += 2u;
                break if k >= depth;
            }
        }
        let m = m4 * 4u;
        c0[0] = having_met(met, c0[0]);
        store_rows(m, at.y, at.left, c0);
        store_rows(m + 4u, at.y, at.left, c1);
        store_rows(m + 8u, at.y, at.left, c2);
        store_rows(m + 12u, at.y, at.left, c3);
        store_rows(m + 16u, at.y, at.left, c4);
        store_rows(m + 20u, at.y, at.left, c5);
        store_rows(m + 24u, at.y, at.left, c6);
        store_rows(m + 28u, at.y, at.left, c7);
    } else {
        let m4 = (w % p.blocks) * 4u;
        let l = columns(j * 2u);
        let r = columns(j * 2u + 1u);
        var l0: mat4x4<f32>; var l1: mat4x4<f32>; var l2: mat4x4<f32>; var l3: mat4x4<f32>;
        var r0: mat4x4<f32>; var r1: mat4x4<f32>; var r2: mat4x4<f32>; var r3: mat4x4<f32>;
        let met = meet_rows(m4 * 4u, l.y, lane);
        var k = 0u;
        loop {
            // Lanes 0 to 3 hold the rows of step k, lanes 4 to 7 those of the next.
            let mine = k + lane / 4u;
            let next = select(k, k + 1u, k + 1u < depth);
            let v = a_quad(min(mine, depth - 1u) * pitch4 + m4 + lane % 4u);
            let u = select(vec4<f32>(), v, mine < depth);
            var bl0 = load_b(l.b + k * plane, l.left);
            var br0 = load_b(r.b + k * plane, r.left);
            var bl1 = load_b(l.b + next * plane, l.left);
            var br1 = load_b(r.b + next * plane, r.left);
            if (NORM == 1u) {
                let f = norm_quad(select(k, next, lane > 3u))[lane % 4u];
                bl0 = normed(first_norm(f), bl0);
                br0 = normed(first_norm(f), br0);
                bl1 = normed(second_norm(f), bl1);
                br1 = normed(second_norm(f), br1);
            }
            let u0 = subgroupBroadcast(u, 0u);
            let u1 = subgroupBroadcast(u, 1u);
            let u2 = subgroupBroadcast(u, 2u);
            let u3 = subgroupBroadcast(u, 3u);
            let u4 = subgroupBroadcast(u, 4u);
            let u5 = subgroupBroadcast(u, 5u);
            let u6 = subgroupBroadcast(u, 6u);
            let u7 = subgroupBroadcast(u, 7u);
            l0 += outer(u0, bl0) + outer(u4, bl1);
            r0 += outer(u0, br0) + outer(u4, br1);
            l1 += outer(u1, bl0) + outer(u5, bl1);
            r1 += outer(u1, br0) + outer(u5, br1);
            l2 += outer(u2, bl0) + outer(u6, bl1);
            r2 += outer(u2, br0) + outer(u6, br1);
            l3 += outer(u3, bl0) + outer(u7, bl1);
            r3 += outer(u3, br0) + outer(u7, br1);
            continuing {
                k += 2u;
                break if k >= depth;
            }
        }
        let m = m4 * 4u;
        l0[0] = having_met(met, l0[0]);
        store_rows(m, l.y, l.left, l0);
        store_rows(m, r.y, r.left, r0);
        store_rows(m + 4u, l.y, l.left, l1);
        store_rows(m + 4u, r.y, r.left, r1);
        store_rows(m + 8u, l.y, l.left, l2);
        store_rows(m + 8u, r.y, r.left, r2);
        store_rows(m + 12u, l.y, l.left, l3);
        store_rows(m + 12u, r.y, r.left, r3);
    }
}
