//! Features with properties to one machine file: what GeoJSON, GeoPackage, FlatGeobuf and KML share.
//!
//! A format gives its features one at a time, twice: the first pass learns names and kinds of the
//! properties from the first features, the second pushes record batches. Points stand for
//! themselves, polygons by the centroid of their outer ring, with their rings beside it.

mod crs;
mod findings;
mod read;
mod shape;

pub(crate) use crs::Crs;
pub(crate) use findings::{Codes, codes};
pub(crate) use read::{read, time_texts, unread};
pub(crate) use shape::Shape;

use crate::shared::outline::Outline;
use crate::source::Limits;
use std::collections::HashMap;
use tramline_model::{Place, Provider, ReadError};

/// A property's value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Value {
    #[default]
    Null,
    Number(f64),
    Text(String),
}

/// One feature; cleared and filled again for the next.
#[derive(Debug, Default)]
pub(crate) struct Feature {
    /// First position of a point or multi point, centroid of a polygon; as in the file.
    pub(crate) position: Option<(f64, f64)>,
    /// Area of a polygon, or of several, without holes, in the square of the file's units.
    pub(crate) area: Option<f64>,
    /// The geometry is a polygon or several.
    pub(crate) polygon: bool,
    /// Its rings, in the units of the file.
    pub(crate) outline: Option<Outline>,
    /// By column of [`Names`].
    pub(crate) values: Vec<Value>,
}

impl Feature {
    pub(crate) fn clear(&mut self) {
        self.position = None;
        self.area = None;
        self.polygon = false;
        self.outline = None;
        self.values.iter_mut().for_each(|v| *v = Value::Null);
    }

    pub(crate) fn set(&mut self, column: usize, value: Value) {
        if self.values.len() <= column {
            self.values.resize(column + 1, Value::Null);
        }
        if let Some(slot) = self.values.get_mut(column) {
            *slot = value;
        }
    }
}

/// Property names to columns. Grows while `open`.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) list: Vec<String>,
    index: HashMap<String, usize>,
    open: bool,
    limit: usize,
    /// Properties that came after the names were closed.
    unknown: u64,
}

impl Names {
    /// No names yet, at most `limit` to come.
    pub(crate) fn open(limit: usize) -> Self {
        Self {
            open: true,
            limit,
            ..Self::default()
        }
    }

    /// All names, known before the first feature.
    pub(crate) fn fixed(list: Vec<String>) -> Self {
        Self {
            list,
            limit: usize::MAX,
            ..Self::default()
        }
    }

    pub(crate) fn column(&mut self, name: &str) -> Option<usize> {
        if let Some(at) = self.index.get(name) {
            return Some(*at);
        }
        if !self.open || self.list.len() >= self.limit {
            self.unknown += 1;
            return None;
        }
        self.list.push(name.to_owned());
        self.index.insert(name.to_owned(), self.list.len() - 1);
        Some(self.list.len() - 1)
    }
}

/// What goes on after a feature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    More,
    /// Enough: the pass ends here.
    Stop,
}

/// Takes the features of a pass.
pub(crate) type Each<'a> = dyn FnMut(&Feature) -> Result<Next, ReadError> + 'a;

/// A layer that can be read from its begin as often as needed.
pub(crate) trait Source {
    /// The names, as far as they are known before the first feature.
    fn names(&self, limits: &Limits) -> Names {
        Names::open(limits.columns)
    }

    /// One pass. The answer is the coordinate system that the features come with, if they tell it.
    fn pass(&mut self, names: &mut Names, each: &mut Each<'_>)
    -> Result<Option<String>, ReadError>;
}

/// What is known of a layer before its features.
pub(crate) struct Layer<'a> {
    pub(crate) place: Place,
    /// Path of the entry.
    pub(crate) path: &'a str,
    /// What the machine file is called when no field is; the file's name otherwise.
    pub(crate) title: Option<&'a str>,
    /// The file has several layers with data: the title tells their machine files apart.
    pub(crate) several: bool,
    pub(crate) file_format: &'static str,
    /// Who made the data, where it is known.
    pub(crate) provider: Option<Provider>,
    pub(crate) crs: Option<Crs>,
    /// What people call the format, and what to do when it cannot be read.
    pub(crate) noun: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) codes: &'static Codes,
}
