// Rows of a matrix, each walked by one invocation (LANES 1) or by a workgroup of 64 (LANES 64).
override LANES: u32 = 1u;

var<workgroup> row_scratch: array<f32, 64>;

// The row of an invocation; `lane` is its place there.
fn row_of(linear: u32) -> u32 {
    return linear / LANES;
}

fn row_sum(v: f32, local: u32) -> f32 {
    if (LANES == 1u) {
        return v;
    }
    row_scratch[local] = v;
    workgroupBarrier();
    for (var stride = 32u; stride > 0u; stride /= 2u) {
        if (local < stride) {
            row_scratch[local] += row_scratch[local + stride];
        }
        workgroupBarrier();
    }
    let total = row_scratch[0];
    workgroupBarrier();
    return total;
}

// The larger; a NaN may be lost here, so whoever uses it must let NaN through another way.
fn larger(a: f32, b: f32) -> f32 {
    return select(a, b, b > a);
}

fn row_max(v: f32, local: u32) -> f32 {
    if (LANES == 1u) {
        return v;
    }
    row_scratch[local] = v;
    workgroupBarrier();
    for (var stride = 32u; stride > 0u; stride /= 2u) {
        if (local < stride) {
            row_scratch[local] = larger(row_scratch[local], row_scratch[local + stride]);
        }
        workgroupBarrier();
    }
    let most = row_scratch[0];
    workgroupBarrier();
    return most;
}
