//! The map: an image of a property, or the covered ground as it is drawn here.
//!
//! Rule: north is up; a plane at the middle of the box is true enough for a field. Points closer
//! than half a unit of the drawing are one.

use super::histogram::round_step;
use super::input::{Page, PageImage};
use super::look::Look;
use super::text::{NAME, escaped, number};
use super::units::{System, property_words};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const WIDTH: f64 = 340.0;
const LEAST_HEIGHT: f64 = 120.0;
const MOST_HEIGHT: f64 = 240.0;
/// On a page with much beside it.
const LOW_HEIGHT: f64 = 165.0;
/// Room below for the scale bar.
const FOOT: f64 = 26.0;
const EDGE: f64 = 4.0;
/// Most points that are drawn: beyond them the page would be heavy and no clearer.
const MOST_POINTS: usize = 20_000;
const DEGREE_M: f64 = 111_320.0;
/// An image beyond this is passed over.
const MOST_IMAGE: usize = 16 << 20;

/// The highest that the map may be.
fn most_height(page: &Page<'_>) -> f64 {
    if super::notes::room(page) < 14 {
        LOW_HEIGHT
    } else {
        MOST_HEIGHT
    }
}

pub(super) fn write(page: &Page<'_>, out: &mut String) {
    let image = page.input.images.iter().find_map(|image| {
        let size = png_size(image.png)?;
        Some((image, size))
    });
    let body = match image {
        Some((image, size)) => Some(picture(page, image, size)),
        None => ground(page),
    };
    if let Some(body) = body {
        out.push_str(&format!("<section>\n<h2>Map</h2>\n{body}</section>\n"));
    }
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

fn picture(page: &Page<'_>, image: &PageImage<'_>, (width, height): (f64, f64)) -> String {
    let scale = ((WIDTH - 2.0 * EDGE) / width).min((most_height(page) - 2.0 * EDGE) / height);
    let (wide, tall) = (width * scale, height * scale);
    let box_height = (tall + 2.0 * EDGE).max(LEAST_HEIGHT);
    let metres = image.bounds.and_then(|[west, south, east, north]| {
        let middle = f64::midpoint(south, north).to_radians().cos();
        let metres = (east - west) * DEGREE_M * middle / wide;
        (metres.is_finite() && metres > 0.0).then_some(metres)
    });
    let name = match property_words(image.property) {
        Some(words) => words.to_owned(),
        None => escaped(image.property, NAME),
    };
    let mut out = svg(box_height + FOOT, &format!("Map: {name}"));
    out.push_str(&format!(
        "<image x=\"{:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\" \
         href=\"data:image/png;base64,{}\"/>\n",
        (WIDTH - wide) / 2.0,
        (box_height - tall) / 2.0,
        STANDARD.encode(image.png)
    ));
    foot(page.system, metres, box_height, &mut out);
    out.push_str("</svg>\n");
    out.push_str(&legend(page.system, image, &name));
    out
}

/// The colours with their values: a strip of boxes, each with its number.
fn legend(system: System, image: &PageImage<'_>, name: &str) -> String {
    let (_, unit) = system.people(0.0, image.unit);
    let value = |value: f64| {
        // The unit must be the same for all, so that of the factor at one.
        let (one, named) = system.people(1.0, image.unit);
        number(if named == unit { value * one } else { value })
    };
    let mut out = format!("<p class=\"legend\">{name}, {} ", escaped(&unit, 20));
    let mut shown = |[red, green, blue]: [u8; 3], words: &str| {
        out.push_str(&format!(
            "<span class=\"stop\"><svg width=\"12\" height=\"9\" aria-hidden=\"true\"><rect \
             width=\"12\" height=\"9\" fill=\"#{red:02x}{green:02x}{blue:02x}\" \
             stroke=\"#333\"/></svg> {words}</span> ",
        ));
    };
    for (least, most, colour) in image.ranges.iter().take(12) {
        shown(*colour, &format!("{} to {}", value(*least), value(*most)));
    }
    if image.ranges.is_empty() {
        for (at, colour) in image.stops.iter().take(12) {
            shown(*colour, &value(*at));
        }
        if image.stops.is_empty() {
            out.push_str(&format!("{} to {}", value(image.min), value(image.max)));
        }
    } else if image.ranges.len() > 1 {
        out.push_str("(as much ground in each)");
    }
    out.push_str("</p>\n");
    out
}

fn svg(height: f64, title: &str) -> String {
    format!(
        "<svg class=\"map\" viewBox=\"0 0 {WIDTH:.0} {height:.1}\" role=\"img\" \
         aria-label=\"{title}\">\n"
    )
}

/// The covered ground of the summary's geometry.
fn ground(page: &Page<'_>) -> Option<String> {
    let rings = rings(Look(page.input.summary).get("geometry"));
    let all = || rings.iter().flatten();
    let edge = |pick: fn(&[f64; 2]) -> f64, of: fn(f64, f64) -> f64| {
        all().map(pick).reduce(of).unwrap_or(f64::NAN)
    };
    let (west, east) = (edge(|p| p[0], f64::min), edge(|p| p[0], f64::max));
    let (south, north) = (edge(|p| p[1], f64::min), edge(|p| p[1], f64::max));
    let narrow = f64::midpoint(south, north).to_radians().cos().max(0.01);
    let (wide_m, tall_m) = (
        (east - west) * DEGREE_M * narrow,
        (north - south) * DEGREE_M,
    );
    if !(wide_m.is_finite() && tall_m.is_finite() && wide_m.max(tall_m) > 0.1) {
        return None;
    }
    let metres = (wide_m / (WIDTH - 2.0 * EDGE)).max(tall_m / (most_height(page) - 2.0 * EDGE));
    let height = (tall_m / metres + 2.0 * EDGE).max(LEAST_HEIGHT);
    let (left, top) = (
        (WIDTH - wide_m / metres) / 2.0,
        (height - tall_m / metres) / 2.0,
    );
    let mut path = String::new();
    let mut points = 0;
    for ring in &rings {
        let mut last: Option<(f64, f64)> = None;
        let mut drawn = String::new();
        for [longitude, latitude] in ring {
            let x = left + (longitude - west) * DEGREE_M * narrow / metres;
            let y = top + (north - latitude) * DEGREE_M / metres;
            if last.is_some_and(|(a, b)| (a - x).hypot(b - y) < 0.5) {
                continue;
            }
            let letter = if last.is_none() { 'M' } else { 'L' };
            drawn.push_str(&format!("{letter}{x:.1} {y:.1}"));
            last = Some((x, y));
            points += 1;
        }
        if points > MOST_POINTS {
            break;
        }
        path.push_str(&drawn);
        path.push('Z');
    }
    let mut out = svg(height + FOOT, "Map of the covered ground");
    out.push_str(&format!(
        "<path class=\"ground\" fill-rule=\"evenodd\" d=\"{path}\"/>\n"
    ));
    foot(page.system, Some(metres), height, &mut out);
    out.push_str("</svg>\n");
    let coverage = page.summary.get("coverage");
    let area = coverage.get("coveredArea").amount().map(|(value, unit)| {
        let area = page.system.amount(value, unit);
        format!(", {area}")
    });
    out.push_str(&format!(
        "<p class=\"legend\"><svg width=\"12\" height=\"9\" aria-hidden=\"true\"><rect class=\"ground\" \
         width=\"12\" height=\"9\"/></svg> Covered ground{}</p>\n",
        area.unwrap_or_default()
    ));
    Some(out)
}

/// Rings of a polygon or several, with places on Earth only.
fn rings(geometry: Look<'_>) -> Vec<Vec<[f64; 2]>> {
    let coordinates = geometry.get("coordinates");
    let polygons: Vec<Look<'_>> = match geometry.get("type").text() {
        "MultiPolygon" => coordinates.list().collect(),
        "Polygon" => vec![coordinates],
        _ => Vec::new(),
    };
    let place = |point: Look<'_>| {
        let mut numbers = point.list().filter_map(Look::number);
        let place = [numbers.next()?, numbers.next()?];
        (place[0].abs() <= 180.0 && place[1].abs() <= 90.0).then_some(place)
    };
    let mut rings: Vec<Vec<[f64; 2]>> = polygons
        .into_iter()
        .flat_map(Look::list)
        .map(|ring| ring.list().filter_map(place).collect::<Vec<_>>())
        .filter(|ring| ring.len() > 2)
        .collect();
    // Over the line of dates: the west of it comes after the east.
    let (mut least, mut most) = (f64::MAX, f64::MIN);
    for [longitude, _] in rings.iter().flatten() {
        least = least.min(*longitude);
        most = most.max(*longitude);
    }
    if most - least > 180.0 {
        for [longitude, _] in rings.iter_mut().flatten() {
            if *longitude < 0.0 {
                *longitude += 360.0;
            }
        }
    }
    rings
}

/// Scale bar, if metres for a unit of the drawing are known, and north arrow.
fn foot(system: System, metres: Option<f64>, top: f64, out: &mut String) {
    if let Some(metres) = metres {
        let room = WIDTH * 0.2;
        let (unit_m, unit) = match system {
            System::Metric if metres * room < 700.0 => (1.0, "m"),
            System::Metric => (1_000.0, "km"),
            System::Imperial if metres * room < 1_000.0 => (0.3048, "ft"),
            System::Imperial => (1_609.344, "miles"),
        };
        if let Some(length) = round_step(metres * room / unit_m) {
            let end = 6.0 + length * unit_m / metres;
            let (low, high) = (top + 16.0, top + 10.0);
            out.push_str(&format!(
                "<path class=\"line\" d=\"M6 {high:.1}V{low:.1}H{end:.1}V{high:.1}\"/>\n\
                 <text x=\"{:.1}\" y=\"{low:.1}\">{} {unit}</text>\n",
                end + 5.0,
                number(length)
            ));
        }
    }
    let (x, y) = (WIDTH - 24.0, top + 4.0);
    out.push_str(&format!(
        "<path class=\"arrow\" d=\"M{x:.1} {y:.1}l5 15l-5 -4l-5 4Z\"/>\n\
         <text x=\"{:.1}\" y=\"{:.1}\">N</text>\n",
        x + 8.0,
        y + 12.0
    ));
}
