//! Times the straight path: an upload by path, or 2.26 million simulated points of harvest.
//!
//! `cargo run --release -p tramline-convert --example throughput -- [INPUT] OUT`
#![expect(clippy::print_stdout, reason = "a measuring tool")]

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_schema::{Field, Schema};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tramline_convert::{Collector, Input, Options, run};
use tramline_formats::{Limits, Tree};
use tramline_model::records::{BATCH_ROWS, SourceColumn, field};
use tramline_model::{
    Ending, OperationDescription, OperationType, Property, Provider, Receiver, Unit,
};
use tramline_outputs::FolderSink;

const POINTS: usize = 2_260_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let out = arguments.pop().ok_or("which folder to write to")?;
    let mut sink = FolderSink::new(&out);
    let options = Options::default();
    let input = Input {
        name: "input".into(),
        sha256: "00".into(),
        size_bytes: 0,
    };
    let start = Instant::now();
    let files = if let Some(path) = arguments.pop() {
        let tree = Tree::open(Path::new(&path), &Limits::default())?;
        run(&tree, &input, &options, &mut sink, &mut |_| {})?.files
    } else {
        simulated(&input, &options, &mut sink)?
    };
    for file in &files {
        println!("{}", serde_json::to_string(file)?);
    }
    println!("{:.2} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn number(property: Property, unit: &'static str) -> Field {
    field(property, Some(Unit::known(unit)), &SourceColumn::default())
}

fn text(property: Property) -> Field {
    field(property, None, &SourceColumn::default())
}

fn simulated(
    input: &Input,
    options: &Options,
    sink: &mut FolderSink,
) -> Result<Vec<tramline_convert::FileReport>, Box<dyn std::error::Error>> {
    let schema = Arc::new(Schema::new(vec![
        number(Property::Longitude, "arcdeg"),
        number(Property::Latitude, "arcdeg"),
        text(Property::Timestamp),
        number(Property::Elevation, "m"),
        number(Property::EquipmentWidth, "m"),
        number(Property::Speed, "km/hr"),
        number(Property::CropFlow, "kg/s"),
        number(Property::SamplingInterval, "s"),
        number(Property::HarvestMoisture, "percentage"),
        text(Property::RecordingStatus),
        text(Property::Crop),
    ]));
    let mut progress = |_: tramline_convert::Progress<'_>| {};
    let mut collector = Collector::new(input, options, sink, &mut progress);
    collector.start_claim("simulated", vec!["simulated".to_owned()]);
    collector.begin(OperationDescription {
        name: "simulated".to_owned(),
        file_format: "CSV",
        provider: Provider::Other,
        operation_type: OperationType::Harvested,
        operation_reason: String::new(),
        original_operation_type: None,
        operation_description: None,
        grower: None,
        farm: None,
        field: None,
        crop: None,
        variety: None,
        products: Vec::new(),
        tank_mix: false,
        machines: Vec::new(),
        entries: Vec::new(),
        points_schema: Arc::clone(&schema),
        time_source: String::new(),
        assumed_units: Vec::new(),
    })?;
    let mut from = 0;
    while from < POINTS {
        let rows: Vec<usize> = (from..POINTS.min(from + BATCH_ROWS)).collect();
        let column = |f: &dyn Fn(f64) -> f64| -> ArrayRef {
            Arc::new(
                rows.iter()
                    .map(|row| Some(f(*row as f64)))
                    .collect::<Float64Array>(),
            )
        };
        let instants: TimestampMillisecondArray = rows
            .iter()
            .map(|row| Some(1_600_000_000_000 + *row as i64 * 1_000))
            .collect();
        let batch = RecordBatch::try_new(
            Arc::clone(&schema),
            vec![
                column(&|row| 10.0 + (row % 1_000.0) * 2.8e-5),
                column(&|row| 50.0 + (row / 1_000.0).floor() * 5.4e-5),
                Arc::new(instants.with_timezone("UTC")),
                column(&|row| 100.0 + (row / 97.0).sin()),
                column(&|_| 6.0),
                column(&|row| 7.0 + (row / 31.0).sin()),
                column(&|row| 8.0 + 2.0 * (row / 53.0).sin()),
                column(&|_| 1.0),
                column(&|row| 16.0 + (row / 71.0).cos()),
                Arc::new(StringArray::from(vec!["On"; rows.len()])),
                Arc::new(StringArray::from(vec!["wheat"; rows.len()])),
            ],
        )?;
        collector.raw(&batch)?;
        collector.points(&batch)?;
        from += rows.len();
    }
    collector.finish(Ending {
        records: POINTS as u64,
        ..Ending::default()
    })?;
    Ok(collector.into_parts().0)
}
