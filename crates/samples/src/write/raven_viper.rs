//! Native jobs of Raven Viper 4: a `.jdp` (a zip) with a `.jdf` of records, by the layout that is
//! described of it. Little-endian; angles in radians.
//!
//! Rule: the product is written before each fix whose rate differs from the one before.

use crate::{Files, Simulated, prefixed, zip};

/// A record with its length and type.
fn record(kind: u16, content: &[u8]) -> Vec<u8> {
    let mut bytes = (content.len() as u16 + 4).to_le_bytes().to_vec();
    bytes.extend(kind.to_le_bytes());
    bytes.extend(content);
    bytes
}

/// What one fix says.
#[derive(Clone, Copy, Debug)]
pub struct Fix {
    /// Of the job's clock.
    pub seconds: u32,
    pub latitude: f64,
    pub longitude: f64,
    pub elevation_m: f32,
    pub speed_m_s: f32,
    /// Since the job began.
    pub way_m: f32,
}

/// Type 113.
pub fn fix(fix: Fix) -> Vec<u8> {
    let mut content = fix.seconds.to_le_bytes().to_vec();
    content.extend(fix.latitude.to_radians().to_le_bytes());
    content.extend(fix.longitude.to_radians().to_le_bytes());
    for value in [fix.elevation_m, fix.speed_m_s, fix.way_m, 0.0] {
        content.extend(value.to_le_bytes());
    }
    content.push(0);
    record(113, &content)
}

/// Type 111: actual and target rate in l/ha.
pub fn product(actual: f32, target: f32) -> Vec<u8> {
    let mut content = vec![0; 14];
    content.extend(actual.to_le_bytes());
    content.extend(target.to_le_bytes());
    content.extend([0; 32]);
    record(111, &content)
}

/// Type 118: a byte for each section, and as many again of unknown meaning.
pub fn sections(states: &[bool]) -> Vec<u8> {
    let count = (states.len() as u16).to_le_bytes();
    let bytes: Vec<u8> = states.iter().map(|on| u8::from(*on)).collect();
    let mut content = vec![0, 0];
    content.extend(count);
    content.extend(&bytes);
    content.extend(count);
    content.extend(&bytes);
    record(118, &content)
}

/// Type 156.
pub fn guidance(heading_deg: f64, speed_m_s: f32) -> Vec<u8> {
    let mut content = vec![0; 4];
    content.extend((heading_deg.to_radians() as f32).to_le_bytes());
    content.extend(speed_m_s.to_le_bytes());
    content.extend(0.02_f32.to_le_bytes());
    record(156, &content)
}

/// The `.jdf` of a run.
pub fn log(run: &Simulated) -> Vec<u8> {
    let mut bytes = record(1, &[0; 8]);
    let (mut way_m, mut rates, mut states) = (0.0, None, None);
    for (number, row) in (0..).zip(&run.records) {
        let now = ((row.rate * 1e4) as f32, (row.target * 1e4) as f32);
        if rates.replace(now) != Some(now) {
            bytes.extend(product(now.0, now.1));
        }
        let on: Vec<bool> = row.sections.iter().map(|on| row.working && *on).collect();
        if states.as_ref() != Some(&on) {
            bytes.extend(sections(&on));
            states = Some(on);
        }
        if number % 7 == 0 {
            // A type whose meaning is not described.
            bytes.extend(record(155, &[0; 14]));
        }
        bytes.extend(guidance(row.heading_deg, row.speed_m_s as f32));
        way_m += row.distance_m;
        bytes.extend(fix(Fix {
            seconds: 295_946 + number,
            latitude: row.latitude,
            longitude: row.longitude,
            elevation_m: row.elevation_m as f32,
            speed_m_s: row.speed_m_s as f32,
            way_m: way_m as f32,
        }));
    }
    bytes
}

const POOL: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ISO11783_TaskData VersionMajor=\"4\" \
                    VersionMinor=\"0\" DataTransferOrigin=\"2\"><DVC A=\"DVC-1\" B=\"Demo boom\"/>\
                    </ISO11783_TaskData>";

/// The files of the job, in the display's folders.
pub fn unpacked(run: &Simulated) -> Files {
    let guid = "{11111111-2222-3333-4444-555555555555}";
    let inside = [
        ("DDOP.XML".to_owned(), POOL.as_bytes().to_vec()),
        (format!("{guid}.jdf"), log(run)),
        (format!("{guid}.jhf"), record(1, &[0; 8])),
    ];
    prefixed(&path(run), inside.into())
}

/// The job as the display writes it: a zip of those files.
pub fn job(run: &Simulated) -> Files {
    let path = path(run);
    let inside: Files = unpacked(run)
        .into_iter()
        .map(|(name, bytes)| (name[path.len() + 1..].to_owned(), bytes))
        .collect();
    vec![(path, zip(&inside))]
}

fn path(run: &Simulated) -> String {
    let plan = &run.plan;
    format!(
        "Raven/GFF/{}/{}/{}/Jobs/{}.jdp",
        plan.grower, plan.farm, plan.field, plan.task
    )
}
