//! A curve that grows: its points, their smoothed values, and of both the extremes of ever larger
//! parts, so that a million points are drawn as fast as a thousand. It knows nothing of runs.

use super::series::Smoother;

/// Points in a part of the first level; each part of a level holds four of the level below.
const FIRST: usize = 16;
const FACTOR: usize = 4;

/// A part's points of least and of greatest value, in the order of the curve.
type Extremes = [[f64; 2]; 2];

/// Finite points, rising in x, with their extremes.
#[derive(Debug, Default)]
pub(super) struct Line {
    points: Vec<[f64; 2]>,
    /// Whole parts alone: what is left over at the end stands in the levels below.
    levels: Vec<Vec<Extremes>>,
}

impl Line {
    fn push(&mut self, point: [f64; 2]) {
        if !(point[0].is_finite() && point[1].is_finite()) {
            return;
        }
        self.points.push(point);
        if !self.points.len().is_multiple_of(FIRST) {
            return;
        }
        let start = self.points.len() - FIRST;
        let mut whole = extremes(self.points[start..].iter().copied());
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some((part, parts)) = whole.zip(self.levels.get_mut(level)) else { return };
            parts.push(part);
            if !parts.len().is_multiple_of(FACTOR) {
                return;
            }
            whole = extremes(parts[parts.len() - FACTOR..].iter().flatten().copied());
        }
    }

    /// All points.
    pub(super) fn points(&self) -> &[[f64; 2]] {
        &self.points
    }

    /// What there is to draw from `from` to `to` on the x axis, one point beyond either end
    /// included: all points where there are few, else some eight for each of `pixels` at most, and
    /// among them the extremes.
    pub(super) fn between(&self, (from, to): (f64, f64), pixels: usize) -> Vec<[f64; 2]> {
        let start = self.points.partition_point(|point| point[0] < from).saturating_sub(1);
        let end = self.points.partition_point(|point| point[0] <= to) + 1;
        let end = end.min(self.points.len());
        let count = end.saturating_sub(start);
        let mut size = FIRST;
        let mut level = 0;
        // Fewer a pixel than a part has points are drawn as they are: parts would be coarser.
        if count <= FIRST / 2 * pixels.max(1) {
            return self.points.get(start..end).unwrap_or_default().to_vec();
        }
        while count / size > pixels && self.levels.len() > level + 1 {
            (level, size) = (level + 1, size * FACTOR);
        }
        let mut drawn = Vec::with_capacity(2 * count / size + 64);
        let mut at = start - start % size;
        // From the end of the whole parts of a level on, the parts of the level below.
        for level in (0..=level).rev() {
            let size = FIRST * FACTOR.pow(level as u32);
            let parts = self.levels.get(level).map_or(&[][..], Vec::as_slice);
            let rest = parts.get(at / size..end.div_ceil(size).min(parts.len()));
            let rest = rest.unwrap_or_default();
            drawn.extend(rest.iter().flatten());
            at += rest.len() * size;
        }
        drawn.extend(self.points.get(at..end).unwrap_or_default());
        drawn.dedup();
        drawn
    }
}

/// The points of least and of greatest value, in their order; `None` of none.
fn extremes(points: impl Iterator<Item = [f64; 2]>) -> Option<Extremes> {
    let mut found: Option<Extremes> = None;
    for point in points {
        let [low, high] = found.unwrap_or([point; 2]);
        let low = if point[1] < low[1] { point } else { low };
        let high = if point[1] > high[1] { point } else { high };
        found = Some([low, high]);
    }
    found.map(|[low, high]| if low[0] <= high[0] { [low, high] } else { [high, low] })
}

/// A curve with its smoothed one, which follow a list as it grows.
#[derive(Debug, Default)]
pub(super) struct Curve {
    raw: Line,
    mean: Line,
    smoother: Smoother,
    /// How many of the list were taken, and the last of them.
    taken: usize,
    last: Option<[u64; 2]>,
}

impl Curve {
    /// Takes what a list of points has more than before; one that has changed otherwise is taken
    /// anew. The smoothing is that of [`super::series::smooth`].
    pub(super) fn follow(&mut self, count: usize, at: impl Fn(usize) -> [f64; 2], factor: f64) {
        let bits = |point: [f64; 2]| point.map(f64::to_bits);
        let same = match self.taken.checked_sub(1) {
            None => true,
            Some(last) => last < count && self.last == Some(bits(at(last))),
        };
        if !same {
            *self = Self::default();
        }
        if self.smoother.factor != factor {
            (self.smoother, self.mean) = (Smoother::new(factor), Line::default());
            for &[x, y] in &self.raw.points {
                self.mean.push([x, self.smoother.next(y)]);
            }
        }
        for i in self.taken..count {
            let [x, y] = at(i);
            self.raw.push([x, y]);
            // A value that is no number leaves no trace.
            if x.is_finite() && y.is_finite() {
                self.mean.push([x, self.smoother.next(y)]);
            }
            self.last = Some(bits([x, y]));
        }
        self.taken = count;
    }

    /// The points themselves.
    pub(super) fn raw(&self) -> &Line {
        &self.raw
    }

    /// Their smoothed values.
    pub(super) fn mean(&self) -> &Line {
        &self.mean
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::series::smooth;
    use super::*;

    fn wave(i: usize) -> [f64; 2] {
        [i as f64, ((i * 7919) % 1013) as f64]
    }

    fn curve(count: usize) -> Curve {
        let mut curve = Curve::default();
        curve.follow(count, wave, 0.6);
        curve
    }

    fn range(points: &[[f64; 2]]) -> (f64, f64) {
        let values = || points.iter().map(|point| point[1]);
        (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max))
    }

    #[test]
    fn any_stretch_is_drawn_with_its_extremes_and_few_points() {
        let curve = curve(100_003);
        let all = curve.raw().points();
        for (from, to) in [(0.0, 2e5), (777.0, 90_001.0), (99_000.0, 1e9), (5.0, 9.0), (-9.0, -1.0)]
        {
            let drawn = curve.raw().between((from, to), 300);
            assert!(drawn.len() <= 4 * 300 * 2, "{} points", drawn.len());
            assert!(drawn.windows(2).all(|pair| pair[0][0] < pair[1][0]));
            let inside = |points: &[[f64; 2]]| -> Vec<[f64; 2]> {
                let inside = points.iter().filter(|point| (from..=to).contains(&point[0]));
                inside.copied().collect()
            };
            let (exact, drawn) = (inside(all), inside(&drawn));
            if exact.len() > 1_000 {
                assert_eq!(range(&drawn), range(&exact), "from {from} to {to}");
            } else {
                assert_eq!(drawn, exact, "from {from} to {to}");
            }
        }
    }

    #[test]
    fn a_list_that_grows_in_pieces_gives_what_it_gives_at_once() {
        let mut grown = Curve::default();
        for count in [0, 1, 17, 17, 500, 1_234] {
            grown.follow(count, wave, 0.6);
        }
        assert_eq!(grown.raw().points(), curve(1_234).raw().points());
        assert_eq!(grown.raw().levels, curve(1_234).raw().levels);
        let points: Vec<[f64; 2]> = (0..1_234).map(wave).collect();
        assert_eq!(grown.mean().points(), smooth(&points, 0.6));
        grown.follow(1_234, wave, 0.2);
        assert_eq!(grown.mean().points(), smooth(&points, 0.2));
    }

    #[test]
    fn a_list_that_is_another_one_is_taken_anew() {
        let mut curve = curve(400);
        let other = |i: usize| [i as f64, 1.0];
        curve.follow(500, other, 0.6);
        assert_eq!(range(curve.raw().points()), (1.0, 1.0));
        curve.follow(20, other, 0.6);
        assert_eq!(curve.raw().points().len(), 20);
    }

    #[test]
    fn a_value_that_is_no_number_is_left_out() {
        let mut curve = Curve::default();
        let at = |i: usize| [i as f64, if i == 2 { f64::NAN } else { 3.0 }];
        curve.follow(5, at, 0.9);
        assert_eq!(curve.raw().points().len(), 4);
        assert!(curve.mean().points().iter().all(|point| (point[1] - 3.0).abs() < 1e-12));
    }
}
