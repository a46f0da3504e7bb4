//! Tables for people: columns as wide as their widest cell, numbers to the right.

use std::fmt;

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table with a head.
#[derive(Clone, Debug)]
pub(super) struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these columns.
    pub(super) fn new(columns: &[(&'static str, Align)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; cells beyond the columns are not shown.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The same as a table of Markdown.
    pub(super) fn markdown(&self) -> String {
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let cells: Vec<String> = cells.map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let mut text = line(&mut self.columns.iter().map(|(head, _)| *head));
        text += &line(&mut self.columns.iter().map(|(_, align)| match align {
            Align::Left => ":--",
            Align::Right => "--:",
        }));
        for row in &self.rows {
            text += &line(&mut row.iter().map(String::as_str));
        }
        text
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        let head = self.columns.get(column).map_or(0, |(head, _)| head.chars().count());
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(head)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head: Vec<String> = self.columns.iter().map(|(head, _)| (*head).to_owned()).collect();
        let widths: Vec<usize> = (0..self.columns.len()).map(|column| self.width(column)).collect();
        let rule = widths.iter().map(|&width| "-".repeat(width)).collect();
        for row in [&head, &rule].into_iter().chain(&self.rows) {
            let mut line = String::new();
            for (((_, align), &width), cell) in self.columns.iter().zip(&widths).zip(row) {
                match align {
                    Align::Left => line.push_str(&format!("{cell:<width$}  ")),
                    Align::Right => line.push_str(&format!("{cell:>width$}  ")),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_under_their_head_to_the_right() {
        let mut table = Table::new(&[("name", Align::Left), ("MACs", Align::Right)]);
        table.row(["a".to_owned(), "1,000,000".to_owned()]);
        table.row(["longer".to_owned(), "12".to_owned()]);
        let expected =
            "name         MACs\n------  ---------\na       1,000,000\nlonger         12\n";
        assert_eq!(table.to_string(), expected);
        let expected = "| name | MACs |\n| :-- | --: |\n| a | 1,000,000 |\n| longer | 12 |\n";
        assert_eq!(table.markdown(), expected);
    }
}
