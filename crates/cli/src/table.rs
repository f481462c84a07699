//! Tables for a person: columns aligned by the width that a terminal gives their characters.
//!
//! Rule: on a terminal a row is one line, so cells are cut to its width; elsewhere nothing is cut.
//! Columns without any text are left out. Nothing in a cell can move the cursor or change colours:
//! controls are shown as `\u{fffd}`. Colour is [`console`]'s, which writes none where it is not wanted.

use console::Style;
use std::io::{self, Write};

/// Between two columns.
const GAP: &str = "  ";
/// No cell is cut to fewer characters than this.
const LEAST: usize = 6;

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alignment {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    title: &'static str,
    alignment: Alignment,
    /// May be cut where the terminal is too narrow.
    cut: bool,
}

impl Column {
    /// Words that may be cut, such as names.
    pub(crate) fn words(title: &'static str) -> Self {
        Self {
            title,
            alignment: Alignment::Left,
            cut: true,
        }
    }

    /// Words of a closed list: they are never cut.
    pub(crate) fn whole(title: &'static str) -> Self {
        Self {
            cut: false,
            ..Self::words(title)
        }
    }

    /// Numbers: at the right, never cut.
    pub(crate) fn numbers(title: &'static str) -> Self {
        Self {
            alignment: Alignment::Right,
            ..Self::whole(title)
        }
    }
}

/// A text in a column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    style: Option<Style>,
}

impl Cell {
    /// A text in its colour.
    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self {
            style: Some(style),
            ..Self::from(text.into())
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        let text = match text.contains(is_hostile) {
            true => text.replace(is_hostile, "\u{fffd}"),
            false => text,
        };
        Self { text, style: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

/// Controls and marks of direction: they would lie to the eye.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Rows under the titles of their columns.
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self {
            columns: columns.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row: a cell for each column; what is missing is empty.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes titles and rows, no wider than `width` characters if that can be done.
    pub(crate) fn write(&self, out: &mut dyn Write, width: Option<usize>) -> io::Result<()> {
        let widths = self.widths(width);
        let titles: Vec<Cell> = self.columns.iter().map(|c| c.title.into()).collect();
        if titles.iter().any(|title| !title.text.is_empty()) {
            self.write_row(out, &titles, &widths)?;
        }
        for cells in &self.rows {
            self.write_row(out, cells, &widths)?;
        }
        Ok(())
    }

    fn write_row(&self, out: &mut dyn Write, cells: &[Cell], widths: &[usize]) -> io::Result<()> {
        let empty = Cell::default();
        // Blanks are owed until a text follows: no line ends in them.
        let mut owed = String::new();
        let mut first = true;
        for (at, (column, width)) in self.columns.iter().zip(widths).enumerate() {
            if *width == 0 {
                continue;
            }
            if !std::mem::take(&mut first) {
                owed.push_str(GAP);
            }
            let cell = cells.get(at).unwrap_or(&empty);
            let text = console::truncate_str(&cell.text, *width, "…");
            let blanks = " ".repeat(width.saturating_sub(console::measure_text_width(&text)));
            if column.alignment == Alignment::Right {
                owed.push_str(&blanks);
            }
            if !text.is_empty() {
                out.write_all(owed.as_bytes())?;
                owed.clear();
                match &cell.style {
                    Some(style) => write!(out, "{}", style.apply_to(&text))?,
                    None => out.write_all(text.as_bytes())?,
                }
            }
            if column.alignment == Alignment::Left {
                owed.push_str(&blanks);
            }
        }
        writeln!(out)
    }

    /// The width of each column, 0 for those that are left out.
    fn widths(&self, most: Option<usize>) -> Vec<usize> {
        let mut widths = vec![0; self.columns.len()];
        for cells in &self.rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(console::measure_text_width(&cell.text));
            }
        }
        for (width, column) in widths.iter_mut().zip(&self.columns) {
            if *width > 0 {
                *width = (*width).max(console::measure_text_width(column.title));
            }
        }
        let Some(most) = most else { return widths };
        let shown = widths.iter().filter(|width| **width > 0).count();
        let gaps = GAP.len() * shown.saturating_sub(1);
        let mut over = (widths.iter().sum::<usize>() + gaps).saturating_sub(most);
        // A character at a time off the widest: what is short stays whole.
        while over > 0 {
            let cuttable = widths.iter_mut().zip(&self.columns);
            let cuttable = cuttable.filter(|(width, column)| column.cut && **width > LEAST);
            let Some((widest, _)) = cuttable.max_by_key(|(width, _)| **width) else {
                break;
            };
            *widest -= 1;
            over -= 1;
        }
        widths
    }
}

/// The width of the terminal that standard output is; `None` where it is none.
pub(crate) fn terminal_width() -> Option<usize> {
    let terminal = console::Term::stdout();
    let (_, columns) = terminal.is_term().then(|| terminal.size_checked())??;
    Some(usize::from(columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(table: &Table, width: Option<usize>) -> Vec<String> {
        let mut out = Vec::new();
        table.write(&mut out, width).expect("memory takes all");
        let text = String::from_utf8(out).expect("text");
        text.lines().map(str::to_owned).collect()
    }

    fn table(rows: &[[&str; 3]]) -> Table {
        let columns = [
            Column::words("field"),
            Column::whole("work"),
            Column::numbers("records"),
        ];
        let mut table = Table::new(columns);
        for row in rows {
            table.row(row.map(Cell::from));
        }
        table
    }

    #[test]
    fn columns_stand_below_each_other_in_every_script() {
        let table = table(&[
            ["Söllingen", "harvest", "7"],
            ["北地块", "planting", "12345"],
            ["", "tillage", "1"],
        ]);
        let lines = shown(&table, None);
        assert_eq!(lines[0], "field      work      records");
        assert_eq!(lines[1], "Söllingen  harvest         7");
        assert_eq!(lines[2], "北地块     planting    12345");
        assert_eq!(lines[3], "           tillage         1");
        assert!(lines.iter().all(|l| console::measure_text_width(l) == 28));
    }

    #[test]
    fn only_names_are_cut_and_only_to_the_width_of_a_terminal() {
        let long = "a".repeat(200);
        let table = table(&[[&long, "planting", "12345"], ["北地块", "x", "1"]]);
        assert!(shown(&table, None)[1].contains(&long));
        for width in [30, 40, 80] {
            let lines = shown(&table, Some(width));
            for line in &lines {
                assert!(console::measure_text_width(line) <= width, "{line}");
            }
            assert!(lines[1].contains("…  planting    12345"), "{lines:?}");
        }
        // Narrower than what is never cut: the rest is kept.
        assert!(shown(&table, Some(3))[1].contains("planting"));
    }

    #[test]
    fn empty_columns_go_and_hostile_names_do_nothing() {
        let table = table(&[["a\u{1b}[31mb\u{202e}\n", "", "1"]]);
        let lines = shown(&table, None);
        assert_eq!(lines.len(), 2);
        assert!(!lines[0].contains("work"), "{lines:?}");
        assert!(lines.concat().chars().all(|c| !is_hostile(c)), "{lines:?}");
    }
}
