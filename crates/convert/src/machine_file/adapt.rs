//! The ADAPT Standard beside the standard output: `<machine file>/adapt/`, for the asking.

use super::artifacts::Artifacts;
use crate::points::standardised::Standardised;
use crate::writers::{ArtifactWriter, document};
use arrow_schema::SchemaRef;
use tramline_model::{Artifact, Dimension, OperationDescription, Property, Unit};
use tramline_outputs::adapt_standard::{self, DOCUMENT, Facts, RECORDS, Variable};
use tramline_outputs::{Sink, WriteError};

/// Folder of the data set within that of the machine file.
const FOLDER: &str = "adapt";

/// A data set being written.
pub(crate) struct AdaptExport {
    pub(crate) records: ArtifactWriter,
    variables: Vec<Variable>,
}

impl AdaptExport {
    pub(crate) fn begin(
        sink: &mut dyn Sink,
        dir: &str,
        schema: &SchemaRef,
    ) -> Result<Self, WriteError> {
        let name = format!("{dir}/{FOLDER}/{RECORDS}");
        Ok(Self {
            records: ArtifactWriter::adapt_records(sink, name, schema.clone())?,
            variables: adapt_standard::variables(schema),
        })
    }

    /// The records alone.
    pub(crate) fn into_records(self) -> ArtifactWriter {
        self.records
    }

    /// Waits for the records and writes the document.
    pub(crate) fn finish(
        self,
        sink: &mut dyn Sink,
        dir: &str,
        description: &OperationDescription,
        results: &Standardised<'_>,
        artifacts: &mut Artifacts,
    ) -> Result<(), WriteError> {
        let records = self.records.finish()?;
        let totals = results.totals;
        let varieties: Vec<String> = totals
            .varieties
            .list
            .iter()
            .map(|group| group.name.clone())
            .filter(|name| !name.is_empty() && !totals.crops.contains(name))
            .collect();
        let value = adapt_standard::document(&Facts {
            description,
            operation: results.operation,
            crops: &totals.crops,
            varieties: &varieties,
            variables: &self.variables,
            present: results.present,
            instants: totals.first_ms.zip(totals.last_ms),
            area_m2: totals.area_m2.value(),
            totals: &sums(results),
        });
        let name = format!("{dir}/{FOLDER}/{DOCUMENT}");
        document(sink, &name, &value)?;
        artifacts.insert(Artifact::AdaptStandard, name);
        artifacts.insert(Artifact::AdaptStandardRecords, records);
        Ok(())
    }
}

/// Totals by definition, in its unit: kilograms, litres, numbers of seeds.
fn sums(results: &Standardised<'_>) -> Vec<(&'static str, f64)> {
    let totals = results.totals;
    let factor = |unit: Option<&'static Unit>| unit.map_or(1.0, |unit| unit.factor);
    let mut list: Vec<(&'static str, f64)> = Vec::new();
    for (code, property) in [
        ("YieldTotalWetMass", Property::WetMass),
        ("YieldTotalDryMass", Property::DryMass),
        ("YieldTotalWetVolume", Property::WetVolume),
        ("YieldTotalDryVolume", Property::DryVolume),
    ] {
        let statistic = totals.statistic(property);
        if statistic.count > 0 {
            let kilograms = statistic.sum.value() * factor(results.unit(property));
            list.push((code, kilograms));
        }
    }
    // Seed, then what was applied: of two totals under one definition the first stands.
    for (index, property) in [(0, Property::SeedRate), (2, Property::AppliedRate)] {
        let unit = results.unit(property);
        let code = match unit.map(|unit| unit.dimension) {
            Some(Dimension::CountPerArea) => "AppliedTotalCount",
            Some(Dimension::MassPerArea) => "AppliedTotalMass",
            Some(Dimension::VolumePerArea) => "AppliedTotalVolume",
            _ => continue,
        };
        let known = list.iter().any(|(known, _)| *known == code);
        if let Some(rate) = totals.rates.get(index)
            && rate.points.count > 0
            && !known
        {
            list.push((code, rate.by_area.value() * factor(unit)));
        }
    }
    list
}
