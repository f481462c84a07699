//! The name of a file that each format takes by itself, for inputs that are one file.

/// Id and name; a test of the crate fails where a format is missing.
const USUAL: &[(&str, &str)] = &[
    ("isoxml", "TASKDATA/TASKDATA.XML"),
    ("deere_gen4", "JDF/log.jdl"),
    ("deere_greenstar", "RCD/log.fdl"),
    ("adm", "adm/Catalog.adm"),
    ("shapefile", "points.shp"),
    ("text", "points.csv"),
    ("geojson", "points.geojson"),
    ("raven_fmis", "job/jobdata.xml"),
    ("raven_viper", "job.jdp/job.jdf"),
    ("geopackage", "points.gpkg"),
    ("flatgeobuf", "points.fgb"),
    ("kml", "points.kml"),
    ("adapt_standard", "set/adapt.json"),
    ("markers", "Card.CN1/index.vy1"),
];

/// The usual name of a format's file.
pub(crate) fn name(format: &str) -> &'static str {
    let known = USUAL.iter().find(|(id, _)| *id == format);
    known.map_or("upload", |(_, name)| name)
}

#[cfg(test)]
pub(crate) fn is_known(format: &str) -> bool {
    USUAL.iter().any(|(id, _)| *id == format)
}
