//! The metadata file beside an Operations Center export (`<base>-Deere-Metadata.json`, GeoPard
//! `<base>-Metadata.json`): the only source of units, and names for what the columns number.

use serde_json::Value;
use tramline_model::{
    Machine, MachineKind, OperationDescription, OperationType, Product, Rate, Unit,
};

/// Letters of a column name that a `.dbf` keeps.
const NAME_BYTES: usize = 10;

/// The parsed file.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    value: Value,
}

impl Metadata {
    /// Reads the bytes; `None` when they are no JSON object.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let value: Value = serde_json::from_slice(bytes).ok()?;
        value.is_object().then_some(Self { value })
    }

    fn text(&self, key: &str) -> Option<String> {
        text(&self.value, key)
    }

    /// Whether the set is a boundary or another layer that is no log.
    pub(crate) fn layer_kind(&self) -> Option<String> {
        self.text("ShapeDataType")
    }

    /// The source's word for the work, and our type for it.
    pub(crate) fn operation(&self) -> Option<(String, OperationType)> {
        let word = self.text("Operation")?;
        let kind = match word.to_ascii_lowercase().as_str() {
            "harvest" | "harvesting" => OperationType::Harvested,
            "seeding" | "planting" => OperationType::Planted,
            "application" => OperationType::Applied,
            "tillage" => OperationType::Tillage,
            other => {
                let letters: String = other.chars().filter(|c| c.is_alphabetic()).collect();
                OperationType::Other(if letters.is_empty() {
                    "unknown".to_owned()
                } else {
                    letters
                })
            }
        };
        Some((word, kind))
    }

    /// The unit of a column, matched on the first ten letters ignoring case; else on the
    /// consonants, as tools that save the export again squeeze names (`AppldRt`, `SWATHWI`).
    pub(crate) fn unit(&self, column: &str) -> Option<String> {
        let attributes = self.value.get("DataAttributes")?.as_array()?;
        let by = |fits: fn(&str, &str) -> bool| {
            attributes
                .iter()
                .find(|a| text(a, "Name").is_some_and(|n| fits(&n, column)))
        };
        text(by(same).or_else(|| by(squeezed))?, "Unit")
    }

    pub(crate) fn crop(&self) -> Option<String> {
        self.text("CropToken").or_else(|| self.text("CropName"))
    }

    /// Name of the machine that a `Machine` column numbers.
    pub(crate) fn machine_name(&self, key: &str) -> Option<String> {
        let usage = self.value.get("MachineUsage")?.get(key)?;
        text(usage, "MachineSerial").or_else(|| text(usage, "MachineId"))
    }

    /// Fills grower, farm, field, crop, products and machines.
    pub(crate) fn describe(&self, operation: &mut OperationDescription) {
        operation.grower = self.text("ClientName");
        operation.farm = self.text("FarmName");
        operation.field = self.text("FieldName");
        operation.crop = self.crop();
        if let Some(product) = self.value.get("Product") {
            operation.tank_mix = product
                .get("TankMix")
                .and_then(Value::as_bool)
                .unwrap_or(false);
            operation.products = products(product);
        }
        let usage = self.value.get("MachineUsage").and_then(Value::as_object);
        operation.machines = usage
            .into_iter()
            .flatten()
            .filter_map(|(_, machine)| {
                let serial = text(machine, "MachineSerial");
                Some(Machine {
                    name: text(machine, "MachineName")
                        .or_else(|| serial.clone())
                        .or_else(|| text(machine, "MachineId"))?,
                    kind: MachineKind::Machine,
                    serial_number: serial,
                    brand: None,
                })
            })
            .collect();
    }
}

fn products(product: &Value) -> Vec<Product> {
    let rate = |value: &Value| {
        let rate = value.get("Rate")?;
        let unit = Unit::parse(&text(rate, "Unit")?)?;
        Some(Rate {
            value: rate.get("Value")?.as_f64()?,
            unit,
        })
    };
    let components = product.get("Components").and_then(Value::as_array);
    let mix: Vec<Product> = components
        .into_iter()
        .flatten()
        .filter_map(|component| {
            let carrier = component
                .get("Carrier")
                .and_then(Value::as_bool)
                .unwrap_or(false);
            Some(Product {
                name: text(component, "Name")?,
                kind: Some(if carrier { "Carrier" } else { "Component" }),
                rate: rate(component),
            })
        })
        .collect();
    if !mix.is_empty() {
        return mix;
    }
    text(product, "ProductName")
        .map(|name| Product {
            name,
            kind: None,
            rate: rate(product),
        })
        .into_iter()
        .collect()
}

fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn same(attribute: &str, column: &str) -> bool {
    let cut = |name: &str| {
        name.chars()
            .take(NAME_BYTES)
            .collect::<String>()
            .to_lowercase()
    };
    cut(attribute) == cut(column)
}

fn squeezed(attribute: &str, column: &str) -> bool {
    let consonants = |name: &str| -> String {
        let mut letters = name.to_lowercase();
        letters.retain(|c| !"aeiou".contains(c));
        letters
    };
    let column = consonants(column);
    column.len() >= 3 && consonants(attribute).starts_with(&column)
}

/// Name of a crop that Deere numbers; `None` for numbers not seen in open data.
pub(crate) fn crop_of_number(number: f64) -> Option<&'static str> {
    [
        (11.0, "oats"),
        (25.0, "wheat"),
        (26.0, "wheat"),
        (173.0, "corn"),
        (174.0, "soybeans"),
    ]
    .into_iter()
    .find_map(|(id, name)| (id == number).then_some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_match_on_ten_letters_in_any_case() {
        let text = br#"{"Operation":"Seeding","DataAttributes":[
            {"Name":"AppliedRate","Unit":"seeds1ac-1"},{"Name":"Time"}]}"#;
        let metadata = Metadata::parse(text).expect("an object");
        assert_eq!(metadata.unit("APPLIEDRAT").as_deref(), Some("seeds1ac-1"));
        assert_eq!(metadata.unit("AppldRt").as_deref(), Some("seeds1ac-1"));
        assert_eq!(metadata.unit("Time"), None);
        assert_eq!(
            metadata.operation().map(|o| o.1),
            Some(OperationType::Planted)
        );
        assert!(Metadata::parse(b"[1]").is_none());
    }
}
