//! Placemarks of a document as features: the first geometry, the data, the time.

use crate::shared::layer::{Feature, Names, Next, Shape, Value};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use tramline_model::ReadError;

/// What a placemark's time is called.
const TIME: &str = "timestamp";

/// Why a document ends early: its own fault, or the taker's.
pub(super) enum End {
    Broken(String),
    Error(ReadError),
}

/// Where the parser is in a placemark.
#[derive(Default)]
struct State {
    path: Vec<String>,
    content: String,
    /// Column of the open `Data` or `SimpleData`.
    column: Option<usize>,
    shape: Shape,
    /// Kind of the first geometry, once it has positions.
    kind: Option<bool>,
    inside: bool,
}

/// Reads a document; every placemark goes to `each`.
pub(super) fn read(
    text: &str,
    (depth, value_bytes): (usize, usize),
    names: &mut Names,
    each: &mut crate::shared::layer::Each<'_>,
) -> Result<(), End> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut state = State::default();
    let mut feature = Feature::default();
    loop {
        let event = reader
            .read_event()
            .map_err(|cause| End::Broken(format!("xml is not well-formed: {cause}")))?;
        match event {
            Event::Start(start) => {
                if state.path.len() >= depth {
                    return Err(End::Broken(format!(
                        "the KML is nested deeper than {depth} levels"
                    )));
                }
                let name = start.local_name().as_ref().to_owned();
                state.start(&name, &start, &mut feature, names);
                state.path.push(name);
            }
            Event::Text(part) => state.append(&part, value_bytes),
            Event::CData(part) => state.append(&part, value_bytes),
            Event::GeneralRef(name) => {
                let sign = match name.as_ref() {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => " ",
                };
                state.append(sign, value_bytes);
            }
            Event::End(_) => {
                let name = state.path.pop().unwrap_or_default();
                let complete = state.inside && name == "Placemark";
                state.end(&name, &mut feature, names);
                if complete && each(&feature).map_err(End::Error)? == Next::Stop {
                    return Ok(());
                }
            }
            Event::DocType(_) => {
                let what = "the KML has a document type, which is not allowed";
                return Err(End::Broken(what.to_owned()));
            }
            Event::Eof if state.path.is_empty() => return Ok(()),
            Event::Eof => {
                let open = state.path.last().map_or("", String::as_str);
                return Err(End::Broken(format!(
                    "the KML is truncated within {open:.40}"
                )));
            }
            _ => {}
        }
    }
}

impl State {
    fn start(
        &mut self,
        name: &str,
        start: &BytesStart<'_>,
        feature: &mut Feature,
        names: &mut Names,
    ) {
        self.content.clear();
        match name {
            "Placemark" => {
                feature.clear();
                *self = Self {
                    path: std::mem::take(&mut self.path),
                    content: std::mem::take(&mut self.content),
                    inside: true,
                    ..Self::default()
                };
            }
            "Data" | "SimpleData" if self.inside => {
                let found = start
                    .attributes()
                    .with_checks(false)
                    .flatten()
                    .find(|attribute| attribute.key.local_name().as_ref() == "name");
                self.column = found.and_then(|attribute| {
                    let plain = quick_xml::escape::unescape(&attribute.value).ok()?;
                    names.column(plain.trim())
                });
            }
            _ => {}
        }
    }

    fn append(&mut self, part: &str, most: usize) {
        let open = self.path.last().map_or("", String::as_str);
        // Coordinates of a polygon are the only long text that is wanted.
        let room = if open == "coordinates" {
            usize::MAX
        } else {
            most
        };
        if self.inside && self.content.len().saturating_add(part.len()) <= room {
            self.content.push_str(part);
        }
    }

    fn end(&mut self, name: &str, feature: &mut Feature, names: &mut Names) {
        if !self.inside {
            return;
        }
        let text = self.content.trim();
        match name {
            "value" | "SimpleData" if self.column.is_some() => {
                if let Some(column) = self.column {
                    feature.set(column, value(text));
                }
            }
            "when" | "begin" if !text.is_empty() => {
                if let Some(column) = names.column(TIME) {
                    feature.set(column, value(text));
                }
            }
            "coordinates" => self.coordinates(),
            "Polygon" => self.shape.close_polygon(),
            "Placemark" => {
                feature.polygon = self.kind == Some(true);
                self.shape.settle(feature);
                self.inside = false;
            }
            _ => {}
        }
        if matches!(name, "Data" | "SimpleData") {
            self.column = None;
        }
        self.content.clear();
    }

    /// Positions of a point or of a polygon's ring; the kind of the first geometry stands.
    fn coordinates(&mut self) {
        let ring = self.path.last().is_some_and(|above| above == "LinearRing");
        let polygon = ring && self.path.iter().any(|part| part == "Polygon");
        if *self.kind.get_or_insert(polygon) != polygon {
            return;
        }
        for position in self.content.split_ascii_whitespace() {
            let mut numbers = position.split(',').map(str::parse::<f64>);
            if let (Some(Ok(x)), Some(Ok(y))) = (numbers.next(), numbers.next())
                && x.is_finite()
                && y.is_finite()
            {
                self.shape.add((x, y));
            }
        }
        self.shape.close_ring();
    }
}

fn value(text: &str) -> Value {
    match text {
        "" => Value::Null,
        text => Value::Text(text.to_owned()),
    }
}
