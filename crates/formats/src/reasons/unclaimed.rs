//! The reason why an entry was left out, for people.

use crate::shared::glob::glob;
use crate::source::{EntryId, Tree, foreign, system_file};
use std::io::Read;

/// Extensions of files that are no machine data by their kind.
const KINDS: &[(&[&str], &str)] = &[
    (
        &[
            "jpg", "jpeg", "png", "gif", "bmp", "webp", "heic", "tif", "tiff", "svg",
        ],
        "a picture without machine records",
    ),
    (
        &["mp4", "mov", "avi", "mp3", "wav"],
        "a video or sound file without machine records",
    ),
    (
        &[
            "pdf", "doc", "docx", "odt", "rtf", "md", "ppt", "pptx", "odp", "eml", "msg",
        ],
        "a document without machine records that can be read",
    ),
    (
        &["xls", "xlsx", "xlsm", "ods"],
        "unsupported: a spreadsheet; save the sheet as CSV and upload that",
    ),
    (
        &[
            "exe", "dll", "bat", "cmd", "com", "msi", "ps1", "sh", "php", "js", "py", "jar", "apk",
            "vbs",
        ],
        "unsupported: a program or script, which is never run",
    ),
    (&["html", "htm", "css"], "unsupported: a web page"),
    (
        &["rar", "7z", "tar", "tgz", "bz2", "xz", "zst"],
        "unsupported archive: make a zip of the folder and upload that",
    ),
    (
        &["tmp", "bak", "lock", "crdownload", "part"],
        "a temporary file of a program",
    ),
    (
        &[
            "qgs", "qgz", "qml", "lyr", "mxd", "sld", "qpj", "qmd", "ovr",
        ],
        "a setting of a map program, without machine records",
    ),
    (&["zip"], "an archive that cannot be opened"),
];

/// Of these the kinds that are text themselves, in which rows of one length are no sign of a table.
const WRITTEN: &[&str] = &[
    "svg", "md", "rtf", "eml", "msg", "bat", "cmd", "ps1", "sh", "php", "js", "py", "vbs", "html",
    "htm", "css", "qgs", "qml", "sld", "qpj", "qmd",
];

/// Extensions of formats that are read, and what a file of that name lacks when it is not.
const OPEN: &[(&[&str], &str)] = &[
    (
        &["txt", "csv", "tsv", "log"],
        "unrecognised: a text without a table of positions and values",
    ),
    (
        &["geojson", "json"],
        "unrecognised: not GeoJSON with points and values",
    ),
    (&["xml"], "unrecognised: XML of an unknown format"),
    (
        &["parquet", "feather", "arrow", "nc", "h5", "gdb"],
        "unsupported: save the data as shapefile, GeoJSON or CSV",
    ),
];

/// Extensions of texts that may hold a table.
const TABLES: [&str; 7] = ["txt", "csv", "tsv", "log", "tab", "asc", ""];

/// Side files of a shapefile.
const SIDES: &[&str] = &[
    "shx", "dbf", "prj", "cpg", "sbn", "sbx", "qix", "rtree", "fbn", "fbx", "ain", "aih", "atx",
    "ixs",
];

/// Extensions that monitors use, where the name alone does not make a dataset.
const MONITORS: &[(&str, &str)] = &[
    (
        "cn1",
        "a Case IH / New Holland card is a folder with `index.vy1` in it",
    ),
    (
        "dat",
        "Climate FieldView logs are named `harvest_…`, `field_map_…` or `liquid_map_….dat`",
    ),
    ("tab", "a Raven `Product_N.tab` comes with `jobdata.xml`"),
    ("rcd", "TeeJet jobs come with `.gmf` files"),
    ("2020", "Precision Planting logs"),
    ("bin", "time logs of ISOXML come with `TASKDATA.XML`"),
];

/// Small files are read to their end to tell a damaged from an unknown one.
const READ_BYTES: u64 = 1 << 20;

/// Why no format claimed an entry, for people.
pub fn reason_unclaimed(tree: &Tree, entry: EntryId) -> String {
    if let Some(system) = system_file(&tree.entry(entry).path) {
        return format!("a system file of {system}");
    }
    if let Some(problem) = tree.problem(entry) {
        return problem.to_owned();
    }
    let size = tree.entry(entry).size;
    if size == 0 {
        return "the file is empty (0 bytes)".to_owned();
    }
    if let Some(reason) = crate::shapefile::other_of_trimble(&tree.entry(entry).path) {
        return reason;
    }
    let extension = tree.extension(entry);
    let extension = extension.as_str();
    let name = tree.name(entry).to_lowercase();
    if let Some(damage) = damage(tree, entry, size) {
        return damage;
    }
    if let Some((_, reason)) = KINDS.iter().find(|(list, _)| list.contains(&extension)) {
        if !WRITTEN.contains(&extension) && crate::text::is_table(tree, entry) {
            return format!(
                "a table of text with the file name of another kind (.{extension}): rename it to end in \
                 `.csv` or `.txt`"
            );
        }
        return (*reason).to_owned();
    }
    if SIDES.contains(&extension) || name.ends_with(".shp.xml") {
        return side_file(tree, entry);
    }
    if glob(b"tlg*.bin", name.as_bytes())
        || glob(b"tlg*.xml", name.as_bytes())
        || glob(b"grd*.bin", name.as_bytes())
        || glob(b"plg*.bin", name.as_bytes())
    {
        return match tree.sibling(entry, "TASKDATA.XML") {
            None => {
                "a part of an ISOXML task set whose `TASKDATA.XML` is not in this folder".to_owned()
            }
            Some(_) => "the `TASKDATA.XML` of this folder does not refer to this file".to_owned(),
        };
    }
    if name.starts_with("ddop") && extension == "xml" {
        return "the description of the connected devices (DDOP), without task data: upload the task data \
                or the job that it came with"
            .to_owned();
    }
    let head = tree.head(entry, 512);
    if let Some(kind) = foreign(&head) {
        return format!("unsupported: {kind}");
    }
    if let Some(picture) = picture(&head) {
        return format!("a {picture} without machine records");
    }
    if let Some((_, expected)) = MONITORS.iter().find(|(known, _)| *known == extension) {
        return format!("unrecognised: it matches no known format ({expected})");
    }
    if name == "version.txt" {
        return "the version of a display's software, without machine records".to_owned();
    }
    if TABLES.contains(&extension)
        && let Some(reason) = crate::text::refusal::reason(tree, entry)
    {
        return reason;
    }
    if let Some((_, reason)) = OPEN.iter().find(|(list, _)| list.contains(&extension)) {
        return (*reason).to_owned();
    }
    "unrecognised: no known format has this name or content".to_owned()
}

/// What is wrong with the bytes of an entry, found by reading a small one to its end.
fn damage(tree: &Tree, entry: EntryId, size: u64) -> Option<String> {
    let mut stream = match tree.stream(entry) {
        Ok(stream) => stream.take(if size <= READ_BYTES { size } else { 512 }),
        Err(e) => return Some(format!("cannot be read: {e}")),
    };
    let mut chunk = [0; 16 << 10];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(e) => return Some(format!("cannot be read: {e}")),
        }
    }
}

fn side_file(tree: &Tree, entry: EntryId) -> String {
    let name = tree.name(entry);
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let long = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let has = |stem: &str| tree.sibling(entry, &format!("{stem}.shp")).is_some();
    if has(stem) || has(long) {
        return "a side file that its shapefile does not need".to_owned();
    }
    format!("a side file of a shapefile whose `{long}.shp` is not in this folder")
}

fn picture(head: &[u8]) -> Option<&'static str> {
    let magics: [(&[u8], &str); 6] = [
        (b"\xff\xd8\xff", "picture (JPEG)"),
        (b"\x89PNG", "picture (PNG)"),
        (b"GIF8", "picture (GIF)"),
        (b"II*\0", "picture (TIFF)"),
        (b"MM\0*", "picture (TIFF)"),
        (b"%PDF", "document (PDF)"),
    ];
    magics
        .iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|(_, kind)| *kind)
}
