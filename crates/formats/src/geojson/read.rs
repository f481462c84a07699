//! Two passes over a document: what its properties are, then its rows.

use super::feature::{Document, Feature, Names, Next, Value};
use super::{json_error, place_hint};
use crate::claim::{Claim, ReadOptions};
use crate::columns::describe::{Clock, Facts, describe, provider};
use crate::columns::project::Projection;
use crate::columns::table::{Cell, Plan, Profile, Table};
use crate::columns::{Mapping, TimeColumns, Title, map_titles};
use crate::source::{EntryId, Limits, Tree};
use std::io::{BufRead, BufReader, Read};
use tramline_model::{Ending, Finding, Place, Property, Provider, ReadError, Receiver, Severity};

/// Features that decide on names and kinds of properties.
const SAMPLE: usize = 2_048;

/// Reads a claimed document.
pub(super) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let entry = claim.main;
    let place = tree.place(entry);
    let (survey, mut names) = Survey::take(tree, entry, limits)?;
    if names.list.len() >= limits.columns {
        return Err(ReadError::Limit {
            place,
            limit: "columns",
            allowed: limits.columns as u64,
        });
    }
    let titles: Vec<Title> = names.list.iter().map(|n| Title::from_text(n)).collect();
    let mapping = map_titles(&titles, &options.column_map);
    let position = Position::find(&survey, &mapping, options, &place)?;
    if !mapping.has_values() {
        let list: Vec<&str> = names.list.iter().take(20).map(String::as_str).collect();
        let hint = format!(
            "none of the properties is known ({}); say which is which, for example \
             `--column \"<property>=wetMassPerArea:t/ha\"`",
            list.join(", ")
        );
        let what = "missing required properties: no yield, moisture, flow, seed rate, applied rate \
                    or tillage depth in the GeoJSON";
        return Err(ReadError::malformed(place, what, hint));
    }
    let clock = mapping.time.and_then(|columns| {
        let texts: Vec<(String, String)> = survey
            .rows
            .iter()
            .map(|row| time_texts(columns, row))
            .collect();
        Clock::from_rows(columns, mapping.family, &texts, options)
    });
    let position_columns = match &position {
        Position::Columns(lon, lat) => vec![*lon, *lat],
        _ => Vec::new(),
    };
    let mut table = Table::new(&Plan {
        titles: &titles,
        mapping: &mapping,
        profiles: &survey.profiles,
        position: &position_columns,
        instants: clock.is_some(),
        decimal_comma: false,
        areas: survey.polygons > 0,
    });
    let path = &tree.entry(entry).path;
    let farmobile = path.to_lowercase().contains("farmobile");
    receiver.begin(describe(&Facts {
        path,
        file_format: "GEOJSON",
        provider: if farmobile {
            Provider::Farmobile
        } else {
            provider(mapping.family)
        },
        mapping: &mapping,
        profiles: &survey.profiles,
        options,
        time_source: clock.as_ref().map_or("none", |c| c.source),
        points_schema: table.points_schema(),
    }))?;
    for finding in opening(&survey, &position, clock.as_ref(), &place) {
        receiver.finding(finding);
    }
    let mut counts = Counts::default();
    names.open = false;
    let outcome = pass(tree, entry, &mut names, |feature| {
        counts.feature(feature, &position, clock.as_ref(), &mut table);
        if table.rows > limits.points {
            return Err(ReadError::Limit {
                place: place.clone(),
                limit: "points",
                allowed: limits.points,
            });
        }
        if table.is_full() {
            table.flush(&place, &mut *receiver)?;
        }
        Ok(Next::More)
    });
    match outcome {
        Ok(_) => {}
        Err(ReadError::Stopped(stop)) => return Err(stop.into()),
        Err(error @ ReadError::Limit { .. }) => return Ok(receiver.failed(None, error)?),
        Err(error) => {
            // The features before the damage are good.
            let text = format!(
                "the rest after feature {} could not be read: {error}",
                table.rows
            );
            let finding = Finding::new(
                "geojson.unreadable-rest",
                Severity::Error,
                place.clone(),
                text,
            );
            receiver.finding(finding.hint(error.hint().to_owned()));
        }
    }
    table.flush(&place, receiver)?;
    for finding in counts.findings(&table, &names, &place) {
        receiver.finding(finding);
    }
    Ok(receiver.finish(Ending {
        records: table.rows,
        ..Ending::default()
    })?)
}

/// One pass over the features of an entry. The answer is the `crs` member.
fn pass(
    tree: &Tree,
    entry: EntryId,
    names: &mut Names,
    mut each: impl FnMut(&Feature) -> Result<Next, ReadError>,
) -> Result<Option<String>, ReadError> {
    let place = tree.place(entry);
    let mut stream = BufReader::with_capacity(256 * 1024, tree.stream(entry)?);
    let mark = stream
        .fill_buf()
        .is_ok_and(|bytes| bytes.starts_with(&[0xEF, 0xBB, 0xBF]));
    if mark {
        stream.consume(3);
    }
    let mut verdict: Option<Result<(), ReadError>> = None;
    let mut crs = None;
    let mut document = Document {
        names,
        feature: &mut Feature::default(),
        crs: &mut crs,
        each: |feature: &Feature| match each(feature) {
            Ok(Next::More) => Next::More,
            Ok(Next::Stop) => {
                verdict = Some(Ok(()));
                Next::Stop
            }
            Err(error) => {
                verdict = Some(Err(error));
                Next::Stop
            }
        },
    };
    let outcome = parse(&mut stream, &mut document);
    match (verdict, outcome) {
        (Some(Err(error)), _) => Err(error),
        (Some(Ok(())), _) | (None, Ok(())) => Ok(crs),
        (None, Err(error)) => Err(json_error(&error, place)),
    }
}

fn parse<F: FnMut(&Feature) -> Next>(
    stream: impl Read,
    document: &mut Document<'_, F>,
) -> Result<(), serde_json::Error> {
    use serde::de::DeserializeSeed;
    let mut deserializer = serde_json::Deserializer::from_reader(stream);
    document.deserialize(&mut deserializer)
}

/// What the first features show.
#[derive(Default)]
struct Survey {
    profiles: Vec<Profile>,
    positions: Vec<(f64, f64)>,
    rows: Vec<Vec<Value>>,
    polygons: usize,
    crs: Option<String>,
}

impl Survey {
    fn take(tree: &Tree, entry: EntryId, limits: &Limits) -> Result<(Self, Names), ReadError> {
        let mut names = Names::open(limits.columns);
        let mut survey = Self::default();
        let outcome = pass(tree, entry, &mut names, |feature| {
            survey.positions.extend(feature.position);
            survey.polygons += usize::from(feature.kind.ends_with("Polygon"));
            survey.profiles.resize(
                survey.profiles.len().max(feature.values.len()),
                Profile::default(),
            );
            for (profile, value) in survey.profiles.iter_mut().zip(&feature.values) {
                profile.observe(cell(value), false);
            }
            survey.rows.push(feature.values.clone());
            Ok(if survey.rows.len() < SAMPLE {
                Next::More
            } else {
                Next::Stop
            })
        });
        match outcome {
            Ok(crs) => survey.crs = crs,
            // With features before the damage the second pass delivers them.
            Err(error) if survey.positions.is_empty() => return Err(error),
            Err(_) => {}
        }
        survey.profiles.resize(names.list.len(), Profile::default());
        Ok((survey, names))
    }
}

/// Where a feature's position comes from.
enum Position {
    Geometry,
    Projected(Box<Projection>),
    /// Properties, because the geometry is not in degrees.
    Columns(usize, usize),
}

impl Position {
    fn find(
        survey: &Survey,
        mapping: &Mapping,
        options: &ReadOptions,
        place: &Place,
    ) -> Result<Self, ReadError> {
        let columns = mapping
            .column(Property::Longitude)
            .zip(mapping.column(Property::Latitude));
        let named = options.column_map.get("crs").or(survey.crs.as_ref());
        if let Some(projection) = named.and_then(|code| Projection::from_code(code).ok()) {
            return Ok(Self::Projected(Box::new(projection)));
        }
        let degrees = survey
            .positions
            .iter()
            .filter(|p| p.0.abs() <= 180.0 && p.1.abs() <= 90.0)
            .count();
        if survey.positions.is_empty() && columns.is_none() {
            let what = "no points: no feature of the json has a geometry with coordinates";
            return Err(ReadError::malformed(place.clone(), what, place_hint()));
        }
        // A few positions out of range are left to the rules for positions.
        if degrees * 2 > survey.positions.len() {
            return Ok(Self::Geometry);
        }
        if let Some((lon, lat)) = columns {
            return Ok(Self::Columns(lon, lat));
        }
        let known = named.map_or_else(String::new, |code| format!(" (`{code}`)"));
        let what = format!(
            "the coordinates are not in degrees, and their coordinate system is not known{known}"
        );
        let hint = "export in WGS 84 degrees, or give the coordinate system (`--column crs=EPSG:32612` is UTM zone 12 north)";
        Err(ReadError::unsupported(place.clone(), what, hint))
    }

    fn read(&self, feature: &Feature) -> Option<(f64, f64)> {
        match self {
            Self::Geometry => feature.position,
            Self::Projected(projection) => {
                let (x, y) = feature.position?;
                projection.degrees(x, y)
            }
            Self::Columns(lon, lat) => {
                let number = |at: usize| feature.values.get(at).and_then(|v| cell(v).number(false));
                Some((number(*lon)?, number(*lat)?))
            }
        }
    }
}

fn cell(value: &Value) -> Cell<'_> {
    match value {
        Value::Null => Cell::Null,
        Value::Number(number) => Cell::Number(*number),
        Value::Text(text) => Cell::from_text(text),
    }
}

/// Texts of date and time of a feature.
fn time_texts(columns: TimeColumns, values: &[Value]) -> (String, String) {
    let text = |at: usize| match values.get(at) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    match columns {
        TimeColumns::One(at) => (text(at), String::new()),
        TimeColumns::DateAndTime { date, time } => (text(date), text(time)),
    }
}

fn opening(
    survey: &Survey,
    position: &Position,
    clock: Option<&Clock>,
    place: &Place,
) -> Vec<Finding> {
    let note = |code, text: &str| Finding::new(code, Severity::Warning, place.clone(), text);
    let mut list = Vec::new();
    match position {
        Position::Columns(..) => list.push(note(
            "geojson.position-from-properties",
            "the geometry is not in degrees; the position is that of the longitude and latitude properties",
        )),
        _ if survey.polygons > 0 => list.push(note(
            "geojson.polygon-as-point",
            "polygons stand as points, at the centroid of their outer ring",
        )),
        _ => {}
    }
    match clock {
        Some(clock) => list.extend(clock.findings(place)),
        None => list.push(note(
            "geojson.no-instants",
            "no property holds believable instants; the points have no timestamp",
        )),
    }
    list
}

/// What is counted over the rows.
#[derive(Default)]
struct Counts {
    no_instant: u64,
    no_position: u64,
}

impl Counts {
    fn feature(
        &mut self,
        feature: &Feature,
        position: &Position,
        clock: Option<&Clock>,
        table: &mut Table,
    ) {
        let instant = clock.and_then(|clock| {
            let (date, time) = time_texts(clock.columns, &feature.values);
            clock.read(&date, &time)
        });
        let place = position.read(feature);
        self.no_instant += u64::from(clock.is_some() && instant.is_none());
        self.no_position += u64::from(place.is_none());
        table.area = feature.area.map(|area| match position {
            // Square degrees, on a sphere of the earth's mean radius.
            Position::Geometry => {
                const METRES: f64 = 111_194.927;
                area * METRES * METRES * place.map_or(0.0, |p| p.1.to_radians().cos())
            }
            Position::Projected(_) | Position::Columns(..) => area,
        });
        table.push(place, instant, |at| {
            feature.values.get(at).map_or(Cell::Null, cell)
        });
    }

    fn findings(&self, table: &Table, names: &Names, place: &Place) -> Vec<Finding> {
        let cases = [
            (
                "geojson.instant-not-believed",
                self.no_instant,
                "features have no believable instant; their timestamp is null",
            ),
            (
                "geojson.no-position",
                self.no_position,
                "features have no position",
            ),
            (
                "geojson.not-a-number",
                table.misfits,
                "values of number properties are no number, and are null",
            ),
            (
                "geojson.late-property",
                names.unknown,
                "values belong to properties that the first features do not have, and are left out",
            ),
        ];
        let found = cases.into_iter().filter(|(_, count, _)| *count > 0);
        found
            .map(|(code, count, text)| {
                Finding::new(
                    code,
                    Severity::Warning,
                    place.clone(),
                    format!("{count} {text}"),
                )
            })
            .collect()
    }
}
