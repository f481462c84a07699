//! Tests of the column dictionary: headings, units and families.

use super::*;
use tramline_model::Unit;

fn titles(names: &[&str]) -> Vec<Title> {
    names.iter().map(|n| Title::from_text(n)).collect()
}

fn map(names: &[&str]) -> Mapping {
    map_titles(&titles(names), &BTreeMap::new())
}

fn unit(mapping: &Mapping, property: Property) -> Option<(&'static str, bool)> {
    let at = mapping.column(property)?;
    let meaning = mapping.columns.get(at)?.as_ref()?;
    Some((meaning.unit.map_or("", |u| u.symbol), meaning.assumed))
}

#[test]
fn deere_exports_without_json_are_us_and_marked() {
    let m = map(&[
        "DISTANCE",
        "SWATHWIDTH",
        "VRYIELDVOL",
        "SECTIONID",
        "Crop",
        "WetMass",
        "Moisture",
        "Time",
        "Heading",
        "VARIETY",
        "Elevation",
        "IsoTime",
        "Machine",
    ]);
    assert_eq!(m.family, Family::DeereOperationsCenter);
    assert_eq!(unit(&m, Property::WetMassPerArea), Some(("lb/ac", true)));
    assert_eq!(unit(&m, Property::WetMass), None);
    assert_eq!(unit(&m, Property::DryVolumePerArea), Some(("bu/ac", true)));
    assert_eq!(unit(&m, Property::Distance), Some(("ft", true)));
    assert_eq!(m.time, Some(TimeColumns::One(11)));
    assert_eq!(m.operation_type, Some(OperationType::Harvested));
}

#[test]
fn deere_rates_follow_the_unit_of_the_metadata() {
    let mut list = titles(&[
        "IsoTime",
        "DISTANCE",
        "SWATHWIDTH",
        "AppliedRate",
        "TargetRate",
        "Product",
    ]);
    let m = map_titles(&list, &BTreeMap::new());
    assert_eq!(unit(&m, Property::AppliedRate), Some(("gal/ac", true)));
    for title in &mut list[3..5] {
        title.unit = Some("seeds1ac-1".to_owned());
    }
    let m = map_titles(&list, &BTreeMap::new());
    assert_eq!(unit(&m, Property::SeedRate), Some(("seeds/ac", false)));
    assert_eq!(m.operation_type, Some(OperationType::Planted));
    let m = map(&[
        "Time", "Crop", "AppldRt", "SWATHWI", "DISTANC", "SECTION", "TargtRt", "Variety", "IsoTime",
    ]);
    assert_eq!(unit(&m, Property::SeedRate), Some(("seeds/ac", true)));
    assert_eq!(unit(&m, Property::EquipmentWidth), Some(("ft", true)));
}

#[test]
fn sms_units_come_from_the_whole_set_of_names() {
    let m = map(&[
        "Distance_m",
        "Swth_Wdth_",
        "Crop_Flw_M",
        "Moisture__",
        "Yld_Mass_D",
        "Speed_km_h",
    ]);
    assert_eq!(m.family, Family::SmsNamed);
    assert_eq!(unit(&m, Property::EquipmentWidth), Some(("m", false)));
    assert_eq!(unit(&m, Property::CropFlow), Some(("t/h", false)));
    assert_eq!(unit(&m, Property::DryMassPerArea), Some(("t/ha", false)));
    let m = map(&[
        "Distance_f",
        "Swth_Wdth_",
        "Crop_Flw_M",
        "Yld_Vol_Dr",
        "Yld_Mass_W",
    ]);
    assert_eq!(unit(&m, Property::EquipmentWidth), Some(("ft", false)));
    assert_eq!(unit(&m, Property::CropFlow), Some(("lb/s", false)));
    assert_eq!(unit(&m, Property::WetMassPerArea), Some(("lb/ac", false)));
    let m = map(&["Swth_Wdth_", "Yld_Vol_Dr"]);
    assert_eq!(unit(&m, Property::EquipmentWidth), Some(("ft", true)));
    assert_eq!(unit(&m, Property::DryVolumePerArea), Some(("bu/ac", true)));
}

#[test]
fn sms_text_titles_say_their_unit_in_brackets() {
    let m = map(&[
        "Longitude",
        "Latitude",
        "Distance(m)",
        "Track(deg)",
        "Duration(s)",
        "Swth Wdth(m)",
        "Crop Flw(M)(tonne/h)",
        "Crop Flw(V)(m³/s)",
        "Moisture(%)",
        "Yld Mass(Dry)(tonne/ha)",
    ]);
    assert_eq!(unit(&m, Property::CropFlow), Some(("t/h", false)));
    assert_eq!(m.column(Property::CropFlow), Some(6));
    assert!(m.columns[7].is_none(), "volume flow is no mass flow");
    assert_eq!(unit(&m, Property::DryMassPerArea), Some(("t/ha", false)));
    assert_eq!(unit(&m, Property::SamplingInterval), Some(("s", false)));
    let title = Title::from_text("Rt Apd Liq(gal(US)/ac)");
    assert_eq!(
        (title.name.as_str(), title.unit.as_deref()),
        ("Rt Apd Liq", Some("gal(US)/ac"))
    );
}

#[test]
fn sms_targets_tell_seed_from_product() {
    let m = map(&["Tgt_Rate_k", "Elevation_", "Speed_mph_"]);
    assert_eq!(unit(&m, Property::SeedRateTarget), Some(("ksds/ac", false)));
    assert_eq!(unit(&m, Property::Elevation), Some(("ft", false)));
    assert_eq!(m.operation_type, Some(OperationType::Planted));
    let m = map(&["Obj__Id", "Product", "Rt_Apd_Liq", "Tgt_Rate_g"]);
    assert_eq!(m.operation_type, Some(OperationType::Applied));
    assert_eq!(
        unit(&m, Property::AppliedRateTarget),
        Some(("gal/ac", true))
    );
}

#[test]
fn template_1_and_yield_editor_have_fixed_units() {
    let m = map(&[
        "LONGITUDE",
        "LATITUDE",
        "FLOW",
        "TIME",
        "CYCLES",
        "DISTANCE",
        "SWATH",
        "MOISTURE",
        "STATUS",
        "CROP",
        "ALTITUDE",
        "DRY_BU_AC",
        "SPEED",
    ]);
    assert_eq!(m.family, Family::SmsTemplate1);
    assert_eq!(unit(&m, Property::Distance), Some(("in", false)));
    assert_eq!(unit(&m, Property::CropFlow), Some(("lb/s", false)));
    assert_eq!(unit(&m, Property::Speed), Some(("mi/hr", false)));
    assert_eq!(unit(&m, Property::DryVolumePerArea), Some(("bu/ac", false)));
    assert!(m.column(Property::RecordingStatus).is_some());
    assert_eq!(m.time, Some(TimeColumns::One(3)));
    let m = map(&[
        "field", "utm_x", "utm_y", "lat", "lon", "yield", "moistur", "swth_w_", "dist_in",
        "flw_lbs", "rm_code", "hdng_dg", "z_metrs",
    ]);
    assert_eq!(m.family, Family::YieldEditor);
    assert_eq!(unit(&m, Property::EquipmentWidth), Some(("in", false)));
    assert_eq!(unit(&m, Property::Elevation), Some(("m", false)));
    assert!(m.assumed_units().is_empty());
}

#[test]
fn a_column_map_wins() {
    let mut by_hand = BTreeMap::new();
    by_hand.insert("Ertrag".to_owned(), "wetMassPerArea:t/ha".to_owned());
    by_hand.insert("yield".to_owned(), "proteinPercentage".to_owned());
    let m = map_titles(&titles(&["lon", "lat", "Ertrag", "yield"]), &by_hand);
    assert_eq!(unit(&m, Property::WetMassPerArea), Some(("t/ha", false)));
    assert_eq!(
        unit(&m, Property::ProteinPercentage),
        Some(("prcnt", false))
    );
}

#[test]
fn agridat_french_and_cropscan_titles() {
    let m = map(&[
        "long", "lat", "mass", "time", "seconds", "dist", "moist", "elev",
    ]);
    assert_eq!(unit(&m, Property::CropFlow), Some(("lb/s", true)));
    assert_eq!(unit(&m, Property::Distance), Some(("in", true)));
    assert_eq!(unit(&m, Property::SamplingInterval), Some(("s", false)));
    let m = map(&[
        "largeur_de",
        "piste_deg_",
        "vitesse_km",
        "rend_vol_s",
        "heure",
    ]);
    assert_eq!(unit(&m, Property::Speed), Some(("km/hr", false)));
    assert!(m.column(Property::DryVolumePerArea).is_some());
    let m = map(&[
        "sp1", "sp38", "protein", "moisture", "date", "time", "y", "n", "x", "w",
    ]);
    assert_eq!(m.family, Family::CropScan);
    assert_eq!(m.column(Property::Longitude), Some(8));
    assert_eq!(
        m.operation_type,
        Some(OperationType::Other("protein".to_owned()))
    );
}

#[test]
fn a_bare_word_yields_to_a_better_title() {
    let m = map(&["lon", "lat", "yield", "Dry_Yield", "rate", "Rt_Apd_Liq"]);
    assert_eq!(m.column(Property::DryVolumePerArea), Some(3));
    assert_eq!(m.column(Property::AppliedRate), Some(5));
}

#[test]
fn names_that_say_nothing_give_nothing() {
    let m = map(&["FID", "abc", "id", "notes"]);
    assert!(m.columns.iter().all(Option::is_none));
    assert!(!m.has_values());
    assert_eq!(m.operation_type, None);
}

#[test]
fn every_symbol_of_the_table_is_a_unit_that_fits() {
    use dictionary::UnitRule as R;
    let tables = [
        dictionary::GENERAL,
        dictionary::TEMPLATE_1,
        dictionary::DEERE,
        dictionary::YIELD_EDITOR,
        dictionary::AGRIDAT,
    ];
    for row in tables.iter().flat_map(|t| t.iter()) {
        let symbols = match row.rule {
            R::None => vec![],
            R::Fixed(a) | R::Assumed(a) => vec![a],
            R::System(a, b) => vec![a, b],
        };
        for symbol in symbols {
            let unit = Unit::from_symbol(symbol).unwrap_or_else(|| panic!("{symbol}"));
            assert!(
                row.property.accepts(unit.dimension),
                "{} in {symbol}",
                row.property.name()
            );
        }
        assert!(
            row.titles.iter().all(|t| *t == normal(t)),
            "{:?}",
            row.titles
        );
    }
}

#[test]
fn status_words_and_codes() {
    for (text, expected) in [
        ("33", Some("On")),
        ("32", Some("Off")),
        ("\"On\"", Some("On")),
        ("0", Some("Off")),
        ("7", None),
        ("", None),
    ] {
        assert_eq!(status(text), expected, "{text}");
    }
}
