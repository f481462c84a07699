//! Options whose values are names: what is none of them is refused with all there are and the
//! nearest spelling.

use anyhow::bail;
use std::collections::BTreeSet;
use tramline_convert::{Configuration, Outputs};
use tramline_formats::registry::file_format_codes;
use tramline_model::{OperationType, Provider, UnitSystem, did_you_mean};

/// The refusal of a word that is none of the names, to be put after the option and the word.
pub(crate) fn none_of(word: &str, names: &[&str]) -> String {
    let shown: String = word.chars().take(100).collect();
    let nearest = did_you_mean(&shown, names.iter().copied());
    format!("choose one of {}{nearest}", names.join(", "))
}

/// `--units`.
pub(crate) fn unit_system(text: &str) -> Result<UnitSystem, String> {
    let names = ["default", "metric", "imperial"];
    UnitSystem::from_name(text.trim()).ok_or_else(|| none_of(text, &names))
}

/// What `--outputs` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Standard and filtered points as GeoParquet.
    Parquet,
    /// The same points as GeoJSON.
    Geojson,
    /// The records as logged, in the forms of the points.
    Raw,
    /// The ground that the standard points cover.
    Polygons,
    /// Points outside all fields, in the forms of the points.
    Outside,
    /// Images of properties.
    Images,
    /// Pages for people.
    Pages,
}

impl Output {
    const ALL: [(&'static str, Self); 7] = [
        ("parquet", Self::Parquet),
        ("geojson", Self::Geojson),
        ("raw", Self::Raw),
        ("polygons", Self::Polygons),
        ("outside", Self::Outside),
        ("images", Self::Images),
        ("pages", Self::Pages),
    ];
    /// Without `--outputs`.
    const DEFAULT: [Self; 4] = [Self::Parquet, Self::Geojson, Self::Images, Self::Pages];
}

/// `--outputs`.
pub(crate) fn output(text: &str) -> Result<Output, String> {
    let wanted = text.trim();
    let mut known = Output::ALL.iter();
    let found = known.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let names = Output::ALL.map(|(name, _)| name);
    found
        .map(|(_, output)| *output)
        .ok_or_else(|| none_of(text, &names))
}

/// What the words of `--outputs` mean together.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    named: Vec<Output>,
    /// By the caller, not by default.
    explicit: bool,
}

impl Chosen {
    /// Of the words that were given; none means the default.
    pub(crate) fn of(words: &[Output]) -> Self {
        Self {
            named: match words {
                [] => Output::DEFAULT.to_vec(),
                words => words.to_vec(),
            },
            explicit: !words.is_empty(),
        }
    }

    /// Whether an output is among them.
    pub(crate) fn has(&self, output: Output) -> bool {
        self.named.contains(&output)
    }

    /// The forms of points that stay: raw records and points outside need one, so without any they
    /// bring both.
    pub(crate) fn forms(&self) -> Outputs {
        let (parquet, geojson) = (self.has(Output::Parquet), self.has(Output::Geojson));
        let needs_form = self.has(Output::Raw) || self.has(Output::Outside);
        let both = !parquet && !geojson && needs_form;
        Outputs {
            parquet: parquet || both,
            geojson: geojson || both,
            raw: self.has(Output::Raw),
        }
    }

    /// Sets the configuration's own switches of outputs. A switch that the caller gave holds; what
    /// is told where `--outputs` does not name what it brings.
    ///
    /// # Errors
    /// `--outputs` names what a given switch turns off.
    pub(crate) fn apply(
        &self,
        configuration: &mut Configuration,
        given: &BTreeSet<String>,
    ) -> anyhow::Result<Vec<String>> {
        let mut told = Vec::new();
        let key = "fileImages";
        let on = configuration.file_images;
        configuration.file_images =
            self.switch(Output::Images, "images", &[key], (on, given), &mut told)?;
        let keys = ["enablePolygonOutput", "enableGeoparquetOutput"];
        let on = configuration.makes_polygons();
        let polygons = self.switch(Output::Polygons, "polygons", &keys, (on, given), &mut told)?;
        configuration.enable_polygon_output |= polygons;
        Ok(told)
    }

    /// Whether an output is made, by the caller's word and by the keys that switch it.
    fn switch(
        &self,
        output: Output,
        word: &str,
        keys: &[&str],
        (on, given): (bool, &BTreeSet<String>),
        told: &mut Vec<String>,
    ) -> anyhow::Result<bool> {
        let named = self.has(output);
        let Some(key) = keys.iter().find(|key| given.contains(**key)) else {
            return Ok(named);
        };
        if named && self.explicit && !on {
            bail!(
                "`--outputs` names `{word}`, but the configuration has `{key}` false: omit one of them"
            );
        }
        if on && !named && self.explicit {
            told.push(format!(
                "the configuration has `{key}` true, so `{word}` are made although `--outputs` does not name them"
            ));
        }
        Ok(on)
    }
}

/// `--provider`.
pub(crate) fn provider(text: &str) -> Result<Provider, String> {
    let names: Vec<&str> = Provider::ALL
        .iter()
        .map(|provider| provider.code())
        .collect();
    Provider::from_code(text.trim()).ok_or_else(|| none_of(text, &names))
}

/// `--operation-type`: the four types of field work, and what is none of them.
pub(crate) fn operation_type(text: &str) -> Result<OperationType, String> {
    let kind = OperationType::from_name(text.trim());
    match &kind {
        OperationType::Other(name) if name != "other" => {
            let names = OperationType::FIELD_WORK;
            let mut names: Vec<&str> = names.iter().map(OperationType::name).collect();
            names.push("other");
            Err(none_of(text, &names))
        }
        _ => Ok(kind),
    }
}

/// `--format`: the codes of the formats that are known, read or named.
pub(crate) fn file_format(text: &str) -> Result<String, String> {
    let codes = file_format_codes();
    let code = codes
        .iter()
        .find(|code| code.eq_ignore_ascii_case(text.trim()));
    code.map(|code| (*code).to_owned())
        .ok_or_else(|| none_of(text, &codes))
}

/// `--crop`: any word; a crop that is not in the table keeps its mass, and a finding says so.
pub(crate) fn crop(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("give the name of a crop, such as corn (docs/crops.md)".to_owned());
    }
    Ok(text.to_owned())
}

/// `--width`.
pub(crate) fn width(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(metres) if metres > 0.0 && metres <= 200.0 => Ok(metres),
        _ => Err("give a width in metres, above 0 and up to 200".to_owned()),
    }
}
