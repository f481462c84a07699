//! Two passes over a layer: what its properties are, then its rows.

use super::{Codes, Crs, Feature, Layer, Names, Next, Source, Value};
use crate::claim::ReadOptions;
use crate::shared::columns::clock::{Clock, Setting};
use crate::shared::columns::describe::{Facts, crop, describe, names_work, provider};
use crate::shared::columns::number::Decimals;
use crate::shared::columns::position::{self, Search};
use crate::shared::columns::table::{Cell, Plan, Profile, Table};
use crate::shared::columns::{Mapping, TimeColumns, Title, map_titles, products, proof};
use crate::shared::projection::Named;
use crate::source::Limits;
use arrow_schema::Schema;
use std::collections::BTreeMap;
use std::sync::Arc;
use tramline_model::{
    Ending, Finding, OperationDescription, Place, Provider, ReadError, Receiver, Severity,
};

/// Features that decide on names and kinds of properties, and their values.
const SAMPLE: usize = 2_048;
const SAMPLE_VALUES: usize = 1 << 20;
/// Longest text of the sample that is kept: instants are short.
const SAMPLE_TEXT: usize = 64;

/// What is known of a layer from its first features.
struct Known<'a> {
    titles: &'a [Title],
    survey: &'a Survey,
    commas: &'a [bool],
    position: &'a Position<'a>,
    clock: Option<&'a Clock>,
    options: &'a ReadOptions,
}

impl Known<'_> {
    /// Settles what products are and which units the features prove.
    fn settle(&self, mapping: &mut Mapping, place: &Place) -> Vec<Finding> {
        let rows = &self.survey.rows;
        products::settle(mapping, self.options.operation_type.as_ref(), |at| {
            rows.iter().filter_map(move |row| match row.get(at) {
                Some(Value::Text(text)) => Some(text.as_str()),
                _ => None,
            })
        });
        let first = proof::Sample::take(
            mapping,
            rows.len(),
            |row| self.position.read_row(self.survey, row),
            |row| {
                let clock = self.clock?;
                let (date, time) = time_texts(clock.columns, rows.get(row)?);
                clock.read(&date, &time)
            },
            |row, at| {
                let comma = self.commas.get(at).copied().unwrap_or(false);
                cell(rows.get(row)?.get(at)?).number(comma)
            },
            crop(mapping, &self.survey.profiles, self.options),
        );
        proof::settle(mapping, self.titles, &first, place)
    }
}

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
    let mut mapping = map_titles(&titles, &options.column_map);
    options.used.note(&titles, &options.column_map);
    let commas = survey.commas();
    let search = Search {
        titles: &titles,
        mapping: &mapping,
        rows: &survey.rows,
        cell: |values, at| value_at(values, at),
        commas: &commas,
        options,
        place,
    };
    let position = Position::find(layer, &survey, &search)?;
    if !mapping.has_values() && !names_work(&mapping, &titles, &survey.profiles, options) {
        return Err(no_values(layer, &names));
    }
    let setting = Setting {
        family: mapping.family,
        titles: &titles,
        options,
        utc: false,
    };
    let mut clock = Clock::find(&setting, &mapping, |columns| {
        let rows = survey.rows.iter();
        rows.map(|row| time_texts(columns, row)).collect()
    });
    let known = Known {
        titles: &titles,
        survey: &survey,
        commas: &commas,
        position: &position,
        clock: clock.as_ref(),
        options,
    };
    let proved = known.settle(&mut mapping, place);
    let mut table = Table::new(&Plan {
        titles: &titles,
        mapping: &mapping,
        profiles: &survey.profiles,
        position: &position.columns(),
        instants: clock.as_ref().is_some_and(Clock::gives_instants),
        intervals: clock.as_ref().is_some_and(Clock::gives_intervals),
        commas: &commas,
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
    let opening = opening(layer, &survey, &position, clock.as_ref());
    for finding in opening.into_iter().chain(proved) {
        receiver.finding(finding);
    }
    let mut counts = Counts::default();
    names.open = false;
    let outcome = source.pass(&mut names, &mut |feature| {
        counts.feature(feature, &position, clock.as_mut(), &mut table);
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
        Err(error) => receiver.finding(unreadable_rest(layer, table.rows, &error)),
    }
    table.flush(place, receiver)?;
    for finding in counts.findings(layer.codes, &table, &names, place) {
        receiver.finding(finding);
    }
    Ok(receiver.finish(Ending {
        records: table.rows,
        days: clock.as_ref().and_then(Clock::days),
        ..Ending::default()
    })?)
}

/// The features before the damage are good.
fn unreadable_rest(layer: &Layer<'_>, rows: u64, error: &ReadError) -> Finding {
    let text = format!("the file cannot be read after feature {rows}: {error}");
    let (code, place) = (&layer.codes.unreadable_rest, layer.place.clone());
    Finding::new(code, Severity::Error, place, text)
        .value("features", rows)
        .value("problem", error.to_string())
        .hint(error.hint().to_owned())
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
        "map the properties, of which none is known ({}), for example \
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
    decimals: Vec<Decimals>,
    positions: Vec<(f64, f64)>,
    /// The position of each of `rows`.
    row_positions: Vec<Option<(f64, f64)>>,
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
        let commas = survey.commas();
        for row in &survey.rows {
            for ((profile, value), comma) in survey.profiles.iter_mut().zip(row).zip(&commas) {
                profile.observe(cell(value), *comma);
            }
        }
        Ok((survey, names))
    }

    /// By column: texts that are numbers with a decimal comma.
    fn commas(&self) -> Vec<bool> {
        let comma = |decimals: &Decimals| decimals.has_comma(Decimals::default(), true);
        self.decimals.iter().map(comma).collect()
    }

    fn add(&mut self, feature: &Feature) {
        self.positions.extend(feature.position);
        self.row_positions.push(feature.position);
        self.polygons += usize::from(feature.polygon);
        let width = self.decimals.len().max(feature.values.len());
        self.decimals.resize(width, Decimals::default());
        for (decimals, value) in self.decimals.iter_mut().zip(&feature.values) {
            if let Value::Text(text) = value {
                decimals.observe(text);
            }
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
    /// Properties, because there is no geometry in degrees.
    Columns(position::Position),
}

impl<'a> Position<'a> {
    fn find(
        layer: &'a Layer<'_>,
        survey: &Survey,
        search: &Search<'_, Vec<Value>>,
    ) -> Result<Self, ReadError> {
        let place = || layer.place.clone();
        let columns = || position::Position::find(search);
        if survey.positions.is_empty() {
            let found = position::told(search.titles, search.mapping).map(|_| columns());
            return found.map_or_else(
                || {
                    let what = format!(
                        "no points: no feature of the {} has a geometry with coordinates",
                        layer.noun
                    );
                    Err(ReadError::malformed(place(), what, layer.hint))
                },
                |found| found.map(Self::Columns),
            );
        }
        if let Some(name) = search.options.column_map.get("crs") {
            let hint = "give the coordinate system as `--column crs=EPSG:<code>`";
            let named = Named::find(name);
            let named = named.map_err(|what| ReadError::unsupported(place(), what, hint))?;
            if let Some(refusal) = named.refusal(&survey.positions) {
                let hint = "give the coordinate system that the file was saved in";
                return Err(ReadError::unsupported(place(), refusal, hint));
            }
            return Ok(Self::Named(Crs::named(named)));
        }
        let named = survey.crs.as_ref();
        let told = named.and_then(|name| Named::find(name).ok());
        if let Some(crs @ Crs::Named(_)) = told.map(Crs::named) {
            return Ok(Self::Named(crs));
        }
        let degrees = survey
            .positions
            .iter()
            .filter(|p| p.0.abs() <= 180.0 && p.1.abs() <= 90.0)
            .count();
        // A few positions out of range are left to the rules for positions.
        let in_degrees = degrees * 2 > survey.positions.len();
        if let Some(Crs::Named(named)) = &layer.crs
            && let Some(refusal) = named.refusal(&survey.positions)
        {
            let hint = "give the coordinate system that the file was saved in (`--column crs=EPSG:32612` is UTM \
                        zone 12 north)";
            return Err(ReadError::unsupported(place(), refusal, hint));
        }
        match &layer.crs {
            Some(Crs::Degrees) | None if in_degrees => return Ok(Self::Named(Crs::Degrees)),
            Some(crs @ (Crs::Projection(_) | Crs::Named(_))) => return Ok(Self::Geometry(crs)),
            _ => {}
        }
        if position::told(search.titles, search.mapping).is_some()
            && let Ok(found) = columns()
        {
            return Ok(Self::Columns(found));
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
                "the coordinates are not in degrees, although their coordinate system states degrees".to_owned()
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
            Self::Columns(found) => found.columns(),
            Self::Geometry(_) | Self::Named(_) => Vec::new(),
        }
    }

    fn crs(&self) -> Option<&Crs> {
        match self {
            Self::Geometry(crs) => Some(crs),
            Self::Named(crs) => Some(crs),
            Self::Columns(_) => None,
        }
    }

    fn read(&self, feature: &Feature) -> Option<(f64, f64)> {
        match self {
            Self::Columns(found) => found.read(|at| value_at(&feature.values, at)),
            Self::Geometry(_) | Self::Named(_) => {
                let (x, y) = feature.position?;
                self.crs()?.degrees(x, y)
            }
        }
    }

    /// Degrees of one of the first features.
    fn read_row(&self, survey: &Survey, row: usize) -> Option<(f64, f64)> {
        match self {
            Self::Columns(found) => {
                let values = survey.rows.get(row)?;
                found.read(|at| value_at(values, at))
            }
            Self::Geometry(_) | Self::Named(_) => {
                let (x, y) = survey.row_positions.get(row).copied().flatten()?;
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

fn value_at(values: &[Value], at: usize) -> Cell<'_> {
    values.get(at).map_or(Cell::Null, cell)
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
        Position::Columns(found) => {
            list.push(note(
                &layer.codes.position_from_properties,
                "there is no geometry in degrees; the position is taken from the properties",
            ));
            list.extend_from_slice(found.findings());
        }
        _ if survey.polygons > 0 => list.push(note(
            &layer.codes.polygon_as_point,
            "each polygon becomes a point at the centroid of its outer ring",
        )),
        _ => {}
    }
    if position.crs().is_some_and(Crs::is_approximate) {
        let text = "the coordinates use an older datum; positions are accurate to a few metres";
        let finding = note(&layer.codes.datum_approximate, text);
        list.push(finding.hint("export in WGS 84 for full accuracy"));
    }
    match clock {
        Some(clock) => list.extend(clock.findings(place)),
        None => list.push(note(
            &layer.codes.no_instants,
            "no property holds plausible times; the points have no timestamp",
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
        clock: Option<&mut Clock>,
        table: &mut Table,
    ) {
        let mut instant = None;
        if let Some(clock) = clock {
            let (date, time) = time_texts(clock.columns, &feature.values);
            instant = clock.note(&date, &time);
            self.no_instant += u64::from(clock.gives_instants() && instant.is_none());
            table.interval = clock.interval(&date, &time);
        }
        let place = position.read(feature);
        self.no_position += u64::from(place.is_none());
        table.area = position.area_m2(feature);
        table.outline = position.outline(feature);
        table.push(place, instant, |at| {
            feature.values.get(at).map_or(Cell::Null, cell)
        });
    }

    fn findings(
        &self,
        codes: &'static Codes,
        table: &Table,
        names: &Names,
        place: &Place,
    ) -> Vec<Finding> {
        let cases = [
            (
                &codes.instant_not_believed,
                "features",
                self.no_instant,
                "features have no plausible time; their timestamp is null",
            ),
            (
                &codes.no_position,
                "features",
                self.no_position,
                "features have no position",
            ),
            (
                &codes.not_a_number,
                "cells",
                table.misfits,
                "values of number properties are not numbers and are null",
            ),
            (
                &codes.long_text,
                "texts",
                table.long_texts,
                "texts are longer than a cell may be and are null",
            ),
            (
                &codes.late_property,
                "cells",
                names.unknown,
                "values belong to properties that the first features do not have and are left out",
            ),
        ];
        let found = cases.into_iter().filter(|(_, _, count, _)| *count > 0);
        found
            .map(|(code, name, count, text)| {
                let text = format!("{count} {text}");
                Finding::new(code, Severity::Warning, place.clone(), text).value(name, count)
            })
            .collect()
    }
}
