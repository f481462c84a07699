//! Names of a block: client, farm, field, machine, implement, crop and products, found by the ids
//! that objects refer to each other with.

use crate::shared::xml::Element;
use std::collections::HashMap;

/// An object with an id and a name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object {
    pub(crate) name: String,
    pub(crate) serial: String,
    /// The crop that it stands in, for varieties.
    pub(crate) crop: Option<usize>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Crop {
    pub(crate) name: String,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    pub(crate) client: Option<String>,
    pub(crate) farm: Option<String>,
    pub(crate) field: Option<String>,
    pub(crate) crops: Vec<Crop>,
    objects: HashMap<String, Object>,
}

impl Setup {
    pub(crate) fn parse(root: &Element) -> Self {
        let mut setup = Self::default();
        let mut open: Vec<(&Element, Option<usize>)> = vec![(root, None)];
        while let Some((element, mut crop)) = open.pop() {
            let name = element.text("name").map(str::to_owned);
            match element.tag.as_str() {
                "Client" => setup.client = setup.client.or_else(|| name.clone()),
                "Farm" => setup.farm = setup.farm.or_else(|| name.clone()),
                "Field" => setup.field = setup.field.or_else(|| name.clone()),
                // Names of people stay where they are.
                "Operator" => continue,
                "Crop" => {
                    crop = Some(setup.crops.len());
                    setup.crops.push(Crop {
                        name: name.clone().unwrap_or_default(),
                    });
                }
                _ => {}
            }
            if let (Some(id), Some(name)) = (element.text("erid"), name) {
                let object = Object {
                    name,
                    serial: element.text("serialNumber").unwrap_or_default().to_owned(),
                    crop,
                };
                setup.objects.insert(id.to_owned(), object);
            }
            open.extend(element.children.iter().rev().map(|child| (child, crop)));
        }
        setup
    }

    pub(crate) fn object(&self, id: &str) -> Option<&Object> {
        self.objects.get(id)
    }

    /// The crop of a product, else the only crop of the block.
    pub(crate) fn crop_of(&self, product: Option<&str>) -> Option<&str> {
        let of_product = product
            .and_then(|id| self.object(id)?.crop)
            .and_then(|index| self.crops.get(index));
        let only = || {
            (self.crops.len() == 1)
                .then(|| self.crops.first())
                .flatten()
        };
        let name = of_product.or_else(only)?.name.as_str();
        (!name.is_empty()).then_some(name)
    }
}
