//! Expected cost of a layer in plain loops.

/// Of 24 probabilities, three depthwise and two pointwise costs.
pub(super) fn layer(p: &[f64], dw: &[f64], pw: &[f64]) -> f64 {
    let mut cost = 0.0;
    let mut skipped = 0.0;
    for sub_block in p.chunks_exact(4) {
        for k in 0..3 {
            // A NaN must show.
            if sub_block[k] > 0.01 || sub_block[k].is_nan() {
                cost += sub_block[k] * dw[k];
            }
        }
        skipped += sub_block[3];
    }
    let share = 1.0 - skipped / 6.0;
    if skipped < 5.0 - 1e-4 {
        cost += share * pw[0];
    }
    cost + share * pw[1]
}
