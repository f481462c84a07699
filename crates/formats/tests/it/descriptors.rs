//! Tables of the documentation are those that the descriptors make. To write them anew:
//! `TRAMLINE_WRITE_DOCS=1 cargo test -p tramline-formats --test it descriptors`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use tramline_formats::columns::page;
use tramline_formats::descriptors;
use tramline_formats::isoxml::quirks::MAKERS;

fn makers_table() -> String {
    let mut text = String::from(
        "| terminal | provider | what its files do | the rule that meets it |\n|---|---|---|---|\n",
    );
    for maker in MAKERS {
        let provider = maker.provider.code();
        if maker.quirks.is_empty() {
            let _ = writeln!(text, "| {} | {provider} | | |", maker.name);
        }
        for quirk in maker.quirks {
            let _ = writeln!(
                text,
                "| {} | {provider} | {} | {} |",
                maker.name, quirk.what, quirk.rule
            );
        }
    }
    text
}

/// Compares, or writes, what stands between `<!-- name -->` and `<!-- /name -->`.
fn keep(page: &str, name: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(page);
    let text = std::fs::read_to_string(&path).expect(page);
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = text.find(&open).expect("opening mark") + open.len();
    let end = text.find(&close).expect("closing mark");
    if text[start..end] == *table {
        return;
    }
    assert!(
        std::env::var_os("TRAMLINE_WRITE_DOCS").is_some(),
        "{page}: the table `{name}` is not what the descriptors say; see the head of this test"
    );
    let new = format!("{}{table}{}", &text[..start], &text[end..]);
    std::fs::write(&path, new).expect("written");
}

#[test]
fn tables_of_the_documentation_are_those_of_the_descriptors() {
    keep("README.md", "formats", &descriptors::readme_table());
    keep(
        "docs/formats/README.md",
        "coverage",
        &descriptors::coverage_table(),
    );
    keep("docs/formats/isoxml.md", "makers", &makers_table());
    keep("docs/columns.md", "words", &page::words_table());
    keep("docs/columns.md", "titles", &page::titles_table());
    keep("docs/columns.md", "units", &page::units_table());
}

#[test]
fn each_provider_of_the_contract_has_its_row() {
    let rows = descriptors::rows();
    let named: BTreeSet<&str> = rows.iter().map(|row| row.provider.code()).collect();
    for code in [
        "CNHI",
        "JohnDeere",
        "Trimble",
        "ClimateFieldView",
        "AgLeader",
        "RavenSlingshot",
        "Stara",
    ] {
        assert!(named.contains(code), "{code}");
    }
    for row in &rows {
        assert!(!row.data.is_empty() && !row.evidence.is_empty(), "{row:?}");
        assert!(
            !row.data.contains('|') && !row.evidence.contains('|'),
            "{row:?}"
        );
    }
    for format in descriptors::readers() {
        assert!(!format.coverage.is_empty(), "{}", format.id);
    }
}
