//! The layout of a delimited text, from its first lines: separator, header, decimal sign, family.
//!
//! Rule: arbitrary text is not claimed. A table has rows of one length and a position.

use super::decode;
use crate::shared::columns::{Mapping, Title, map_titles, number, position};
use encoding_rs::Encoding;
use std::collections::BTreeMap;

/// Lines that are looked at.
const LINES: usize = 60;

/// How a table is laid out.
pub(super) struct Layout {
    pub(super) encoding: &'static Encoding,
    pub(super) separator: u8,
    /// Lines before the header (or the first row).
    pub(super) skip_lines: usize,
    pub(super) has_header: bool,
    pub(super) titles: Vec<Title>,
    /// A column holds whole positions: points of WKT or GeoJSON.
    pub(super) points: bool,
    /// Ag Leader's text without header.
    pub(super) ag_leader: bool,
}

const BASIC: [&str; 14] = [
    "LONGITUDE",
    "LATITUDE",
    "FLOW",
    "TIME",
    "CYCLES",
    "DISTANCE",
    "SWATH",
    "MOISTURE",
    "STATUS",
    "PASS",
    "SERIAL",
    "FIELD",
    "LOAD",
    "CROP",
];

impl Layout {
    /// Looks at the first bytes of a file. `None` when they are no table.
    pub(super) fn sniff(head: &[u8], complete: bool) -> Option<Self> {
        let encoding = decode::encoding(head)?;
        let (text, _) = encoding.decode_with_bom_removal(head);
        let text = text.split('\0').next().unwrap_or_default();
        let mut lines: Vec<&str> = text
            .split('\n')
            .map(|l| l.trim_end_matches('\r'))
            .take(LINES)
            .collect();
        // The last line may be cut.
        if lines.len() < LINES && !(complete && lines.len() <= 2) {
            lines.pop();
        }
        let (separator, width, skip_lines) = separator(&lines)?;
        let mut rows = lines
            .iter()
            .skip(skip_lines)
            .filter(|l| !l.trim().is_empty());
        let first = cells(rows.next()?, separator);
        let body: Vec<Vec<String>> = rows
            .map(|l| cells(l, separator))
            .filter(|r| r.len() == width)
            .collect();
        let numeric =
            |c: &&String| number::parse(c, false).is_some() || number::parse(c, true).is_some();
        let points = (0..width).any(|at| {
            let mut cells = body
                .iter()
                .filter_map(|row| row.get(at))
                .filter(|c| !c.is_empty());
            cells.clone().next().is_some() && cells.all(|cell| position::is_point(cell))
        });
        let filled = first.iter().filter(|c| !c.is_empty()).count();
        let numbers = first.iter().filter(numeric).count();
        if let Some(titles) = ag_leader(&first) {
            return Some(Self {
                encoding,
                separator,
                skip_lines,
                has_header: false,
                titles,
                points,
                ag_leader: true,
            });
        }
        if numbers * 3 > filled || filled < 2 {
            return None;
        }
        let titles = first.iter().map(|t| Title::from_text(t)).collect();
        Some(Self {
            encoding,
            separator,
            skip_lines,
            has_header: true,
            titles,
            points,
            ag_leader: false,
        })
    }

    /// The dictionary's answer for the titles.
    pub(super) fn mapping(&self, column_map: &BTreeMap<String, String>) -> Mapping {
        let mut mapping = map_titles(&self.titles, column_map);
        if self.ag_leader {
            mapping.family = crate::shared::columns::Family::AgLeaderText;
        }
        mapping
    }

    /// Why this is machine data, or `None` when it has no position (or nothing beside it).
    pub(super) fn reason(&self, mapping: &Mapping) -> Option<String> {
        let columns = self.titles.len();
        if self.ag_leader {
            return Some(format!(
                "Ag Leader text of {columns} columns without header"
            ));
        }
        let points = (self.points && mapping.has_values()).then_some("points in one column");
        let told = position::told(&self.titles, mapping).or(points)?;
        Some(format!("table of {columns} columns with {told}"))
    }
}

/// Separator, columns, and lines before the table.
pub(super) fn separator(lines: &[&str]) -> Option<(u8, usize, usize)> {
    let mut best: Option<(u8, usize, usize)> = None;
    for separator in [b'\t', b';', b'|', b','] {
        let counts: Vec<usize> = lines
            .iter()
            .map(|l| {
                if l.trim().is_empty() {
                    0
                } else {
                    cells(l, separator).len()
                }
            })
            .collect();
        let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
        for count in counts.iter().filter(|c| **c >= 3) {
            *sizes.entry(*count).or_default() += 1;
        }
        let Some((width, times)) = sizes.into_iter().max_by_key(|(_, times)| *times) else {
            continue;
        };
        let Some(skip) = counts.iter().position(|c| *c == width) else {
            continue;
        };
        let rows = counts.iter().skip(skip).filter(|c| **c > 0).count();
        // Eight of ten lines after the preamble have the same length.
        let fits = times >= 2 && times * 10 >= rows * 8 && skip <= 20;
        // What explains the first lines too, then what gives more columns.
        let better =
            |other: (u8, usize, usize)| skip < other.2 || (skip == other.2 && width > other.1);
        if fits && best.is_none_or(better) {
            best = Some((separator, width, skip));
        }
    }
    best
}

/// The cells of a line, quotes around them removed. A quote opens at the start of a cell only: seconds of
/// a degree have one behind them.
pub(super) fn cells(line: &str, separator: u8) -> Vec<String> {
    let mut list = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(last) = list.last_mut() else { break };
        if c == '"' && quoted {
            if chars.next_if_eq(&'"').is_some() {
                last.push('"');
            } else {
                quoted = false;
            }
        } else if c == '"' && last.trim().is_empty() {
            last.clear();
            quoted = true;
        } else if c == char::from(separator) && !quoted {
            list.push(String::new());
        } else {
            last.push(c);
        }
    }
    for cell in &mut list {
        *cell = cell.trim().to_owned();
    }
    list
}

/// The titles of Ag Leader's Basic or Advanced text, if a row is of it.
fn ag_leader(row: &[String]) -> Option<Vec<Title>> {
    if !(14..=17).contains(&row.len()) {
        return None;
    }
    let number = |i: usize| row.get(i).and_then(|c| c.parse::<f64>().ok());
    let whole = |i: usize| number(i).is_some_and(|n| n.fract() == 0.0);
    let marked = |i: usize, letter: char| {
        row.get(i).is_some_and(|c| {
            let mut chars = c.chars();
            chars.next() == Some(letter)
                && c.contains(':')
                && chars.next().is_some_and(|d| d.is_ascii_digit())
        })
    };
    let place = number(0)?.abs() <= 180.0 && number(1)?.abs() <= 90.0;
    if !(place && whole(8) && whole(9) && marked(11, 'F') && marked(12, 'L')) {
        return None;
    }
    let tail: &[&str] = match row.len() {
        17 => &["GPS", "PDOP", "ALTITUDE"],
        16 => &["VARIETY", "ALTITUDE"],
        15 => &["VARIETY"],
        _ => &[],
    };
    Some(BASIC.iter().chain(tail).map(|t| Title::bare(*t)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(text: &str) -> Option<Layout> {
        Layout::sniff(text.as_bytes(), true)
    }

    #[test]
    fn separators_are_found() {
        let l = layout("lon;lat;yield\n10,5;52,1;7,2\n10,6;52,2;8,1\n").expect("a table");
        assert_eq!((l.separator, l.titles.len()), (b';', 3));
        let l = layout("lon\tlat\tyield\n10.5\t52.1\t7\n10.5\t52.1\t7\n").expect("a table");
        assert_eq!(l.separator, b'\t');
        let l = layout("\"lon\",\"lat\",\"a, b\"\n1,2,3\n1,2,3\n").expect("a table");
        assert_eq!((l.separator, l.titles[2].name.as_str()), (b',', "a, b"));
    }

    #[test]
    fn utf_16_and_latin_1_are_decoded() {
        let mut bytes = vec![0xFF, 0xFE];
        for unit in "lon,lat,Crop Flw(V)(m³/s)\r\n1.5,2.5,3\r\n1.5,2.5,3\r\n".encode_utf16() {
            bytes.extend(unit.to_le_bytes());
        }
        let l = Layout::sniff(&bytes, true).expect("a table");
        assert_eq!(l.titles[2].unit.as_deref(), Some("m³/s"));
        let latin: Vec<u8> = "lon,lat,Crop Flw(V)(m³/s)\n1.5,2.5,3\n1.5,2.5,3\n"
            .chars()
            .map(|c| c as u8)
            .collect();
        let l = Layout::sniff(&latin, true).expect("a table");
        assert_eq!(l.titles[2].unit.as_deref(), Some("m³/s"));
    }

    #[test]
    fn prose_and_noise_are_no_table() {
        for text in [
            "This is a readme, which tells, in many words, what it is.\nIt has lines.\n",
            "",
            "a",
            "a,b,c",
            "# Title\n\nSome text\n",
            "{\"a\": 1, \"b\": 2, \"c\": 3}\n",
            "0,0,0,0,0\n0,0,0,0,0\n0,0,0,0,0\n",
        ] {
            let claimed = layout(text).and_then(|l| l.reason(&l.mapping(&BTreeMap::new())));
            assert_eq!(claimed, None, "{text}");
        }
    }

    #[test]
    fn tables_without_place_are_not_claimed() {
        let l = layout("name,amount,price\nseed,3,10\nfuel,4,20\n").expect("a table");
        assert_eq!(l.reason(&l.mapping(&BTreeMap::new())), None);
    }

    #[test]
    fn ag_leader_text_is_recognised_by_its_marks() {
        let row = "-93.2,41.5,2.7,1347998285,3,74,240,15.0,33,1,2007,\"F0:A\",\"L0:B\",\"CORN\",7,0,896.2\n";
        let l = layout(&row.repeat(3)).expect("a table");
        assert!(l.ag_leader && !l.has_header);
        assert_eq!(l.titles.len(), 17);
    }
}
