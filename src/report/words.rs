//! Numbers as people read them in the report: always with a unit, a dash for what is not known.

use super::markup::{Html, markup};
use crate::protocol::quantity;
pub(super) use crate::protocol::quantity::{grouped, short};
use crate::space::Metric;

/// In the place of a number that is not known.
pub(super) const DASH: &str = "\u{2013}";

/// "86.7 %", from a share.
pub(super) fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1}\u{a0}%", share * 100.0) } else { DASH.to_owned() }
}

/// "+1.2 %" or "−1.2 %", from a share.
pub(super) fn signed_percent(share: f64) -> String {
    if !share.is_finite() {
        return DASH.to_owned();
    }
    let text = format!("{:.1}", share.abs() * 100.0);
    let sign = if text == "0.0" {
        ""
    } else if share < 0.0 {
        "\u{2212}"
    } else {
        "+"
    };
    format!("{sign}{text}\u{a0}%")
}

/// "+1.2 points" of a percentage, from a difference of shares.
pub(super) fn points(difference: f64) -> String {
    signed_percent(difference).replace('%', "points")
}

/// The difference of two counts with its sign, thousands separated.
pub(super) fn difference(count: u64, from: u64) -> String {
    let size = grouped(count.abs_diff(from));
    match count.cmp(&from) {
        std::cmp::Ordering::Less => format!("\u{2212}{size}"),
        std::cmp::Ordering::Equal => size,
        std::cmp::Ordering::Greater => format!("+{size}"),
    }
}

/// "0.968", a dash for what is not finite.
pub(super) fn decimal(value: f64) -> String {
    if value.is_finite() {
        let sign = if value < 0.0 { "\u{2212}" } else { "" };
        format!("{sign}{:.3}", value.abs())
    } else {
        DASH.to_owned()
    }
}

/// "3 min 20 s", a dash for what is no duration.
pub(super) fn duration(seconds: f64) -> String {
    if (0.0..1e12).contains(&seconds) { quantity::duration(seconds) } else { DASH.to_owned() }
}

/// "1 image", "2,000 images".
pub(super) fn several(count: usize, one: &str, many: &str) -> String {
    format!("{}\u{a0}{}", grouped(count as u64), if count == 1 { one } else { many })
}

/// The name of what a metric counts.
pub(super) fn counted(metric: Metric) -> &'static str {
    match metric {
        Metric::Macs => "MACs",
        Metric::Params => "parameters",
    }
}

/// One standard error of a share measured on `images`; `None` where there is none.
fn standard_error(share: f64, images: usize) -> Option<f64> {
    let variance = share * (1.0 - share) / images as f64;
    (images > 0 && variance >= 0.0).then(|| variance.sqrt())
}

/// An accuracy measured on so many images, with one standard error.
pub(super) fn accuracy(share: f64, images: usize) -> Html {
    match standard_error(share, images) {
        Some(error) => {
            let error = format!("\u{b1}\u{a0}{:.1}", error * 100.0);
            markup!("{} <small>{}</small>", percent(share), error)
        }
        None => markup!("{}", percent(share)),
    }
}

/// That only some of the networks are shown; nothing where all are.
pub(super) fn left_out(shown: usize, all: usize, what: &str) -> Html {
    if shown == all {
        return Html::default();
    }
    let (shown, all) = (grouped(shown as u64), grouped(all as u64));
    markup!(
        "<p class=\"note\">{} of {} networks are {}; result.json has all.</p>\n",
        shown,
        all,
        what
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_sign_unit_and_separators() {
        assert_eq!(percent(0.8674), "86.7\u{a0}%");
        assert_eq!(percent(f64::NAN), DASH);
        assert_eq!(signed_percent(-0.012), "\u{2212}1.2\u{a0}%");
        assert_eq!(signed_percent(-0.0001), "0.0\u{a0}%");
        assert_eq!(difference(1_950_000, 2_000_000), "\u{2212}50,000");
        assert_eq!(difference(2_000_001, 2_000_000), "+1");
        assert_eq!(duration(-1.0), DASH);
        assert_eq!(duration(f64::NAN), DASH);
        assert_eq!(several(1, "image", "images"), "1\u{a0}image");
    }

    #[test]
    fn the_standard_error_is_that_of_a_share() {
        assert_eq!(standard_error(0.5, 100), Some(0.05));
        assert_eq!(standard_error(0.5, 0), None);
        assert_eq!(standard_error(f64::NAN, 10), None);
        assert_eq!(standard_error(1.5, 10), None);
    }
}
