//! Every code of a finding that readers declare: the page of all findings is made from them.

use crate::shared::{columns, task_data, xml};
use crate::{
    adapt_standard, adm, deere_gen4, deere_greenstar, flatgeobuf, geojson, geopackage, isoxml, kml,
    raven_fmis, raven_viper, shapefile, source, text,
};
use tramline_model::Code;

/// All of them, room by room.
pub fn codes() -> Vec<&'static Code> {
    let lists = [
        source::findings::CODES,
        columns::findings::CODES,
        text::findings::CODES,
        shapefile::findings::CODES,
        geopackage::findings::CODES,
        flatgeobuf::findings::CODES,
        xml::findings::CODES,
        task_data::findings::CODES,
        isoxml::findings::CODES,
        adm::findings::CODES,
        adapt_standard::findings::CODES,
        deere_gen4::findings::CODES,
        deere_greenstar::findings::CODES,
        raven_fmis::findings::CODES,
        raven_viper::findings::CODES,
    ];
    let layers = [
        &geojson::findings::LAYER,
        &kml::findings::LAYER,
        &geopackage::findings::LAYER,
        &flatgeobuf::findings::LAYER,
    ];
    let layers = layers.into_iter().flat_map(|layer| layer.all());
    lists.into_iter().flatten().copied().chain(layers).collect()
}
