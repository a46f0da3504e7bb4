//! How large everything is drawn, in percent of its size as the screen has it.

/// As the screen has it.
pub(super) const NORMAL: u32 = 100;
const LEAST: u32 = 50;
const MOST: u32 = 300;

/// The next larger size; `None` at the largest.
pub(super) fn larger(percent: u32) -> Option<u32> {
    (percent < MOST).then(|| allowed(percent + step(percent)))
}

/// The next smaller size; `None` at the smallest.
pub(super) fn smaller(percent: u32) -> Option<u32> {
    (percent > LEAST).then(|| allowed(percent - step(percent - 1)))
}

/// A size within what is possible.
pub(super) fn allowed(percent: u32) -> u32 {
    percent.clamp(LEAST, MOST)
}

/// From twice the size on steps are longer.
fn step(percent: u32) -> u32 {
    if percent < 2 * NORMAL { 10 } else { 25 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_up_and_down_meet_the_same_sizes_from_50_to_300_percent() {
        let walk = |from: u32, next: fn(u32) -> Option<u32>| {
            std::iter::successors(Some(from), |size| next(*size)).collect::<Vec<u32>>()
        };
        let up = walk(LEAST, larger);
        let mut down = walk(MOST, smaller);
        down.reverse();
        assert_eq!(up, down);
        assert!(up.contains(&NORMAL) && up.last() == Some(&MOST), "{up:?}");
        assert_eq!((allowed(7), allowed(9_000)), (LEAST, MOST));
    }
}
