//! Raven FMIS exports: `jobdata.xml`, `advanced.xml` and a table for each product, by the layout
//! that is reported of Slingshot. Values are the whole numbers of ISO 11783-11.
//!
//! Rule: one simulated run is one product of the job; runs of one job share their records.

use super::iso_utc;
use crate::{Files, Operation, Record, Simulated};
use std::fmt::Write as _;

/// Data dictionary identifiers of a section (or the implement) and their values.
struct Column {
    ddi: u16,
    value: fn(&Simulated, &Record, usize) -> f64,
}

const fn column(ddi: u16, value: fn(&Simulated, &Record, usize) -> f64) -> Column {
    Column { ddi, value }
}

fn on(record: &Record, section: usize) -> bool {
    record.working
        && record
            .sections
            .get(section)
            .copied()
            .unwrap_or(record.working)
}

fn of_section(record: &Record, section: usize, value: f64) -> f64 {
    if on(record, section) { value } else { 0.0 }
}

const STATE: Column = column(141, |_, r, s| f64::from(u8::from(on(r, s))));
const WIDTH: Column = column(67, |s, _, _| {
    s.plan.width_m * 1e3 / f64::from(s.plan.sections.max(1))
});

/// What each section logs. 1 and 2 are 0.01 mm³/m², 11 and 12 are 0.001 /m², 84 is mg/m², 99 is
/// ppm, 51 and 52 are mm.
fn columns(operation: Operation) -> Vec<Column> {
    let mut columns = match operation {
        Operation::Spraying => vec![
            column(1, |_, r, _| r.target * 1e8),
            column(2, |_, r, s| of_section(r, s, r.rate * 1e8)),
        ],
        Operation::Planting => vec![
            column(11, |_, r, _| r.target * 1e3),
            column(12, |_, r, s| of_section(r, s, r.rate * 1e3)),
        ],
        Operation::Harvest => vec![
            column(84, |_, r, _| r.rate * 1e6),
            column(99, |_, r, _| r.moisture * 1e4),
        ],
        Operation::Tillage => vec![
            column(51, |_, r, _| r.target * 1e3),
            column(52, |_, r, _| r.rate * 1e3),
        ],
    };
    columns.extend([STATE, WIDTH]);
    columns
}

/// The job of one machine in a folder `<job>_fmis`, a table for each run.
pub fn fmis(runs: &[&Simulated]) -> Files {
    let Some(first) = runs.first() else {
        return Files::new();
    };
    let plan = &first.plan;
    let kind = match plan.operation {
        Operation::Harvest => "Harvest",
        Operation::Planting => "Planting",
        Operation::Spraying => "Application",
        Operation::Tillage => "Tillage",
    };
    let folder = format!("{}_fmis", plan.task);
    let job = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<JobData><JobName>{}</JobName>\
         <JobType>{kind}</JobType><StartDate>{}</StartDate><EndDate>{}</EndDate></JobData>\n",
        plan.task,
        iso_utc(first.truth.start_ms),
        iso_utc(first.truth.end_ms),
    );
    let mut products = String::new();
    let mut formats = String::new();
    for run in runs {
        let product = match run.plan.operation {
            Operation::Harvest => &run.plan.crop,
            Operation::Planting => &run.plan.variety,
            Operation::Spraying | Operation::Tillage => &run.plan.product,
        };
        let _ = write!(products, "<Product><Name>{product}</Name></Product>");
        formats.push_str("<SegmentFormat>");
        for section in 0..run.plan.sections.max(1) {
            for column in columns(run.plan.operation) {
                let _ = write!(
                    formats,
                    "<EquipmentSection>{}</EquipmentSection><DDI>{}</DDI>",
                    section + 1,
                    column.ddi
                );
            }
        }
        formats.push_str("</SegmentFormat>");
    }
    let advanced = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Advanced><Customer><Name>{}</Name></Customer>\
         <Farm><Name>{}</Name></Farm><Field><Name>{}</Name></Field><Products>{products}</Products>\
         <Implements><Implement><tabFormat>{formats}</tabFormat></Implement></Implements></Advanced>\n",
        plan.grower, plan.farm, plan.field,
    );
    let mut files = vec![
        (format!("{folder}/jobdata.xml"), job.into_bytes()),
        (format!("{folder}/advanced.xml"), advanced.into_bytes()),
    ];
    for (number, run) in (1..).zip(runs) {
        let path = format!("{folder}/Product_{number}.tab");
        files.push((path, table(run).into_bytes()));
    }
    files
}

fn table(run: &Simulated) -> String {
    let mut out = String::new();
    let mut way_m = 0.0;
    for (id, record) in run.records.iter().enumerate() {
        way_m += record.distance_m;
        let _ = write!(
            out,
            "{id}\t{}\t{:.9}\t{:.9}\t{:.3}\t{way_m:.4}\t{:.3}",
            iso_utc(record.time_ms),
            record.latitude,
            record.longitude,
            record.elevation_m,
            record.speed_m_s,
        );
        for section in 0..run.plan.sections.max(1) as usize {
            for column in columns(run.plan.operation) {
                let value = (column.value)(run, record, section);
                let _ = write!(out, "\t{value:.0}");
            }
        }
        out.push_str("\r\n");
    }
    out
}
