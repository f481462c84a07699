//! The tables of `docs/crops.md` are those of the data. To write them anew:
//! `TRAMLINE_WRITE_DOCS=1 cargo test -p tramline-model --test it crop_page`.

use std::fmt::Write;
use std::path::Path;
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
        if crop.mass_only {
            text.push_str(" (mass only)");
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

/// Compares, or writes, what stands between `<!-- name -->` and `<!-- /name -->`.
fn keep(name: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(PAGE);
    let text = std::fs::read_to_string(&path).expect(PAGE);
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = text.find(&open).expect("opening mark") + open.len();
    let end = text.find(&close).expect("closing mark");
    if text[start..end] == *table {
        return;
    }
    assert!(
        std::env::var_os("TRAMLINE_WRITE_DOCS").is_some(),
        "{PAGE}: the table `{name}` is not what the data say; see the head of this test"
    );
    let new = format!("{}{table}{}", &text[..start], &text[end..]);
    std::fs::write(&path, new).expect("written");
}

#[test]
fn tables_of_the_page_are_those_of_the_data() {
    let (crops, sources) = (crops_table(), sources_table());
    for line in sources.lines() {
        assert_eq!(line.matches('|').count(), 6, "{line}");
    }
    keep("crops", &crops);
    keep("sources", &sources);
}
