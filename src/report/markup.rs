//! HTML that is safe by its type: literals are markup, every other value is escaped. No element,
//! class or text of the report is decided here.

use std::fmt;

/// A piece of markup whose foreign parts are escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Html(String);

/// Markup from a literal and values in its `{}`. Values are escaped unless they are [`Html`].
///
/// A name inside the braces does not compile: it would not be escaped.
macro_rules! markup {
    ($literal:literal $(, $value:expr)* $(,)?) => {
        $crate::report::markup::Html::from_arguments(format_args!(
            concat!($literal), $($crate::report::markup::Shown(&$value)),*
        ))
    };
}
pub(super) use markup;

impl Html {
    /// For [`markup!`].
    pub(super) fn from_arguments(arguments: fmt::Arguments<'_>) -> Self {
        Self(arguments.to_string())
    }

    /// Markup that a library has made and escaped.
    pub(super) fn trusted(markup: String) -> Self {
        Self(markup)
    }

    /// Appends.
    pub(super) fn push(&mut self, other: Self) {
        self.0.push_str(&other.0);
    }

    /// The text of a file.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Self>>(pieces: I) -> Self {
        pieces.into_iter().fold(Self::default(), |mut all, piece| {
            all.push(piece);
            all
        })
    }
}

/// What may stand in the braces of [`markup!`].
pub(super) trait Piece {
    /// Writes itself, escaped where needed.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// A value on its way into markup.
pub(super) struct Shown<'a, T: ?Sized>(pub(super) &'a T);

impl<T: Piece + ?Sized> fmt::Display for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f)
    }
}

impl Piece for Html {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Piece for str {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.chars() {
            match c {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\r' | '\t' => f.write_str(" ")?,
                // Not allowed in markup, not even as an entity.
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                    f.write_str("\u{fffd}")?;
                }
                // Marks that reverse the direction of writing would reverse what follows, too.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => f.write_str("\u{fffd}")?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

impl Piece for String {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().write(f)
    }
}

impl<T: Piece + ?Sized> Piece for &T {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).write(f)
    }
}

/// A whole number in an attribute or a label.
impl Piece for usize {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A coordinate in px, to a hundredth.
impl Piece for f64 {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", (self * 100.0).round() / 100.0)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_value_is_escaped_and_markup_is_not() {
        let hostile = "</td><script>\"'&\u{0}\u{202e}".to_owned();
        let cell = markup!("<td title=\"{}\">{}</td>", hostile, markup!("<b>{}</b>", 1.234_f64));
        assert_eq!(
            cell.into_text(),
            "<td title=\"&lt;/td&gt;&lt;script&gt;&quot;&#39;&amp;\u{fffd}\u{fffd}\"><b>1.23</b></td>"
        );
    }
}
