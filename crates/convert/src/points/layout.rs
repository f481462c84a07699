//! The columns of a machine file: which of the source are read and into which unit, and which the
//! standard output has.

use super::columns::{Columns, Texts, instant_array, number_array, read_number};
use super::context::Context;
use super::noticed::Counts;
use super::passed::Passed;
use super::unit_table::UnitTable;
use arrow_array::{
    Array, ArrayRef, Float64Array, Int64Array, RecordBatch, TimestampMillisecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use std::collections::HashMap;
use std::sync::Arc;
use tramline_model::property::Kind;
use tramline_model::records::{self, SourceColumn};
use tramline_model::unit_choice::{is_imperial, output_unit};
use tramline_model::{OperationType, Property, Unit, UnitSystem};

/// 1990-01-01T00:00:00Z: earlier instants are not believed.
const EARLIEST_MS: i64 = 631_152_000_000;

/// A source column that is read.
struct Source {
    index: usize,
    property: Property,
    from: &'static Unit,
    to: &'static Unit,
}

/// The source's columns of numbers, with the units that follow.
pub(crate) struct Sources {
    list: Vec<Source>,
    pub(crate) units: UnitTable,
    /// Columns whose unit does not fit their property, as people read it.
    pub(crate) refused: Vec<String>,
    /// The rate that only has a target, which stands for it.
    pub(crate) stands: Option<Property>,
}

impl Sources {
    /// Looks at the columns of a reader's points of a kind of work.
    pub(crate) fn of(schema: &Schema, system: UnitSystem, operation: &OperationType) -> Self {
        let fields = schema.fields();
        let families: Vec<bool> = fields
            .iter()
            .filter_map(|f| records::unit_of(f))
            .filter_map(is_imperial)
            .collect();
        let imperial = families.iter().filter(|us| **us).count() * 2 > families.len();
        let mut sources = Self {
            list: Vec::new(),
            units: UnitTable::new(system, imperial),
            refused: Vec::new(),
            stands: None,
        };
        for (index, field) in fields.iter().enumerate() {
            let Some(property) = records::property_of(field) else {
                continue;
            };
            if property.kind() != Kind::Number {
                continue;
            }
            let assumed = output_unit(property, None, UnitSystem::Metric, false);
            let Some(from) = records::unit_of(field).or(assumed) else {
                continue;
            };
            if !property.accepts(from.dimension) {
                let fault = format!("`{}` in `{}`", property.name(), from.symbol);
                sources.refused.push(fault);
                continue;
            }
            if let Some(to) = sources.units.take(property, from) {
                sources.list.push(Source {
                    index,
                    property,
                    from,
                    to,
                });
            }
        }
        sources.stand_in(operation);
        sources
    }

    /// A target alone stands for the rate, in every format.
    fn stand_in(&mut self, operation: &OperationType) {
        let Some((rate, target)) = rate_of(operation).filter(|(rate, _)| !self.has(*rate)) else {
            return;
        };
        let Some(of_target) = self.list.iter().find(|source| source.property == target) else {
            return;
        };
        let (index, from) = (of_target.index, of_target.from);
        if let Some(to) = self.units.take(rate, from) {
            self.list.push(Source {
                index,
                property: rate,
                from,
                to,
            });
            self.stands = Some(rate);
        }
    }

    /// Whether a column of the property is read.
    pub(crate) fn has(&self, property: Property) -> bool {
        self.list.iter().any(|source| source.property == property)
    }
}

/// The rate of a kind of work and its target.
pub(crate) fn rate_of(operation: &OperationType) -> Option<(Property, Property)> {
    match operation {
        OperationType::Planted => Some((Property::SeedRate, Property::SeedRateTarget)),
        OperationType::Applied => Some((Property::AppliedRate, Property::AppliedRateTarget)),
        _ => None,
    }
}

/// A column of the output.
enum Output {
    Of(Property),
    OperationType,
    OriginalOperationType,
    Products,
    Machinery,
    /// A column of the source's own, by its place among them.
    Own(usize),
}

/// A column of the source's own: its place, and its units if they differ in the output.
struct Own {
    index: usize,
    units: Option<(&'static Unit, &'static Unit)>,
}

impl Own {
    /// As the output has it.
    fn read(&self, batch: &RecordBatch) -> Option<ArrayRef> {
        match self.units {
            Some((from, to)) => read_number(batch, self.index, from, to).map(number_array),
            None => batch.columns().get(self.index).cloned(),
        }
    }
}

/// Columns in and out.
pub(crate) struct Layout {
    sources: Vec<Source>,
    outputs: Vec<Output>,
    /// The source's own columns.
    own: Vec<Own>,
    /// Of the standard output.
    pub(crate) schema: SchemaRef,
    /// The same with reason and step.
    pub(crate) dropped_schema: SchemaRef,
}

impl Layout {
    /// Lays out the standard columns, in the order of the properties.
    pub(crate) fn new(sources: Sources, source: &Schema, context: &Context) -> Self {
        let stands = sources.stands;
        let has = |property: Property| {
            stands == Some(property) || source.index_of(property.name()).is_ok()
        };
        let harvest = context.is_harvest();
        let (mut fields, mut outputs) = (Vec::new(), Vec::new());
        for &property in Property::ALL {
            let wanted = match property {
                Property::Longitude
                | Property::Latitude
                | Property::Timestamp
                | Property::Distance
                | Property::Heading
                | Property::Speed
                | Property::Area => true,
                Property::Product | Property::Machinery => false,
                Property::Crop => has(property) || context.crop.is_some(),
                Property::EquipmentWidth => has(property) || context.width_m.is_some(),
                Property::Variety => has(property) || context.variety.is_some(),
                other => has(other) || (harvest && Property::YIELD.contains(&other)),
            };
            if wanted {
                let origin = source.field_with_name(property.name()).ok();
                fields.push(output_field(property, &context.units, origin));
                outputs.push(Output::Of(property));
            }
            if property == Property::Timestamp {
                fields.push(text_field("operationType"));
                outputs.push(Output::OperationType);
                if context.original_operation.is_some() {
                    fields.push(text_field("originalOperationType"));
                    outputs.push(Output::OriginalOperationType);
                }
            }
        }
        if context.operation == OperationType::Applied {
            fields.push(json_field("products", DataType::Utf8));
            outputs.push(Output::Products);
        }
        if has(Property::Machinery) || context.products.machinery.is_some() {
            fields.push(json_field("machinery", dictionary()));
            outputs.push(Output::Machinery);
        }
        let own = match &context.operation {
            OperationType::Other(_) => own_columns(source, &context.units, &mut fields),
            _ => Vec::new(),
        };
        outputs.extend((0..own.len()).map(Output::Own));
        let schema = Arc::new(Schema::new(fields.clone()));
        fields.push(text_field("reason"));
        fields.push(text_field("step"));
        Self {
            sources: sources.list,
            outputs,
            own,
            schema,
            dropped_schema: Arc::new(Schema::new(fields)),
        }
    }

    /// Reads the columns of a batch in the output's units. Times that cannot be are absent and
    /// counted.
    pub(crate) fn decode(
        &self,
        batch: &RecordBatch,
        context: &Context,
        counts: &mut Counts,
    ) -> Columns {
        let mut columns = Columns::new(batch.num_rows());
        for source in &self.sources {
            if let Some(values) = read_number(batch, source.index, source.from, source.to) {
                columns.set_number(source.property, values);
            }
        }
        let array = |property| {
            records::column_index(batch, property).and_then(|index| batch.columns().get(index))
        };
        for property in [
            Property::RecordingStatus,
            Property::Crop,
            Property::Variety,
            Property::Product,
            Property::Machinery,
            Property::TillType,
        ] {
            if let Some(texts) = array(property).and_then(Texts::read) {
                columns.set_text(property, texts);
            }
        }
        let integers = |property| {
            array(property)
                .and_then(|array| array.as_any().downcast_ref::<Int64Array>())
                .cloned()
        };
        columns.own = self.own.iter().filter_map(|own| own.read(batch)).collect();
        columns.section = integers(Property::SectionId);
        let marked = |index: usize| batch.columns().get(index).map(|array| array.as_any());
        columns.log = records::log_index(batch.schema_ref())
            .and_then(|index| marked(index)?.downcast_ref::<Int64Array>())
            .cloned();
        columns.machine = records::machine_indices(batch.schema_ref()).and_then(|indices| {
            let [latitude, longitude] =
                indices.map(|index| marked(index)?.downcast_ref::<Float64Array>().cloned());
            Some([latitude?, longitude?])
        });
        columns.product_index = integers(Property::ProductIndex);
        columns.instants = array(Property::Timestamp)
            .and_then(|array| array.as_any().downcast_ref())
            .map(|instants| believed(instants, context.latest_ms, counts));
        if let Some(variety) = &context.variety
            && columns.text(Property::Variety).is_none()
        {
            let texts = Texts::constant(variety, columns.rows);
            columns.set_text(Property::Variety, texts);
        }
        columns
    }

    /// The standard columns of a batch. What `passed` holds goes through as it is.
    pub(crate) fn encode(
        &self,
        mut columns: Columns,
        context: &Context,
        passed: &Passed,
    ) -> Result<RecordBatch, ArrowError> {
        let rows = columns.rows;
        let absent = || Texts {
            keys: vec![-1; rows],
            values: Vec::new(),
        };
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.outputs.len());
        // Texts of JSON need the numbers, so they are made before the numbers are moved out.
        let products = self
            .outputs
            .iter()
            .any(|output| matches!(output, Output::Products) && passed.products.is_none())
            .then(|| context.products.column(&columns, &context.units));
        for output in &self.outputs {
            arrays.push(match output {
                Output::OperationType => Texts::constant(context.operation.name(), rows).array(),
                Output::OriginalOperationType => {
                    let name = context.original_operation.as_deref().unwrap_or_default();
                    Texts::constant(name, rows).array()
                }
                Output::Products => match products.as_ref().or(passed.products.as_ref()) {
                    Some(array) => Arc::clone(array),
                    None => absent().array(),
                },
                Output::Machinery => match &passed.machinery {
                    Some(array) => Arc::clone(array),
                    None => context.products.machinery_column(&columns),
                },
                Output::Own(at) => match columns.own.get(*at) {
                    Some(array) => Arc::clone(array),
                    None => Arc::new(Float64Array::new_null(rows)),
                },
                Output::Of(property) => match property.kind() {
                    Kind::Number => number_array(columns.take_number(*property)),
                    Kind::Text => match columns.text(*property) {
                        Some(texts) => texts.array(),
                        None => absent().array(),
                    },
                    Kind::Instant => match &columns.instants {
                        Some(instants) => instant_array(instants),
                        None => instant_array(&vec![None; rows]),
                    },
                    Kind::Integer => {
                        let array = match property {
                            Property::SectionId => columns.section.clone(),
                            _ => columns.product_index.clone(),
                        };
                        Arc::new(array.unwrap_or_else(|| Int64Array::new_null(rows)))
                    }
                },
            });
        }
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }
}

/// Adds the source's own columns to those of the output. They are numbers and texts
/// that the source named and that stand for no property, under a name that nothing else has.
fn own_columns(source: &Schema, units: &UnitTable, fields: &mut Vec<Field>) -> Vec<Own> {
    /// Names of the dropped output.
    const KEPT: [&str; 2] = ["reason", "step"];
    let mut places = Vec::new();
    for (place, field) in source.fields().iter().enumerate() {
        let named = field.metadata().contains_key(records::SOURCE_NAME);
        let fits = matches!(field.data_type(), DataType::Float64 | DataType::Utf8);
        if !named || !fits || records::property_of(field).is_some() {
            continue;
        }
        let name = field.name();
        let known = fields.iter().any(|other| other.name() == name);
        if known || KEPT.contains(&name.as_str()) || Property::from_name(name).is_some() {
            continue;
        }
        let from = records::unit_of(field).filter(|_| *field.data_type() == DataType::Float64);
        let to = from.map(|from| (from, units.of_own(from)));
        let changed = to.filter(|(from, to)| from.symbol != to.symbol);
        let mut field = field.as_ref().clone();
        if let Some((_, to)) = changed {
            let mut metadata = field.metadata().clone();
            metadata.insert(records::UNIT.to_owned(), to.symbol.to_owned());
            field = field.with_metadata(metadata);
        }
        fields.push(field);
        places.push(Own {
            index: place,
            units: changed,
        });
    }
    places
}

/// The instants that can be.
fn believed(
    array: &TimestampMillisecondArray,
    latest_ms: i64,
    counts: &mut Counts,
) -> Vec<Option<i64>> {
    let allowed = EARLIEST_MS..=latest_ms;
    array
        .iter()
        .map(|instant| match instant {
            Some(ms) if !allowed.contains(&ms) => {
                counts.implausible_instants += 1;
                None
            }
            other => other,
        })
        .collect()
}

fn output_field(property: Property, units: &UnitTable, origin: Option<&Field>) -> Field {
    let mut field = records::field(property, units.get(property), &SourceColumn::default());
    let mut metadata = field.metadata().clone();
    match origin {
        Some(origin) => {
            for (key, value) in origin.metadata() {
                metadata.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        None => {
            let given = property == Property::EquipmentWidth;
            let provenance = if given { "given" } else { "derived" };
            metadata.insert(records::PROVENANCE.to_owned(), provenance.to_owned());
        }
    }
    if property.kind() == Kind::Text {
        field = field.with_data_type(dictionary());
    }
    field.with_metadata(metadata)
}

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn text_field(name: &str) -> Field {
    Field::new(name, dictionary(), true)
}

fn json_field(name: &str, data_type: DataType) -> Field {
    let metadata = HashMap::from([("tramline.json".to_owned(), "1".to_owned())]);
    Field::new(name, data_type, true).with_metadata(metadata)
}
