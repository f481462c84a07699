//! Prints a synthetic harvest field with its truth as CSV: `cargo run -p tramline-samples --example
//! yield_field -- SEED DELAY`.

use std::io::Write as _;
use tramline_samples::yield_field::{FieldPlan, YieldField};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let seed = arguments.next().and_then(|text| text.parse().ok());
    let delay_s = arguments.next().and_then(|text| text.parse().ok());
    let plan = FieldPlan::recipe(seed.unwrap_or(1), delay_s.unwrap_or(11.0));
    let field = YieldField::simulate(plan);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    writeln!(
        out,
        "time_s,longitude,latitude,heading_deg,distance_m,width_m,flow_kg_s,interval_s,moisture,\
         header_down,pass,true_kg_ha,standing"
    )?;
    for (record, standing) in field.records.iter().zip(field.standings()) {
        writeln!(
            out,
            "{},{:.7},{:.7},{:.1},{:.3},{:.2},{:.4},{},{:.2},{},{},{:.1},{standing:?}",
            record.time_s,
            record.longitude,
            record.latitude,
            record.heading_deg,
            record.distance_m,
            record.width_m,
            record.flow_kg_s,
            record.interval_s,
            record.moisture,
            u8::from(record.header_down),
            record.pass,
            record.true_kg_ha,
        )?;
    }
    out.flush()
}
