//! The catalog: what the file names, each once, with an id that follows from the name.

use serde_json::{Map, Value, json};
use tramline_model::{Machine, MachineKind, OperationDescription};
use uuid::Uuid;

/// Namespace of the ids that follow from names.
const NAMESPACE: Uuid = Uuid::NAMESPACE_OID;

/// Lists by key of the schema, and the references that documents need.
#[derive(Default)]
pub(super) struct Catalog {
    lists: Map<String, Value>,
    pub(super) field: String,
    pub(super) season: Option<String>,
    pub(super) crop_zone: Option<String>,
    pub(super) products: Vec<String>,
    pub(super) devices: Vec<String>,
}

/// A compound id. `path` names the thing within everything Tramline writes: the same names give
/// the same unique id.
pub(super) fn id(reference: &str, path: &[&str]) -> Value {
    let mut key = String::from("tramline adapt");
    for part in path {
        key.push('\n');
        key.push_str(part);
    }
    json!({
        "referenceId": reference,
        "uniqueIds": [{
            "idText": Uuid::new_v5(&NAMESPACE, key.as_bytes()).to_string(),
            "idTypeCode": "UUID",
            "idSource": "tramline",
        }],
    })
}

/// What decides on the season.
pub(super) struct Season {
    /// Calendar year of the first record, UTC.
    pub(super) year: Option<String>,
}

impl Catalog {
    pub(super) fn new(
        description: &OperationDescription,
        crops: &[String],
        varieties: &[String],
        season: &Season,
    ) -> Self {
        let mut catalog = Self::default();
        catalog.place(description);
        let crop = catalog.crop(crops);
        catalog.crop_zone(description, crop.as_deref(), crops, season);
        catalog.products(description, varieties, crop.as_deref());
        for machine in &description.machines {
            catalog.device(machine);
        }
        catalog
    }

    pub(super) fn put(&mut self, list: &str, entry: Value) {
        let list = self.lists.entry(list).or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(entry);
        }
    }

    pub(super) fn into_value(self) -> Value {
        Value::Object(self.lists)
    }

    fn place(&mut self, description: &OperationDescription) {
        let grower = description.grower.as_deref();
        let farm = description.farm.as_deref();
        if let Some(name) = grower {
            let id = id("grower-1", &["grower", name]);
            self.put("growers", json!({ "id": id, "name": name }));
        }
        let grower_name = grower.unwrap_or_default();
        if let Some(name) = farm {
            let mut entry =
                json!({ "id": id("farm-1", &["farm", grower_name, name]), "name": name });
            if grower.is_some() {
                entry["growerId"] = json!("grower-1");
            }
            self.put("farms", entry);
        }
        let farm_name = farm.unwrap_or_default();
        let (reference, name) = match description.field.as_deref() {
            Some(name) => ("field-1", name),
            None => (
                tramline_model::adapt_standard::NO_FIELD,
                "field not named in the source",
            ),
        };
        let mut entry = json!({
            "id": id(reference, &["field", grower_name, farm_name, name]),
            "name": name,
        });
        if farm.is_some() {
            entry["farmId"] = json!("farm-1");
        }
        self.put("fields", entry);
        reference.clone_into(&mut self.field);
    }

    /// The reference of the only crop.
    fn crop(&mut self, crops: &[String]) -> Option<String> {
        for (index, name) in crops.iter().enumerate() {
            let reference = format!("crop-{}", index + 1);
            let id = id(&reference, &["crop", name]);
            self.put("crops", json!({ "id": id, "name": name }));
        }
        (crops.len() == 1).then(|| "crop-1".to_owned())
    }

    /// A crop is tied to a work record by its zone, and a zone wants a season.
    fn crop_zone(
        &mut self,
        description: &OperationDescription,
        crop: Option<&str>,
        crops: &[String],
        season: &Season,
    ) {
        let Some(year) = &season.year else { return };
        let id_of = id("season-1", &["season", year]);
        self.put("seasons", json!({ "id": id_of, "name": year }));
        self.season = Some("season-1".to_owned());
        let (Some(crop), Some(name)) = (crop, crops.first()) else {
            return;
        };
        let field = description.field.as_deref().unwrap_or_default();
        let path = [
            "crop zone",
            description.grower.as_deref().unwrap_or_default(),
            description.farm.as_deref().unwrap_or_default(),
            field,
            name,
            year,
        ];
        let zone = json!({
            "id": id("crop-zone-1", &path),
            "name": format!("{name} {year}"),
            "fieldId": self.field,
            "cropId": crop,
            "seasonIds": ["season-1"],
        });
        self.put("cropZones", zone);
        self.crop_zone = Some("crop-zone-1".to_owned());
    }

    fn products(
        &mut self,
        description: &OperationDescription,
        varieties: &[String],
        crop: Option<&str>,
    ) {
        let named = description
            .products
            .iter()
            .map(|product| (product.name.as_str(), "NOT_SPECIFIED"));
        let seeds = varieties
            .iter()
            .filter(|name| description.products.iter().all(|p| &p.name != *name))
            .map(|name| (name.as_str(), "SEED"));
        let all: Vec<_> = named
            .chain(seeds)
            .filter(|(name, _)| !name.is_empty())
            .collect();
        for (index, (name, kind)) in all.into_iter().enumerate() {
            let kind = if varieties.iter().any(|v| v == name) {
                "SEED"
            } else {
                kind
            };
            let reference = format!("product-{}", index + 1);
            let mut entry = json!({
                "id": id(&reference, &["product", kind, name]),
                "name": name,
                "productTypeCode": kind,
                "productFormCode": "UNKNOWN",
            });
            if let (Some(crop), "SEED") = (crop, kind) {
                entry["cropId"] = json!(crop);
            }
            self.put("products", entry);
            self.products.push(reference);
        }
    }

    fn device(&mut self, machine: &Machine) {
        let number = self.devices.len() + 1;
        let reference = format!("device-{number}");
        let serial = machine.serial_number.as_deref().unwrap_or_default();
        let kind = match machine.kind {
            MachineKind::Machine => "machine",
            MachineKind::Implement => "implement",
        };
        let mut entry = json!({
            "id": id(&reference, &["device", kind, &machine.name, serial]),
            "name": machine.name,
            "description": kind,
        });
        if !serial.is_empty() {
            entry["serialNumber"] = json!(serial);
        }
        if let Some(brand) = &machine.brand {
            let (brand_id, model_id) = (format!("brand-{number}"), format!("model-{number}"));
            let id_of = id(&brand_id, &["brand", brand]);
            self.put("brands", json!({ "id": id_of, "name": brand }));
            let model = json!({
                "id": id(&model_id, &["model", brand, &machine.name]),
                "name": machine.name,
                "brandId": brand_id,
            });
            self.put("deviceModels", model);
            entry["deviceModelId"] = json!(model_id);
        }
        self.put("devices", entry);
        self.devices.push(reference);
    }
}
