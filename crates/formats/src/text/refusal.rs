//! Why a text is no table of work that can be read: what was found, what is missing, what to do.
//!
//! Rule: it only looks at the first rows, and says "look like" where values and not titles tell.

use super::claim::sniff;
use super::decode;
use super::sniff::{Layout, cells, separator};
use crate::claim::{ReadOptions, Verdict};
use crate::shared::columns::{Mapping, Title, map_titles};
use crate::shared::other_data::other_data;
use crate::source::{EntryId, Tree};
use tramline_model::{OperationType, Property};

const HEAD: usize = 64 * 1024;
/// Rows that are looked at.
const ROWS: usize = 40;
/// Titles that are named.
const NAMED: usize = 6;

/// Titles (none where the first row is values) and first rows of a table.
struct Sample {
    titles: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// What the table is, where it has positions and is no work. A caller who names one of its columns
/// has it read.
pub(super) fn other(
    tree: &Tree,
    id: EntryId,
    layout: &Layout,
    mapping: &Mapping,
    options: &ReadOptions,
) -> Option<Verdict> {
    let asked = layout.titles.iter().any(|title| {
        let name = title.name.to_lowercase();
        let starts =
            |key: &String| !name.is_empty() && key.trim().to_lowercase().starts_with(&name);
        options.column_map.keys().any(starts)
    });
    if asked || layout.ag_leader {
        return None;
    }
    let names = layout.titles.iter().map(|title| title.name.as_str());
    other_data(names.clone())
        .map(|reason| Verdict::OtherData { reason })
        .or_else(|| prescription(tree.name(id), mapping, names.clone().collect()))
        .or_else(|| boundary(mapping, names.collect()))
}

/// Words for planned rates, in file names and titles.
const PLANNED: [&str; 14] = [
    "prescri",
    "rxmap",
    "rx_",
    "_rx",
    "recommend",
    "applikationskarte",
    "streukarte",
    "preconis",
    "préconis",
    "zalecen",
    "tildelingskart",
    "mapa de aplica",
    "taakkaart",
    "prescrizione",
];

/// Planned rates: nothing that only a log has, and named as a plan.
fn prescription(name: &str, mapping: &Mapping, titles: Vec<&str>) -> Option<Verdict> {
    let logged = [
        Property::Speed,
        Property::Distance,
        Property::Heading,
        Property::RecordingStatus,
        Property::AppliedRate,
        Property::SeedRate,
        Property::HarvestMoisture,
        Property::CropFlow,
    ];
    let named_so = |text: &str| {
        let text = text.to_lowercase();
        text == "rx" || PLANNED.iter().any(|word| text.contains(word))
    };
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let plan = named_so(stem) || titles.iter().any(|title| named_so(title));
    let log = mapping.time.is_some() || logged.iter().any(|p| mapping.column(*p).is_some());
    (plan && !log).then(|| Verdict::NotMachineData {
        reason:
            "a prescription (planned rates), not logged work: upload what the machine logged while it \
                 applied it"
                .to_owned(),
    })
}

/// Words of titles that number or name points and say nothing of work.
const NAMES: [&str; 22] = [
    "id", "fid", "oid", "objectid", "point", "pointid", "vertex", "vertexid", "part", "ring",
    "shape", "order", "nr", "no", "num", "index", "name", "field", "farm", "grower", "client",
    "boundary",
];

/// Positions with nothing beside them but numbers and names.
fn boundary(mapping: &Mapping, titles: Vec<&str>) -> Option<Verdict> {
    let place = [Property::Longitude, Property::Latitude, Property::Elevation];
    let bare = mapping
        .columns
        .iter()
        .zip(&titles)
        .all(|(meaning, title)| match meaning {
            Some(meaning) => place.contains(&meaning.property),
            None => {
                let title: String = title.chars().filter(|c| c.is_alphanumeric()).collect();
                title.is_empty() || NAMES.contains(&title.to_lowercase().as_str())
            }
        });
    (bare && mapping.time.is_none()).then(|| {
        let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
        Verdict::NotMachineData {
            reason: format!(
                "positions without values ({}): the corners of a boundary or a bare track, so no work to convert",
                named(&titles)
            ),
        }
    })
}

/// Why a text that nobody claimed is none of ours; `None` where it is no table.
pub(crate) fn reason(tree: &Tree, id: EntryId) -> Option<String> {
    let table = sample(tree, id)?;
    let layout = sniff(tree, id);
    let mapping = layout.map(|layout| layout.mapping(&std::collections::BTreeMap::new()));
    let titles = || table.titles.iter().map(String::as_str);
    if let Some(other) = other_data(titles()) {
        return Some(other);
    }
    if let Some(mapping) = mapping.filter(Mapping::has_values) {
        return Some(without_positions(&table, &mapping));
    }
    let other = named_otherwise(&table);
    let list = named(&table.titles);
    let of = if list.is_empty() {
        String::new()
    } else {
        format!(" ({list})")
    };
    let name = |at: usize| match table.titles.get(at) {
        Some(title) if !title.is_empty() => title.clone(),
        _ => format!("column {}", at + 1),
    };
    // Numbers of six and seven digits are positions sooner than any numbers below 180.
    if let Some((x, y)) = pair(&table, &other, is_projected) {
        let (x, y) = (name(x), name(y));
        return Some(format!(
            "a table whose titles are not known{of}; {x} and {y} look like positions in metres: export it \
             with longitude and latitude, or map them with `--column \"{x}=longitude\" --column \
             \"{y}=latitude\"` and give their coordinate system with `--column crs=EPSG:…`"
        ));
    }
    if let Some((x, y)) = pair(&table, &other, is_degrees) {
        let (x, y) = (name(x), name(y));
        if table.titles.is_empty() {
            return Some(format!(
                "a table without titles; {x} and {y} look like longitude and latitude: add a first line \
                 with a title for each column (longitude, latitude, …) and upload it again"
            ));
        }
        return Some(format!(
            "a table whose titles are not known{of}; {x} and {y} look like longitude and latitude: if they \
             are, map them with `--column \"{x}=longitude\" --column \"{y}=latitude\"`, and the \
             values with one `--column TITLE=PROPERTY:UNIT` each (docs/columns.md)"
        ));
    }
    let what = if table.titles.is_empty() {
        "a table without titles and without positions"
    } else {
        "a table without positions, whose titles are not known"
    };
    Some(format!(
        "{what}{of}: probably not machine data; if it is, export it with titles and with longitude \
         and latitude"
    ))
}

/// The columns whose titles say that they are something else than a position.
fn named_otherwise(table: &Sample) -> Vec<usize> {
    let titles: Vec<Title> = table.titles.iter().map(|t| Title::from_text(t)).collect();
    let mapping = map_titles(&titles, &std::collections::BTreeMap::new());
    let meanings = mapping.columns.iter().map(Option::as_ref).enumerate();
    meanings
        .filter_map(|(at, meaning)| Some((at, meaning?.property)))
        .filter(|(_, p)| !matches!(p, Property::Longitude | Property::Latitude))
        .map(|(at, _)| at)
        .collect()
}

/// A table of work that lacks positions.
fn without_positions(table: &Sample, mapping: &Mapping) -> String {
    let harvest = [
        Property::WetMassPerArea,
        Property::DryMassPerArea,
        Property::WetVolumePerArea,
        Property::DryVolumePerArea,
        Property::WetMass,
        Property::DryMass,
        Property::CropFlow,
        Property::HarvestMoisture,
    ];
    let kind = match &mapping.operation_type {
        _ if harvest
            .iter()
            .any(|property| mapping.column(*property).is_some()) =>
        {
            "yields"
        }
        Some(OperationType::Harvested) => "yields",
        Some(OperationType::Planted) => "seeding",
        Some(OperationType::Applied) => "applied rates",
        Some(OperationType::Tillage) => "tillage",
        _ => "machine values",
    };
    let known = mapping
        .columns
        .iter()
        .zip(&table.titles)
        .filter(|(meaning, _)| meaning.is_some());
    let known: Vec<String> = known.map(|(_, title)| title.clone()).collect();
    let half = |property| mapping.column(property).is_some();
    let missing = match (half(Property::Longitude), half(Property::Latitude)) {
        (true, false) => "with a longitude and no latitude",
        (false, true) => "with a latitude and no longitude",
        _ => "without positions",
    };
    format!(
        "a table of {kind} ({}) {missing}: export it with longitude and latitude; if columns hold them \
         under other titles, map those (`--column TITLE=longitude`)",
        named(&known)
    )
}

fn named(titles: &[String]) -> String {
    let shown: Vec<String> = titles
        .iter()
        .filter(|title| !title.is_empty())
        .take(NAMED)
        .map(|title| format!("{title:.30}"))
        .collect();
    let more = if titles.len() > shown.len() {
        ", …"
    } else {
        ""
    };
    if shown.is_empty() {
        return String::new();
    }
    format!("{}{more}", shown.join(", "))
}

/// The first rows of a text, if it is a table.
fn sample(tree: &Tree, id: EntryId) -> Option<Sample> {
    let head = tree.head(id, HEAD);
    let encoding = decode::encoding(&head)?;
    let (text, _) = encoding.decode_with_bom_removal(&head);
    let text = text.split('\0').next().unwrap_or_default();
    let mut lines: Vec<&str> = text
        .lines()
        .map(|line| line.trim_end_matches('\r'))
        .take(ROWS)
        .collect();
    if head.len() == HEAD && lines.len() < ROWS {
        lines.pop();
    }
    let (separator, width, skip) = separator(&lines)?;
    let rows = lines.iter().skip(skip).map(|line| cells(line, separator));
    let mut rows: Vec<Vec<String>> = rows.filter(|row| row.len() == width).collect();
    let values = |row: &Vec<String>| row.iter().filter(|cell| number(cell).is_some()).count();
    let body = rows.iter().skip(1).map(values).max().unwrap_or(0);
    // Prose with commas in it is no table: rows of one have numbers.
    if rows.len() < 3 || body == 0 {
        return None;
    }
    let first = rows.first().map_or(0, values);
    let titles = if first * 3 > width {
        Vec::new()
    } else {
        rows.remove(0)
    };
    Some(Sample { titles, rows })
}

fn number(cell: &str) -> Option<f64> {
    let value: f64 = cell.replacen(',', ".", 1).parse().ok()?;
    value.is_finite().then_some(value)
}

/// The numbers of a column; `None` where a filled cell holds none.
fn numbers(rows: &[Vec<String>], at: usize) -> Option<Vec<f64>> {
    let cells = rows
        .iter()
        .filter_map(|row| row.get(at))
        .filter(|cell| !cell.is_empty());
    let values: Option<Vec<f64>> = cells.map(|cell| number(cell)).collect();
    values.filter(|values| values.len() >= 2)
}

fn spread(values: &[f64]) -> f64 {
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), v| {
        (low.min(*v), high.max(*v))
    });
    high - low
}

/// What a column of positions may be.
type Test = fn(&[f64], &[&str]) -> bool;

/// The first two columns that may be a position, one of them changing.
fn pair(table: &Sample, other: &[usize], test: Test) -> Option<(usize, usize)> {
    let width = table.rows.first()?.len();
    let mut found: Vec<(usize, f64)> = Vec::new();
    for at in (0..width).filter(|at| !other.contains(at)) {
        let Some(values) = numbers(&table.rows, at) else {
            continue;
        };
        let texts: Vec<&str> = table
            .rows
            .iter()
            .filter_map(|row| row.get(at))
            .map(String::as_str)
            .collect();
        if test(&values, &texts) {
            found.push((at, spread(&values)));
        }
    }
    let ((x, one), (y, other)) = (*found.first()?, *found.get(1)?);
    (one > 0.0 || other > 0.0).then_some((x, y))
}

/// Degrees as receivers write them: at least four decimals, within a field or a farm.
fn is_degrees(values: &[f64], texts: &[&str]) -> bool {
    let fine = texts.iter().filter(|text| {
        text.rsplit_once(['.', ','])
            .is_some_and(|(_, decimals)| decimals.trim().len() >= 4)
    });
    values.iter().all(|v| v.abs() <= 180.0 && v.abs() > 0.01)
        && fine.count() * 10 >= texts.len() * 8
        && spread(values) < 2.0
}

/// Metres of a map's grid: large numbers that change by a field's length.
fn is_projected(values: &[f64], _: &[&str]) -> bool {
    values.iter().all(|v| (50_000.0..1e8).contains(&v.abs())) && spread(values) < 50_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<String> {
        let tree = Tree::from_files([("a.csv".to_owned(), text.as_bytes().to_vec())]);
        reason(&tree, tree.ids().next().expect("an entry"))
    }

    fn rows(title: &str, row: impl Fn(usize) -> String) -> String {
        let rows: Vec<String> = (0..12).map(row).collect();
        format!("{title}\n{}\n", rows.join("\n"))
    }

    #[test]
    fn refusals_say_what_was_found_what_is_missing_and_what_to_do() {
        let cases = [
            (
                rows("Yield,Flow,Duration,Distance,Width,Date,CropName", |i| {
                    format!("20{i}.5,13.5,1,90.7,1097.2,8/14/2015,Corn")
                }),
                vec![
                    "a table of yields (Yield, Flow",
                    "without positions",
                    "longitude and latitude",
                ],
            ),
            (
                rows("Latitude;Ertrag;Feuchte", |i| format!("52,10{i}5;8,4;14,2")),
                vec!["latitude and no longitude"],
            ),
            (
                rows("FID,F1,F2,F3,F4,F5,ID", |i| {
                    format!("{i},-84.760000,31.18{i:04},3.3,7.4,52.900,{i}")
                }),
                vec![
                    "F1 and F2 look like longitude and latitude",
                    "\"F1=longitude\"",
                    "FID, F1",
                ],
            ),
            (
                rows("x,y,CE30,CE90,Elev,Tg", |i| {
                    format!("312432.78,58002{i:02}.17,25.808096,28.507414,160.414217,3.7340")
                }),
                vec!["x and y look like positions in metres"],
            ),
            (
                rows("a;b;c", |i| format!("5612{i:02}.00;6372400.00;2,5")),
                vec!["a and b look like positions in metres", "crs=EPSG"],
            ),
            (
                rows("-84.760000,31.180000,3.3", |i| {
                    format!("-84.760000,31.18{i:04},3.3")
                }),
                vec![
                    "without titles",
                    "column 1 and column 2 look like longitude",
                ],
            ),
            (
                rows("Name,Pieces,Price", |i| format!("seed,{i},10")),
                vec![
                    "without positions",
                    "titles are not known (Name, Pieces, Price)",
                ],
            ),
            (
                rows("Sample,pH,OM,P,K", |i| format!("{i},6.5,3.1,22,180")),
                vec!["soil samples (pH, OM"],
            ),
        ];
        for (text, words) in cases {
            let told = told(&text).unwrap_or_else(|| panic!("no table: {text}"));
            for word in words {
                assert!(told.contains(word), "{word} | {told}");
            }
        }
    }

    #[test]
    fn prose_is_no_table() {
        for text in [
            "This is a readme, which tells, in words, what it is.\nIt has, again, lines, here.\nAnd, so, on, too.\n",
            "",
            "a,b,c",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
