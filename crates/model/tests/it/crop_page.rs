//! The tables of `docs/crops.md` are those of the data. To write them anew:
//! `TRAMLINE_WRITE_DOCS=1 cargo test -p tramline-model --test it crop_page`.

use crate::page::keep;
use std::fmt::Write;
use tramline_model::{Crop, CropSource, crop_sources};

const PAGE: &str = "docs/crops.md";

fn cell(value: Option<f64>, source: Option<&CropSource>) -> String {
    match (value, source) {
        (Some(value), Some(source)) => format!("{value} {}", source.key),
        _ => String::new(),
    }
}

fn crops_table() -> String {
    let mut text = String::from(
        "| crop | compat lb/bu | compat % | market lb/bu | market % |\n|---|---|---|---|---|\n",
    );
    for crop in Crop::all() {
        let _ = write!(text, "| {}", crop.name);
        if let Some(source) = crop.mass_only_source {
            let _ = write!(text, " (mass only, {})", source.key);
        }
        for numbers in [crop.compat, crop.market] {
            let weight = cell(numbers.test_weight_lb_bu, numbers.test_weight_source);
            let moisture = cell(numbers.standard_moisture, numbers.standard_moisture_source);
            let _ = write!(text, " | {weight} | {moisture}");
        }
        text.push_str(" |\n");
    }
    text
}

fn sources_table() -> String {
    let mut text = String::from(
        "| key | status | title | publisher | what it says |\n|---|---|---|---|---|\n",
    );
    for source in crop_sources() {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            source.key,
            source.status.word(),
            source.title,
            source.publisher,
            source.says
        );
    }
    text
}

#[test]
fn tables_of_the_page_are_those_of_the_data() {
    let (crops, sources) = (crops_table(), sources_table());
    for line in sources.lines() {
        assert_eq!(line.matches('|').count(), 6, "{line}");
    }
    keep(PAGE, "crops", &crops);
    keep(PAGE, "sources", &sources);
}
