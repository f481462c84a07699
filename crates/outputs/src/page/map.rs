//! The map: an image of a property with the ground of each class, or the covered ground as it is drawn
//! here; over the whole width of the page.

use super::chart::property_name;
use super::document::{
    Legend, LegendRow, MapBlock, Picture, ScaleBar, Shape, TEXT_WIDTH_MM, Words,
};
use super::ground::Outline;
use super::histogram::round_step;
use super::input::{Page, PageImage};
use super::look::Look;
use super::text::{fixed, number, percent};
use super::units::System;

/// Height of the frame where the page has room, and the least one.
pub(super) const HEIGHT_MM: f64 = 120.0;
pub(super) const LEAST_HEIGHT_MM: f64 = 70.0;
/// Width of the legend beside the frame, with the gap.
const LEGEND_MM: f64 = 64.0;
/// Height of the legend below the frame.
const BELOW_MM: f64 = 13.0;
/// Pictures wider than that have the legend below.
const WIDE: f64 = 1.35;
const EDGE_MM: f64 = 1.0;
const DEGREE_M: f64 = 111_320.0;
/// An image beyond this is passed over.
const MOST_IMAGE: usize = 16 << 20;
const MOST_CLASSES: usize = 12;
const GROUND: [u8; 3] = [0xb9, 0xc7, 0x9f];

/// The map in a frame of at most this height with its legend.
pub(super) fn map(page: &Page<'_>, height_mm: f64) -> Option<MapBlock> {
    let image = page.input.images.iter().find_map(|image| {
        let size = png_size(image.png)?;
        Some((image, size))
    });
    match image {
        Some((image, size)) => Some(picture(page, image, size, height_mm)),
        None => ground(page, height_mm),
    }
}

/// A small picture of the same.
pub(super) fn thumbnail(page: &Page<'_>, frame: [f64; 2]) -> Option<Picture> {
    let image = page.input.images.iter().find_map(|image| {
        let size = png_size(image.png)?;
        Some((image, size))
    });
    if let Some((image, size)) = image {
        return Some(Picture {
            description: Words::own("Map: ").then(property_name(image.property)),
            shape: Shape::Image {
                png: image.png.to_vec(),
                place_mm: placed(size, frame).0,
            },
        });
    }
    let outline = Outline::of(Look(page.input.summary).get("geometry"))?;
    Some(Picture {
        description: Words::own("Covered ground"),
        shape: Shape::Ground(outline.drawn(frame, 0.4).rings),
    })
}

/// Frame and whether the legend is beside it, by width over height.
fn frame(ratio: f64, height_mm: f64) -> ([f64; 2], bool) {
    if ratio > WIDE {
        let most = (height_mm - BELOW_MM).max(LEAST_HEIGHT_MM / 2.0);
        let tall = (TEXT_WIDTH_MM / ratio).clamp(LEAST_HEIGHT_MM.min(most) / 2.0, most);
        ([TEXT_WIDTH_MM, tall], false)
    } else {
        ([TEXT_WIDTH_MM - LEGEND_MM, height_mm], true)
    }
}

/// Left, top, width and height in the middle of a frame, and the scale.
fn placed((width, height): (f64, f64), [wide_mm, tall_mm]: [f64; 2]) -> ([f64; 4], f64) {
    let scale = ((wide_mm - 2.0 * EDGE_MM) / width).min((tall_mm - 2.0 * EDGE_MM) / height);
    let (wide, tall) = (width * scale, height * scale);
    let place = [(wide_mm - wide) / 2.0, (tall_mm - tall) / 2.0, wide, tall];
    (place, scale)
}

/// Width and height by the header of a PNG.
fn png_size(png: &[u8]) -> Option<(f64, f64)> {
    let known = png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() <= MOST_IMAGE;
    let side = |at: usize| -> Option<f64> {
        let bytes: [u8; 4] = png.get(at..at + 4)?.try_into().ok()?;
        Some(f64::from(u32::from_be_bytes(bytes)))
    };
    let (width, height) = (side(16)?, side(20)?);
    (known && width > 0.0 && height > 0.0).then_some((width, height))
}

fn picture(page: &Page<'_>, image: &PageImage<'_>, size: (f64, f64), height_mm: f64) -> MapBlock {
    let (frame_mm, legend_beside) = frame(size.0 / size.1, height_mm);
    let (place_mm, _) = placed(size, frame_mm);
    let metres = image.bounds.and_then(|[west, south, east, north]| {
        let middle = f64::midpoint(south, north).to_radians().cos();
        let metres = (east - west) * DEGREE_M * middle / place_mm[2];
        (metres.is_finite() && metres > 0.0).then_some(metres)
    });
    let (_, unit) = page.system.people(1.0, image.unit);
    let name = property_name(image.property);
    let name = match Words::data(&unit, 20) {
        unit if unit.is_empty() => name,
        unit => name.and(", ").then(unit),
    };
    MapBlock {
        name: Words::own("Map: ").then(name.clone()),
        frame_mm,
        legend_beside,
        picture: Picture {
            description: Words::own("Map: ").then(name),
            shape: Shape::Image {
                png: image.png.to_vec(),
                place_mm,
            },
        },
        scale_bar: metres.and_then(|metres| scale_bar(page.system, metres, frame_mm[0])),
        legend: legend(page.system, image, &unit),
    }
}

/// The classes from the greatest to the least, or the stops of the ramp.
fn legend(system: System, image: &PageImage<'_>, unit: &str) -> Legend {
    // One unit for all, so that of the factor at one.
    let (one, _) = system.people(1.0, image.unit);
    let ranges = image.ranges.get(..MOST_CLASSES.min(image.ranges.len()));
    let ranges = ranges.unwrap_or_default();
    let whole: f64 = image.areas_m2.iter().sum();
    let known = image.areas_m2.len() == image.ranges.len() && whole.is_finite() && whole > 0.0;
    let places = decimals(ranges, one);
    let flat = ranges.len() == 1;
    let small = whole < 1_000.0 && system == System::Metric;
    let area_unit = match (system, small) {
        (System::Imperial, _) => "ac",
        (System::Metric, true) => "m²",
        (System::Metric, false) => "ha",
    };
    let area = |m2: f64| match small {
        true => fixed(m2, 0),
        false => fixed(system.people(m2, "m2").0, 2),
    };
    let mut rows: Vec<LegendRow> = Vec::new();
    for (place, (least, most, colour)) in ranges.iter().enumerate() {
        let text = |value: f64| match flat {
            true => number(value * one),
            false => fixed(value * one, places),
        };
        let (least, most) = (text(*least), text(*most));
        let m2 = image.areas_m2.get(place).copied().filter(|_| known);
        rows.push(LegendRow {
            colour: *colour,
            value: Words::own(if least == most {
                least
            } else {
                format!("{least} to {most}")
            }),
            area: m2.map_or_else(Words::default, |m2| Words::own(area(m2))),
            share: m2.map_or_else(Words::default, |m2| Words::own(percent(m2 / whole * 100.0))),
        });
    }
    if ranges.is_empty() {
        let stops: Vec<&(f64, [u8; 3])> = image.stops.iter().take(MOST_CLASSES).collect();
        rows.extend(stops.into_iter().map(|(at, colour)| LegendRow {
            colour: *colour,
            value: Words::own(number(at * one)),
            area: Words::default(),
            share: Words::default(),
        }));
    }
    rows.reverse();
    let note = if ranges.len() > 1 {
        Words::own("The classes are the field’s own: each has about as much ground.")
    } else if ranges.is_empty() && rows.is_empty() {
        Words::own(format!(
            "{} to {}",
            number(image.min * one),
            number(image.max * one)
        ))
    } else {
        Words::default()
    };
    Legend {
        heads: [
            Words::data(unit, 20),
            Words::own(area_unit),
            Words::own("share"),
        ],
        rows,
        note,
    }
}

/// As few decimals as tell the classes apart.
fn decimals(ranges: &[(f64, f64, [u8; 3])], one: f64) -> usize {
    let edges = ranges.iter().map(|(_, most, _)| most * one);
    let edges: Vec<f64> = ranges
        .first()
        .map(|(least, ..)| least * one)
        .into_iter()
        .chain(edges)
        .collect();
    (0..4)
        .find(|places| {
            let texts: Vec<String> = edges.iter().map(|edge| fixed(*edge, *places)).collect();
            let apart = texts.windows(2).all(|pair| pair.first() != pair.last());
            let narrow = edges.windows(2).map(|pair| match pair {
                [low, high] => (high - low).abs(),
                _ => 0.0,
            });
            // Rounding may move an edge by a tenth of the narrowest class.
            let least = narrow.filter(|width| *width > 0.0).fold(f64::MAX, f64::min);
            apart && 10_f64.powi(-(*places as i32)) <= least
        })
        .unwrap_or(2)
}

/// The covered ground of the summary's geometry.
fn ground(page: &Page<'_>, height_mm: f64) -> Option<MapBlock> {
    let outline = Outline::of(Look(page.input.summary).get("geometry"))?;
    let [wide_m, tall_m] = outline.size_m;
    let (frame_mm, legend_beside) = frame(wide_m / tall_m.max(0.1), height_mm);
    let ground = outline.drawn(frame_mm, 0.2);
    let coverage = page.summary.get("coverage");
    let area = coverage.get("coveredArea").amount();
    let area = area.map_or_else(Words::default, |(value, unit)| {
        Words::own(page.system.amount(value, unit))
    });
    Some(MapBlock {
        name: Words::own("Map: covered ground"),
        frame_mm,
        legend_beside,
        picture: Picture {
            description: Words::own("Map of the covered ground"),
            shape: Shape::Ground(ground.rings),
        },
        scale_bar: scale_bar(page.system, ground.metres, frame_mm[0]),
        legend: Legend {
            heads: [Words::default(), Words::own("area"), Words::default()],
            rows: vec![LegendRow {
                colour: GROUND,
                value: Words::own("Covered ground"),
                area,
                share: Words::default(),
            }],
            note: Words::default(),
        },
    })
}

/// About a fifth of the frame, a round length; `metres` is what a millimetre is.
fn scale_bar(system: System, metres: f64, frame_mm: f64) -> Option<ScaleBar> {
    let room = frame_mm * 0.2;
    let (unit_m, unit) = match system {
        System::Metric if metres * room < 700.0 => (1.0, "m"),
        System::Metric => (1_000.0, "km"),
        System::Imperial if metres * room < 1_000.0 => (0.3048, "ft"),
        System::Imperial => (1_609.344, "miles"),
    };
    let length = round_step(metres * room / unit_m)?;
    let length_mm = length * unit_m / metres;
    (length_mm.is_finite() && length_mm < frame_mm).then(|| ScaleBar {
        length_mm,
        words: format!("{} {unit}", number(length)),
    })
}
