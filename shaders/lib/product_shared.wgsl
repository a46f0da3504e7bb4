// The body of the products for subgroups of eight, matmul/product_*.wgsl. The eight invocations of a
// subgroup have the same rows of a: each loads a part and broadcasts it. They walk over a run of
// blocks of columns. The kernel binds `a` and defines
//   right(n, at, left)        four values of the right factor from value `at` on, of which `left` lie
//                             in the plane; with NORM made with the coefficients n of their row,
//   coefficients(k)           which are those of row k,
//   store_y(m, at, left, v)   stores four values of row m from value `at` on,
//   meet_y(at)                any bits of y there,
//   count_rows(i, left, fresh, c)  is told of rows 4i .. 4i + 3 of a block as they are stored,
//                             `fresh` where they are the run's first,
//   end_rows(m, run, lane)    that the run from row m on is done.
//
// What the software driver makes of a kernel shapes the text: it reads a member of Params anew
// wherever it stands, so that loops work on copies; it runs both sides of every `if`; and a loop
// that tests its end before a round runs one round too many for nothing.

// 1: 32 rows by 4 columns an invocation, 0: 16 by 8; two steps of k a round.
override TALL: u32 = 1u;
// 1: the right factor has coefficients by row.
override NORM: u32 = 0u;

// Rows m .. m + 3 of a column block.
fn store_rows(m: u32, to: u32, left: u32, c: mat4x4<f32>) {
    let rows = p.rows;
    let plane = p.plane;
    for (var i = 0u; i < 4u; i++) {
        if (m + i < rows && left > 0u) {
            store_y(m + i, to + (m + i) * plane, left, c[i]);
        }
    }
}

fn finish_rows(i: u32, m: u32, at: Columns, fresh: bool, c: mat4x4<f32>) {
    count_rows(i, at.left, fresh, c);
    store_rows(m, at.y, at.left, c);
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

// Of the coefficients of two steps, each lane of the eight having one.
fn first_step(f: f32) -> vec4<f32> {
    return vec4<f32>(
        subgroupBroadcast(f, 0u), subgroupBroadcast(f, 1u),
        subgroupBroadcast(f, 2u), subgroupBroadcast(f, 3u),
    );
}

fn second_step(f: f32) -> vec4<f32> {
    return vec4<f32>(
        subgroupBroadcast(f, 4u), subgroupBroadcast(f, 5u),
        subgroupBroadcast(f, 6u), subgroupBroadcast(f, 7u),
    );
}

// Workgroup w has the blocks of rows w % blocks.
fn product_block(w: u32, lane: u32) {
    let run = w / p.blocks;
    let first = run * p.run;
    let last = min(first + p.run, p.column_blocks);
    if (TALL == 1u) {
        let m4 = (w % p.blocks) * 8u;
        tall_run(m4, first, last, lane);
        end_rows(m4 * 4u, run, lane);
    } else {
        let m4 = (w % p.blocks) * 4u;
        flat_run(m4, first, last, lane);
        end_rows(m4 * 4u, run, lane);
    }
}

// Every lane must take part in the broadcasts, even one beyond the last column.
fn tall_run(m4: u32, first: u32, last: u32, lane: u32) {
    let depth = p.depth;
    let plane = p.plane;
    let pitch4 = p.pitch4;
    let m = m4 * 4u;
    var block = first;
    loop {
        let fresh = block == first;
        let at = columns(block * 8u + lane);
        // What is added to says that it begins at zero: a browser's compiler may leave in it what the round
        // before did.
        var c0 = mat4x4<f32>(); var c1 = mat4x4<f32>(); var c2 = mat4x4<f32>(); var c3 = mat4x4<f32>();
        var c4 = mat4x4<f32>(); var c5 = mat4x4<f32>(); var c6 = mat4x4<f32>(); var c7 = mat4x4<f32>();
        let met = meet_rows(m, at.y, lane) ^ meet_rows(m + 16u, at.y, lane);
        var k = 0u;
        loop {
            // A step beyond the last counts nothing: a is zero there, b any row.
            let more = k + 1u < depth;
            let next = select(k, k + 1u, more);
            let u = a_quad(k * pitch4 + m4 + lane);
            let v = select(vec4<f32>(), a_quad(next * pitch4 + m4 + lane), more);
            var n0: vec4<f32>; var n1: vec4<f32>;
            if (NORM == 1u) {
                let f = coefficients(select(k, next, lane > 3u))[lane % 4u];
                n0 = first_step(f);
                n1 = second_step(f);
            }
            let b0 = right(n0, at.b + k * plane, at.left);
            let b1 = right(n1, at.b + next * plane, at.left);
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
        c0[0] = having_met(met, c0[0]);
        finish_rows(0u, m, at, fresh, c0);
        finish_rows(1u, m + 4u, at, fresh, c1);
        finish_rows(2u, m + 8u, at, fresh, c2);
        finish_rows(3u, m + 12u, at, fresh, c3);
        finish_rows(4u, m + 16u, at, fresh, c4);
        finish_rows(5u, m + 20u, at, fresh, c5);
        finish_rows(6u, m + 24u, at, fresh, c6);
        finish_rows(7u, m + 28u, at, fresh, c7);
        continuing {
            block++;
            break if block >= last;
        }
    }
}

fn flat_run(m4: u32, first: u32, last: u32, lane: u32) {
    let depth = p.depth;
    let plane = p.plane;
    let pitch4 = p.pitch4;
    let m = m4 * 4u;
    var block = first;
    loop {
        let fresh = block == first;
        let j = block * 8u + lane;
        let l = columns(j * 2u);
        let r = columns(j * 2u + 1u);
        var l0: mat4x4<f32>; var l1: mat4x4<f32>; var l2: mat4x4<f32>; var l3: mat4x4<f32>;
        var r0: mat4x4<f32>; var r1: mat4x4<f32>; var r2: mat4x4<f32>; var r3: mat4x4<f32>;
        let met = meet_rows(m, l.y, lane);
        var k = 0u;
        loop {
            // Lanes 0 to 3 hold the rows of step k, lanes 4 to 7 those of the next.
            let mine = k + lane / 4u;
            let next = select(k, k + 1u, k + 1u < depth);
            let v = a_quad(min(mine, depth - 1u) * pitch4 + m4 + lane % 4u);
            let u = select(vec4<f32>(), v, mine < depth);
            var n0: vec4<f32>; var n1: vec4<f32>;
            if (NORM == 1u) {
                let f = coefficients(select(k, next, lane > 3u))[lane % 4u];
                n0 = first_step(f);
                n1 = second_step(f);
            }
            let bl0 = right(n0, l.b + k * plane, l.left);
            let br0 = right(n0, r.b + k * plane, r.left);
            let bl1 = right(n1, l.b + next * plane, l.left);
            let br1 = right(n1, r.b + next * plane, r.left);
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
        l0[0] = having_met(met, l0[0]);
        finish_rows(0u, m, l, fresh, l0);
        finish_rows(0u, m, r, false, r0);
        finish_rows(1u, m + 4u, l, fresh, l1);
        finish_rows(1u, m + 4u, r, false, r1);
        finish_rows(2u, m + 8u, l, fresh, l2);
        finish_rows(2u, m + 8u, r, false, r2);
        finish_rows(3u, m + 12u, l, fresh, l3);
        finish_rows(3u, m + 12u, r, false, r3);
        continuing {
            block++;
            break if block >= last;
        }
    }
}
