//! KML that carries data: a placemark for each record with its values as extended data, and the
//! same in a KMZ.

use super::geojson::properties;
use super::iso_utc;
use crate::{Files, Simulated, zip};
use serde_json::Value;
use std::fmt::Write as _;

/// One placemark for each record; its time is that of the placemark.
pub fn points(simulated: &Simulated) -> Files {
    let path = format!("kml/{}.kml", simulated.plan.field);
    vec![(path, document(simulated).into_bytes())]
}

/// The same as a KMZ.
pub fn zipped(simulated: &Simulated) -> Files {
    let inner = zip(&[("doc.kml".to_owned(), document(simulated).into_bytes())]);
    vec![(format!("kml/{}.kmz", simulated.plan.field), inner)]
}

fn document(simulated: &Simulated) -> String {
    let plan = &simulated.plan;
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>{}</name>\
         <Style id=\"p\"><IconStyle><scale>0.4</scale></IconStyle></Style>\n",
        plan.field
    );
    for record in &simulated.records {
        let _ = write!(
            out,
            "<Placemark><TimeStamp><when>{}</when></TimeStamp><styleUrl>#p</styleUrl><ExtendedData>",
            iso_utc(record.time_ms)
        );
        for (name, value) in properties(plan, record) {
            let text = match value {
                Value::String(_) if name == "timestamp" => continue,
                Value::String(text) => text.replace('&', "&amp;"),
                number => number.to_string(),
            };
            let _ = write!(out, "<Data name=\"{name}\"><value>{text}</value></Data>");
        }
        let _ = writeln!(
            out,
            "</ExtendedData><Point><coordinates>{},{},{}</coordinates></Point></Placemark>",
            record.longitude, record.latitude, record.elevation_m
        );
    }
    out.push_str("</Document></kml>\n");
    out
}
