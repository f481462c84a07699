//! Time log headers that are not well-formed: their tags one by one.

use super::element::{Element, value};
use quick_xml::events::BytesStart;

/// More than a log can address, so that a hostile file stays small.
const MAX_TAGS: usize = 4_096;

/// A `TIM` with the `PTN` and `DLV` found after it, or `None` without any `TIM`.
pub(super) fn header(text: &str) -> Option<Element> {
    let mut root: Option<Element> = None;
    let mut rest = text;
    let mut tags = 0;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        let name = ["TIM", "PTN", "DLV"].into_iter().find(|name| {
            after.strip_prefix(name).is_some_and(|next| {
                next.starts_with(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')
            })
        });
        let Some(name) = name else { continue };
        // A tag that the end of the file cuts is not complete: its index would be guessed.
        let Some(end) = end_of_tag(after) else {
            continue;
        };
        let element = tag(after.get(..end).unwrap_or_default(), name);
        tags += 1;
        if tags > MAX_TAGS {
            break;
        }
        match &mut root {
            None if name == "TIM" => root = Some(element),
            Some(root) if name != "TIM" => root.children.push(element),
            _ => {}
        }
    }
    root
}

/// Position of the `>` that ends a tag, outside quotes.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices().take(65_536) {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '>' => return Some(at),
            None if c == '<' => return None,
            None => {}
        }
    }
    None
}

fn tag(content: &str, name: &str) -> Element {
    let content = content.strip_suffix('/').unwrap_or(content);
    let start = BytesStart::from_content(content, name.len());
    let mut ignored = 0;
    let attributes = start
        .attributes()
        .with_checks(false)
        .flatten()
        .take(64)
        .map(|a| {
            (
                a.key.local_name().into_inner().to_owned(),
                value(&a, &mut ignored),
            )
        })
        .collect();
    Element {
        tag: name.to_owned(),
        attributes,
        children: Vec::new(),
    }
}
