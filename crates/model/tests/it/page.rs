//! A page of the documentation that holds tables which the code makes.

use std::path::Path;

/// Compares, or writes, what stands between `<!-- name -->` and `<!-- /name -->`.
pub(crate) fn keep(page: &str, name: &str, table: &str) {
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
        "{page}: the table `{name}` is not what the data say; see the head of this test"
    );
    let new = format!("{}{table}{}", &text[..start], &text[end..]);
    std::fs::write(&path, new).expect("written");
}
