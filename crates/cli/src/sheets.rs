//! `tramline convert --export picture,pdf`: the map of a machine file as a picture to send by phone, and the pages of
//! all machine files as one PDF.

use std::path::Path;
use tramline_outputs::disk;
use tramline_outputs::page::document::Document;
use tramline_sheet::{pdf as of_documents, picture};

/// Folder of the pictures within that of a machine file.
const PICTURE: &str = "picture";
/// Most characters of the name of the PDF.
const MOST_NAME: usize = 100;

/// Writes `picture/<property>.png`; nothing for a page without a map.
pub(crate) fn write_picture(
    folder: &Path,
    page: &Document,
    property: Option<&str>,
) -> anyhow::Result<()> {
    if let Some(png) = picture::picture(page)? {
        let folder = folder.join(PICTURE);
        disk::create_folder(&folder)?;
        let name = property.unwrap_or("ground");
        disk::write(&folder.join(format!("{name}.png")), &png)?;
    }
    Ok(())
}

/// Name and bytes of the PDF over the pages of an input: first what is in it, then a page for each machine file.
pub(crate) fn pdf(
    input: &str,
    index: Document,
    pages: Vec<Document>,
) -> anyhow::Result<(String, Vec<u8>)> {
    let stem = stem(input);
    let name = pdf_name(input);
    let mut documents = vec![index];
    documents.extend(pages);
    let bytes = of_documents::pdf(&stem, &documents)?;
    Ok((name, bytes))
}

/// Name of the PDF of an input.
pub(crate) fn pdf_name(input: &str) -> String {
    format!("{}.pdf", stem(input))
}

/// The last part of the input's name without its ending, of characters that every disk takes.
fn stem(input: &str) -> String {
    let name = input.trim_end_matches(['/', '\\']);
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 5 => stem,
        _ => name,
    };
    let taken = |letter: char| match letter {
        ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        letter if letter.is_control() => '_',
        letter => letter,
    };
    let name: String = name.chars().take(MOST_NAME).map(taken).collect();
    let name = name.trim_matches(['.', ' ']);
    if name.is_empty() {
        "tramline".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn names_of_a_pdf_are_the_inputs_without_what_a_disk_refuses() {
        for (input, name) in [
            ("stick.zip", "stick"),
            ("/media/usb/", "usb"),
            ("C:\\a\\b.shp.zip", "b.shp"),
            ("..", "tramline"),
            ("", "tramline"),
            ("a:b?.zip", "a_b_"),
            (".hidden", "hidden"),
        ] {
            assert_eq!(stem(input), name, "{input}");
        }
    }
}
