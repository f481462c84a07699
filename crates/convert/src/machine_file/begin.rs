//! A machine file begins: its columns are laid out and its first artifacts opened.

use super::adapt::AdaptExport;
use super::artifacts::Artifacts;
use super::dropped::DroppedPoints;
use super::outside::OutsideFields;
use super::raw::RawRecords;
use super::spool::Spool;
use crate::analysis::Analysis;
use crate::calibration::Measured;
use crate::configuration::FilterProfile;
use crate::error::RunError;
use crate::fields::{FieldLocator, Locate};
use crate::identity::Identity;
use crate::options::Options;
use crate::points::standard::Standard;
use crate::writers::ArtifactWriter;
use tramline_model::{Finding, OperationDescription, Place, Provider, UnitSystem};
use tramline_outputs::Sink;

/// A machine file in the making.
pub(crate) struct MachineFile {
    pub(super) identity: Identity,
    pub(super) description: OperationDescription,
    /// The provider that the caller names.
    pub(super) given: Option<Provider>,
    /// Of the standard output.
    pub(super) units: UnitSystem,
    pub(super) standard: Standard,
    pub(super) raw: Option<RawRecords>,
    pub(super) geojson: Option<ArtifactWriter>,
    pub(super) parquet: Option<ArtifactWriter>,
    pub(super) adapt: Option<AdaptExport>,
    pub(super) dropped: DroppedPoints,
    /// Points outside the fields that the caller gave.
    pub(super) outside: OutsideFields,
    pub(super) spool: Spool,
    /// In which fields the standard points lie, if that is asked.
    pub(super) locator: Option<FieldLocator>,
    pub(super) analysis: Analysis,
    /// By row of the spool: not in the standard output, of use after a lag. Empty when none is.
    pub(super) restorable: Vec<bool>,
    /// In a first pass: what the monitor saw.
    pub(super) measured: Option<Measured>,
    /// Points read so far.
    pub(super) points: u64,
    /// Made of other machine files: it has no source of its own.
    pub(super) merged: bool,
    pub(super) artifacts: Artifacts,
    pub(super) findings: Vec<Finding>,
}

impl MachineFile {
    /// Opens the standard outputs that the options ask for.
    pub(crate) fn begin(
        identity: Identity,
        description: OperationDescription,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<Self, RunError> {
        let configuration = &options.configuration;
        let units = options
            .unit_systems
            .first()
            .copied()
            .unwrap_or(configuration.unit_measurement);
        let profile = if configuration.operations_filtered_geojson {
            configuration.filter_profile
        } else {
            FilterProfile::None
        };
        let mut analysis = Analysis::new(profile, configuration);
        if configuration.makes_polygons() || configuration.file_images {
            analysis.keep_footprints();
        }
        let mut standard = Standard::new(
            &description,
            configuration,
            &options.read,
            units,
            options.calibrations.begin(&identity, &description),
            analysis.wants_all(&description.operation_type),
        );
        standard.context.clip.clone_from(&options.clip);
        let geojson = options
            .outputs
            .geojson
            .then(|| ArtifactWriter::geojson(sink, identity.name("standard.geojson")))
            .transpose()?;
        let parquet = options
            .outputs
            .parquet
            .then(|| {
                let name = identity.name("standard.parquet");
                ArtifactWriter::geoparquet(sink, name, standard.schema().clone())
            })
            .transpose()?;
        let adapt = options
            .adapt
            .then(|| AdaptExport::begin(sink, &identity.dir, standard.schema()))
            .transpose()?;
        Ok(Self {
            measured: options.calibrations.measure(&identity, &description),
            dropped: DroppedPoints::new(identity.name("dropped.parquet")),
            identity,
            description,
            given: options.provider,
            units,
            standard,
            raw: None,
            geojson,
            parquet,
            adapt,
            outside: OutsideFields::default(),
            spool: Spool::default(),
            locator: options.locate.as_ref().map(Locate::begin),
            analysis,
            restorable: Vec::new(),
            points: 0,
            merged: false,
            artifacts: Artifacts::default(),
            findings: Vec::new(),
        })
    }

    /// A machine file that is made of the standard points of others.
    pub(crate) fn begin_merged(
        identity: Identity,
        description: OperationDescription,
        options: &Options,
        sink: &mut dyn Sink,
    ) -> Result<Self, RunError> {
        let mut file = Self::begin(identity, description, options, sink)?;
        file.merged = true;
        Ok(file)
    }

    pub(crate) fn points_read(&self) -> u64 {
        self.points
    }

    pub(crate) fn index(&self) -> usize {
        self.identity.index
    }

    /// Keeps a finding of the reader.
    pub(crate) fn notice(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// What the monitor saw, in a first pass.
    pub(crate) fn take_measured(&mut self) -> Option<Measured> {
        self.measured.take()
    }

    /// The entry that findings about the whole file point to.
    pub(super) fn place(&self) -> Place {
        let entry = self.description.entries.first().cloned();
        Place::entry(entry.unwrap_or_default())
    }

    /// Every artifact of points that is being written, taken out.
    pub(super) fn begun(&mut self) -> Vec<ArtifactWriter> {
        let adapt = self.adapt.take().map(AdaptExport::into_records);
        [
            self.geojson.take(),
            self.parquet.take(),
            self.dropped.take(),
            adapt,
        ]
        .into_iter()
        .flatten()
        .chain(std::mem::take(&mut self.outside).begun())
        .collect()
    }
}
