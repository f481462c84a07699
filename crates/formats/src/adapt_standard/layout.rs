//! Which columns of the spatial records are read, and what they mean.

use super::describe::{Facts, kind};
use super::document::{Variable, items};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::schema::types::SchemaDescriptor;
use std::collections::HashSet;
use std::sync::Arc;
use tramline_model::adapt_standard::{Definition, as_seed, by_code};
use tramline_model::records::{self, SourceColumn};
use tramline_model::{Dimension, OperationType, Property, Unit};

/// A column of numbers.
#[derive(Debug)]
pub(super) struct Number {
    /// Index of the root column in the file.
    root: usize,
    name: String,
    code: String,
    unit: &'static str,
}

/// A standard column: of one source column, or the sum of several rates.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) property: Property,
    pub(super) unit: Option<&'static Unit>,
    /// Indices into the numbers.
    pub(super) sources: Vec<usize>,
}

/// The columns that are read.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) geometry: Option<usize>,
    pub(super) timestamp: Option<usize>,
    pub(super) numbers: Vec<Number>,
    pub(super) targets: Vec<Target>,
    /// Source columns whose property another column gives already.
    pub(super) passed_over: Vec<String>,
    /// Records cover ground, and no column says how much.
    pub(super) area: bool,
    /// Records cover ground: their polygons go along.
    pub(super) outlines: bool,
}

pub(super) fn is_number(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Float64
            | DataType::Float32
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32
            | DataType::UInt64
    )
}

impl Layout {
    /// `geometry` is the name of the geometry column.
    pub(super) fn new(
        facts: &Facts<'_>,
        schema: &Schema,
        leaves: &SchemaDescriptor,
        geometry: &str,
    ) -> Self {
        let mut layout = Self::default();
        let variables = items(&facts.operation.variables);
        let flat = flat_roots(leaves, schema.fields().len());
        let mut found: Vec<(Number, Option<&'static Definition>)> = Vec::new();
        for (root, field) in schema.fields().iter().enumerate() {
            if !flat.contains(&root) {
                continue;
            }
            let bytes = matches!(field.data_type(), DataType::BinaryView | DataType::Utf8View);
            let instant = bytes || matches!(field.data_type(), DataType::Timestamp(_, _));
            if field.name() == geometry && field.data_type() == &DataType::BinaryView {
                layout.geometry = Some(root);
            } else if field.name().eq_ignore_ascii_case("timestamp") && instant {
                layout.timestamp.get_or_insert(root);
            } else if is_number(field.data_type()) {
                let code = code_of(field.name(), variables);
                let definition = by_code(&code);
                let number = Number {
                    root,
                    name: field.name().clone(),
                    unit: definition.map_or("", |d| d.adapt_unit),
                    code,
                };
                found.push((number, definition));
            }
        }
        layout.give_meaning(facts, found);
        layout
    }

    fn give_meaning(
        &mut self,
        facts: &Facts<'_>,
        found: Vec<(Number, Option<&'static Definition>)>,
    ) {
        let planted = kind(facts).0 == OperationType::Planted;
        let is_count = |definition: &Definition| {
            definition.unit().map(|unit| unit.dimension) == Some(Dimension::CountPerArea)
        };
        // With a rate of seeds, the other rates are what is applied along with them.
        let counted = found.iter().filter_map(|(_, d)| *d).any(is_count);
        for (number, definition) in found {
            let index = self.numbers.len();
            if let Some(definition) = definition {
                let seed = planted && (!counted || is_count(definition));
                let property = if seed {
                    as_seed(definition.property)
                } else {
                    definition.property
                };
                self.add(index, property, definition, &number.name);
            }
            self.numbers.push(number);
        }
    }

    fn add(&mut self, index: usize, property: Property, definition: &Definition, name: &str) {
        let unit = definition.unit();
        let rate = matches!(
            property,
            Property::AppliedRate
                | Property::AppliedRateTarget
                | Property::SeedRate
                | Property::SeedRateTarget
        );
        match self.targets.iter_mut().find(|t| t.property == property) {
            None => self.targets.push(Target {
                property,
                unit,
                sources: vec![index],
            }),
            Some(target) if rate && target.unit == unit => target.sources.push(index),
            Some(_) => self.passed_over.push(name.to_owned()),
        }
    }

    /// Leaves a property to be derived.
    pub(super) fn forget(&mut self, property: Property) {
        self.targets.retain(|target| target.property != property);
    }

    pub(super) fn has(&self, property: Property) -> bool {
        self.targets
            .iter()
            .any(|target| target.property == property)
    }

    /// Root columns to read, in order of the file.
    pub(super) fn roots(&self) -> Vec<usize> {
        let mut roots: Vec<usize> = self.numbers.iter().map(|n| n.root).collect();
        roots.extend(self.geometry);
        roots.extend(self.timestamp);
        roots.sort_unstable();
        roots
    }

    /// Place of a root column among those read.
    pub(super) fn position(&self, root: usize) -> Option<usize> {
        self.roots().binary_search(&root).ok()
    }

    /// Places of the numbers among the columns read.
    pub(super) fn number_positions(&self) -> Vec<usize> {
        let roots = self.roots();
        self.numbers
            .iter()
            .filter_map(|number| roots.binary_search(&number.root).ok())
            .collect()
    }

    fn head(&self) -> Vec<Field> {
        let degree = Unit::from_symbol("arcdeg");
        let none = SourceColumn::default();
        let mut fields = vec![
            records::field(Property::Longitude, degree, &none),
            records::field(Property::Latitude, degree, &none),
        ];
        if self.timestamp.is_some() {
            fields.push(records::field(Property::Timestamp, None, &none));
        }
        fields
    }

    pub(super) fn points_schema(&self) -> SchemaRef {
        let mut fields = self.head();
        if self.area {
            let none = SourceColumn::default();
            fields.push(records::field(
                Property::Area,
                Unit::from_symbol("m2"),
                &none,
            ));
        }
        for target in &self.targets {
            let source = target.sources.first().and_then(|at| self.numbers.get(*at));
            let source = source.map(Number::source).unwrap_or_default();
            let field = records::field(target.property, target.unit, &source);
            let mut metadata = field.metadata().clone();
            metadata.insert(records::PROVENANCE.to_owned(), "logged".to_owned());
            fields.push(field.with_metadata(metadata));
        }
        if self.outlines {
            fields.push(records::outline_field());
        }
        Arc::new(Schema::new(fields))
    }

    pub(super) fn raw_schema(&self) -> SchemaRef {
        let mut fields = self.head();
        let mut taken: HashSet<String> = fields.iter().map(|f| f.name().clone()).collect();
        for number in &self.numbers {
            let mut name = number.name.clone();
            while !taken.insert(name.clone()) {
                name.push('\'');
            }
            let source = number.source();
            fields.push(records::raw_field(&name, DataType::Float64, &source));
        }
        Arc::new(Schema::new(fields))
    }
}

impl Number {
    fn source(&self) -> SourceColumn {
        SourceColumn {
            name: self.name.clone(),
            code: self.code.clone(),
            unit: self.unit.to_owned(),
        }
    }
}

/// The variable's code of a column: by its column name, else by the code that the column is named
/// by, alone or with a product behind it.
fn code_of(column: &str, variables: &[Variable]) -> String {
    let by_column = |v: &&Variable| v.geo_parquet_column_name.as_deref() == Some(column);
    let by_name = |v: &&Variable| {
        v.geo_parquet_column_name.is_none() && v.definition_code.as_deref() == Some(column)
    };
    let variable = variables
        .iter()
        .find(by_column)
        .or_else(|| variables.iter().find(by_name));
    let stated = variable.and_then(|v| v.definition_code.clone());
    stated.unwrap_or_else(|| {
        let stem = column.split('_').next().unwrap_or(column);
        if by_code(column).is_none() && by_code(stem).is_some() {
            stem.to_owned()
        } else {
            column.to_owned()
        }
    })
}

/// Root columns of one leaf that does not repeat.
fn flat_roots(leaves: &SchemaDescriptor, roots: usize) -> HashSet<usize> {
    let mut count = vec![0_usize; roots];
    let mut repeated = HashSet::new();
    for leaf in 0..leaves.num_columns() {
        let root = leaves.get_column_root_idx(leaf);
        if let Some(count) = count.get_mut(root) {
            *count += 1;
        }
        let column = leaves.column(leaf);
        if column.max_rep_level() > 0 || column.max_def_level() > 1 {
            repeated.insert(root);
        }
    }
    count
        .iter()
        .enumerate()
        .filter(|(root, leaves)| **leaves == 1 && !repeated.contains(root))
        .map(|(root, _)| root)
        .collect()
}
