//! Names of columns that a format can bear.
//!
//! Rule: unlike without regard to case, since databases and tables look for them so; none is empty
//! or holds a NUL.

use super::columns::Column;
use std::collections::HashSet;

/// The names of columns, with `_2`, `_3`, … behind those that are `taken` or came before. With
/// `most` they are that many letters, digits and underscores of ASCII at most.
pub(super) fn unique(columns: &[Column], taken: &[&str], most: Option<usize>) -> Vec<String> {
    let mut used: HashSet<String> = taken.iter().map(|name| name.to_lowercase()).collect();
    columns
        .iter()
        .map(|column| {
            let base = plain(&column.name, most);
            let mut name = cut(&base, most.unwrap_or(usize::MAX)).to_owned();
            let mut count = 1_usize;
            while !used.insert(name.to_lowercase()) {
                count += 1;
                let ending = format!("_{count}");
                let room = most.unwrap_or(usize::MAX).saturating_sub(ending.len());
                name = format!("{}{ending}", cut(&base, room));
            }
            name
        })
        .collect()
}

fn plain(name: &str, most: Option<usize>) -> String {
    let plain: String = match most {
        None => name.replace('\0', "_"),
        Some(_) => name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect(),
    };
    if plain.is_empty() {
        "column".to_owned()
    } else {
        plain
    }
}

/// The first bytes of a text, whole characters only.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
