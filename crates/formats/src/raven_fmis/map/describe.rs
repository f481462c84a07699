//! Name and kind of work of a machine file, from the job and from what was logged.

use super::plan::Survey;
use crate::claim::ReadOptions;
use crate::raven_fmis::raw::job::{Job, Segment};
use crate::shared::columns::describe::{from_word, no_work};
use crate::shared::ddi;
use crate::shared::ddi::rules::RULES;
use arrow_schema::Schema;
use std::sync::Arc;
use tramline_model::{Crop, OperationDescription, OperationType, Product, Provider};

/// What is known of a machine file before its rows.
pub(super) struct Facts<'a> {
    pub(super) job: &'a Job,
    /// The folder of the job, for a job without name.
    pub(super) folder: &'a str,
    pub(super) product: Option<&'a str>,
    /// The number of the table.
    pub(super) number: u32,
    /// The job has more than one table.
    pub(super) several: bool,
    pub(super) entries: &'a [String],
    pub(super) options: &'a ReadOptions,
}

/// The kind of work and why.
pub(super) type Kind = (OperationType, String);

impl Facts<'_> {
    fn name(&self) -> String {
        let folder = self.folder.rsplit('/').next().unwrap_or_default();
        let folder = folder.strip_suffix("_fmis").unwrap_or(folder);
        let name = self.job.name.as_deref().unwrap_or(folder);
        match self.product.filter(|product| !product.is_empty()) {
            Some(product) if self.several => format!("{name} {product}"),
            None if self.several => format!("{name} product {}", self.number),
            _ => name.to_owned(),
        }
    }

    /// By the caller, the job's own word, or what was logged.
    pub(super) fn kind(&self, segment: &Segment, survey: &Survey) -> Kind {
        if let Some(given) = &self.options.operation_type {
            return (given.clone(), "given with the upload".to_owned());
        }
        if let Some(word) = &self.job.kind
            && let Some(kind) = from_word(word)
        {
            return (kind, format!("the job says `{word:.60}`"));
        }
        // Seed may be weighed as a product is: what only planting logs comes first.
        let order = [
            ("H", OperationType::Harvested),
            ("P", OperationType::Planted),
            ("T", OperationType::Tillage),
            ("A", OperationType::Applied),
            ("PA", OperationType::Applied),
        ];
        for (letters, kind) in order {
            let rules = RULES.iter().filter(|rule| rule.operations == letters);
            for rule in rules {
                if survey.nonzero(segment, rule.ddi) > 0 {
                    let name = ddi::lookup(rule.ddi).map_or("", |ddi| ddi.name);
                    return (
                        kind,
                        format!("DDI {} ({name}) logged with values", rule.ddi),
                    );
                }
            }
        }
        let kind = no_work(self.job.kind.as_deref());
        (kind, "nothing in the job tells the kind of work".to_owned())
    }

    /// By the caller, an element of that name, or a product that is called as a crop is.
    fn crop(&self) -> Option<String> {
        let product = self.product.filter(|name| Crop::find(name).is_some());
        let told = self.options.crop.as_deref().or(self.job.crop.as_deref());
        told.or(product).map(str::to_owned)
    }

    /// A machine file that cannot be read.
    pub(super) fn unread(&self) -> OperationDescription {
        let word = self.job.kind.as_deref();
        let kind = word.and_then(from_word).unwrap_or_else(|| no_work(word));
        self.describe((kind, "by the kind of the job".to_owned()))
    }

    /// The description, with schema and times still to come.
    pub(super) fn describe(
        &self,
        (operation_type, operation_reason): Kind,
    ) -> OperationDescription {
        let product = self.product.filter(|product| !product.is_empty());
        let planted = operation_type == OperationType::Planted;
        OperationDescription {
            name: self.name(),
            file_format: "FMIS",
            provider: Provider::RavenSlingshot,
            operation_type,
            operation_reason,
            original_operation_type: self.job.kind.clone(),
            operation_description: None,
            grower: self.job.customer.clone(),
            farm: self.job.farm.clone(),
            field: self.job.field.clone(),
            crop: self.crop(),
            variety: product.filter(|_| planted).map(str::to_owned),
            products: product
                .filter(|_| !planted)
                .map(|name| Product {
                    name: name.to_owned(),
                    ..Product::default()
                })
                .into_iter()
                .collect(),
            tank_mix: false,
            machines: Vec::new(),
            entries: self.entries.to_vec(),
            points_schema: Arc::new(Schema::empty()),
            time_source: "none".to_owned(),
            assumed_units: Vec::new(),
        }
    }
}
