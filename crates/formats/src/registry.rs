//! The list of formats. Everything else (detection, `formats` command, README table, docs index)
//! is derived from it.

use crate::claim::Format;

/// Every format, in order of precedence at equal confidence. `markers` is last: it names what no
/// reader takes.
pub static FORMATS: &[&Format] = &[
    &crate::isoxml::FORMAT,
    &crate::deere_gen4::FORMAT,
    &crate::deere_greenstar::FORMAT,
    &crate::adm::FORMAT,
    &crate::shapefile::FORMAT,
    &crate::text::FORMAT,
    &crate::geojson::FORMAT,
    &crate::raven_fmis::FORMAT,
    &crate::raven_viper::FORMAT,
    &crate::geopackage::FORMAT,
    &crate::flatgeobuf::FORMAT,
    &crate::kml::FORMAT,
    &crate::adapt_standard::FORMAT,
    &crate::markers::FORMAT,
];

/// The format of a claim.
pub fn by_id(id: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.id == id)
}
