//! Polygons of a KML document, by placemark. Styles, links and the like are skipped; a
//! document type is refused.

use super::outline::{Read, area};
use quick_xml::Reader;
use quick_xml::events::Event;

const DEPTH: usize = 64;

/// A placemark while it is read.
#[derive(Default)]
struct Placemark {
    name: Option<String>,
    polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

pub(super) fn read(bytes: &[u8]) -> Read {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = Reader::from_str(&text);
    let mut path: Vec<String> = Vec::new();
    let mut content = String::new();
    let mut placemark = Placemark::default();
    let mut list = Vec::new();
    loop {
        let event = reader
            .read_event()
            .map_err(|cause| format!("the file is not KML: {cause}"))?;
        match event {
            Event::Start(start) => {
                if path.len() == DEPTH {
                    return Err(format!("the KML is nested deeper than {DEPTH} levels"));
                }
                let name = start.local_name().as_ref().to_owned();
                match name.as_str() {
                    "Placemark" => placemark = Placemark::default(),
                    "Polygon" => placemark.polygons.push(Vec::new()),
                    _ => {}
                }
                path.push(name);
                content.clear();
            }
            Event::Text(part) => content.push_str(&part),
            Event::CData(part) => content.push_str(&part),
            Event::GeneralRef(name) => content.push_str(match name.as_ref() {
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                "quot" => "\"",
                "apos" => "'",
                _ => " ",
            }),
            Event::End(_) => {
                let name = path.pop().unwrap_or_default();
                let above = path.last().map(String::as_str).unwrap_or_default();
                match name.as_str() {
                    "name" if above == "Placemark" => {
                        placemark.name = Some(content.trim().to_owned()).filter(|n| !n.is_empty());
                    }
                    "coordinates" if above == "LinearRing" => {
                        if let Some(polygon) = placemark.polygons.last_mut() {
                            polygon.push(positions(&content)?);
                        }
                    }
                    "Placemark" => {
                        let done = std::mem::take(&mut placemark);
                        if !done.polygons.is_empty() {
                            list.push((done.name, area(done.polygons)));
                        }
                    }
                    _ => {}
                }
                content.clear();
            }
            Event::DocType(_) => {
                return Err("the KML has a document type, which is not allowed".to_owned());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if list.is_empty() {
        return Err("the KML has no placemark with a polygon".to_owned());
    }
    Ok(list)
}

/// `longitude,latitude[,height]`, parted by white space.
fn positions(text: &str) -> Result<Vec<[f64; 2]>, String> {
    text.split_ascii_whitespace()
        .map(|position| {
            let mut numbers = position.split(',').map(str::parse::<f64>);
            match (numbers.next(), numbers.next()) {
                (Some(Ok(longitude)), Some(Ok(latitude))) => Ok([longitude, latitude]),
                _ => Err(format!("`{position}` is not a position")),
            }
        })
        .collect()
}
