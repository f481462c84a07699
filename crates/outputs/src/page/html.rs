//! A document as one HTML page.
//!
//! Rule: every text is escaped here and nowhere else; texts of the data are in `bdi`. No script, no outside
//! resource; a link leads only below the folder of the page.

use super::document::{
    Bars, Block, Cell, Document, Figure, Gravity, Legend, MapBlock, Notice, Paper, Picture,
    ScaleBar, Section, Shape, Span, Table, Words,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const STYLE: &str = include_str!("style.css");
/// Content-Security-Policy of the page: even a hole in the escaping could load or run nothing.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// Room below the frame of a map for scale bar and arrow, in millimetres.
const FOOT_MM: f64 = 7.0;

/// The whole HTML document.
pub fn html(document: &Document) -> String {
    let mut out = String::with_capacity(32 * 1024);
    let (title, size) = (escaped(&document.title.plain()), paper(document.paper));
    out.push_str(&format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}@page {{ size: {size}; }}\n</style>\n</head>\n<body>\n<main>\n\
         <header>\n<h1>{}</h1>\n",
        words(&document.title)
    ));
    for line in document.subtitle.iter().filter(|line| !line.is_empty()) {
        out.push_str(&format!("<p>{}</p>\n", words(line)));
    }
    out.push_str("</header>\n");
    for part in &document.blocks {
        block(part, &mut out);
    }
    out.push_str(&format!(
        "<footer>{}</footer>\n</main>\n</body>\n</html>\n",
        words(&document.foot)
    ));
    out
}

fn paper(paper: Paper) -> &'static str {
    match paper {
        Paper::A4 => "A4",
        Paper::Letter => "letter",
    }
}

fn block(block: &Block, out: &mut String) {
    match block {
        Block::Notices(list) => notices(list, out),
        Block::Figures(list) => figures(list, out),
        Block::Map(one) => map(one, out),
        Block::Section(one) => section(one, out),
        Block::Columns(list) => {
            out.push_str("<div class=\"columns\">\n");
            list.iter().for_each(|one| section(one, out));
            out.push_str("</div>\n");
        }
        Block::Text(text) => out.push_str(&format!("<p>{}</p>\n", words(text))),
        Block::Facts(rows) => {
            out.push_str("<table class=\"facts\">\n");
            for (name, value) in rows {
                let (name, value) = (words(name), words(value));
                out.push_str(&format!("<tr><th>{name}</th><td>{value}</td></tr>\n"));
            }
            out.push_str("</table>\n");
        }
        Block::Table(one) => table(one, out),
        Block::Bars(one) => bars(one, out),
    }
}

fn section(section: &Section, out: &mut String) {
    let class = if section.may_break {
        " class=\"long\""
    } else {
        ""
    };
    let title = words(&section.title);
    out.push_str(&format!("<section{class}>\n<h2>{title}</h2>\n"));
    section.blocks.iter().for_each(|one| block(one, out));
    out.push_str("</section>\n");
}

fn notices(list: &[Notice], out: &mut String) {
    out.push_str("<ul class=\"notices\">\n");
    for notice in list {
        let (class, word) = match notice.gravity {
            Gravity::Error => ("error", "Error"),
            Gravity::Warning => ("warning", "Warning"),
            Gravity::Note => ("note", "Note"),
        };
        let text = words(&notice.text);
        out.push_str(&format!(
            "<li class=\"{class}\"><strong>{word}:</strong> {text}"
        ));
        if !notice.hint.is_empty() {
            out.push_str(&format!(" <em>What to do: {}</em>", words(&notice.hint)));
        }
        if !notice.code.is_empty() {
            let code = escaped(&notice.code);
            out.push_str(&format!(" <small>{code}</small>"));
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n");
}

fn figures(list: &[Figure], out: &mut String) {
    out.push_str("<div class=\"figures\">\n");
    for figure in list {
        out.push_str(&format!(
            "<p><span>{}</span> <strong>{}</strong></p>\n",
            words(&figure.name),
            words(&figure.value)
        ));
    }
    out.push_str("</div>\n");
}

fn map(map: &MapBlock, out: &mut String) {
    let class = if map.legend_beside { "beside" } else { "below" };
    let [wide, tall] = map.frame_mm;
    out.push_str(&format!(
        "<section class=\"map {class}\">\n<h2>{}</h2>\n<div>\n",
        words(&map.name)
    ));
    picture(&map.picture, [wide, tall + FOOT_MM], out, |out| {
        foot(map.scale_bar.as_ref(), map.frame_mm, out);
    });
    legend(&map.legend, out);
    out.push_str("</div>\n</section>\n");
}

/// An SVG whose units are millimetres.
fn picture(
    picture: &Picture,
    [wide, tall]: [f64; 2],
    out: &mut String,
    more: impl Fn(&mut String),
) {
    out.push_str(&format!(
        "<svg viewBox=\"0 0 {wide:.1} {tall:.1}\" style=\"width:{wide:.1}mm\" role=\"img\" aria-label=\"{}\">\n",
        escaped(&picture.description.plain())
    ));
    match &picture.shape {
        Shape::Image { png, place_mm } => {
            let [left, top, wide, tall] = place_mm;
            out.push_str(&format!(
                "<image x=\"{left:.2}\" y=\"{top:.2}\" width=\"{wide:.2}\" height=\"{tall:.2}\" \
                 preserveAspectRatio=\"none\" href=\"data:image/png;base64,{}\"/>\n",
                STANDARD.encode(png)
            ));
        }
        Shape::Ground(rings) => {
            out.push_str("<path class=\"ground\" fill-rule=\"evenodd\" d=\"");
            for ring in rings {
                for (place, [x, y]) in ring.iter().enumerate() {
                    let letter = if place == 0 { 'M' } else { 'L' };
                    out.push_str(&format!("{letter}{x:.1} {y:.1}"));
                }
                out.push('Z');
            }
            out.push_str("\"/>\n");
        }
    }
    more(out);
    out.push_str("</svg>\n");
}

/// Scale bar and north arrow, below the frame.
fn foot(scale: Option<&ScaleBar>, [wide, tall]: [f64; 2], out: &mut String) {
    if let Some(scale) = scale {
        let (low, high, end) = (tall + 5.5, tall + 3.5, 1.0 + scale.length_mm);
        out.push_str(&format!(
            "<path class=\"line\" d=\"M1 {high:.1}V{low:.1}H{end:.1}V{high:.1}\"/>\n\
             <text x=\"{:.1}\" y=\"{low:.1}\">{}</text>\n",
            end + 1.5,
            escaped(&scale.words)
        ));
    }
    let (x, y) = (wide - 8.0, tall + 1.0);
    out.push_str(&format!(
        "<path class=\"arrow\" d=\"M{x:.1} {y:.1}l1.8 5.4l-1.8 -1.4l-1.8 1.4Z\"/>\n\
         <text x=\"{:.1}\" y=\"{:.1}\">N</text>\n",
        x + 2.8,
        y + 4.4
    ));
}

fn legend(legend: &Legend, out: &mut String) {
    let areas = legend.rows.iter().any(|row| !row.area.is_empty());
    out.push_str("<div class=\"legend\">\n<table>\n");
    let [value, area, share] = legend.heads.each_ref().map(words);
    out.push_str(&format!("<tr><th>{value}</th>"));
    if areas {
        out.push_str(&format!("<th>{area}</th><th>{share}</th>"));
    }
    out.push_str("</tr>\n");
    for row in &legend.rows {
        let [red, green, blue] = row.colour;
        out.push_str(&format!(
            "<tr><td><svg class=\"key\" viewBox=\"0 0 6 4\" aria-hidden=\"true\"><rect width=\"6\" height=\"4\" \
             fill=\"#{red:02x}{green:02x}{blue:02x}\"/></svg> {}</td>",
            words(&row.value)
        ));
        if areas {
            let (area, share) = (words(&row.area), words(&row.share));
            out.push_str(&format!("<td>{area}</td><td>{share}</td>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
    if !legend.note.is_empty() {
        out.push_str(&format!("<p>{}</p>\n", words(&legend.note)));
    }
    out.push_str("</div>\n");
}

fn table(table: &Table, out: &mut String) {
    let class = if table.cards { "list cards" } else { "list" };
    out.push_str(&format!("<table class=\"{class}\">\n<tr>"));
    let left: Vec<bool> = (0..table.heads.len())
        .map(|place| {
            let cell = table.rows.first().and_then(|row| row.get(place));
            place == 0 || !matches!(cell, Some(Cell::Number(_)))
        })
        .collect();
    for (head, left) in table.heads.iter().zip(&left) {
        let class = if *left { " class=\"left\"" } else { "" };
        out.push_str(&format!("<th{class}>{}</th>", words(head)));
    }
    out.push_str("</tr>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (place, one) in row.iter().enumerate() {
            let class = match (one, left.get(place)) {
                (Cell::Short(_), _) => " class=\"left short\"",
                (_, Some(true)) => " class=\"left\"",
                _ => "",
            };
            out.push_str(&format!("<td{class}>"));
            if table.cards
                && !matches!(one, Cell::Picture(..))
                && let Some(head) = table.heads.get(place)
            {
                out.push_str(&format!("<span class=\"name\">{}</span> ", words(head)));
            }
            cell(one, out);
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn cell(cell: &Cell, out: &mut String) {
    match cell {
        Cell::Number(text) | Cell::Text(text) | Cell::Short(text) => out.push_str(&words(text)),
        Cell::Link { words: text, to } => {
            let text = words(text);
            match is_below(to) {
                true => out.push_str(&format!("<a href=\"{}\">{text}</a>", escaped(to))),
                false => out.push_str(&text),
            }
        }
        Cell::Picture(one, frame) => picture(one, *frame, out, |_| {}),
    }
}

/// Whether a path leads nowhere but below the folder of the page, and is no other scheme.
fn is_below(path: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
    !path.is_empty()
        && !path.starts_with('/')
        && path.chars().all(plain)
        && path.split('/').all(|part| !part.is_empty() && part != "..")
}

fn bars(bars: &Bars, out: &mut String) {
    const WIDE: f64 = 92.0;
    const SIDE: f64 = 8.0;
    const TALL: f64 = 19.0;
    let each = (WIDE - 2.0 * SIDE) / bars.heights.len().max(1) as f64;
    out.push_str(&format!(
        "<svg class=\"bars\" viewBox=\"0 0 {WIDE} {:.1}\" role=\"img\" aria-label=\"Histogram: {}\">\n",
        TALL + 5.5,
        escaped(&bars.name.plain())
    ));
    for (place, height) in bars.heights.iter().enumerate() {
        if *height > 0.0 {
            let tall = (height * TALL).clamp(0.2, TALL);
            out.push_str(&format!(
                "<rect class=\"bar\" x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{tall:.2}\"/>\n",
                SIDE + place as f64 * each,
                TALL - tall,
                (each - 0.2).max(0.1)
            ));
        }
    }
    out.push_str(&format!(
        "<path class=\"line\" d=\"M{SIDE} {TALL}H{:.1}\"/>\n",
        WIDE - SIDE
    ));
    for (place, mark) in &bars.marks {
        let x = SIDE + place * each;
        out.push_str(&format!(
            "<path class=\"line\" d=\"M{x:.2} {TALL}v1\"/>\n\
             <text class=\"middle\" x=\"{x:.2}\" y=\"{:.1}\">{}</text>\n",
            TALL + 4.4,
            escaped(mark)
        ));
    }
    out.push_str(&format!("</svg>\n<p>{}</p>\n", words(&bars.note)));
}

/// A text with its pieces of data apart.
fn words(words: &Words) -> String {
    let one = |span: &Span| match span {
        Span::Own(text) => escaped(text),
        Span::Data(text) => format!("<bdi>{}</bdi>", escaped(text)),
    };
    words.spans().iter().map(one).collect()
}

/// Without anything that HTML reads as markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            letter => out.push(letter),
        }
    }
    out
}
