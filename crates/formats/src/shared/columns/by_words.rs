//! Titles that no table has as a whole, by their words: `Estimated Volume (Dry)`, `(seco)Masa de
//! rend.`, `Kornfeuchte`.
//!
//! Rule: every word of the title must be understood; the unit that the file says decides between
//! mass, volume and count. A title of which one word means something else is left alone.

use super::look_up::System;
use super::mapping::Meaning;
use super::title::Title;
use super::words::{Read, Word, Words};
use tramline_model::{Dimension, Property, Unit};

/// What the other columns tell about a title that could mean two things.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    pub(super) system: System,
    /// A column counts seeds or names a variety.
    pub(super) seeds: bool,
    /// A column of yield, moisture or flow.
    pub(super) harvest: bool,
    /// A column of moisture.
    pub(super) moisture: bool,
}

/// What the titles of a file say together.
pub(super) fn beside(titles: &[Title], system: System) -> Beside {
    let reads: Vec<Read> = titles.iter().map(|t| Read::of(&t.name)).collect();
    let any = |word| reads.iter().any(|r| r.has(word) && !r.refused());
    Beside {
        system,
        seeds: reads.iter().any(|r| {
            !r.refused()
                && r.only(&[
                    Word::Seed,
                    Word::Rate,
                    Word::Target,
                    Word::Applied,
                    Word::Count,
                ])
                && r.has(Word::Seed)
        }),
        moisture: reads
            .iter()
            .any(|r| r.has(Word::Moisture) && !r.refused() && !r.has(Word::Yield)),
        harvest: any(Word::Yield) || any(Word::Moisture) || any(Word::Flow),
    }
}

/// The meaning of a title by its words.
pub(super) fn look_up(title: &Title, beside: Beside) -> Option<Meaning> {
    let mut read = Read::of(&title.name);
    let mut said = title.unit.as_deref().and_then(Unit::parse);
    if said.is_none() {
        said = unit_at_end(&mut read);
    }
    if title.name.chars().count() == 10 {
        read.drop_cut_end();
    }
    // A breadth without a unit is the latitude.
    if said.is_none() && read.texts == ["breite"] {
        return None;
    }
    if read.tokens.is_empty() || read.refused() {
        return None;
    }
    let dimension = said.map(|u| u.dimension);
    let property = quantity(&read, dimension, beside)?;
    if property.dimension() == Dimension::None {
        return (said.is_none()).then_some(Meaning::of(property, None, false));
    }
    match said {
        Some(unit) if property.accepts(unit.dimension) => {
            Some(Meaning::of(property, Some(unit), false))
        }
        // The words say one thing and the unit another.
        Some(_) => None,
        None => {
            let symbol = symbol(property, beside.system);
            let fixed = matches!(
                property.dimension(),
                Dimension::Ratio | Dimension::Time | Dimension::Angle
            );
            let assumed = !fixed && (beside.system == System::Unknown || symbol.starts_with("bu"));
            Some(if fixed {
                Meaning::of(property, Some(Unit::known(symbol)), assumed)
            } else {
                Meaning::by_system(property, Unit::known(symbol), assumed)
            })
        }
    }
}

/// The column whose title names nothing but this: a field, a day.
pub(super) fn role(titles: &[Title], word: Word) -> Option<usize> {
    titles.iter().position(|title| {
        let read = Read::of(&title.name);
        let known = Words::of(&[word, Word::Name]);
        title.unit.is_none()
            && !read.tokens.is_empty()
            && read.has(word)
            && read.tokens.iter().all(|t| t.meets(known))
    })
}

/// A unit written as the last words: `Yield t ha`, `distance_m`.
fn unit_at_end(read: &mut Read) -> Option<&'static Unit> {
    let texts = &read.texts;
    for count in [2, 1] {
        let at = texts.len().checked_sub(count).filter(|at| *at > 0)?;
        let text = texts.get(at..).unwrap_or_default().join("/");
        // `M` and `V` tell mass from volume.
        let letter = matches!(
            text.as_str(),
            "v" | "a" | "d" | "w" | "l" | "in" | "c" | "f" | "k" | "n"
        );
        if !letter && let Some(unit) = Unit::parse(&text) {
            read.texts.truncate(at);
            read.tokens.truncate(at);
            return Some(unit);
        }
    }
    None
}

/// The property that the words name.
fn quantity(read: &Read, dimension: Option<Dimension>, beside: Beside) -> Option<Property> {
    use Property as P;
    use Word as W;
    let has = |word| read.has(word);
    let target = has(W::Target);
    let fits = |wanted: Dimension| dimension.is_none_or(|d| d == wanted);
    if has(W::Depth) {
        let words = &[W::Depth, W::Seed, W::Tillage, W::Target, W::Applied];
        return (read.only(words) && fits(Dimension::Length)).then_some(
            match (has(W::Seed) || (beside.seeds && !has(W::Tillage)), target) {
                (true, _) => P::SeedDepth,
                (_, true) => P::TillageDepthTarget,
                _ => P::TillageDepthActual,
            },
        );
    }
    if let Some(property) = harvested(read, dimension, beside) {
        return Some(property);
    }
    if has(W::Moisture) && read.only(&[W::Moisture, W::Crop]) && fits(Dimension::Ratio) {
        return Some(P::HarvestMoisture);
    }
    if has(W::Protein) && read.only(&[W::Protein, W::Crop]) && fits(Dimension::Ratio) {
        return Some(P::ProteinPercentage);
    }
    if has(W::Flow) {
        let words = &[W::Flow, W::Mass, W::Crop, W::Wet, W::Rate];
        return (read.only(words) && fits(Dimension::MassPerTime) && beside.harvest)
            .then_some(P::CropFlow);
    }
    if let Some(property) = rate(read, dimension, beside) {
        return Some(property);
    }
    let plain: &[(&[W], Dimension, Property)] = &[
        (
            &[W::Width, W::Machine],
            Dimension::Length,
            P::EquipmentWidth,
        ),
        (&[W::Distance], Dimension::Length, P::Distance),
        (&[W::Speed, W::Machine], Dimension::Speed, P::Speed),
        (&[W::Area], Dimension::Area, P::Area),
        (&[W::Elevation], Dimension::Length, P::Elevation),
        (&[W::Heading, W::Machine], Dimension::Angle, P::Heading),
        (&[W::Duration], Dimension::Time, P::SamplingInterval),
    ];
    for (words, wanted, property) in plain {
        if words.first().is_some_and(|w| has(*w)) && read.only(words) && fits(*wanted) {
            return Some(*property);
        }
    }
    let text: &[(&[W], Property)] = &[
        (&[W::Variety, W::Name, W::Product], P::Variety),
        (&[W::Crop, W::Name], P::Crop),
        (&[W::Product, W::Name], P::Product),
        (&[W::Machine, W::Name], P::Machinery),
        (&[W::Status], P::RecordingStatus),
    ];
    let all = |words: &[W]| {
        let known = Words::of(words);
        read.tokens.iter().all(|t| t.meets(known))
    };
    text.iter()
        .find(|(words, _)| {
            dimension.is_none() && words.first().is_some_and(|w| has(*w)) && all(words)
        })
        .map(|(_, property)| *property)
}

/// Yields, masses and volumes of a harvest.
fn harvested(read: &Read, dimension: Option<Dimension>, beside: Beside) -> Option<Property> {
    use Property as P;
    use Word as W;
    let has = |word| read.has(word);
    let words = &[
        W::Yield,
        W::Mass,
        W::Volume,
        W::Wet,
        W::Dry,
        W::Net,
        W::Gross,
        W::Crop,
        W::Moisture,
    ];
    let letters = |t: &String| matches!(t.as_str(), "a" | "m" | "v");
    let understood =
        read.only(words)
            || (read.has(W::Yield)
                && read.tokens.iter().zip(&read.texts).all(|(t, text)| {
                    letters(text) || t.meets(Words::of(words)) || t.has(W::Noise)
                }));
    if !understood || !(has(W::Yield) || has(W::Mass) || has(W::Volume)) {
        return None;
    }
    // What came in with the crop: earth and leaves are no yield.
    if has(W::Gross) && !has(W::Wet) {
        return None;
    }
    // A bare yield beside a moisture is that of the stored grain.
    let bare = !(has(W::Wet) || has(W::Net) || has(W::Mass) || has(W::Volume));
    let dry = has(W::Dry) || (bare && has(W::Yield) && beside.moisture);
    let last = read.texts.last().map_or("", String::as_str);
    let per_area = has(W::Yield) && (last == "a" || !has(W::Net));
    let volume = has(W::Volume) || last == "v";
    let kind = match dimension {
        Some(kind) => kind,
        None if !has(W::Yield) && !beside.harvest => return None,
        None => match (
            volume,
            per_area,
            beside.system == System::Metric || has(W::Mass),
        ) {
            (true, true, _) => Dimension::VolumePerArea,
            (true, false, _) => Dimension::Volume,
            (false, false, _) => Dimension::Mass,
            (false, true, true) => Dimension::MassPerArea,
            (false, true, false) if has(W::Net) || last == "a" => Dimension::MassPerArea,
            (false, true, false) => Dimension::VolumePerArea,
        },
    };
    Some(match (kind, dry) {
        (Dimension::MassPerArea, false) => P::WetMassPerArea,
        (Dimension::MassPerArea, true) => P::DryMassPerArea,
        (Dimension::VolumePerArea, false) => P::WetVolumePerArea,
        (Dimension::VolumePerArea, true) => P::DryVolumePerArea,
        (Dimension::Mass, false) => P::WetMass,
        (Dimension::Mass, true) => P::DryMass,
        (Dimension::Volume, false) => P::WetVolume,
        (Dimension::Volume, true) => P::DryVolume,
        _ => return None,
    })
}

/// Rates of seed and product, applied and set.
fn rate(read: &Read, dimension: Option<Dimension>, beside: Beside) -> Option<Property> {
    use Property as P;
    use Word as W;
    let has = |word| read.has(word);
    let words = &[
        W::Rate,
        W::Target,
        W::Applied,
        W::Seed,
        W::Count,
        W::Mass,
        W::Volume,
        W::Product,
        W::Dry,
    ];
    let per_area = matches!(
        dimension,
        Some(Dimension::CountPerArea | Dimension::MassPerArea | Dimension::VolumePerArea)
    );
    let named = has(W::Rate) || (has(W::Seed) && (has(W::Target) || has(W::Applied)));
    if !read.only(words)
        || !(named || (per_area && (has(W::Seed) || has(W::Target) || has(W::Applied))))
    {
        return None;
    }
    if dimension.is_some() && !per_area {
        return None;
    }
    let seed = has(W::Seed)
        || dimension == Some(Dimension::CountPerArea)
        || (beside.seeds && dimension != Some(Dimension::VolumePerArea));
    Some(match (seed, has(W::Target)) {
        (true, false) => P::SeedRate,
        (true, true) => P::SeedRateTarget,
        (false, false) => P::AppliedRate,
        (false, true) => P::AppliedRateTarget,
    })
}

/// The unit that is assumed where nothing says one.
pub(super) fn symbol(property: Property, system: System) -> &'static str {
    use Property as P;
    let (us, metric) = match property {
        P::TillageDepthActual | P::TillageDepthTarget | P::SeedDepth => ("in", "cm"),
        P::AppliedRate | P::AppliedRateTarget => ("gal/ac", "L/ha"),
        P::SeedRate | P::SeedRateTarget => ("seeds/ac", "seeds/ha"),
        P::CropFlow => ("lb/s", "kg/s"),
        _ => match property.dimension() {
            Dimension::Length => ("ft", "m"),
            Dimension::Speed => ("mi/hr", "km/hr"),
            Dimension::Area => ("ac", "ha"),
            Dimension::Mass => ("lb", "kg"),
            Dimension::MassPerArea => ("lb/ac", "t/ha"),
            Dimension::Volume => ("bu", "m3"),
            Dimension::VolumePerArea => ("bu/ac", "m3/ha"),
            Dimension::Time => ("s", "s"),
            Dimension::Angle => ("arcdeg", "arcdeg"),
            _ => ("prcnt", "prcnt"),
        },
    };
    if system == System::Metric { metric } else { us }
}
