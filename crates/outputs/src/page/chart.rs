//! The histogram of the main rate, as bars in SVG.

use super::input::Page;
use super::text::{NAME, count, escaped, number};
use super::units::property_words;

const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 70.0;
const FOOT: f64 = 18.0;
const HEAD: f64 = 4.0;
/// Half of the longest number below the outermost bars.
const SIDE: f64 = 22.0;
/// More bars would be thinner than a line.
const MOST_BARS: usize = 80;

pub(super) fn write(page: &Page<'_>, out: &mut String) {
    let Some(histogram) = &page.input.histogram else {
        return;
    };
    let bars = histogram.counts.len();
    let most = histogram.counts.iter().copied().max().unwrap_or(0);
    let finite = histogram.breaks.iter().all(|at| at.is_finite());
    if bars == 0 || bars > MOST_BARS || histogram.breaks.len() != bars + 1 || most == 0 || !finite {
        return;
    }
    let symbol = page.input.units.get(&histogram.property);
    let symbol = symbol.and_then(serde_json::Value::as_str).unwrap_or("");
    // One unit for all breaks: that of the largest.
    let largest = histogram.breaks.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
    let (shown, unit) = page.system.people(largest, symbol);
    let factor = if largest > 0.0 { shown / largest } else { 1.0 };
    let name = match property_words(&histogram.property) {
        Some(words) => words.to_owned(),
        None => escaped(&histogram.property, NAME),
    };
    let unit = match escaped(&unit, 20) {
        unit if unit.is_empty() => unit,
        unit => format!(" ({unit})"),
    };
    let total: u64 = histogram.counts.iter().sum();
    out.push_str(&format!(
        "<section>\n<h2>{name}{unit}</h2>\n\
         <svg class=\"chart\" viewBox=\"0 0 {WIDTH:.0} {:.0}\" role=\"img\" \
         aria-label=\"Histogram: {name}\">\n",
        HEAD + HEIGHT + FOOT
    ));
    let wide = (WIDTH - 2.0 * SIDE) / bars as f64;
    let floor = HEAD + HEIGHT;
    for (place, bar) in histogram.counts.iter().enumerate() {
        let tall = HEIGHT * *bar as f64 / most as f64;
        if *bar > 0 {
            out.push_str(&format!(
                "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>\n",
                SIDE + place as f64 * wide,
                floor - tall.max(0.6),
                (wide - 1.0).max(0.5),
                tall.max(0.6)
            ));
        }
    }
    out.push_str(&format!(
        "<path class=\"line\" d=\"M{SIDE:.1} {floor:.1}H{:.1}\"/>\n",
        WIDTH - SIDE
    ));
    let every = bars.div_ceil(6).max(1);
    for (place, at) in histogram.breaks.iter().enumerate().step_by(every) {
        let x = SIDE + place as f64 * wide;
        out.push_str(&format!(
            "<path class=\"line\" d=\"M{x:.1} {floor:.1}v3\"/>\n\
             <text class=\"middle\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>\n",
            floor + 14.0,
            number(at * factor)
        ));
    }
    out.push_str(&format!(
        "</svg>\n<p class=\"legend\">{} points; the outermost bars hold what lies beyond.</p>\n\
         </section>\n",
        count(total)
    ));
}
