//! Colours of charts by their role. The plotting library wants fixed colours, a page that follows
//! the reader's theme wants variables of CSS: a drawing is made in stand-ins, one a role, which
//! are then exchanged for the variables. Their values are in `style.css`.

use plotters::style::RGBColor;

/// The role of a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Labels.
    Muted,
    /// Grid lines.
    Line,
    /// The run's own curves.
    Accent,
    /// The second of several curves.
    Second,
    /// The third.
    Third,
    /// Generated networks.
    Generated,
    /// Random networks.
    Random,
    /// The ground of a panel.
    Panel,
}

/// A colour that nobody draws with: the roles count up its last part.
const STAND_IN: (u8, u8) = (0x5e, 0xc7);

impl Ink {
    const ALL: [Self; 8] = [
        Self::Muted,
        Self::Line,
        Self::Accent,
        Self::Second,
        Self::Third,
        Self::Generated,
        Self::Random,
        Self::Panel,
    ];

    /// The name of its variable and of its class.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Muted => "muted",
            Self::Line => "line",
            Self::Accent => "accent",
            Self::Second => "second",
            Self::Third => "third",
            Self::Generated => "generated",
            Self::Random => "random",
            Self::Panel => "panel",
        }
    }

    /// The stand-in to draw with.
    pub(super) fn color(self) -> RGBColor {
        RGBColor(STAND_IN.0, STAND_IN.1, self as u8)
    }
}

/// A drawing with the variables in the place of the stand-ins.
pub(super) fn themed(drawing: &str) -> String {
    Ink::ALL.iter().fold(drawing.to_owned(), |text, ink| {
        let RGBColor(r, g, b) = ink.color();
        text.replace(&format!("\"#{r:02X}{g:02X}{b:02X}\""), &format!("\"var(--{})\"", ink.name()))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_role_has_its_own_variable_and_the_style_defines_it_in_both_themes() {
        let drawing: String = Ink::ALL
            .iter()
            .map(|ink| {
                let RGBColor(r, g, b) = ink.color();
                format!("<rect fill=\"#{r:02X}{g:02X}{b:02X}\"/>")
            })
            .collect();
        let themed = themed(&drawing);
        assert!(!themed.contains('#'), "{themed}");
        for ink in Ink::ALL {
            assert!(themed.contains(&format!("\"var(--{})\"", ink.name())));
            let definition = format!("--{}: ", ink.name());
            let style = include_str!("style.css");
            assert_eq!(style.matches(&definition).count(), 2, "{definition}");
        }
    }

    /// The values of the variables in the light theme and in the dark one.
    fn themes() -> [std::collections::BTreeMap<&'static str, [f64; 3]>; 2] {
        let style = include_str!("style.css");
        let (light, dark) = style.split_once("prefers-color-scheme: dark").unwrap();
        [light, dark].map(|text| {
            let lines = text.lines().filter_map(|line| line.trim().strip_prefix("--"));
            let values = lines.map(|line| {
                let (name, value) = line.split_once(": #").unwrap();
                let part = |at| u8::from_str_radix(&value[at..at + 2], 16).unwrap();
                (name, [part(0), part(2), part(4)].map(|part| f64::from(part) / 255.0))
            });
            values.collect()
        })
    }

    /// Relative luminance as WCAG defines it.
    fn luminance(color: [f64; 3]) -> f64 {
        let linear = |part: f64| {
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        let [r, g, b] = color.map(linear);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn text_and_marks_stand_out_from_their_ground_in_both_themes() {
        for theme in themes() {
            let contrast = |a: &str, b: &str| {
                let (a, b) = (luminance(theme[a]), luminance(theme[b]));
                (a.max(b) + 0.05) / (a.min(b) + 0.05)
            };
            let mut pairs = vec![("on-kernel", "kernel-3", 4.5), ("on-kernel", "kernel-5", 4.5)];
            pairs.push(("on-kernel", "kernel-7", 4.5));
            for ground in ["panel", "background"] {
                pairs.extend([
                    ("text", ground, 4.5),
                    ("muted", ground, 3.0),
                    ("accent", ground, 4.5),
                ]);
                pairs.extend(["generated", "second", "third"].map(|ink| (ink, ground, 3.0)));
            }
            for (ink, ground, least) in pairs {
                let found = contrast(ink, ground);
                assert!(found >= least, "{ink} on {ground}: {found:.2}, at least {least}");
            }
        }
    }
}
