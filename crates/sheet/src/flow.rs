//! Slabs flow from sheet to sheet, over the whole width or in two columns.
//!
//! Rule: a slab is never broken; one that leads stays with the one after it, if both fit on a sheet.

use crate::canvas::{Item, Slab};
use tramline_outputs::page::document::{GAP_MM, TEXT_WIDTH_MM};

/// Above the text, and below it.
pub(crate) const TOP_MM: f64 = 11.0;
const FOOT_MM: f64 = 6.0;

/// Sheets as they fill.
pub(crate) struct Flow {
    pub(crate) size: [f64; 2],
    y: f64,
    pub(crate) sheets: Vec<Vec<Item>>,
}

impl Flow {
    pub(crate) fn new(size: [f64; 2]) -> Self {
        Self {
            size,
            y: TOP_MM,
            sheets: vec![Vec::new()],
        }
    }

    fn bottom(&self) -> f64 {
        self.size[1] - TOP_MM - FOOT_MM
    }

    fn turn(&mut self) {
        self.sheets.push(Vec::new());
        self.y = TOP_MM;
    }

    fn put(&mut self, slab: Slab, right: f64, y: f64) {
        let left = (self.size[0] - TEXT_WIDTH_MM) / 2.0 + right;
        if let Some(sheet) = self.sheets.last_mut() {
            let items = slab.items.into_iter();
            sheet.extend(items.map(|item| item.moved(left, y)));
        }
    }

    /// One below the other over the whole width.
    pub(crate) fn down(&mut self, slabs: Vec<Slab>) {
        for group in groups(slabs) {
            let height: f64 = group.iter().map(|slab| slab.height).sum();
            if self.y + height > self.bottom() && self.y > TOP_MM {
                self.turn();
            }
            for slab in group {
                // A group higher than a sheet is broken all the same.
                if self.y + slab.height > self.bottom() && self.y > TOP_MM {
                    self.turn();
                }
                let (y, height) = (self.y, slab.height);
                self.put(slab, 0.0, y);
                self.y += height;
            }
        }
    }

    /// In two columns of about equal height.
    pub(crate) fn columns(&mut self, slabs: Vec<Slab>) {
        let right = (TEXT_WIDTH_MM + GAP_MM) / 2.0;
        let mut groups: Vec<Vec<Slab>> = groups(slabs).collect();
        while !groups.is_empty() {
            let room = self.bottom() - self.y;
            let heights: Vec<f64> = groups.iter().map(|group| height(group)).collect();
            let (left, both) = split(&heights, room);
            if both == 0 {
                if self.y > TOP_MM {
                    self.turn();
                    continue;
                }
                // Higher than a sheet: over the whole height, slab by slab.
                let first = groups.remove(0);
                self.down(
                    first
                        .into_iter()
                        .map(|slab| Slab {
                            leads: false,
                            ..slab
                        })
                        .collect(),
                );
                continue;
            }
            let rest = groups.split_off(both);
            let mut ends = [self.y; 2];
            for (place, group) in groups.into_iter().enumerate() {
                let column = usize::from(place >= left);
                for slab in group {
                    let y = ends.get(column).copied().unwrap_or(self.y);
                    let height = slab.height;
                    self.put(slab, column as f64 * right, y);
                    if let Some(end) = ends.get_mut(column) {
                        *end += height;
                    }
                }
            }
            self.y = ends[0].max(ends[1]);
            groups = rest;
            if !groups.is_empty() {
                self.turn();
            }
        }
    }
}

fn height(group: &[Slab]) -> f64 {
    group.iter().map(|slab| slab.height).sum()
}

/// How many of the heights go into the left column, and how many into both.
fn split(heights: &[f64], room: f64) -> (usize, usize) {
    let fill = |from: usize, most: f64| {
        let mut sum = 0.0;
        let rest = heights.iter().skip(from);
        rest.take_while(|height| {
            sum += **height;
            sum <= most
        })
        .count()
    };
    let all: f64 = heights.iter().sum();
    // The lowest left column with which the right one holds the rest.
    let mut most = all / 2.0;
    while most < room {
        let left = fill(0, most);
        if left + fill(left, most) == heights.len() {
            return (left, heights.len());
        }
        most += 1.0;
    }
    let left = fill(0, room);
    (left, left + fill(left, room))
}

/// Slabs that belong together: those that lead, with the one after them.
fn groups(slabs: Vec<Slab>) -> impl Iterator<Item = Vec<Slab>> {
    let mut all: Vec<Vec<Slab>> = Vec::new();
    let mut open = false;
    for slab in slabs {
        let leads = slab.leads;
        match all.last_mut() {
            Some(group) if open => group.push(slab),
            _ => all.push(vec![slab]),
        }
        open = leads;
    }
    all.into_iter()
}
