//! Texts of the data made harmless, and numbers as people read them.

/// Most characters of a name or title.
pub(super) const NAME: usize = 52;
/// Most characters of a word in a table.
pub(super) const WORD: usize = 28;
/// Most characters of a sentence.
pub(super) const SENTENCE: usize = 240;

/// One line without control characters; a cut is shown by an ellipsis.
pub(super) fn plain(text: &str, most: usize) -> String {
    let mut out = String::new();
    let (mut letters, mut marks, mut space) = (0, 0, false);
    for letter in text.chars() {
        if letter.is_whitespace() || letter.is_control() {
            space = true;
            continue;
        }
        if is_hidden(letter) {
            continue;
        }
        // A pile of combining marks would cover the lines above.
        marks = if is_mark(letter) { marks + 1 } else { 0 };
        if marks > 2 {
            continue;
        }
        let wanted = 1 + usize::from(space && !out.is_empty());
        if letters + wanted > most {
            while letters >= most.max(1) {
                out.pop();
                letters -= 1;
            }
            out.push('…');
            return out;
        }
        if wanted == 2 {
            out.push(' ');
        }
        space = false;
        out.push(letter);
        letters += wanted;
    }
    out
}

/// Characters that turn the direction of writing, show nothing or are no characters.
fn is_hidden(letter: char) -> bool {
    matches!(u32::from(letter),
        0xAD | 0x61C | 0x180E | 0x200B | 0x200E | 0x200F | 0x202A..=0x202E | 0x2060..=0x206F
        | 0xFE00..=0xFE0F | 0xFEFF | 0xFFF0..=0xFFFF | 0xFDD0..=0xFDEF | 0xE000..=0xF8FF
        | 0xE0000..=0x10_FFFF)
}

fn is_mark(letter: char) -> bool {
    matches!(u32::from(letter),
        0x300..=0x36F | 0x483..=0x489 | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF
        | 0xFE20..=0xFE2F | 0xE31 | 0xE34..=0xE3A | 0xE47..=0xE4E)
}

/// The last part of a path: folders often bear names of people.
pub(super) fn last_part(path: &str) -> &str {
    let end = path.trim_end_matches(['/', '\\']);
    end.rsplit(['/', '\\']).next().unwrap_or(end)
}

/// Three digits, four from a hundred on, two below a tenth, thousands parted: `6.47`, `122.3`, `163,600`.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = value.abs();
    if size < 5e-7 {
        return "0".to_owned();
    }
    if size >= 1e15 {
        return format!("{value:.2e}");
    }
    let digits = match size {
        _ if size >= 100.0 => 4,
        _ if size >= 0.1 => 3,
        _ => 2,
    };
    // Where rounding carries over (9.999), the next power counts.
    let power = |value: f64| value.log10().floor() as i32;
    let mut decimals = digits - 1 - power(size);
    let round = |decimals: i32| {
        let scale = 10_f64.powi(decimals);
        (value * scale).round() / scale
    };
    if power(round(decimals).abs()) > power(size) {
        decimals -= 1;
    }
    let rounded = round(decimals);
    if rounded.fract() == 0.0 && (value - rounded).abs() < 1e-9 * size {
        return grouped(&format!("{rounded:.0}"));
    }
    grouped(&format!("{rounded:.0$}", decimals.max(0) as usize))
}

/// Percent with one decimal, or `< 0.1`.
pub(super) fn percent(value: f64) -> String {
    if !value.is_finite() {
        "–".to_owned()
    } else if value > 0.0 && value < 0.05 {
        "<\u{a0}0.1\u{a0}%".to_owned()
    } else if value.abs() >= 1000.0 {
        format!("{}\u{a0}%", number(value))
    } else {
        format!("{value:.1}\u{a0}%").replace('-', "−")
    }
}

/// A number of things: all digits.
pub(super) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// Commas between thousands; a true minus sign.
fn grouped(text: &str) -> String {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("−", rest),
        None => ("", text),
    };
    let whole = rest.find('.').unwrap_or(rest.len());
    let mut out = String::from(sign);
    for (place, letter) in rest.chars().enumerate() {
        if place > 0 && place < whole && (whole - place) % 3 == 0 {
            out.push(',');
        }
        out.push(letter);
    }
    out
}

/// So many decimals, thousands parted, a true minus sign.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    match value.is_finite() && value.abs() < 1e15 {
        true => grouped(&format!("{value:.decimals$}")),
        false => number(value),
    }
}

/// With a capital first.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Behind a heading, where not all of a list is shown; the whole is in the JSON beside the page.
pub(super) fn part_of(shown: usize, all: usize) -> String {
    if all > shown {
        format!(" ({shown} of {all})")
    } else {
        String::new()
    }
}
