//! Real yield files with measured figures. They lie in a folder that `TRAMLINE_CORPUS` names
//! (default `../shared/corpus`); without it the tests that need them say so and end.

use std::io::Read;
use std::path::PathBuf;
use tramline_analysis::frame::LocalFrame;
use tramline_analysis::records::{Record, Records};
use tramline_analysis::track::{Headings, Tracks};

const POUND_KG: f64 = 0.453_592_37;
const INCH_M: f64 = 0.025_4;

/// A harvest file in columns.
#[derive(Default)]
pub(crate) struct Harvest {
    pub(crate) records: Records,
    /// Kilograms in a second.
    pub(crate) flow: Vec<f64>,
    pub(crate) interval_s: Vec<f64>,
    pub(crate) moisture: Vec<f64>,
}

impl Harvest {
    /// One record in the units of the Ag Leader text.
    pub(crate) fn push(&mut self, text: [f64; 8], working: bool) {
        let [
            longitude,
            latitude,
            flow,
            time,
            interval,
            distance,
            width,
            moisture,
        ] = text;
        self.records.push(Record {
            longitude,
            latitude,
            time_ms: (time * 1_000.0) as i64,
            track: 0,
            distance_m: distance * INCH_M,
            width_m: width * INCH_M,
            speed_m_s: distance * INCH_M / interval,
            heading_deg: f64::NAN,
            working,
        });
        self.flow.push(flow * POUND_KG);
        self.interval_s.push(interval);
        self.moisture.push(moisture);
    }

    pub(crate) fn frame(&self) -> LocalFrame {
        LocalFrame::around(&self.records.longitude, &self.records.latitude).expect("a place")
    }

    pub(crate) fn tracks(&self, least_m: f64) -> Tracks {
        Tracks::new(&self.records, &self.frame(), Headings { least_m })
    }

    /// Working with a way: what the covered ground is made of.
    pub(crate) fn covers(&self, row: usize) -> bool {
        self.records.working[row] && self.records.distance_m[row] > 0.0
    }

    pub(crate) fn width_m(&self) -> f64 {
        let widths: Vec<f64> = self.records.width_m.iter().map(|w| f64::from(*w)).collect();
        tramline_analysis::statistics::quantiles(&widths, [0.5]).expect("widths")[0]
    }
}

/// Bytes of a file below the corpus, unpacked; `None` without the corpus.
pub(crate) fn bytes(name: &str) -> Option<Vec<u8>> {
    let root = std::env::var_os("TRAMLINE_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        PathBuf::from,
    );
    let path = root.join("agro").join(name);
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    };
    if !name.ends_with(".gz") {
        return Some(bytes);
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_end(&mut plain)
        .expect("gzip");
    Some(plain)
}

fn numbers<const N: usize>(line: &str, separator: char, columns: [usize; N]) -> Option<[f64; N]> {
    let cells: Vec<&str> = line.split(separator).collect();
    let mut found = [0.0; N];
    for (slot, column) in found.iter_mut().zip(columns) {
        *slot = cells.get(column)?.trim().parse().ok()?;
    }
    Some(found)
}

/// `gartner`, `basswood`, `usda1`, `usda2` or `usda3`.
pub(crate) fn harvest(name: &str) -> Option<Harvest> {
    let mut harvest = Harvest::default();
    let text = |file: &str| bytes(file).map(|b| String::from_utf8_lossy(&b).into_owned());
    match name {
        "gartner" => {
            // long, lat, mass, time, seconds, dist, moist
            for line in text("agridat/gartner.corn.txt")?.lines().skip(1) {
                if let Some([x, y, flow, time, interval, distance, moisture]) =
                    numbers(line, '\t', [0, 1, 2, 3, 4, 5, 6])
                {
                    let record = [x, y, flow, time, interval, distance, 360.0, moisture];
                    harvest.push(record, true);
                }
            }
        }
        other => {
            let file = match other {
                "basswood" => "pacu-basswood/2012-basswood.txt".to_owned(),
                usda => {
                    let number = usda.strip_prefix("usda").expect("a name of the list");
                    format!("usda-yield-editor-samples/sample{number}.txt.gz")
                }
            };
            for line in text(&file)?.lines() {
                if let Some([.., status]) = numbers(line, ',', [0, 1, 2, 3, 4, 5, 6, 7, 8])
                    && let Some(record) = numbers(line, ',', [0, 1, 2, 3, 4, 5, 6, 7])
                {
                    harvest.push(record, status == 1.0 || status == 33.0);
                }
            }
        }
    }
    assert!(harvest.records.len() > 1_000, "{name}");
    Some(harvest)
}
