//! Folder names of our own making: `01-<slug>`, ASCII, never text of the upload as it stands.

/// The folder of the machine file with that index (from 0).
pub fn folder(index: usize, name: &str) -> String {
    format!("{:02}-{}", index + 1, slug(name))
}

fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars() {
        if slug.len() >= 48 {
            break;
        }
        let plain: &str = match c {
            'ä' | 'Ä' | 'æ' | 'Æ' => "ae",
            'ö' | 'Ö' | 'ø' | 'Ø' => "oe",
            'ü' | 'Ü' => "ue",
            'ß' => "ss",
            'á' | 'à' | 'â' | 'ã' | 'å' | 'Á' | 'À' | 'Â' | 'Ã' | 'Å' => "a",
            'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => "e",
            'í' | 'ì' | 'î' | 'ï' | 'Í' | 'Ì' | 'Î' | 'Ï' => "i",
            'ó' | 'ò' | 'ô' | 'õ' | 'Ó' | 'Ò' | 'Ô' | 'Õ' => "o",
            'ú' | 'ù' | 'û' | 'Ú' | 'Ù' | 'Û' => "u",
            'ç' | 'Ç' => "c",
            'ñ' | 'Ñ' => "n",
            c if c.is_ascii_alphanumeric() => {
                slug.push(c.to_ascii_lowercase());
                continue;
            }
            _ => {
                if !slug.is_empty() && !slug.ends_with('-') {
                    slug.push('-');
                }
                continue;
            }
        };
        slug.push_str(plain);
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "file".to_owned()
    } else {
        slug.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::folder;

    #[test]
    fn names_of_the_upload_become_plain_ascii() {
        assert_eq!(
            folder(0, "../../Größe Süd/24.shp"),
            "01-groesse-sued-24-shp"
        );
        assert_eq!(folder(11, "\u{202e}\0"), "12-file");
        assert_eq!(folder(1, ""), "02-file");
        assert!(folder(0, &"a".repeat(500)).len() < 60);
    }
}
