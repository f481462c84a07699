//! Record batches that the tests write.

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use arrow_schema::{DataType, Field, Schema};
use std::collections::HashMap;
use std::sync::Arc;
use tramline_model::records::{SourceColumn, data_type, field, raw_field};
use tramline_model::{Property, Unit};

/// Three rows with a column of every type: the second has no longitude and nothing else, the third
/// an infinite latitude.
pub(crate) fn mixed() -> RecordBatch {
    let source = SourceColumn {
        name: "Vehicle Speed".into(),
        code: "18D".into(),
        unit: "mm/s".into(),
    };
    let plain = SourceColumn::default();
    let json = HashMap::from([(tramline_outputs::JSON.to_owned(), "1".to_owned())]);
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let crops: DictionaryArray<Int32Type> = vec![Some("corn"), None, Some("wheat, \"hard\"")]
        .into_iter()
        .collect();
    let columns: Vec<(Field, ArrayRef)> = vec![
        (
            field(Property::Longitude, None, &plain),
            Arc::new(Float64Array::from(vec![Some(9.5), None, Some(1.0)])),
        ),
        (
            field(Property::Latitude, None, &plain),
            Arc::new(Float64Array::from(vec![
                Some(-51.123_456_789),
                Some(2.0),
                Some(f64::INFINITY),
            ])),
        ),
        (
            field(Property::Timestamp, None, &plain),
            Arc::new(
                TimestampMillisecondArray::from(vec![Some(1_714_566_600_250), None, Some(-1)])
                    .with_timezone("UTC"),
            ),
        ),
        (
            field(Property::Speed, Some(Unit::known("m/s")), &source),
            Arc::new(Float64Array::from(vec![Some(3.0), None, Some(f64::NAN)])),
        ),
        (
            field(Property::SectionId, None, &plain),
            Arc::new(Int64Array::from(vec![Some(-7), None, Some(i64::MAX)])),
        ),
        (Field::new("crop", dictionary, true), Arc::new(crops)),
        (
            raw_field("na\"me\n", DataType::Utf8, &plain),
            Arc::new(StringArray::from(vec![
                Some("Grüße \\ \u{1}"),
                None,
                Some(""),
            ])),
        ),
        (
            raw_field("on", DataType::Boolean, &plain),
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
        ),
        (
            Field::new("products", DataType::Utf8, true).with_metadata(json),
            Arc::new(StringArray::from(vec![
                Some(r#"[{"name":"Mix","rate":{"value":1.5}}]"#),
                None,
                Some(""),
            ])),
        ),
        (
            field(Property::Elevation, Some(Unit::known("m")), &plain),
            Arc::new(Float64Array::from(vec![None, None, None])),
        ),
    ];
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("columns fit")
}

/// As many rows of noise, the same for the same seed: two numbers of any bit pattern that is
/// finite, positions of all the world, whole numbers and instants.
pub(crate) fn noise(seed: u64, rows: usize) -> RecordBatch {
    let mut state = seed;
    let mut next = move || {
        // splitmix64
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let unit = |bits: u64| (bits >> 11) as f64 / (1_u64 << 53) as f64;
    let plain = SourceColumn::default();
    let any = |bits: u64| Some(f64::from_bits(bits)).filter(|value| value.is_finite());
    let instants: TimestampMillisecondArray =
        (0..rows).map(|_| Some((next() >> 20) as i64)).collect();
    let columns: Vec<(Field, ArrayRef)> = vec![
        (
            field(Property::Longitude, None, &plain),
            Arc::new(
                (0..rows)
                    .map(|_| Some(unit(next()) * 360.0 - 180.0))
                    .collect::<Float64Array>(),
            ),
        ),
        (
            field(Property::Latitude, None, &plain),
            Arc::new(
                (0..rows)
                    .map(|_| Some(unit(next()) * 180.0 - 90.0))
                    .collect::<Float64Array>(),
            ),
        ),
        (
            Field::new("timestamp", data_type(Property::Timestamp), true),
            Arc::new(instants.with_timezone("UTC")),
        ),
        (
            Field::new("bits", DataType::Float64, true),
            Arc::new((0..rows).map(|_| any(next())).collect::<Float64Array>()),
        ),
        (
            Field::new("tenths", DataType::Float64, true),
            Arc::new(
                (0..rows)
                    .map(|_| Some((next() % 10_000) as f64 / 10.0))
                    .collect::<Float64Array>(),
            ),
        ),
        (
            Field::new("whole", DataType::Int64, true),
            Arc::new(
                (0..rows)
                    .map(|_| Some(next() as i64))
                    .collect::<Int64Array>(),
            ),
        ),
    ];
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("columns fit")
}
