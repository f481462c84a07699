//! The `products` and `machinery` columns: JSON text for each point, as the contract shows them.

use super::columns::{Columns, Texts};
use super::unit_table::UnitTable;
use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use std::sync::Arc;
use tramline_model::{OperationDescription, Property};

/// What the file says of its products and machines as a whole.
pub(crate) struct Products {
    /// Name and planned rate, in the output's unit.
    pub(crate) list: Vec<tramline_model::Product>,
    planned: Vec<f64>,
    /// JSON array of the machines' names.
    pub(crate) machinery: Option<String>,
}

/// The name of a product that the file does not name.
const UNNAMED: &str = "unknown";

impl Products {
    pub(crate) fn new(description: &OperationDescription) -> Self {
        let names: Vec<&str> = description
            .machines
            .iter()
            .map(|machine| machine.name.as_str())
            .filter(|name| !name.is_empty())
            .collect();
        let planned = description
            .products
            .iter()
            .filter_map(|p| p.rate.map(|rate| rate.value))
            .collect();
        Self {
            list: description.products.clone(),
            planned,
            machinery: (!names.is_empty()).then(|| serde_json::json!(names).to_string()),
        }
    }

    /// Planned rates of a tank mix, for the cleanup rule.
    pub(crate) fn planned_rates(&self) -> &[f64] {
        &self.planned
    }

    /// Whether the file as a whole names several products that are applied together.
    pub(crate) fn is_mix(&self) -> bool {
        self.list.len() > 1
    }

    /// Whether the mix's shares are not known.
    pub(crate) fn is_mix_without_rates(&self) -> bool {
        self.is_mix() && self.list.iter().any(|product| product.rate.is_none())
    }

    /// One JSON array for each point: the product at the point with the rate at the point, or the
    /// products of the mix with their planned rates.
    pub(crate) fn column(&self, columns: &Columns, units: &UnitTable) -> ArrayRef {
        let unit = units.get(Property::AppliedRate);
        let unit = serde_json::json!(unit.map_or("", |u| u.symbol)).to_string();
        let at_point = columns.text(Property::Product);
        let mix = (at_point.is_none() && self.is_mix()).then(|| self.mix(units));
        let constant = self
            .list
            .first()
            .map(|p| p.name.as_str())
            .filter(|n| !n.is_empty());
        let names: Vec<String> = at_point
            .map(|texts| {
                texts
                    .values
                    .iter()
                    .map(|n| serde_json::json!(n).to_string())
                    .collect()
            })
            .unwrap_or_default();
        let constant = serde_json::json!(constant.unwrap_or(UNNAMED)).to_string();
        let mut builder = StringBuilder::with_capacity(columns.rows, columns.rows * 64);
        let mut text = String::new();
        let mut last: Option<(i32, u64)> = None;
        let mut number = zmij::Buffer::new();
        for row in 0..columns.rows {
            if let Some(mix) = &mix {
                builder.append_value(mix);
                continue;
            }
            let key = at_point
                .and_then(|texts| texts.keys.get(row))
                .copied()
                .unwrap_or(-1);
            let rate = columns.at(Property::AppliedRate, row);
            if last != Some((key, rate.to_bits())) {
                let name = usize::try_from(key)
                    .ok()
                    .and_then(|k| names.get(k))
                    .unwrap_or(&constant);
                text.clear();
                text.push_str("[{\"name\":");
                text.push_str(name);
                if rate.is_finite() {
                    text.push_str(",\"rate\":{\"value\":");
                    text.push_str(number.format_finite(rate));
                    text.push_str(",\"unit\":");
                    text.push_str(&unit);
                    text.push('}');
                }
                text.push_str("}]");
                last = Some((key, rate.to_bits()));
            }
            builder.append_value(&text);
        }
        Arc::new(builder.finish())
    }

    fn mix(&self, units: &UnitTable) -> String {
        let list: Vec<serde_json::Value> = self
            .list
            .iter()
            .map(|product| {
                let name = if product.name.is_empty() {
                    UNNAMED
                } else {
                    &product.name
                };
                let mut entry = serde_json::json!({ "name": name });
                if let Some(rate) = product.rate {
                    let unit = units.of_rate(rate.unit);
                    let factor = rate.unit.factor_to(unit);
                    let (factor, unit) = factor.map_or((1.0, rate.unit), |factor| (factor, unit));
                    let value = rate.value * factor;
                    entry["rate"] = serde_json::json!({ "value": value, "unit": unit.symbol });
                }
                entry
            })
            .collect();
        serde_json::Value::Array(list).to_string()
    }

    /// The names of the machines at each point.
    pub(crate) fn machinery_column(&self, columns: &Columns) -> ArrayRef {
        match (columns.text(Property::Machinery), &self.machinery) {
            (Some(texts), _) => {
                let json = texts
                    .clone()
                    .map(|name| Some(serde_json::json!([name]).to_string()));
                json.array()
            }
            (None, Some(text)) => Texts::constant(text, columns.rows).array(),
            (None, None) => Texts {
                keys: vec![-1; columns.rows],
                values: Vec::new(),
            }
            .array(),
        }
    }
}
