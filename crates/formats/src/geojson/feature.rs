//! Features out of a JSON stream, one at a time, into reused buffers: serde visitors that keep
//! nothing of the document.

use crate::shared::layer::{Feature, Names, Next, Shape, Value};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The text of the error with which a pass is stopped on purpose.
pub(super) const STOPPED: &str = "stopped by the reader";

/// Reads a document; every feature goes to `each`. The answer is the name of its `crs`, if any.
pub(super) struct Document<'a, F> {
    pub(super) names: &'a mut Names,
    pub(super) feature: &'a mut Feature,
    pub(super) crs: &'a mut Option<String>,
    pub(super) each: F,
}

impl<'de, F: FnMut(&Feature) -> Next> DeserializeSeed<'de> for &mut Document<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(&Feature) -> Next> Visitor<'de> for &mut Document<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut single = false;
        self.feature.clear();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "features" => map.next_value_seed(Features(self))?,
                "crs" => *self.crs = map.next_value_seed(FirstName)?,
                "geometry" => {
                    single = true;
                    map.next_value_seed(Geometry(self.feature))?;
                }
                "properties" => {
                    map.next_value_seed(Properties {
                        names: self.names,
                        feature: self.feature,
                    })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if single && (self.each)(self.feature) == Next::Stop {
            return Err(A::Error::custom(STOPPED));
        }
        Ok(())
    }
}

struct Features<'a, 'b, F>(&'a mut Document<'b, F>);

impl<'de, F: FnMut(&Feature) -> Next> DeserializeSeed<'de> for Features<'_, '_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(&Feature) -> Next> Visitor<'de> for Features<'_, '_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of features with geometry")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            self.0.feature.clear();
            let seed = FeatureSeed {
                names: self.0.names,
                feature: self.0.feature,
            };
            if list.next_element_seed(seed)?.is_none() {
                return Ok(());
            }
            if (self.0.each)(self.0.feature) == Next::Stop {
                return Err(A::Error::custom(STOPPED));
            }
        }
    }
}

struct FeatureSeed<'a> {
    names: &'a mut Names,
    feature: &'a mut Feature,
}

impl<'de> DeserializeSeed<'de> for FeatureSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FeatureSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a feature with geometry")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "geometry" => map.next_value_seed(Geometry(self.feature))?,
                "properties" => {
                    map.next_value_seed(Properties {
                        names: self.names,
                        feature: self.feature,
                    })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Properties<'a> {
    names: &'a mut Names,
    feature: &'a mut Feature,
}

impl<'de> DeserializeSeed<'de> for Properties<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Properties<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of properties")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(ValueSeed)?;
            if let Some(column) = self.names.column(&key) {
                self.feature.set(column, value);
            }
        }
        Ok(())
    }
}

struct ValueSeed;

impl<'de> DeserializeSeed<'de> for ValueSeed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(if value.is_finite() {
            Value::Number(value)
        } else {
            Value::Null
        })
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    // Lists and objects have no column: the first name or value of a list is kept.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let first = list.next_element_seed(Self)?.unwrap_or_default();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut name = Value::Null;
        while let Some(key) = map.next_key::<String>()? {
            if key == "name" || key == "value" {
                name = map.next_value_seed(Self)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(name)
    }
}

/// The first text called `name` in an object, at any depth: the old `crs` member.
struct FirstName;

impl<'de> DeserializeSeed<'de> for FirstName {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FirstName {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a crs object")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(value.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "name" | "properties" => found = map.next_value_seed(Self)?.or(found),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

struct Geometry<'a>(&'a mut Feature);

impl<'de> DeserializeSeed<'de> for Geometry<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Geometry<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a geometry object with coordinates")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut shape = Shape::default();
        let mut kind = String::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => kind = map.next_value()?,
                "coordinates" => {
                    map.next_value_seed(Coordinates(&mut shape))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        self.0.polygon = kind.ends_with("Polygon");
        shape.settle(self.0);
        Ok(())
    }
}

/// What a nested list turned out to be.
enum Level {
    Number(f64),
    Nothing,
    Point,
    Ring,
    Polygon,
}

struct Coordinates<'a>(&'a mut Shape);

impl<'de> DeserializeSeed<'de> for Coordinates<'_> {
    type Value = Level;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Level, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Coordinates<'_> {
    type Value = Level;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("coordinates: numbers in lists")
    }

    fn visit_unit<E: Error>(self) -> Result<Level, E> {
        Ok(Level::Nothing)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Level, E> {
        Ok(Level::Number(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Level, E> {
        Ok(Level::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Level, E> {
        Ok(Level::Number(value as f64))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Level, A::Error> {
        let mut numbers = [None, None];
        let mut count = 0_usize;
        let (mut points, mut rings) = (0_usize, 0_usize);
        while let Some(level) = list.next_element_seed(Coordinates(&mut *self.0))? {
            match level {
                Level::Number(value) => {
                    if let Some(slot) = numbers.get_mut(count) {
                        *slot = Some(value);
                    }
                }
                Level::Point => points += 1,
                Level::Ring => rings += 1,
                Level::Nothing | Level::Polygon => {}
            }
            count += 1;
        }
        if let [Some(x), Some(y)] = numbers {
            self.0.add((x, y));
            return Ok(Level::Point);
        }
        if points > 0 {
            self.0.close_ring();
            return Ok(Level::Ring);
        }
        if rings > 0 {
            self.0.close_polygon();
            return Ok(Level::Polygon);
        }
        Ok(Level::Nothing)
    }
}
