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

/// Every `fileFormat` code there is, in alphabetical order: those of the contract, also of formats that are
/// only named, and those of our own formats.
pub fn file_format_codes() -> Vec<&'static str> {
    let own = FORMATS.iter().flat_map(|format| format.file_formats);
    let mut codes: Vec<&'static str> = own.copied().collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Whether a file beside one that was given alone belongs to it, by the rule of any format. Both names
/// in lower case.
pub fn belongs(given: &str, other: &str) -> bool {
    FORMATS.iter().any(|format| (format.sides)(given, other))
}

/// The format of a claim.
pub fn by_id(id: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.id == id)
}

#[cfg(test)]
mod tests {
    use super::file_format_codes;

    /// Published codes, those of the older enumeration, and the additions of section 9.3.
    #[test]
    fn every_code_of_the_contract_is_known() {
        let codes = file_format_codes();
        let contract = "AGDATA CN1 ISO11783 SHAPEFILE ADAPTADM DATCLIMATE GEOJSON TRIMBLE GS3 GEN4 DAT \
                        PP2020 YLD ILF AGGPS FMIS JDP CSV";
        for code in contract.split_whitespace() {
            assert!(codes.contains(&code), "{code}");
        }
        assert!(codes.is_sorted(), "{codes:?}");
        assert!(!codes.contains(&"UNKNOWN"));
    }
}
