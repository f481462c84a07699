//! Options whose values are names: what is none of them is refused with all there are and the
//! nearest spelling.

use tramline_convert::Outputs;
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
pub(crate) enum Form {
    Parquet,
    Geojson,
    /// Not a form of its own: the records as logged, in the others.
    Raw,
}

impl Form {
    const ALL: [(&'static str, Self); 3] = [
        ("parquet", Self::Parquet),
        ("geojson", Self::Geojson),
        ("raw", Self::Raw),
    ];
}

/// `--outputs`.
pub(crate) fn output(text: &str) -> Result<Form, String> {
    let wanted = text.trim();
    let mut known = Form::ALL.iter();
    let found = known.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let names = Form::ALL.map(|(name, _)| name);
    found
        .map(|(_, form)| *form)
        .ok_or_else(|| none_of(text, &names))
}

/// What the words of `--outputs` mean together: without a form both.
pub(crate) fn outputs(forms: &[Form]) -> Outputs {
    let named = |form| forms.contains(&form);
    let neither = !named(Form::Parquet) && !named(Form::Geojson);
    Outputs {
        parquet: neither || named(Form::Parquet),
        geojson: neither || named(Form::Geojson),
        raw: named(Form::Raw),
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
