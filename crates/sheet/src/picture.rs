//! A picture of a document's map, to be sent by phone: title, date, map, legend and scale bar in one PNG.
//!
//! Rule: 1080 × 1350 pixels on white; what the legend does not need is for the map.

use crate::SheetError;
use crate::canvas::{BLACK, Colour, Item, Slab};
use crate::fonts::{Fonts, Weight};
use crate::layout::{Setter, bold, picture as drawn, regular, stack};
use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};
use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Transform};
use tramline_outputs::page::document::{Block, Document, MapBlock, ScaleBar, Shape};

/// Width and height of the picture in pixels.
pub const SIZE: [u32; 2] = [1080, 1350];
/// Pixels in a millimetre of the layout: a phone's screen is about 65 mm wide.
const SCALE: f64 = 12.0;
const EDGE_MM: f64 = 4.0;
/// Most lines of a title.
const TITLE_LINES: usize = 2;

/// The picture of the first map of a document; `None` if it has no map.
///
/// # Errors
/// [`SheetError`] if the embedded font cannot be used or the PNG not be written.
pub fn picture(document: &Document) -> Result<Option<Vec<u8>>, SheetError> {
    let Some(map) = document.blocks.iter().find_map(|block| match block {
        Block::Map(map) => Some(map.as_ref()),
        _ => None,
    }) else {
        return Ok(None);
    };
    let fonts = Fonts::new()?;
    let setter = Setter {
        fonts: &fonts,
        scale: 1.25,
    };
    paint(&fonts, &items(&setter, document, map)).map(Some)
}

/// The parts from top to bottom.
fn items(setter: &Setter<'_>, document: &Document, map: &MapBlock) -> Vec<Item> {
    let [wide, tall] = SIZE.map(|pixels| f64::from(pixels) / SCALE);
    let width = wide - 2.0 * EDGE_MM;
    let mut items = Vec::new();
    // The date stands in the title behind the last comma.
    let title = document.title.plain();
    let (what, date) = title.rsplit_once(", ").unwrap_or((&title, ""));
    let mut above = few(setter, what, bold(4.0), width, TITLE_LINES);
    above.extend(few(setter, date, regular(2.9), width, 1));
    // What stands below the title can name people: it stays on the page.
    above.push(Slab::gap(1.6));
    above.extend(few(setter, &map.name.plain(), bold(2.8), width, 1));
    above.push(Slab::gap(1.0));
    let mut part = Vec::new();
    let top = EDGE_MM + stack(&above, EDGE_MM, &mut part);
    items.extend(part.into_iter().map(|item| item.moved(0.0, EDGE_MM)));

    // Smaller letters, so that two classes stand side by side.
    let small = Setter {
        fonts: setter.fonts,
        scale: 1.0,
    };
    let mut below = small.legend_in_rows(map, width);
    below.push(Slab::gap(1.0));
    let foot = setter.width("Tramline", regular(2.1));
    below.push(Slab {
        height: 3.0,
        items: vec![setter.at("Tramline", regular(2.1).grey(), width - foot, 2.4)],
        leads: false,
    });
    let mut part = Vec::new();
    let height = stack(&below, EDGE_MM, &mut part);
    let start = tall - EDGE_MM + 1.0 - height;
    items.extend(part.into_iter().map(|item| item.moved(0.0, start)));

    let bar_mm = 5.5;
    let frame = [width, (start - top - bar_mm).max(10.0)];
    items.extend(fitted(setter, map, frame, [EDGE_MM, top]));
    items.extend(north(setter, [wide - EDGE_MM - 3.0, top + 1.0]));
    items
}

/// A text in so many lines; what is cut ends with an ellipsis.
fn few(
    setter: &Setter<'_>,
    text: &str,
    style: crate::layout::Style,
    width: f64,
    most: usize,
) -> Vec<Slab> {
    let mut lines = setter.lines(text, style, width);
    if lines.len() > most {
        let room = width / (style.size * setter.scale);
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            // A letter more than fits, so that the ellipsis is there.
            let wider = format!("{last} {}", "…".repeat(room as usize + 1));
            let cut = setter.fonts.cut(style.weight, &wider, room);
            *last = format!("{}…", cut.trim_end_matches('…').trim_end());
        }
    }
    let slab = |line: String| setter.text(&line, style, width);
    lines.into_iter().flat_map(slab).collect()
}

/// The map and its scale bar as large as the frame lets them be.
fn fitted(setter: &Setter<'_>, map: &MapBlock, frame: [f64; 2], at: [f64; 2]) -> Vec<Item> {
    let [left, top, wide, tall] = extent(map);
    let scale = (frame[0] / wide).min(frame[1] / tall);
    let right = at[0] + (frame[0] - wide * scale) / 2.0;
    let down = at[1] + (frame[1] - tall * scale) / 2.0;
    let mut items: Vec<Item> = Vec::new();
    match drawn(&map.picture) {
        Some(Item::Image(raster, _)) => {
            items.push(Item::Image(
                raster,
                [right, down, wide * scale, tall * scale],
            ));
        }
        Some(Item::Rings(mut rings, colour)) => {
            for point in rings.iter_mut().flatten() {
                *point = [
                    right + (point[0] - left) * scale,
                    down + (point[1] - top) * scale,
                ];
            }
            items.push(Item::Rings(rings, colour));
        }
        _ => {}
    }
    let bar = map.scale_bar.as_ref().map(|bar| ScaleBar {
        length_mm: bar.length_mm * scale,
        words: bar.words.clone(),
    });
    let bar = bar.filter(|bar| bar.length_mm < frame[0] - 20.0);
    let with = MapBlock {
        scale_bar: bar,
        ..map.clone()
    };
    let bars = setter.scale_bar(&with, 0.0).into_iter();
    items.extend(bars.map(|item| item.moved(at[0], at[1] + frame[1] + 1.0)));
    items
}

/// Left, top, width and height of what is drawn in the frame of a map.
fn extent(map: &MapBlock) -> [f64; 4] {
    match &map.picture.shape {
        Shape::Image {
            place_mm: [left, top, wide, tall],
            ..
        } => [*left, *top, wide.max(0.1), tall.max(0.1)],
        Shape::Ground(rings) => {
            let (mut least, mut most) = ([f64::MAX; 2], [f64::MIN; 2]);
            for [x, y] in rings.iter().flatten() {
                least = [least[0].min(*x), least[1].min(*y)];
                most = [most[0].max(*x), most[1].max(*y)];
            }
            let side = |least: f64, most: f64| (most - least).max(0.1);
            [
                least[0],
                least[1],
                side(least[0], most[0]),
                side(least[1], most[1]),
            ]
        }
    }
}

/// An arrow to the north with its letter.
fn north(setter: &Setter<'_>, [x, y]: [f64; 2]) -> Vec<Item> {
    let style = bold(2.2);
    let half = setter.width("N", style) / 2.0;
    vec![
        Item::Rings(
            vec![vec![
                [x, y],
                [x + 1.5, y + 4.4],
                [x, y + 3.4],
                [x - 1.5, y + 4.4],
            ]],
            BLACK,
        ),
        setter.at("N", style.grey(), x - half, y + 7.4),
    ]
}

fn paint(fonts: &Fonts, items: &[Item]) -> Result<Vec<u8>, SheetError> {
    let broken = |cause: &str| SheetError::Png(cause.to_owned());
    let mut pixmap = Pixmap::new(SIZE[0], SIZE[1]).ok_or_else(|| broken("no memory"))?;
    pixmap.fill(Color::WHITE);
    let scale = Transform::from_scale(SCALE as f32, SCALE as f32);
    for item in items {
        match item {
            Item::Rect([left, top, wide, tall], colour) => {
                let rect = Rect::from_xywh(*left as f32, *top as f32, *wide as f32, *tall as f32);
                if let Some(rect) = rect {
                    pixmap.fill_rect(rect, &solid(*colour), scale, None);
                }
            }
            Item::Rings(rings, colour) => {
                let mut path = PathBuilder::new();
                for ring in rings {
                    for (place, [x, y]) in ring.iter().enumerate() {
                        if place == 0 {
                            path.move_to(*x as f32, *y as f32);
                        } else {
                            path.line_to(*x as f32, *y as f32);
                        }
                    }
                    path.close();
                }
                if let Some(path) = path.finish() {
                    pixmap.fill_path(&path, &solid(*colour), FillRule::EvenOdd, scale, None);
                }
            }
            Item::Text {
                at,
                size,
                weight,
                colour,
                line,
            } => {
                let mut right = at[0];
                let em = f64::from(fonts.face(*weight).units_per_em());
                for glyph in &line.glyphs {
                    let (x, y) = (right + glyph.right * size, at[1] - glyph.up * size);
                    let unit = size / em;
                    let place = Transform::from_row(
                        unit as f32,
                        0.0,
                        0.0,
                        -unit as f32,
                        x as f32,
                        y as f32,
                    );
                    if let Some(path) = outline(fonts, *weight, glyph.id) {
                        let place = place.post_concat(scale);
                        pixmap.fill_path(&path, &solid(*colour), FillRule::Winding, place, None);
                    }
                    right += glyph.advance * size;
                }
            }
            Item::Image(raster, place) => image(&mut pixmap, raster, *place),
        }
    }
    encoded(&pixmap)
}

/// Each pixel takes the colour below its middle, so that the colours are those of the legend.
fn image(pixmap: &mut Pixmap, raster: &crate::raster::Raster, [left, top, wide, tall]: [f64; 4]) {
    let across = pixmap.width() as usize;
    let source = |at: usize, start: f64, length: f64, count: u32| {
        let part = ((at as f64 + 0.5) / SCALE - start) / length;
        (0.0..1.0)
            .contains(&part)
            .then(|| (part * f64::from(count)) as usize)
    };
    let columns: Vec<Option<usize>> = (0..across)
        .map(|x| source(x, left, wide, raster.width))
        .collect();
    for (y, row) in pixmap.pixels_mut().chunks_mut(across).enumerate() {
        let Some(line) = source(y, top, tall, raster.height) else {
            continue;
        };
        for (pixel, column) in row.iter_mut().zip(&columns) {
            let number =
                column.and_then(|column| raster.pixels.get(line * raster.width as usize + column));
            let colour = number.and_then(|number| raster.palette.get(usize::from(*number)));
            if let Some([red, green, blue]) = colour {
                *pixel = tiny_skia::ColorU8::from_rgba(*red, *green, *blue, 255).premultiply();
            }
        }
    }
}

fn encoded(pixmap: &Pixmap) -> Result<Vec<u8>, SheetError> {
    let broken = |cause: png::EncodingError| SheetError::Png(cause.to_string());
    let pixels = pixmap.pixels().iter();
    let bytes: Vec<u8> = pixels
        .flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()])
        .collect();
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(broken)?;
    writer.write_image_data(&bytes).map_err(broken)?;
    writer.finish().map_err(broken)?;
    Ok(out)
}

fn solid([red, green, blue]: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, 255);
    paint
}

fn outline(fonts: &Fonts, weight: Weight, glyph: u16) -> Option<Path> {
    let mut builder = Outline(PathBuilder::new());
    fonts
        .face(weight)
        .outline_glyph(GlyphId(glyph), &mut builder)?;
    builder.0.finish()
}

struct Outline(PathBuilder);

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}
