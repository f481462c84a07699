//! The sample stick of `tramline demo`: what a farmer's USB stick holds after a season, with the
//! junk that gathers on one.
//!
//! Rule: all names are invented, and the same call gives the same bytes.

use crate::simulate::{Operation, Plan, Simulated, simulate};
use crate::{Files, write};
use std::io::{Cursor, Write as _};

/// The simulated fields of the sample stick: planting, spraying, harvest by ISOXML, then a corn
/// harvest (shapefile) and a soybean harvest (Ag Leader text) of two other fields.
pub fn sample_fields() -> Vec<Simulated> {
    let day = 86_400_000;
    let base = Plan::new(Operation::Planting);
    let planting = Plan {
        task: "Planting North Forty".to_owned(),
        wedge: true,
        passes: 12,
        pass_records: 140,
        bearing_deg: 8.0,
        ..base.clone()
    };
    let spraying = Plan {
        task: "Spraying North Forty".to_owned(),
        wedge: true,
        passes: 6,
        pass_records: 87,
        bearing_deg: 8.0,
        start_ms: base.start_ms + 31 * day,
        seed: 11,
        ..Plan::new(Operation::Spraying)
    };
    let harvest = Plan {
        task: "Harvest North Forty".to_owned(),
        crop: "Soybeans".to_owned(),
        rate: 0.36,
        moisture: 13.2,
        passes: 16,
        pass_records: 175,
        bearing_deg: 8.0,
        start_ms: base.start_ms + 150 * day,
        seed: 13,
        spikes: 6,
        ..Plan::new(Operation::Harvest)
    };
    let corn = Plan {
        task: "Harvest Creek Bottom".to_owned(),
        field: "Creek Bottom".to_owned(),
        latitude: 41.986,
        longitude: -93.61,
        bearing_deg: -12.0,
        passes: 14,
        pass_records: 150,
        start_ms: base.start_ms + 160 * day,
        seed: 17,
        variety: "Demo Corn 104".to_owned(),
        ..Plan::new(Operation::Harvest)
    };
    let text = Plan {
        task: "Harvest Hill Top".to_owned(),
        field: "Hill Top".to_owned(),
        latitude: 41.976,
        longitude: -93.608,
        bearing_deg: 90.0,
        passes: 10,
        pass_records: 130,
        start_ms: base.start_ms + 163 * day,
        seed: 19,
        variety: "Demo Corn 104".to_owned(),
        ..Plan::new(Operation::Harvest)
    };
    [planting, spraying, harvest, corn, text]
        .iter()
        .map(simulate)
        .collect()
}

/// The files of the sample stick.
pub fn sample_stick() -> Files {
    let fields = sample_fields();
    let mut files = Files::new();
    if let [planting, spraying, harvest, corn, text] = fields.as_slice() {
        files.extend(write::isoxml::task_set(&[planting, spraying, harvest]));
        files.extend(prefixed("Office export", write::shapefile::deere(corn)));
        files.extend(write::text::ag_leader_advanced(text));
    }
    // Invented bytes: the format is closed, only the message about it is shown.
    let closed: Vec<u8> = (0..4_096_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    files.push(("FieldView/harvest_2025-10-04.dat".to_owned(), closed));
    files.push(("photos/IMG_0001.JPG".to_owned(), tiny_photo()));
    files.push((
        "__MACOSX/TASKDATA/._TASKDATA.XML".to_owned(),
        b"\x00\x05\x16\x07\x00\x02".to_vec(),
    ));
    files.push((".DS_Store".to_owned(), b"\x00\x00\x00\x01Bud1".to_vec()));
    files.push((
        "README.txt".to_owned(),
        b"Sample stick made by the Tramline testkit. All names are invented.\n".to_vec(),
    ));
    files
}

/// The same files under a folder.
pub fn prefixed(folder: &str, files: Files) -> Files {
    files
        .into_iter()
        .map(|(path, bytes)| (format!("{folder}/{path}"), bytes))
        .collect()
}

/// The head of a JPEG without a picture in it.
fn tiny_photo() -> Vec<u8> {
    let mut bytes =
        b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00".to_vec();
    bytes.extend(b"\xFF\xD9");
    bytes
}

/// Packs files into a zip with fixed dates.
///
/// # Panics
/// When the files are too many or too large for the zip format: never with what this crate makes.
#[expect(clippy::unwrap_used, reason = "writes to memory only")]
pub fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (path, bytes) in files {
        writer.start_file(path.as_str(), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
