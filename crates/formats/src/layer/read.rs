//! Two passes over a layer: what its properties are, then its rows.

use super::{Codes, Crs, Feature, Layer, Names, Next, Source, Value};
use crate::claim::ReadOptions;
use crate::columns::describe::{Clock, Facts, describe, provider};
use crate::columns::project::Projection;
use crate::columns::table::{Cell, Plan, Profile, Table};
use crate::columns::{Mapping, TimeColumns, Title, map_titles};
use crate::source::Limits;
use arrow_schema::Schema;
use std::collections::BTreeMap;
use std::sync::Arc;
use tramline_model::{
    Ending, Finding, OperationDescription, Place, Property, Provider, ReadError, Receiver, Severity,
};

/// Features that decide on names and kinds of properties, and their values.
const SAMPLE: usize = 2_048;
const SAMPLE_VALUES: usize = 1 << 20;
/// Longest text of the sample that is kept: instants are short.
const SAMPLE_TEXT: usize = 64;

/// Reads a layer into one machine file. Errors come before `begin`.
pub(crate) fn read(
    layer: &Layer<'_>,
    source: &mut dyn Source,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let place = &layer.place;
    let (survey, mut names) = Survey::take(source, limits)?;
    if names.list.len() >= limits.columns {
        return Err(ReadError::Limit {
            place: place.clone(),
            limit: "columns",
            allowed: limits.columns as u64,
        });
    }
    let titles: Vec<Title> = names.list.iter().map(|n| Title::from_text(n)).collect();
    let mapping = map_titles(&titles, &options.column_map);
    let position = Position::find(layer, &survey, &mapping, options)?;
    if !mapping.has_values() {
        return Err(no_values(layer, &names));
    }
    let clock = mapping.time.and_then(|columns| {
        let texts: Vec<(String, String)> = survey
            .rows
            .iter()
            .map(|row| time_texts(columns, row))
            .collect();
        Clock::from_rows(columns, mapping.family, &texts, options)
    });
    let mut table = Table::new(&Plan {
        titles: &titles,
        mapping: &mapping,
        profiles: &survey.profiles,
        position: &position.columns(),
        instants: clock.is_some(),
        decimal_comma: false,
        areas: survey.polygons > 0,
    });
    let mut description = describe(&Facts {
        path: layer.path,
        file_format: layer.file_format,
        provider: layer.provider.unwrap_or(provider(mapping.family)),
        mapping: &mapping,
        profiles: &survey.profiles,
        options,
        time_source: clock.as_ref().map_or("none", |c| c.source),
        points_schema: table.points_schema(),
    });
    match (&description.field, layer.title) {
        (None, Some(title)) => title.clone_into(&mut description.name),
        (Some(field), Some(title)) if layer.several => {
            description.name = format!("{field} {title}");
        }
        _ => {}
    }
    receiver.begin(description)?;
    for finding in opening(layer, &survey, &position, clock.as_ref()) {
        receiver.finding(finding);
    }
    let mut counts = Counts::default();
    names.open = false;
    let outcome = source.pass(&mut names, &mut |feature| {
        counts.feature(feature, &position, clock.as_ref(), &mut table);
        if table.rows > limits.points {
            return Err(ReadError::Limit {
                place: place.clone(),
                limit: "points",
                allowed: limits.points,
            });
        }
        if table.is_full() {
            table.flush(place, &mut *receiver)?;
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
            let code = layer.codes.unreadable_rest;
            let finding = Finding::new(code, Severity::Error, place.clone(), text);
            receiver.finding(finding.hint(error.hint().to_owned()));
        }
    }
    table.flush(place, receiver)?;
    for finding in counts.findings(layer.codes, &table, &names, place) {
        receiver.finding(finding);
    }
    Ok(receiver.finish(Ending {
        records: table.rows,
        ..Ending::default()
    })?)
}

/// The description of a layer that cannot be read, for a file that has others.
pub(crate) fn unread(layer: &Layer<'_>) -> OperationDescription {
    let mapping = map_titles(&[], &BTreeMap::new());
    let mut description = describe(&Facts {
        path: layer.path,
        file_format: layer.file_format,
        provider: layer.provider.unwrap_or(Provider::Leaf),
        mapping: &mapping,
        profiles: &[],
        options: &ReadOptions::default(),
        time_source: "none",
        points_schema: Arc::new(Schema::empty()),
    });
    if let Some(title) = layer.title {
        title.clone_into(&mut description.name);
    }
    description
}

fn no_values(layer: &Layer<'_>, names: &Names) -> ReadError {
    let list: Vec<&str> = names.list.iter().take(20).map(String::as_str).collect();
    let hint = format!(
        "none of the properties is known ({}); say which is which, for example \
         `--column \"<property>=wetMassPerArea:t/ha\"`",
        list.join(", ")
    );
    let what = format!(
        "missing required properties: no yield, moisture, flow, seed rate, applied rate or \
         tillage depth in the {}",
        layer.noun
    );
    ReadError::malformed(layer.place.clone(), what, hint)
}

/// What the first features show.
#[derive(Default)]
struct Survey {
    profiles: Vec<Profile>,
    positions: Vec<(f64, f64)>,
    rows: Vec<Vec<Value>>,
    values: usize,
    polygons: usize,
    crs: Option<String>,
}

impl Survey {
    fn take(source: &mut dyn Source, limits: &Limits) -> Result<(Self, Names), ReadError> {
        let mut names = source.names(limits);
        let mut survey = Self::default();
        let outcome = source.pass(&mut names, &mut |feature| {
            survey.add(feature);
            let enough = survey.rows.len() >= SAMPLE || survey.values >= SAMPLE_VALUES;
            Ok(if enough { Next::Stop } else { Next::More })
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

    fn add(&mut self, feature: &Feature) {
        self.positions.extend(feature.position);
        self.polygons += usize::from(feature.polygon);
        let width = self.profiles.len().max(feature.values.len());
        self.profiles.resize(width, Profile::default());
        for (profile, value) in self.profiles.iter_mut().zip(&feature.values) {
            profile.observe(cell(value), false);
        }
        let short = |value: &Value| match value {
            Value::Text(text) if text.len() > SAMPLE_TEXT => Value::Null,
            value => value.clone(),
        };
        self.values += feature.values.len();
        self.rows.push(feature.values.iter().map(short).collect());
    }
}

/// Where a feature's position comes from.
enum Position<'a> {
    Geometry(&'a Crs),
    /// By the system that the caller or the document names.
    Named(Crs),
    /// Properties, because the geometry is not in degrees.
    Columns(usize, usize),
}

impl<'a> Position<'a> {
    fn find(
        layer: &'a Layer<'_>,
        survey: &Survey,
        mapping: &Mapping,
        options: &ReadOptions,
    ) -> Result<Self, ReadError> {
        let place = || layer.place.clone();
        let columns = mapping
            .column(Property::Longitude)
            .zip(mapping.column(Property::Latitude));
        let given = options.column_map.get("crs");
        let named = given.or(survey.crs.as_ref());
        if let Some(projection) = named.and_then(|code| Projection::from_code(code).ok()) {
            return Ok(Self::Named(Crs::Code(Box::new(projection))));
        }
        if survey.positions.is_empty() && columns.is_none() {
            let what = format!(
                "no points: no feature of the {} has a geometry with coordinates",
                layer.noun
            );
            return Err(ReadError::malformed(place(), what, layer.hint));
        }
        let degrees = survey
            .positions
            .iter()
            .filter(|p| p.0.abs() <= 180.0 && p.1.abs() <= 90.0)
            .count();
        // A few positions out of range are left to the rules for positions.
        let in_degrees = degrees * 2 > survey.positions.len();
        match (&layer.crs, columns) {
            (Some(Crs::Degrees) | None, _) if in_degrees => return Ok(Self::Named(Crs::Degrees)),
            (Some(crs @ (Crs::Code(_) | Crs::Wkt(_))), _) => return Ok(Self::Geometry(crs)),
            (_, Some((lon, lat))) => return Ok(Self::Columns(lon, lat)),
            _ => {}
        }
        let hint = "export in WGS 84 degrees, or give the coordinate system (`--column crs=EPSG:32612` is UTM zone 12 north)";
        let what = match (&layer.crs, named) {
            (Some(Crs::Unknown(why)), _) => {
                format!(
                    "the coordinate system of the {} is not known ({why})",
                    layer.noun
                )
            }
            (Some(_), _) => {
                "the coordinates are not in degrees, as their coordinate system says".to_owned()
            }
            (None, named) => {
                let known = named.map_or_else(String::new, |code| format!(" (`{code}`)"));
                format!(
                    "the coordinates are not in degrees, and their coordinate system is not known{known}"
                )
            }
        };
        Err(ReadError::unsupported(place(), what, hint))
    }

    /// Properties that are the position.
    fn columns(&self) -> Vec<usize> {
        match self {
            Self::Columns(lon, lat) => vec![*lon, *lat],
            Self::Geometry(_) | Self::Named(_) => Vec::new(),
        }
    }

    fn crs(&self) -> Option<&Crs> {
        match self {
            Self::Geometry(crs) => Some(crs),
            Self::Named(crs) => Some(crs),
            Self::Columns(..) => None,
        }
    }

    fn read(&self, feature: &Feature) -> Option<(f64, f64)> {
        match self {
            Self::Columns(lon, lat) => {
                let number = |at: usize| feature.values.get(at).and_then(|v| cell(v).number(false));
                Some((number(*lon)?, number(*lat)?))
            }
            Self::Geometry(_) | Self::Named(_) => {
                let (x, y) = feature.position?;
                self.crs()?.degrees(x, y)
            }
        }
    }

    /// The polygon as well-known binary in degrees.
    fn outline(&self, feature: &Feature) -> Option<Vec<u8>> {
        let crs = self.crs()?;
        feature.outline.as_ref()?.wkb(|x, y| crs.degrees(x, y))
    }

    fn area_m2(&self, feature: &Feature) -> Option<f64> {
        let area = feature.area?;
        match (self.crs(), feature.position) {
            (Some(crs), Some(at)) => Some(crs.area_m2(at, area)),
            _ => Some(area),
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
pub(crate) fn time_texts(columns: TimeColumns, values: &[Value]) -> (String, String) {
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
    layer: &Layer<'_>,
    survey: &Survey,
    position: &Position<'_>,
    clock: Option<&Clock>,
) -> Vec<Finding> {
    let place = &layer.place;
    let note = |code, text: &str| Finding::new(code, Severity::Warning, place.clone(), text);
    let mut list = Vec::new();
    match position {
        Position::Columns(..) => list.push(note(
            layer.codes.position_from_properties,
            "the geometry is not in degrees; the position is that of the longitude and latitude properties",
        )),
        _ if survey.polygons > 0 => list.push(note(
            layer.codes.polygon_as_point,
            "polygons stand as points, at the centroid of their outer ring",
        )),
        _ => {}
    }
    if position.crs().is_some_and(Crs::is_approximate) {
        let text = "the coordinates are on an older datum; positions are good to a few metres";
        let finding = note(layer.codes.datum_approximate, text);
        list.push(finding.hint("export in WGS 84 for full accuracy"));
    }
    match clock {
        Some(clock) => list.extend(clock.findings(place)),
        None => list.push(note(
            layer.codes.no_instants,
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
        position: &Position<'_>,
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
        table.area = position.area_m2(feature);
        table.outline = position.outline(feature);
        table.push(place, instant, |at| {
            feature.values.get(at).map_or(Cell::Null, cell)
        });
    }

    fn findings(&self, codes: &Codes, table: &Table, names: &Names, place: &Place) -> Vec<Finding> {
        let cases = [
            (
                codes.instant_not_believed,
                self.no_instant,
                "features have no believable instant; their timestamp is null",
            ),
            (
                codes.no_position,
                self.no_position,
                "features have no position",
            ),
            (
                codes.not_a_number,
                table.misfits,
                "values of number properties are no number, and are null",
            ),
            (
                codes.long_text,
                table.long_texts,
                "texts are longer than a cell may be, and are null",
            ),
            (
                codes.late_property,
                names.unknown,
                "values belong to properties that the first features do not have, and are left out",
            ),
        ];
        let found = cases.into_iter().filter(|(_, count, _)| *count > 0);
        found
            .map(|(code, count, text)| {
                let text = format!("{count} {text}");
                Finding::new(code, Severity::Warning, place.clone(), text)
            })
            .collect()
    }
}
