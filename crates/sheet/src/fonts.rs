//! The embedded font (DejaVu Sans: Latin, Cyrillic, Greek, Arabic, Hebrew, Armenian, Georgian) and texts
//! laid out with it.
//!
//! Rule: a text is shaped once, in the order in which it is seen, and every glyph knows the characters that
//! it stands for; a character that the font lacks becomes `�`.

use crate::SheetError;
use rustybuzz::{Direction, Face, UnicodeBuffer};
use unicode_bidi::BidiInfo;

/// Stands for what the font lacks.
const LACKING: char = '\u{FFFD}';

/// Thickness of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

impl Weight {
    pub(crate) const ALL: [Self; 2] = [Self::Regular, Self::Bold];

    /// The whole font file.
    pub(crate) fn file(self) -> &'static [u8] {
        match self {
            Self::Regular => dejavu::sans::regular(),
            Self::Bold => dejavu::sans::bold(),
        }
    }
}

/// A letter as it is drawn; lengths in ems.
#[derive(Clone, Debug)]
pub(crate) struct Glyph {
    pub(crate) id: u16,
    pub(crate) advance: f64,
    pub(crate) right: f64,
    pub(crate) up: f64,
    /// What it stands for; empty if a glyph before it already does.
    pub(crate) text: String,
}

/// A text in one line, glyphs from left to right.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) glyphs: Vec<Glyph>,
    /// In ems.
    pub(crate) width: f64,
}

/// Both weights, ready to shape.
pub(crate) struct Fonts {
    regular: Face<'static>,
    bold: Face<'static>,
}

impl Fonts {
    pub(crate) fn new() -> Result<Self, SheetError> {
        let face = |weight: Weight| {
            let face = Face::from_slice(weight.file(), 0);
            face.filter(|face| face.units_per_em() > 0)
                .ok_or_else(|| SheetError::Font(format!("{weight:?}")))
        };
        Ok(Self {
            regular: face(Weight::Regular)?,
            bold: face(Weight::Bold)?,
        })
    }

    pub(crate) fn face(&self, weight: Weight) -> &Face<'static> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// The text in one line, in the order in which it is seen.
    pub(crate) fn line(&self, weight: Weight, text: &str) -> Line {
        let face = self.face(weight);
        let known = |letter: char| match letter {
            '\u{A0}' | '\u{202F}' | '\u{2009}' => ' ',
            _ if letter.is_control() => ' ',
            _ if face.glyph_index(letter).is_some() => letter,
            _ => LACKING,
        };
        let text: String = text.chars().map(known).collect();
        let mut line = Line::default();
        let bidi = BidiInfo::new(&text, None);
        for paragraph in &bidi.paragraphs {
            let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for run in runs {
                let backward = levels.get(run.start).is_some_and(|level| level.is_rtl());
                if let Some(part) = text.get(run) {
                    shape(face, part, backward, &mut line);
                }
            }
        }
        line.width = line.glyphs.iter().map(|glyph| glyph.advance).sum();
        line
    }

    /// How far a glyph alone moves what follows, in ems.
    pub(crate) fn advance(&self, weight: Weight, glyph: u16) -> f64 {
        let face = self.face(weight);
        let units = face.glyph_hor_advance(rustybuzz::ttf_parser::GlyphId(glyph));
        f64::from(units.unwrap_or(0)) / f64::from(face.units_per_em())
    }

    /// Width of a text in one line, in ems.
    pub(crate) fn width(&self, weight: Weight, text: &str) -> f64 {
        self.line(weight, text).width
    }

    /// The text in lines no wider than `most` ems: broken between words, and within a word that is wider than a
    /// line.
    pub(crate) fn wrapped(&self, weight: Weight, text: &str, most: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut now = String::new();
        let mut wide = 0.0;
        let space = self.width(weight, " ");
        for word in text.split_whitespace() {
            let width = self.width(weight, word);
            if !now.is_empty() && wide + space + width <= most {
                now.push(' ');
                now.push_str(word);
                wide += space + width;
                continue;
            }
            if !now.is_empty() {
                lines.push(std::mem::take(&mut now));
            }
            if width <= most {
                word.clone_into(&mut now);
                wide = width;
                continue;
            }
            wide = 0.0;
            for letter in word.chars() {
                let width = self.width(weight, letter.encode_utf8(&mut [0; 4]));
                if !now.is_empty() && wide + width > most {
                    lines.push(std::mem::take(&mut now));
                    wide = 0.0;
                }
                now.push(letter);
                wide += width;
            }
        }
        if !now.is_empty() {
            lines.push(now);
        }
        lines
    }

    /// The text in one line of at most `most` ems; what is cut is shown by an ellipsis.
    pub(crate) fn cut(&self, weight: Weight, text: &str, most: f64) -> String {
        if self.width(weight, text) <= most {
            return text.to_owned();
        }
        let room = most - self.width(weight, "…");
        let first = self.wrapped(weight, text, room.max(0.0)).into_iter().next();
        first.unwrap_or_default() + "…"
    }
}

fn shape(face: &Face<'_>, text: &str, backward: bool, line: &mut Line) {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_direction(if backward {
        Direction::RightToLeft
    } else {
        Direction::LeftToRight
    });
    let shaped = rustybuzz::shape(face, &[], buffer);
    let em = f64::from(face.units_per_em());
    let mut starts: Vec<usize> = shaped
        .glyph_infos()
        .iter()
        .map(|info| info.cluster as usize)
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let mut told = None;
    for (info, place) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        let start = info.cluster as usize;
        let next = starts.partition_point(|other| *other <= start);
        let end = starts.get(next).copied().unwrap_or(text.len());
        let text = if told == Some(start) {
            String::new()
        } else {
            text.get(start..end).unwrap_or_default().to_owned()
        };
        told = Some(start);
        line.glyphs.push(Glyph {
            id: info.glyph_id as u16,
            advance: f64::from(place.x_advance) / em,
            right: f64::from(place.x_offset) / em,
            up: f64::from(place.y_offset) / em,
            text,
        });
    }
}
