//! Titles of many makers and languages, and what they mean: cases as data.

use super::*;

/// A title; the property and unit that it must get; the other titles of the file.
const CASES: &[(&str, &str, &str)] = &[
    // English, words in any order.
    ("Estimated Volume (Dry)(bu/ac)", "dryVolumePerArea", "bu/ac"),
    ("Estimated Volume (Wet)(bu/ac)", "wetVolumePerArea", "bu/ac"),
    ("Yield Mass (Wet)(lb/ac)", "wetMassPerArea", "lb/ac"),
    ("Yield Mass (Dry)(lb/ac)", "dryMassPerArea", "lb/ac"),
    ("Crop Flow (Mass)(lb/s)", "cropFlow", "lb/s"),
    ("Dry Grain Yield (t/ha)", "dryMassPerArea", "t/ha"),
    ("Wet Yield [kg/ha]", "wetMassPerArea", "kg/ha"),
    ("NetYldA(ton/ac)", "wetMassPerArea", "ton/ac"),
    ("NetYld(ton)", "wetMass", "ton"),
    ("Avg Grain Moisture (%)", "harvestMoisture", "prcnt"),
    ("Swath Width(ft)", "equipmentWidth", "ft"),
    ("Target Seed Rate (ksds/ha)", "seedRateTarget", "ksds/ha"),
    ("Applied Seeding Rate (seeds/ac)", "seedRate", "seeds/ac"),
    ("Actual Application Rate (L/ha)", "appliedRate", "L/ha"),
    ("Planned Rate (kg/ha)", "appliedRateTarget", "kg/ha"),
    ("Tillage Depth (in)", "tillageDepthActual", "in"),
    ("Target Depth (cm)", "tillageDepthTarget", "cm"),
    ("Ground Speed (mph)", "speed", "mi/hr"),
    ("Corn Yield (bu/ac)", "wetVolumePerArea", "bu/ac"),
    // German
    ("Ertrag trocken (t/ha)", "dryMassPerArea", "t/ha"),
    ("Trockenertrag (dt/ha)", "dryMassPerArea", "q/ha"),
    ("Ertrag feucht (dt/ha)", "wetMassPerArea", "q/ha"),
    ("Kornfeuchte (%)", "harvestMoisture", "prcnt"),
    ("Arbeitsbreite (m)", "equipmentWidth", "m"),
    ("Fahrgeschwindigkeit (km/h)", "speed", "km/hr"),
    ("Fläche (ha)", "area", "ha"),
    ("Sollmenge (l/ha)", "appliedRateTarget", "L/ha"),
    ("Istmenge (l/ha)", "appliedRate", "L/ha"),
    ("Aussaatmenge (Körner/m²)", "seedRate", "seeds/m2"),
    ("Arbeitstiefe (cm)", "tillageDepthActual", "cm"),
    // French
    ("Masse de rend. (sec)(tonne/ha)", "dryMassPerArea", "t/ha"),
    ("Rendement humide (q/ha)", "wetMassPerArea", "q/ha"),
    ("Humidité (%)", "harvestMoisture", "prcnt"),
    ("Largeur de travail (m)", "equipmentWidth", "m"),
    ("Vitesse d'avancement (km/h)", "speed", "km/hr"),
    ("Dose appliquée (L/ha)", "appliedRate", "L/ha"),
    ("Débit massique grain (t/h)", "cropFlow", "t/h"),
    // Spanish
    ("(seco)Masa de rend.(tonne/ha)", "dryMassPerArea", "t/ha"),
    ("(húmedo)Masa de rend.(tonne/ha)", "wetMassPerArea", "t/ha"),
    ("Anch. de fja.(m)", "equipmentWidth", "m"),
    ("Humedad(%)", "harvestMoisture", "prcnt"),
    ("Velocidad(km/h)", "speed", "km/hr"),
    ("Distancia(m)", "distance", "m"),
    ("Duración(s)", "samplingInterval", "s"),
    ("Rinde seco (qq/ha)", "dryMassPerArea", "q/ha"),
    ("Dosis aplicada (kg/ha)", "appliedRate", "kg/ha"),
    ("Dosis objetivo (kg/ha)", "appliedRateTarget", "kg/ha"),
    // Portuguese
    ("Produtividade seca (sc/ha)", "dryMassPerArea", "sc/ha"),
    ("Massa de rend. (úmida)(t/ha)", "wetMassPerArea", "t/ha"),
    ("Umidade (%)", "harvestMoisture", "prcnt"),
    ("Largura da plataforma (m)", "equipmentWidth", "m"),
    ("Velocidade (km/h)", "speed", "km/hr"),
    ("Dose aplicada (kg/ha)", "appliedRate", "kg/ha"),
    ("População de sementes (seeds/ha)", "seedRate", "seeds/ha"),
    // Italian
    ("Resa secca (t/ha)", "dryMassPerArea", "t/ha"),
    ("Umidità (%)", "harvestMoisture", "prcnt"),
    ("Larghezza di lavoro (m)", "equipmentWidth", "m"),
    ("Velocità (km/h)", "speed", "km/hr"),
    ("Dose obiettivo (l/ha)", "appliedRateTarget", "L/ha"),
    // Polish
    ("Plon suchy (t/ha)", "dryMassPerArea", "t/ha"),
    ("Wilgotność ziarna (%)", "harvestMoisture", "prcnt"),
    ("Szerokość robocza (m)", "equipmentWidth", "m"),
    ("Prędkość jazdy (km/h)", "speed", "km/hr"),
    ("Dawka zadana (kg/ha)", "appliedRateTarget", "kg/ha"),
    // Danish
    ("Udbytte tør (hkg/ha)", "dryMassPerArea", "q/ha"),
    ("Tørudbytte (t/ha)", "dryMassPerArea", "t/ha"),
    ("Vandindhold (%)", "harvestMoisture", "prcnt"),
    ("Arbejdsbredde (m)", "equipmentWidth", "m"),
    ("Hastighed (km/t)", "speed", "km/hr"),
    ("Kørehastighed (km/h)", "speed", "km/hr"),
    // Dutch
    ("Opbrengst droog (t/ha)", "dryMassPerArea", "t/ha"),
    ("Vochtgehalte (%)", "harvestMoisture", "prcnt"),
    ("Werkbreedte (m)", "equipmentWidth", "m"),
    ("Rijsnelheid (km/h)", "speed", "km/hr"),
    // What is something else stays out.
    ("Air Temperature(°F)", "", ""),
    ("Fan Speed (rpm)", "", ""),
    ("Engine Load (%)", "", ""),
    ("Wind Speed (mph)", "", ""),
    ("Prod.(ha/h)", "", ""),
    ("Fuel Rate Area (gal/ac)", "", ""),
    ("Header Height (in)", "", ""),
    ("Previous Yield (bu/ac)", "", ""),
    ("GrossYldA(ton/ac)", "", ""),
    ("Crop Flow(V)(bu/h)", "", ""),
    ("Yield Std Dev (bu/ac)", "", ""),
    ("Soil Moisture (%)", "", ""),
    ("Bodenfeuchte (%)", "", ""),
    ("Notes", "", ""),
];

#[test]
fn titles_of_nine_languages_are_read_by_their_words() {
    let mut wrong = Vec::new();
    for (title, property, unit) in CASES {
        let list = ["Longitude", "Latitude", "Elevation(m)", title].map(Title::from_text);
        let mapping = map_titles(&list, &BTreeMap::new());
        let found = mapping.columns[3].as_ref();
        let found = found.map_or(("", ""), |m| {
            (m.property.name(), m.unit.map_or("", |u| u.symbol))
        });
        if found != (*property, *unit) {
            wrong.push(format!("{title}: {found:?} for {property} {unit}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_days_and_clocks_are_found_in_every_language() {
    type Role = fn(&Mapping) -> Option<usize>;
    let day: Role = |m| match m.time {
        Some(TimeColumns::One(at) | TimeColumns::DateAndTime { date: at, .. }) => Some(at),
        None => None,
    };
    let clock: Role = |m| match m.time {
        Some(TimeColumns::DateAndTime { time, .. }) => Some(time),
        _ => None,
    };
    let cases: &[(&[&str], Role)] = &[
        (
            &[
                "Schlag",
                "Lote",
                "Talhão",
                "Parcelle",
                "Perceel",
                "Mark",
                "Field - Name",
            ],
            |m| m.field,
        ),
        (
            &["Betrieb", "Fazenda", "Exploitation", "Farm - Name"],
            |m| m.farm,
        ),
        (&["Grower - Name", "Client", "Agricultor"], |m| m.grower),
        (&["Datum", "Fecha", "Data", "Dato", "Date"], day),
        (&["Uhrzeit", "Hora", "Heure", "Godzina", "Tijd"], clock),
    ];
    for (titles, role) in cases {
        for title in *titles {
            let date = if titles.contains(&"Hora") {
                "Fecha"
            } else {
                "Notes"
            };
            let list = ["Longitude", "Latitude", "Moisture", date, title].map(Title::from_text);
            let mapping = map_titles(&list, &BTreeMap::new());
            assert_eq!(role(&mapping), Some(4), "{title}");
        }
    }
}
