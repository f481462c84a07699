//! Rows of cells, as wide as their texts need.
//!
//! Rule: if all cells together are too wide, the widest columns are narrowed and their texts broken; a row is never
//! cut by the end of a sheet.

use crate::canvas::{Item, PALE, Slab};
use crate::layout::{SMALL, Setter, Style, bold, picture, regular, stack};
use tramline_outputs::page::document::{Cell, Table};

const GAP_MM: f64 = 3.0;

/// The slabs of a table: its head, then a slab for each row.
pub(crate) fn table(setter: &Setter<'_>, table: &Table, width: f64) -> Vec<Slab> {
    let count = table.rows.iter().map(Vec::len).chain([table.heads.len()]);
    let count = count.max().unwrap_or(0);
    let mut wide = vec![0.0_f64; count];
    for (column, head) in wide.iter_mut().zip(&table.heads) {
        *column = setter.width(&head.plain(), bold(SMALL));
    }
    for row in &table.rows {
        for (column, cell) in wide.iter_mut().zip(row) {
            *column = column.max(natural(setter, cell));
        }
    }
    let room = width - GAP_MM * count.saturating_sub(1) as f64;
    narrow(&mut wide, room);
    // What is over goes between the columns of numbers and the first.
    let over = (room - wide.iter().sum::<f64>()).max(0.0);
    if let Some(first) = wide.first_mut() {
        *first += over;
    }
    let head: Vec<(String, bool)> = table
        .heads
        .iter()
        .enumerate()
        .map(|(place, head)| (head.plain(), place > 0 && is_number(table, place)))
        .collect();
    let mut slabs = Vec::new();
    if head.iter().any(|(text, _)| !text.is_empty()) {
        let mut slab = texts(setter, &head, &wide, bold(SMALL));
        slab.items
            .push(Item::Rect([0.0, slab.height - 0.3, width, 0.2], PALE));
        slab.leads = true;
        slabs.push(slab);
    }
    for row in &table.rows {
        slabs.push(cells(setter, row, &wide));
    }
    slabs.push(Slab::gap(0.8));
    slabs
}

fn is_number(table: &Table, place: usize) -> bool {
    table
        .rows
        .iter()
        .any(|row| matches!(row.get(place), Some(Cell::Number(_))))
}

fn natural(setter: &Setter<'_>, cell: &Cell) -> f64 {
    match cell {
        Cell::Number(words) | Cell::Text(words) | Cell::Short(words) | Cell::Link { words, .. } => {
            setter.width(&words.plain(), regular(SMALL)) + 0.05
        }
        Cell::Picture(_, [wide, _]) => *wide,
    }
}

/// The greatest widths are lowered to one limit until all fit.
fn narrow(wide: &mut [f64], room: f64) {
    let (mut least, mut most) = (0.0, wide.iter().copied().fold(0.0, f64::max));
    if wide.iter().sum::<f64>() <= room {
        return;
    }
    for _ in 0..60 {
        let limit = f64::midpoint(least, most);
        let sum: f64 = wide.iter().map(|column| column.min(limit)).sum();
        if sum > room {
            most = limit;
        } else {
            least = limit;
        }
    }
    wide.iter_mut()
        .for_each(|column| *column = column.min(least));
}

fn cells(setter: &Setter<'_>, row: &[Cell], wide: &[f64]) -> Slab {
    let style = regular(SMALL);
    let text = |(place, cell): (usize, &Cell)| match cell {
        Cell::Number(words) => (words.plain(), place > 0),
        Cell::Text(words) | Cell::Short(words) | Cell::Link { words, .. } => (words.plain(), false),
        Cell::Picture(..) => (String::new(), false),
    };
    let list: Vec<(String, bool)> = row.iter().enumerate().map(text).collect();
    let mut slab = texts(setter, &list, wide, style);
    let mut left = 0.0;
    for (cell, column) in row.iter().zip(wide) {
        if let Cell::Picture(shown, [_, tall]) = cell {
            let item = picture(shown);
            slab.items.extend(item.map(|item| item.moved(left, 0.3)));
            slab.height = slab.height.max(tall + 0.9);
        }
        left += column + GAP_MM;
    }
    slab
}

/// Texts beside each other, at the left or at the right of their columns.
fn texts(setter: &Setter<'_>, list: &[(String, bool)], wide: &[f64], style: Style) -> Slab {
    let mut slab = Slab::default();
    let mut left = 0.0;
    for ((text, at_right), column) in list.iter().zip(wide) {
        let slabs: Vec<Slab> = setter
            .lines(text, style, column + 0.01)
            .into_iter()
            .map(|line| {
                let x = if *at_right {
                    column - setter.width(&line, style)
                } else {
                    0.0
                };
                Slab {
                    height: setter.line_height(style),
                    items: vec![setter.at(&line, style, x, setter.rise(style))],
                    leads: false,
                }
            })
            .collect();
        slab.height = slab.height.max(stack(&slabs, left, &mut slab.items));
        left += column + GAP_MM;
    }
    slab.height += 0.5;
    slab
}
