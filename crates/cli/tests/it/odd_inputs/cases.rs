//! The table of odd inputs.

use super::Made::{Command, File, Folder, Nothing};
use super::{Case, Made, csv, first, shapefile, stick};

const DO: &str = "what to do";

fn case(
    what: &'static str,
    made: Made,
    input: &'static str,
    codes: (i32, i32),
    words: &'static [&'static str],
) -> Case {
    Case {
        what,
        made,
        input,
        codes,
        words,
    }
}

fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() / 2);
    bytes
}

fn utf_16() -> Vec<u8> {
    let text = String::from_utf8_lossy(&first(csv())).into_owned();
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

fn marked() -> Vec<u8> {
    [b"\xef\xbb\xbf".to_vec(), first(csv())].concat()
}

fn named(name: &str, bytes: Vec<u8>) -> (String, Vec<u8>) {
    (name.to_owned(), bytes)
}

pub(super) fn all() -> Vec<Case> {
    let mut all = vec![
        case(
            "a stick",
            File("in.zip", stick()),
            "in.zip",
            (0, 0),
            &["harvest"],
        ),
        case(
            "a cut zip",
            File("in.zip", cut(stick())),
            "in.zip",
            (3, 3),
            &[DO],
        ),
        case(
            "an empty zip file",
            File("in.zip", Vec::new()),
            "in.zip",
            (3, 3),
            &[DO],
        ),
        case(
            "text named as a zip",
            File("in.zip", b"no archive".to_vec()),
            "in.zip",
            (3, 3),
            &[DO],
        ),
        case(
            "a zip in another ending",
            File("in.txt", stick()),
            "in.txt",
            (0, 0),
            &["harvest"],
        ),
        case(
            "a nested zip",
            File("in.zip", tramline_samples::zip(&[named("a.zip", stick())])),
            "in.zip",
            (0, 0),
            &["harvest"],
        ),
        case(
            "a RAR",
            File("in.rar", b"Rar!\x1a\x07\x01\0 and more".to_vec()),
            "in.rar",
            (3, 3),
            &[DO, "zip"],
        ),
        case(
            "a 7z",
            File("in.7z", b"7z\xbc\xaf\x27\x1c\0\x04 and more".to_vec()),
            "in.7z",
            (3, 3),
            &[DO, "zip"],
        ),
        case(
            "a PDF",
            File("in.pdf", b"%PDF-1.7 and more of it".to_vec()),
            "in.pdf",
            (3, 3),
            &["tramline formats"],
        ),
        case(
            "a photo",
            File("in.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec()),
            "in.jpg",
            (3, 3),
            &["tramline formats"],
        ),
        case(
            "a program",
            File("in.exe", b"MZ\x90\0\x03\0\0\0".to_vec()),
            "in.exe",
            (3, 3),
            &["tramline formats"],
        ),
        case(
            "an empty table",
            File("in.csv", Vec::new()),
            "in.csv",
            (3, 3),
            &[],
        ),
        case(
            "a table in UTF-16",
            File("in.csv", utf_16()),
            "in.csv",
            (0, 0),
            &["harvest"],
        ),
        case(
            "a table with a mark",
            File("in.csv", marked()),
            "in.csv",
            (0, 0),
            &["harvest"],
        ),
        case(
            "an empty folder",
            Folder(Vec::new()),
            "in",
            (3, 3),
            &["tramline formats"],
        ),
        case(
            "junk only",
            Folder(vec![
                named(".DS_Store", b"x".to_vec()),
                named("System Volume Information/IndexerVolumeGuid", b"x".to_vec()),
            ]),
            "in",
            (3, 3),
            &["macOS", "tramline formats"],
        ),
        case(
            "a shapefile without its table",
            Folder(
                shapefile()
                    .into_iter()
                    .filter(|(n, _)| n.ends_with(".shp"))
                    .collect(),
            ),
            "in",
            (1, 0),
            &["dbf", DO],
        ),
        case(
            "nothing there",
            Nothing,
            "no-such",
            (2, 2),
            &["no-such", DO],
        ),
        case(
            "standard input",
            Nothing,
            "-",
            (2, 2),
            &["standard input", DO],
        ),
    ];
    if cfg!(unix) {
        all.extend([
            case(
                "a pipe",
                Command(&["mkfifo", "pipe"]),
                "pipe",
                (2, 2),
                &["a pipe or a device", DO],
            ),
            case(
                "no end of zeros",
                Nothing,
                "/dev/zero",
                (2, 2),
                &["a pipe or a device", DO],
            ),
            case(
                "the device of nothing",
                Nothing,
                "/dev/null",
                (2, 2),
                &["a pipe or a device", DO],
            ),
            case(
                "a folder that links to itself",
                Command(&["sh", "-c", "mkdir in && ln -s ../in in/loop"]),
                "in",
                (3, 3),
                &["not followed"],
            ),
            case(
                "a link to nowhere",
                Command(&["ln", "-s", "gone", "in"]),
                "in",
                (2, 2),
                &[DO],
            ),
        ]);
    }
    all
}
