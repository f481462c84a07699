//! Where a row of a table lies: longitude and latitude in any spelling, easting and northing of a named
//! coordinate system, or a point in one cell.
//!
//! Rule: what the caller names comes first; degrees before metres; metres without a system are refused
//! with what is missing. What had to be assumed, or was exchanged, is said.

mod angle;
mod point;
mod titles;

pub(crate) use titles::Pair;

use super::table::Cell;
use super::{Mapping, Title, findings};
use crate::claim::ReadOptions;
use crate::shared::projection::{Named, Projection};
use angle::{Axis, Form};
use tramline_model::{Code, Finding, Place, Property, ReadError, Severity};

/// Rows that are looked at for a point in one cell.
const POINTS: usize = 64;
/// What the caller says it with.
const GIVE_SYSTEM: &str = "give the coordinate system (`--column crs=EPSG:28355` is MGA zone 55, \
                           `--column crs=EPSG:32632` UTM zone 32 north), or export with longitude and latitude";

/// What a position is looked for in.
pub(crate) struct Search<'a, R> {
    pub(crate) titles: &'a [Title],
    pub(crate) mapping: &'a Mapping,
    /// The first rows.
    pub(crate) rows: &'a [R],
    pub(crate) cell: for<'r> fn(&'r R, usize) -> Cell<'r>,
    /// By column: numbers with a decimal comma.
    pub(crate) commas: &'a [bool],
    pub(crate) options: &'a ReadOptions,
    pub(crate) place: &'a Place,
}

/// Where a row's position comes from.
pub(crate) struct Position {
    kind: Kind,
    notes: Vec<Finding>,
}

enum Kind {
    Angles {
        longitude: Angle,
        latitude: Angle,
        o_is_east: bool,
    },
    Metres {
        x: (usize, bool),
        y: (usize, bool),
        system: Box<Named>,
    },
    Point {
        at: usize,
        system: Option<Box<Named>>,
    },
    /// Two numbers in one cell; the longitude is the first.
    Both { at: usize, longitude_first: bool },
}

/// One column of angles.
struct Angle {
    at: usize,
    letters: Option<usize>,
    form: Form,
    comma: bool,
}

impl Angle {
    fn degrees<'c>(&self, cell: &impl Fn(usize) -> Cell<'c>, o_is_east: bool) -> Option<f64> {
        let beside = self.letters.and_then(|at| match cell(at) {
            Cell::Text(text) => text.trim().chars().next(),
            _ => None,
        });
        angle::degrees(cell(self.at), self.form, self.comma, beside, o_is_east)
    }
}

/// Longitude and latitude of a table, by its dictionary or else by the words of its titles.
fn angles(titles: &[Title], mapping: &Mapping) -> Option<Pair> {
    let known = mapping
        .column(Property::Longitude)
        .zip(mapping.column(Property::Latitude));
    known
        .map(|(x, y)| Pair { x, y })
        .or_else(|| titles::angles(titles))
}

/// What a table has of a position by its titles, for people; `None` for a table without.
pub(crate) fn told(titles: &[Title], mapping: &Mapping) -> Option<&'static str> {
    if angles(titles, mapping).is_some() {
        Some("longitude and latitude")
    } else if mapping.has_values()
        && (titles::projected(titles).is_some() || titles::lengths(titles).is_some())
    {
        Some("projected positions")
    } else {
        None
    }
}

/// Whether a cell is a whole position: a point of WKT, GeoJSON or well-known binary.
pub(crate) fn is_point(text: &str) -> bool {
    point::read(text).is_some()
}

impl<R> Search<'_, R> {
    fn comma(&self, at: usize) -> bool {
        self.commas.get(at).copied().unwrap_or(false)
    }

    fn title(&self, at: usize) -> &str {
        self.titles.get(at).map_or("", |title| title.name.as_str())
    }

    fn numbers(&self, at: usize) -> impl Iterator<Item = Option<f64>> {
        let comma = self.comma(at);
        self.rows
            .iter()
            .map(move |row| (self.cell)(row, at).number(comma))
    }

    fn texts(&self, at: usize) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .filter_map(move |row| match (self.cell)(row, at) {
                Cell::Text(text) => Some(text.trim()),
                _ => None,
            })
    }

    /// Rows of two columns of numbers.
    fn pairs(&self, pair: Pair) -> Vec<(f64, f64)> {
        let both = self.numbers(pair.x).zip(self.numbers(pair.y));
        both.filter_map(|(x, y)| Some((x?, y?))).collect()
    }

    /// A column beside one that holds nothing but letters of the hemisphere of an axis.
    fn letters(&self, at: usize, axis: Axis) -> Option<usize> {
        let fits = |beside: &usize| {
            let mut texts = self.texts(*beside).filter(|t| !t.is_empty()).peekable();
            let of_axis = |text: &str| {
                let mut letters = text.chars();
                let letter = letters.next().filter(|_| letters.next().is_none());
                letter
                    .and_then(|letter| angle::hemisphere(letter, false))
                    .is_some_and(|(_, found)| found == axis)
            };
            texts.peek().is_some() && texts.all(of_axis)
        };
        [Some(at + 1), at.checked_sub(1)]
            .into_iter()
            .flatten()
            .find(fits)
    }

    fn angle(&self, at: usize, axis: Axis) -> Angle {
        let values: Vec<f64> = self.numbers(at).flatten().map(f64::abs).collect();
        let mut form = angle::form(&values, axis);
        if values.is_empty() {
            // `4312.5083,N` in one cell: the letter hides the number.
            let bare = |text: &str| {
                let number = text.trim_matches(|c: char| c.is_alphabetic() || c == ',' || c == ' ');
                super::number::parse(number, self.comma(at)).map(f64::abs)
            };
            let values: Vec<f64> = self.texts(at).filter_map(bare).collect();
            form = angle::form(&values, axis);
        }
        Angle {
            at,
            letters: self.letters(at, axis),
            form,
            comma: self.comma(at),
        }
    }

    /// The axis that most cells of a column name by a letter.
    fn lettered(&self, at: usize) -> Option<Axis> {
        let letters = self.texts(at).take(POINTS).filter_map(angle::letter_of);
        let axes: Vec<Axis> = letters
            .filter_map(|letter| angle::hemisphere(letter, false))
            .map(|(_, axis)| axis)
            .collect();
        let first = *axes.first()?;
        axes.iter().all(|axis| *axis == first).then_some(first)
    }

    fn warning(&self, code: &'static Code, text: impl Into<String>) -> Finding {
        Finding::new(code, Severity::Warning, self.place.clone(), text)
    }

    fn refused(&self, what: String, hint: &str) -> ReadError {
        ReadError::unsupported(self.place.clone(), what, hint)
    }

    /// What a table has beside its position, for people.
    fn values(&self) -> &'static str {
        use Property as P;
        let has = |list: &[P]| list.iter().any(|p| self.mapping.column(*p).is_some());
        if has(&P::YIELD) || has(&[P::CropFlow]) {
            "yield"
        } else if has(&[P::SeedRate, P::SeedRateTarget]) {
            "seed rates"
        } else if has(&[P::AppliedRate, P::AppliedRateTarget]) {
            "applied rates"
        } else if has(&[P::HarvestMoisture]) {
            "moisture"
        } else {
            "values"
        }
    }
}

impl Position {
    /// Finds the position of a table.
    ///
    /// # Errors
    /// Where there is none, where metres have no coordinate system, or where the positions are not of the
    /// system that the caller names.
    pub(crate) fn find<R>(search: &Search<'_, R>) -> Result<Self, ReadError> {
        let given = match search.options.column_map.get("crs") {
            Some(name) => {
                let hint = "give the coordinate system as `--column crs=EPSG:<code>`";
                Some(Named::find(name).map_err(|what| search.refused(what, hint))?)
            }
            None => None,
        };
        let metric = given.filter(|named| !matches!(named.projection, Projection::Degrees));
        let angles = angles(search.titles, search.mapping);
        if let Some(pair) = angles {
            if let Some(mut found) = Self::angles(search, pair) {
                if let Some(named) = &metric {
                    let crs = named.name.to_string();
                    let text = format!(
                        "the positions are already in degrees; the given coordinate system `{crs}` is not used"
                    );
                    let note = search.warning(&findings::CRS_NOT_USED, text);
                    found.notes.push(note.value("crs", crs));
                }
                return Ok(found);
            }
            // Columns that the caller calls so, or a program that called its metres so.
            return Self::metres(search, pair, metric);
        }
        if let Some(found) = Self::in_one_cell(search)? {
            return Ok(found);
        }
        if let Some(pair) = titles::lengths(search.titles)
            && let Some(found) = Self::unnamed(search, pair)
        {
            return Ok(found);
        }
        let Some(pair) = titles::projected(search.titles) else {
            let what = "missing required properties: the table has no longitude and latitude";
            return Err(ReadError::malformed(
                search.place.clone(),
                what,
                "export it with longitude and latitude; if it has them under other titles, map those, for \
                 example `--column X=longitude --column Y=latitude`",
            ));
        };
        if metric.is_none()
            && let Some(found) = Self::unnamed(search, pair)
        {
            return Ok(found);
        }
        Self::metres(search, pair, metric)
    }

    /// Columns of angles; `None` where most of their numbers are none.
    fn angles<R>(search: &Search<'_, R>, pair: Pair) -> Option<Self> {
        let o_is_east = search.titles.get(pair.x).is_some_and(titles::o_is_east);
        let mut notes = Vec::new();
        let read = |pair: Pair| {
            let longitude = search.angle(pair.x, Axis::Longitude);
            let latitude = search.angle(pair.y, Axis::Latitude);
            let (mut inside, mut all) = (0_usize, 0_usize);
            for row in search.rows {
                let cell = |at: usize| (search.cell)(row, at);
                let east = longitude.degrees(&cell, o_is_east);
                let north = latitude.degrees(&cell, o_is_east);
                if let (Some(east), Some(north)) = (east, north) {
                    all += 1;
                    inside += usize::from(east.abs() <= 180.0 && north.abs() <= 90.0);
                }
            }
            (longitude, latitude, inside, all)
        };
        let lettered = search.lettered(pair.x) == Some(Axis::Latitude)
            && search.lettered(pair.y) == Some(Axis::Longitude);
        let other = Pair {
            x: pair.y,
            y: pair.x,
        };
        let (mut longitude, mut latitude, inside, all) = read(pair);
        let beyond = inside * 2 < all;
        if lettered || beyond {
            let (east, north, inside, all) = read(other);
            if lettered || (all > 0 && inside * 10 >= all * 9) {
                (longitude, latitude) = (east, north);
                let why = if lettered {
                    "their letters show the hemispheres of the other axis"
                } else {
                    "latitudes end at 90"
                };
                let columns = [search.title(pair.x), search.title(pair.y)];
                let text = format!(
                    "columns `{}` and `{}` are exchanged: {why}; they are read the other way round",
                    columns[0], columns[1]
                );
                let note = search.warning(&findings::POSITION_EXCHANGED, text);
                notes.push(note.value("columns", columns.map(str::to_owned).to_vec()));
            } else {
                return None;
            }
        }
        if let (Form::Scaled(a), Form::Scaled(b)) = (longitude.form, latitude.form) {
            // Near the equator millionths and ten-millionths look alike: both angles have one.
            let count = Form::Scaled(a.max(b));
            (longitude.form, latitude.form) = (count, count);
        }
        for angle in [&longitude, &latitude] {
            if let Form::Scaled(count) = angle.form {
                let name = search.title(angle.at);
                let text = format!(
                    "`{name}` holds whole numbers, {count:.0} to a degree, and is converted"
                );
                let note = search.warning(&findings::POSITION_SCALED, text);
                notes.push(note.value("column", name).value("perDegree", count));
            }
        }
        Some(Self {
            kind: Kind::Angles {
                longitude,
                latitude,
                o_is_east,
            },
            notes,
        })
    }

    /// Numbers of unnamed coordinates that look like degrees.
    fn unnamed<R>(search: &Search<'_, R>, pair: Pair) -> Option<Self> {
        let positions = search.pairs(pair);
        let other = Pair {
            x: pair.y,
            y: pair.x,
        };
        let pair = if in_degrees(&positions) {
            pair
        } else if in_degrees(&search.pairs(other)) {
            other
        } else {
            return None;
        };
        let mut found = Self::angles(search, pair)?;
        found.notes.push(search.warning(
            &findings::POSITION_ASSUMED,
            "the positions look like degrees and are assumed to be WGS 84; the file does not state it",
        ));
        Some(found)
    }

    fn metres<R>(
        search: &Search<'_, R>,
        pair: Pair,
        system: Option<Named>,
    ) -> Result<Self, ReadError> {
        let positions = search.pairs(pair);
        let (x, y) = (search.title(pair.x), search.title(pair.y));
        let Some(system) = system else {
            let what = search.values();
            let largest = positions
                .iter()
                .fold(0.0_f64, |most, (x, y)| most.max(x.abs()).max(y.abs()));
            if positions.is_empty() {
                let text = format!("columns `{x}` and `{y}` hold no positions");
                return Err(search.refused(text, "export the table with longitude and latitude"));
            }
            // A field is smaller than this, and no projected system has its origin in one.
            if largest < 10_000.0 {
                let text = format!(
                    "a table with {what} and with {x} and {y} from a corner of the field (up to {largest:.0}): it \
                     does not state where the field lies"
                );
                return Err(search.refused(text, "export it with longitude and latitude"));
            }
            let text = format!(
                "a table with {what} and with {x} and {y} in metres; give the coordinate system"
            );
            return Err(search.refused(text, GIVE_SYSTEM));
        };
        if let Some(refusal) = system.refusal(&positions) {
            return Err(search.refused(
                refusal,
                "give the coordinate system that the file was exported in",
            ));
        }
        let notes = approximate(search, &system).into_iter().collect();
        Ok(Self {
            kind: Kind::Metres {
                x: (pair.x, search.comma(pair.x)),
                y: (pair.y, search.comma(pair.y)),
                system: Box::new(system),
            },
            notes,
        })
    }

    /// A column whose cells are whole positions.
    fn in_one_cell<R>(search: &Search<'_, R>) -> Result<Option<Self>, ReadError> {
        for (at, title) in search.titles.iter().enumerate() {
            let texts: Vec<&str> = search.texts(at).take(POINTS).collect();
            if texts.is_empty() {
                continue;
            }
            let most = |count: usize| count * 10 >= texts.len() * 9;
            let points: Vec<point::Found> = texts.iter().filter_map(|t| point::read(t)).collect();
            if most(points.len()) {
                return Self::points(search, at, &points).map(Some);
            }
            let Some(told) = titles::both(title) else {
                continue;
            };
            let pairs: Vec<(f64, f64)> = texts.iter().filter_map(|t| point::pair(t)).collect();
            let fits = |first: f64, second: f64| {
                let inside = |(a, b): &&(f64, f64)| a.abs() <= first && b.abs() <= second;
                most(pairs.iter().filter(inside).count())
            };
            if most(pairs.len()) && (fits(90.0, 180.0) || fits(180.0, 90.0)) {
                let longitude_first = told || !fits(90.0, 180.0);
                return Ok(Some(Self {
                    kind: Kind::Both {
                        at,
                        longitude_first,
                    },
                    notes: Vec::new(),
                }));
            }
        }
        Ok(None)
    }

    fn points<R>(
        search: &Search<'_, R>,
        at: usize,
        points: &[point::Found],
    ) -> Result<Self, ReadError> {
        let positions: Vec<(f64, f64)> = points.iter().map(|p| (p.x, p.y)).collect();
        let told = points
            .iter()
            .find_map(|p| p.code)
            .map(|code| format!("EPSG:{code}"));
        let given = search.options.column_map.get("crs").cloned().or(told);
        let system = given
            .map(|name| Named::find(&name).map_err(|what| search.refused(what, GIVE_SYSTEM)))
            .transpose()?
            .filter(|named| !matches!(named.projection, Projection::Degrees));
        let degrees = |(x, y): &&(f64, f64)| x.abs() <= 180.0 && y.abs() <= 90.0;
        let inside = positions.iter().filter(degrees).count() * 2 >= positions.len();
        let name = search.title(at);
        match &system {
            None if !inside => {
                let what = search.values();
                let text = format!(
                    "a table with {what} and with points in metres in `{name}`; give the coordinate system"
                );
                return Err(search.refused(text, GIVE_SYSTEM));
            }
            Some(system) => {
                if let Some(refusal) = system.refusal(&positions) {
                    return Err(search.refused(refusal, GIVE_SYSTEM));
                }
            }
            None => {}
        }
        let note = system.as_ref().and_then(|s| approximate(search, s));
        let notes = note.into_iter().collect();
        Ok(Self {
            kind: Kind::Point {
                at,
                system: system.map(Box::new),
            },
            notes,
        })
    }

    /// Columns that are the position itself and not repeated beside it.
    pub(crate) fn columns(&self) -> Vec<usize> {
        match &self.kind {
            Kind::Angles {
                longitude,
                latitude,
                ..
            } => vec![longitude.at, latitude.at],
            Kind::Metres { .. } | Kind::Point { .. } | Kind::Both { .. } => Vec::new(),
        }
    }

    /// What was assumed or exchanged.
    pub(crate) fn findings(&self) -> &[Finding] {
        &self.notes
    }

    /// Degrees of a row.
    pub(crate) fn read<'c>(&self, cell: impl Fn(usize) -> Cell<'c>) -> Option<(f64, f64)> {
        let text = |at: usize| match cell(at) {
            Cell::Text(text) => Some(text),
            _ => None,
        };
        match &self.kind {
            Kind::Angles {
                longitude,
                latitude,
                o_is_east,
            } => Some((
                longitude.degrees(&cell, *o_is_east)?,
                latitude.degrees(&cell, *o_is_east)?,
            )),
            Kind::Metres { x, y, system } => {
                let (x, y) = (cell(x.0).number(x.1)?, cell(y.0).number(y.1)?);
                system.projection.degrees(x, y)
            }
            Kind::Point { at, system } => {
                let found = point::read(text(*at)?)?;
                match system {
                    Some(system) => system.projection.degrees(found.x, found.y),
                    None => Some((found.x, found.y)),
                }
            }
            Kind::Both {
                at,
                longitude_first,
            } => {
                let (a, b) = point::pair(text(*at)?)?;
                Some(if *longitude_first { (a, b) } else { (b, a) })
            }
        }
    }
}

fn approximate<R>(search: &Search<'_, R>, system: &Named) -> Option<Finding> {
    let text = "the coordinates use an older datum; positions are accurate to a few metres";
    let note = || search.warning(&findings::DATUM_APPROXIMATE, text);
    system.projection.is_approximate().then(note)
}

/// Whether unnamed coordinates are degrees: in range, fractional, and of one place.
fn in_degrees(positions: &[(f64, f64)]) -> bool {
    let range = |pick: fn(&(f64, f64)) -> f64| {
        positions
            .iter()
            .map(pick)
            .fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)))
    };
    let ((west, east), (south, north)) = (range(|p| p.0), range(|p| p.1));
    let fractional = positions
        .iter()
        .any(|p| p.0.fract() != 0.0 && p.1.fract() != 0.0);
    fractional
        && west >= -180.0
        && east <= 180.0
        && south >= -90.0
        && north <= 90.0
        && east - west < 2.0
        && north - south < 2.0
}
