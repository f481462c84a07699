//! A document laid out on sheets.
//!
//! Rule: blocks become slabs, which are never broken; slabs flow from sheet to sheet, so nothing lies over
//! something else or beyond the margin. What is meant for one sheet is set up to an eighth smaller before it
//! takes a second one. Every sheet says its number and whose it is.

use crate::canvas::{BLACK, Colour, GREY, Item, PALE, Sheet, Slab, size};
use crate::flow::{Flow, TOP_MM};
use crate::fonts::{Fonts, Weight};
use crate::raster::Raster;
use crate::table;
use std::rc::Rc;
use tramline_outputs::page::document::{
    Bars, Block, Document, Figure, GAP_MM, Gravity, LegendRow, MapBlock, Notice, Picture, Section,
    Shape, TEXT_WIDTH_MM, Words,
};

/// Sizes of text tried for what is meant for one sheet.
const SCALES: [f64; 3] = [1.0, 0.94, 0.88];
const LINE: f64 = 1.32;
/// What stands for a line of a wrapped text: height of letters to the line above.
const RISE: f64 = 0.98;
const BARS_MM: f64 = 18.0;
const SWATCH_MM: f64 = 3.0;

/// Sizes of letters in millimetres.
pub(crate) const TITLE: f64 = 5.6;
pub(crate) const HEADING: f64 = 3.7;
pub(crate) const BODY: f64 = 2.9;
pub(crate) const SMALL: f64 = 2.5;
const FIGURE: f64 = 5.2;

/// Letters of one kind.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(crate) size: f64,
    pub(crate) weight: Weight,
    pub(crate) colour: Colour,
}

pub(crate) fn regular(size: f64) -> Style {
    Style {
        size,
        weight: Weight::Regular,
        colour: BLACK,
    }
}

pub(crate) fn bold(size: f64) -> Style {
    Style {
        size,
        weight: Weight::Bold,
        colour: BLACK,
    }
}

impl Style {
    pub(crate) fn grey(self) -> Self {
        Self {
            colour: GREY,
            ..self
        }
    }
}

/// The sheets of a document.
pub(crate) fn sheets(fonts: &Fonts, document: &Document) -> Vec<Sheet> {
    let mut first = None;
    for scale in SCALES {
        let sheets = Setter { fonts, scale }.document(document);
        if !document.one_sheet || sheets.len() == 1 {
            return sheets;
        }
        first.get_or_insert(sheets);
    }
    first.unwrap_or_default()
}

/// Makes slabs with text of one scale.
pub(crate) struct Setter<'a> {
    pub(crate) fonts: &'a Fonts,
    pub(crate) scale: f64,
}

impl Setter<'_> {
    fn document(&self, document: &Document) -> Vec<Sheet> {
        let mut flow = Flow::new(size(document.paper));
        flow.down(self.text(&document.title.plain(), bold(TITLE), TEXT_WIDTH_MM));
        for line in &document.subtitle {
            flow.down(self.text(&line.plain(), regular(BODY).grey(), TEXT_WIDTH_MM));
        }
        flow.down(vec![Slab::gap(2.0)]);
        for block in &document.blocks {
            match block {
                Block::Columns(sections) => {
                    let width = (TEXT_WIDTH_MM - GAP_MM) / 2.0;
                    let sections = sections.iter();
                    flow.columns(sections.flat_map(|one| self.section(one, width)).collect());
                }
                block => flow.down(self.block(block, TEXT_WIDTH_MM)),
            }
        }
        self.end(flow, &document.foot.plain())
    }

    fn end(&self, flow: Flow, foot: &str) -> Vec<Sheet> {
        let size = flow.size;
        let all = flow.sheets.len();
        let style = regular(SMALL).grey();
        let left = (size[0] - TEXT_WIDTH_MM) / 2.0;
        let base = size[1] - TOP_MM;
        let numbered = flow
            .sheets
            .into_iter()
            .enumerate()
            .map(|(place, mut items)| {
                let number = if all > 1 {
                    format!("sheet {} of {all}", place + 1)
                } else {
                    String::new()
                };
                let wide = self.width(&number, style);
                let room = (TEXT_WIDTH_MM - wide - 4.0) / (style.size * self.scale);
                let foot = self.fonts.cut(style.weight, foot, room);
                items.push(self.at(&foot, style, left, base));
                items.push(self.at(&number, style, left + TEXT_WIDTH_MM - wide, base));
                Sheet { size, items }
            });
        numbered.collect()
    }

    /// Width of a text in one line.
    pub(crate) fn width(&self, text: &str, style: Style) -> f64 {
        self.fonts.width(style.weight, text) * style.size * self.scale
    }

    /// One line whose letters stand on `y`.
    pub(crate) fn at(&self, text: &str, style: Style, x: f64, y: f64) -> Item {
        Item::Text {
            at: [x, y],
            size: style.size * self.scale,
            weight: style.weight,
            colour: style.colour,
            line: self.fonts.line(style.weight, text),
        }
    }

    pub(crate) fn lines(&self, text: &str, style: Style, width: f64) -> Vec<String> {
        let most = width / (style.size * self.scale);
        self.fonts.wrapped(style.weight, text, most)
    }

    pub(crate) fn line_height(&self, style: Style) -> f64 {
        style.size * self.scale * LINE
    }

    /// How far below the top of its line a text stands.
    pub(crate) fn rise(&self, style: Style) -> f64 {
        style.size * self.scale * RISE
    }

    /// A text in as many lines as it needs, a slab for each.
    pub(crate) fn text(&self, text: &str, style: Style, width: f64) -> Vec<Slab> {
        let lines = self.lines(text, style, width);
        let slab = |line: String| Slab {
            height: self.line_height(style),
            items: vec![self.at(&line, style, 0.0, self.rise(style))],
            leads: false,
        };
        lines.into_iter().map(slab).collect()
    }

    fn section(&self, section: &Section, width: f64) -> Vec<Slab> {
        let mut slabs = vec![Slab {
            leads: true,
            ..Slab::gap(2.2)
        }];
        let mut heading = self.text(&section.title.plain(), bold(HEADING), width);
        if let Some(last) = heading.last_mut() {
            last.items
                .push(Item::Rect([0.0, last.height + 0.2, width, 0.2], PALE));
            last.height += 1.2;
        }
        heading.iter_mut().for_each(|slab| slab.leads = true);
        slabs.extend(heading);
        for block in &section.blocks {
            slabs.extend(self.block(block, width));
        }
        let height: f64 = slabs.iter().map(|slab| slab.height).sum();
        if !section.may_break && height < 90.0 {
            let count = slabs.len().saturating_sub(1);
            slabs
                .iter_mut()
                .take(count)
                .for_each(|slab| slab.leads = true);
        }
        slabs
    }

    fn block(&self, block: &Block, width: f64) -> Vec<Slab> {
        match block {
            Block::Notices(list) => list
                .iter()
                .flat_map(|one| self.notice(one, width))
                .collect(),
            Block::Figures(figures) => self.figures(figures, width),
            Block::Map(map) => self.map(map, width),
            Block::Section(section) => self.section(section, width),
            Block::Columns(list) => list
                .iter()
                .flat_map(|one| self.section(one, width))
                .collect(),
            Block::Text(words) => {
                let mut slabs = self.text(&words.plain(), regular(SMALL), width);
                slabs.push(Slab::gap(0.8));
                slabs
            }
            Block::Facts(rows) => rows.iter().map(|row| self.fact(row, width)).collect(),
            Block::Table(one) => table::table(self, one, width),
            Block::Bars(bars) => vec![self.bars(bars, width)],
        }
    }

    fn notice(&self, notice: &Notice, width: f64) -> Vec<Slab> {
        let (word, colour) = match notice.gravity {
            Gravity::Error => ("Wrong or missing: ", [0x9b, 0x1c, 0x1c]),
            Gravity::Warning => ("Please check: ", [0xb3, 0x6b, 0x00]),
            Gravity::Note => ("", [0x8a; 3]),
        };
        let inner = width - 3.0;
        let style = match notice.gravity {
            Gravity::Note => regular(SMALL),
            Gravity::Error | Gravity::Warning => bold(SMALL),
        };
        let mut slabs = self.text(&format!("{word}{}", notice.text.plain()), style, inner);
        if !notice.hint.is_empty() {
            let hint = format!("What to do: {}", notice.hint.plain());
            slabs.extend(self.text(&hint, regular(SMALL), inner));
        }
        if !notice.code.is_empty() {
            slabs.extend(self.text(&notice.code, regular(SMALL * 0.86).grey(), inner));
        }
        for slab in &mut slabs {
            let items = std::mem::take(&mut slab.items);
            slab.items = items.into_iter().map(|item| item.moved(3.0, 0.0)).collect();
            slab.items
                .push(Item::Rect([0.0, 0.0, 0.9, slab.height], colour));
        }
        slabs.push(Slab::gap(1.2));
        slabs
    }

    /// Figures in a row of equal widths.
    fn figures(&self, figures: &[Figure], width: f64) -> Vec<Slab> {
        let each = width / figures.len().max(1) as f64;
        let mut all = Slab::default();
        for (place, figure) in figures.iter().enumerate() {
            let left = place as f64 * each;
            let mut slabs = self.text(&figure.name.plain(), regular(SMALL).grey(), each - 3.0);
            let value = figure.value.plain();
            // A long number is set smaller before it is broken.
            let fits = (each - 3.0) / self.width(&value, bold(FIGURE)).max(1.0);
            let style = bold(FIGURE * fits.clamp(0.6, 1.0));
            slabs.extend(self.text(&value, style, each - 3.0));
            let height = stack(&slabs, left, &mut all.items);
            all.height = all.height.max(height);
        }
        all.height += 2.0;
        vec![all]
    }

    fn fact(&self, (name, value): &(Words, Words), width: f64) -> Slab {
        let (left, right) = (regular(BODY).grey(), regular(BODY));
        let (name, value) = (name.plain(), value.plain());
        let most = (width - self.width(&value, right) - 3.0).max(width * 0.42);
        let names = self.lines(&name, left, most);
        let wide = names.iter().map(|line| self.width(line, left));
        let wide = wide.fold(0.0, f64::max);
        let values = self.lines(&value, right, (width - wide - 3.0).max(width * 0.3));
        let mut slab = Slab::default();
        let height = self.line_height(right);
        for (place, line) in names.iter().enumerate() {
            let y = place as f64 * height + self.rise(left);
            slab.items.push(self.at(line, left, 0.0, y));
        }
        for (place, line) in values.iter().enumerate() {
            let y = place as f64 * height + self.rise(right);
            let x = width - self.width(line, right);
            slab.items.push(self.at(line, right, x, y));
        }
        slab.height = names.len().max(values.len()) as f64 * height + 0.4;
        slab
    }

    fn bars(&self, bars: &Bars, width: f64) -> Slab {
        let mut slab = Slab::default();
        let mut above = self.text(&bars.name.plain(), regular(SMALL), width);
        let top = stack(&above, 0.0, &mut slab.items) + 0.8;
        let each = width / bars.heights.len().max(1) as f64;
        for (place, height) in bars.heights.iter().enumerate() {
            let height = height.clamp(0.0, 1.0) * BARS_MM;
            let left = place as f64 * each;
            let bar = [
                left + each * 0.06,
                top + BARS_MM - height,
                each * 0.88,
                height,
            ];
            slab.items.push(Item::Rect(bar, [0x6b, 0x7f, 0x8f]));
        }
        let base = top + BARS_MM;
        slab.items.push(Item::Rect([0.0, base, width, 0.2], GREY));
        let style = regular(SMALL).grey();
        let mut free = 0.0;
        for (place, text) in &bars.marks {
            let wide = self.width(text, style);
            let left = (place * each - wide / 2.0).clamp(0.0, (width - wide).max(0.0));
            if left >= free {
                let y = base + 0.6 + self.rise(style);
                slab.items.push(self.at(text, style, left, y));
                free = left + wide + 1.5;
            }
        }
        slab.height = base + 0.6 + self.line_height(style);
        above = self.text(&bars.note.plain(), style, width);
        let note: Vec<Item> = {
            let mut items = Vec::new();
            let height = stack(&above, 0.0, &mut items);
            let down = slab.height;
            slab.height += height + 0.6;
            items
                .into_iter()
                .map(|item| item.moved(0.0, down))
                .collect()
        };
        slab.items.extend(note);
        slab
    }

    fn map(&self, map: &MapBlock, width: f64) -> Vec<Slab> {
        let mut slabs = vec![Slab {
            leads: true,
            ..Slab::gap(1.5)
        }];
        let mut heading = self.text(&map.name.plain(), bold(HEADING), width);
        heading.iter_mut().for_each(|slab| slab.leads = true);
        slabs.extend(heading);
        let [wide, tall] = map.frame_mm;
        let mut slab = Slab::default();
        slab.items.extend(picture(&map.picture));
        slab.items.extend(self.scale_bar(map, tall + 1.0));
        slab.height = tall + if map.scale_bar.is_some() { 5.0 } else { 1.0 };
        if map.legend_beside {
            let legend = self.legend(map, (width - wide - 4.0).max(20.0));
            let mut items = Vec::new();
            slab.height = slab.height.max(stack(&legend, wide + 4.0, &mut items));
            slab.items.extend(items);
            slabs.push(slab);
        } else {
            slab.leads = true;
            slabs.push(slab);
            slabs.extend(self.legend_in_rows(map, width));
        }
        slabs.push(Slab::gap(1.0));
        slabs
    }

    pub(crate) fn scale_bar(&self, map: &MapBlock, y: f64) -> Vec<Item> {
        let Some(bar) = &map.scale_bar else {
            return Vec::new();
        };
        let style = regular(SMALL);
        vec![
            Item::Rect([0.0, y + 1.4, bar.length_mm, 0.5], BLACK),
            Item::Rect([0.0, y + 0.4, 0.3, 1.5], BLACK),
            Item::Rect([bar.length_mm - 0.3, y + 0.4, 0.3, 1.5], BLACK),
            self.at(
                &bar.words,
                style,
                bar.length_mm + 1.5,
                y + self.rise(style) - 0.3,
            ),
        ]
    }

    fn legend(&self, map: &MapBlock, width: f64) -> Vec<Slab> {
        let (style, head) = (regular(SMALL), regular(SMALL).grey());
        let legend = &map.legend;
        // Values, area and share; the last two end at the right.
        let ends = [0.0, width * 0.76, width];
        let row = |cells: [&Words; 3], style: Style, colour: Option<Colour>| {
            let y = self.rise(style);
            let mut items = Vec::new();
            if let Some(colour) = colour {
                items.extend(swatch(colour, [0.0, 0.35]));
            }
            for (cell, end) in cells.into_iter().zip(ends) {
                let text = cell.plain();
                let x = if end > 0.0 {
                    end - self.width(&text, style)
                } else {
                    SWATCH_MM + 2.5
                };
                if !text.is_empty() {
                    items.push(self.at(&text, style, x, y));
                }
            }
            Slab {
                height: self.line_height(style) + 0.9,
                items,
                leads: false,
            }
        };
        let [value, area, share] = &legend.heads;
        let mut slabs = vec![row([value, area, share], head, None)];
        let rows = legend.rows.iter();
        slabs.extend(
            rows.map(|one| row([&one.value, &one.area, &one.share], style, Some(one.colour))),
        );
        slabs.extend(self.text(&legend.note.plain(), head, width));
        slabs
    }

    /// The legend below a map: as many entries in a row as there is room for.
    pub(crate) fn legend_in_rows(&self, map: &MapBlock, width: f64) -> Vec<Slab> {
        let style = regular(SMALL);
        let [unit, area_unit, _] = &map.legend.heads;
        let words = |row: &LegendRow| {
            let mut text = row.value.plain();
            if !unit.is_empty() {
                text = format!("{text} {}", unit.plain());
            }
            match row.area.is_empty() {
                true => text,
                // The unit of the only area of a map of covered ground stands with it.
                false if row.share.is_empty() => format!("{text}: {}", row.area.plain()),
                false => format!("{text}: {} {}", row.area.plain(), area_unit.plain()),
            }
        };
        let texts: Vec<String> = map.legend.rows.iter().map(words).collect();
        let widest = texts.iter().map(|text| self.width(text, style));
        let each = widest.fold(1.0, f64::max) + SWATCH_MM + 6.0;
        let across = ((width / each).floor() as usize).max(1);
        let each = width / across as f64;
        let rows: Vec<(&LegendRow, &String)> = map.legend.rows.iter().zip(&texts).collect();
        let row = |chunk: &[(&LegendRow, &String)]| {
            let mut slab = Slab {
                leads: true,
                ..Slab::gap(self.line_height(style) + 0.9)
            };
            for (place, (row, text)) in chunk.iter().enumerate() {
                let left = place as f64 * each;
                slab.items.extend(swatch(row.colour, [left, 0.35]));
                let x = left + SWATCH_MM + 2.5;
                slab.items.push(self.at(text, style, x, self.rise(style)));
            }
            slab
        };
        let mut slabs: Vec<Slab> = rows.chunks(across).map(row).collect();
        slabs.extend(self.text(&map.legend.note.plain(), style.grey(), width));
        slabs
    }
}

/// A colour with a thin edge, so that it is seen on white.
fn swatch(colour: Colour, [left, top]: [f64; 2]) -> [Item; 2] {
    let edge = 0.15;
    [
        Item::Rect([left, top, SWATCH_MM + 1.0, SWATCH_MM - 0.4], GREY),
        Item::Rect(
            [
                left + edge,
                top + edge,
                SWATCH_MM + 1.0 - 2.0 * edge,
                SWATCH_MM - 0.4 - 2.0 * edge,
            ],
            colour,
        ),
    ]
}

/// What a picture of a document is made of, from the top left of its frame.
pub(crate) fn picture(picture: &Picture) -> Option<Item> {
    match &picture.shape {
        Shape::Image { png, place_mm } => {
            let raster = Raster::read(png)?;
            Some(Item::Image(Rc::new(raster), *place_mm))
        }
        Shape::Ground(rings) => Some(Item::Rings(rings.clone(), [0xb9, 0xc7, 0x9f])),
    }
}

/// Slabs one below the other; gives their height.
pub(crate) fn stack(slabs: &[Slab], right: f64, items: &mut Vec<Item>) -> f64 {
    let mut down = 0.0;
    for slab in slabs {
        let moved = slab
            .items
            .iter()
            .cloned()
            .map(|item| item.moved(right, down));
        items.extend(moved);
        down += slab.height;
    }
    down
}
