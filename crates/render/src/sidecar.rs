//! The text beside a PNG (`<name>.png.aux.xml`) by which GDAL and QGIS know its place.
//!
//! Rule: the persistent auxiliary metadata of GDAL: reference system and geotransform.

use crate::{Canvas, Projection};
use std::fmt::Write;

/// EPSG:3857 as GDAL writes it.
const WEB_MERCATOR: &str = r#"PROJCS["WGS 84 / Pseudo-Mercator",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]],PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",0],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],EXTENSION["PROJ4","+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext +no_defs"],AUTHORITY["EPSG","3857"]]"#;

/// The text for the PNG of a canvas.
pub fn sidecar(canvas: &Canvas) -> String {
    let mut text = String::from("<PAMDataset>\n  <SRS dataAxisToSRSAxisMapping=\"1,2\">");
    match canvas.projection() {
        Projection::WebMercator => text.push_str(&WEB_MERCATOR.replace('"', "&quot;")),
        utm => {
            let _ = write!(text, "EPSG:{}", utm.epsg());
        }
    }
    text.push_str("</SRS>\n  <GeoTransform>");
    let mut between = "";
    for number in canvas.geo_transform() {
        // Writing to a text cannot fail.
        let _ = write!(text, "{between}{number:.16e}");
        between = ", ";
    }
    text.push_str("</GeoTransform>\n  <Metadata>\n    <MDI key=\"AREA_OR_POINT\">Area</MDI>\n");
    text.push_str("  </Metadata>\n</PAMDataset>\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_exact() {
        let canvas = Canvas::new([-58.1, -33.9, -58.0, -33.8], 1.0, 4096).expect("a field");
        let text = sidecar(&canvas);
        let (_, rest) = text.split_once("<GeoTransform>").expect("a transform");
        let (numbers, _) = rest.split_once("</GeoTransform>").expect("its end");
        let numbers: Vec<f64> = numbers
            .split(", ")
            .map(|number| number.parse().expect("a number"))
            .collect();
        assert_eq!(numbers, canvas.geo_transform());
        assert!(text.contains("&quot;EPSG&quot;,&quot;3857&quot;"));
    }
}
