// Moments of the values that an invocation writes: sums of (v - s) and (v - s)^2 with s its first
// value, so that nothing cancels where the mean is large.
var<private> m_shift: f32;
var<private> m_count: u32;
var<private> m_sum: vec4<f32>;
var<private> m_squares: vec4<f32>;

fn moments_start() {
    m_count = 0u;
    m_sum = vec4<f32>();
    m_squares = vec4<f32>();
}

// Counts the first `left` of four values, at least one.
fn moments_add(v: vec4<f32>, left: u32) {
    m_shift = select(m_shift, v.x, m_count == 0u);
    let n = min(left, 4u);
    let d = select(vec4<f32>(), v - m_shift, vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(n));
    m_sum += d;
    m_squares += d * d;
    m_count += n;
}

// (n, mean, sum of squared deviations, 0) of what was counted, at least one value.
fn moments_part() -> vec4<f32> {
    let n = f32(m_count);
    let s = (m_sum.x + m_sum.y) + (m_sum.z + m_sum.w);
    let q = (m_squares.x + m_squares.y) + (m_squares.z + m_squares.w);
    return vec4<f32>(n, m_shift + s / n, q - s * (s / n), 0.0);
}
