//! Maps of a stored machine file, made when they are asked for: images of seven classes, and
//! GeoTIFF of the numbers themselves, in Web Mercator or the field's zone of UTM.
//!
//! Rules: the ground of a row is that of `polygon.parquet`, or is laid out of the points as the
//! conversion does. It is burnt once and serves all properties; their values are read when they are
//! asked for, a column at a time. Classes hold as much area each.

mod corners;
mod field;
mod folder;
mod grid;

pub use field::{FieldPart, field_map};
pub use folder::{CLASSES_LIST, class_entry, main_map, write_classes, write_geotiffs};
pub use grid::{GRID_LIST, write_grid};

use crate::colours::{self, nature};
use crate::configuration::Configuration;
use crate::paint;
use crate::pictured::is_pictured;

use arrow_array::Float64Array;
use arrow_schema::DataType;
use corners::Corners;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::path::Path;
use tramline_analysis::classes::weighted_quantile_breaks;
use tramline_model::settings::ImageRamp;
use tramline_model::{Property, Unit, records};
use tramline_render::{
    ACCESSIBLE_COLOURS, Band, CLASS_COLOURS, Canvas, ClassLegend, Projection, RenderError, geotiff,
    png, qgis_style, sidecar, small_png,
};

/// Rows that are painted at most: 64 bytes each while the ground is burnt.
const MOST_ROWS: usize = 8 << 20;
const CLASSES: usize = 7;
/// Pixels of a side of the map on a page: at its width on paper finer than any printer shows.
const PAGE_PX: u32 = 1_500;
/// Pixels of the longer side of a small image.
const SMALL_PX: u32 = 160;

/// The plane of a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MapPlane {
    /// Web Mercator, EPSG:3857.
    #[default]
    WebMercator,
    /// The zone of the middle of the field.
    Utm,
}

/// The colours of the classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClassColours {
    /// By what the property is, each even in lightness.
    #[default]
    Property,
    /// The contract's: red over yellow to green.
    Model,
    /// Told apart by people with any colour vision.
    Accessible,
}

impl From<ImageRamp> for ClassColours {
    fn from(ramp: ImageRamp) -> Self {
        match ramp {
            ImageRamp::Property => Self::Property,
            ImageRamp::Model => Self::Model,
            ImageRamp::Accessible => Self::Accessible,
        }
    }
}

/// Why there is no map.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// The stored file cannot be read.
    #[error("`{name}` cannot be read: {cause}; convert the upload again")]
    Unreadable {
        /// Of the file.
        name: String,
        /// Why.
        cause: String,
    },
    /// No row has a place on Earth.
    #[error("no point with a usable position is left, so there is nothing to draw")]
    NoGround,
    /// UTM has no zone there.
    #[error(
        "the field lies beyond 84° north or 80° south, where UTM has no zone: ask for Web Mercator"
    )]
    NoZone,
    /// More rows than are painted at once.
    #[error(
        "{rows} points are too many for one map (at most {MOST_ROWS}): split the file by fields"
    )]
    TooManyRows {
        /// How many.
        rows: usize,
    },
    /// No map of that name.
    #[error("there is no map of `{name}`; choose one of: {known}")]
    NoProperty {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The map cannot be written.
    #[error("`{name}` cannot be written: {cause}")]
    Write {
        /// Of the file.
        name: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The image cannot be made.
    #[error("the map cannot be made")]
    Render(#[from] RenderError),
}

/// A property that has a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapLayer {
    /// What it shows.
    pub property: Property,
    /// Its unit, where it has one.
    pub unit: Option<&'static Unit>,
}

impl MapLayer {
    /// Symbol of the unit; empty for none.
    pub fn unit_symbol(&self) -> &'static str {
        self.unit.map_or("", |unit| unit.symbol)
    }
}

/// An image of classes.
pub struct ClassImage {
    /// The image.
    pub png: Vec<u8>,
    /// The same in few pixels, for lists.
    pub small: Vec<u8>,
    /// Its colours and classes.
    pub legend: ClassLegend,
    /// Square metres of ground that show each class.
    pub areas_m2: Vec<f64>,
}

/// The burnt ground of a stored file. Values are read anew for each question, from wherever the same points
/// lie by then.
pub struct Map {
    canvas: Canvas,
    layers: Vec<MapLayer>,
    /// By row; empty where no area is known.
    areas: Vec<f64>,
    /// By row: it owns a pixel.
    shown: Vec<bool>,
}

impl Map {
    /// Burns the ground of a stored GeoParquet file: `standard.parquet`, `filtered.parquet` or
    /// `polygon.parquet`.
    ///
    /// # Errors
    /// [`MapError::Unreadable`] for what is no such file, [`MapError::NoGround`] without places,
    /// [`MapError::NoZone`] near the poles, [`MapError::TooManyRows`].
    pub fn read(path: &Path, plane: MapPlane) -> Result<Self, MapError> {
        Self::read_within(path, plane, u32::MAX)
    }

    /// [`Map::read`] with at most so many pixels on a side.
    fn read_within(path: &Path, plane: MapPlane, most_px: u32) -> Result<Self, MapError> {
        let corners = Corners::read(path)?;
        let ground = |row: usize| corners.of(row);
        let rated = |row: usize| corners.rated.get(row).copied().unwrap_or(true);
        let (canvas, shown) = burnt(corners.rows(), &ground, &rated, plane, most_px)?;
        let layers = layers(path)?;
        let has_area = layers.iter().any(|layer| layer.property == Property::Area);
        let areas = if has_area {
            column(path, Property::Area)?
        } else {
            Vec::new()
        };
        Ok(Self {
            canvas,
            layers,
            areas,
            shown,
        })
    }

    /// The properties that have a map.
    pub fn layers(&self) -> &[MapLayer] {
        &self.layers
    }

    /// The property of a name.
    ///
    /// # Errors
    /// [`MapError::NoProperty`] with those that there are.
    pub fn layer(&self, name: &str) -> Result<MapLayer, MapError> {
        let found = self.layers.iter().find(|l| l.property.name() == name);
        found.copied().ok_or_else(|| {
            let known: Vec<&str> = self.layers.iter().map(|l| l.property.name()).collect();
            MapError::NoProperty {
                name: name.to_owned(),
                known: known.join(", "),
            }
        })
    }

    /// Whether ground shows a value of a property: then it has a map.
    ///
    /// # Errors
    /// [`MapError::Unreadable`].
    pub fn has(&self, points: &Path, layer: MapLayer) -> Result<bool, MapError> {
        Ok(self.shows(&column(points, layer.property)?))
    }

    /// West, south, east, north in degrees.
    pub fn extent_degrees(&self) -> [f64; 4] {
        self.canvas.extent_degrees()
    }

    /// The text beside a PNG that tells its place; only for Web Mercator.
    pub fn sidecar(&self) -> String {
        sidecar(&self.canvas)
    }

    /// Bytes of memory, for whoever keeps maps.
    pub fn memory_bytes(&self) -> usize {
        let (columns, lines) = self.canvas.size();
        columns as usize * lines as usize * 4 + self.areas.len() * 8 + self.shown.len()
    }

    /// The classes of a property: as much area in each; `None` where no ground has a value.
    ///
    /// # Errors
    /// [`MapError::Unreadable`].
    pub fn legend(
        &self,
        points: &Path,
        layer: MapLayer,
        colours: ClassColours,
    ) -> Result<Option<ClassLegend>, MapError> {
        let values = column(points, layer.property)?;
        self.legend_of(&values, layer, colours)
    }

    /// The image of a property in classes; `None` where no ground has a value.
    ///
    /// # Errors
    /// [`MapError::Unreadable`], [`MapError::Render`].
    pub fn classes(
        &self,
        points: &Path,
        layer: MapLayer,
        colours: ClassColours,
    ) -> Result<Option<ClassImage>, MapError> {
        self.image_of(&column(points, layer.property)?, layer, colours)
    }

    fn image_of(
        &self,
        values: &[f64],
        layer: MapLayer,
        colours: ClassColours,
    ) -> Result<Option<ClassImage>, MapError> {
        let Some(legend) = self.legend_of(values, layer, colours)? else {
            return Ok(None);
        };
        let indices: Vec<u8> = values.iter().map(|value| legend.index_of(*value)).collect();
        let png = png(&self.canvas, &indices, &legend.palette())?;
        let small = small_png(&self.canvas, &indices, &legend.palette(), SMALL_PX)?;
        let areas_m2 = self.areas_m2(&indices, legend.ranges.len());
        Ok(Some(ClassImage {
            png,
            small,
            legend,
            areas_m2,
        }))
    }

    /// The ground of each class by its pixels; `indices` has the class of each row, from 1.
    fn areas_m2(&self, indices: &[u8], classes: usize) -> Vec<f64> {
        let mut pixels = vec![0_u64; classes];
        for owner in self.canvas.lines().flatten() {
            let class = indices.get(*owner as usize).copied().unwrap_or(0);
            let class = usize::from(class).checked_sub(1);
            if let Some(count) = class.and_then(|class| pixels.get_mut(class)) {
                *count += 1;
            }
        }
        let [_, south, _, north] = self.canvas.extent_degrees();
        let [_, side, ..] = self.canvas.geo_transform();
        let side = match self.canvas.projection() {
            Projection::WebMercator => side * f64::midpoint(south, north).to_radians().cos(),
            _ => side,
        };
        let area = side * side;
        pixels.iter().map(|count| *count as f64 * area).collect()
    }

    /// The GeoTIFF of a property; `None` where no ground has a value.
    ///
    /// # Errors
    /// [`MapError::Unreadable`], [`MapError::Render`].
    pub fn geotiff(&self, points: &Path, layer: MapLayer) -> Result<Option<Vec<u8>>, MapError> {
        let values = column(points, layer.property)?;
        if !self.shows(&values) {
            return Ok(None);
        }
        let band = Band {
            name: layer.property.name(),
            unit: layer.unit_symbol(),
        };
        Ok(Some(geotiff(&self.canvas, &values, band)?))
    }

    /// The style for QGIS beside the GeoTIFF of a property, in the colours of its picture; `None` where no
    /// ground has a value.
    ///
    /// # Errors
    /// [`MapError::Unreadable`].
    pub fn qgis_style(
        &self,
        points: &Path,
        layer: MapLayer,
        configuration: &Configuration,
    ) -> Result<Option<String>, MapError> {
        let values = column(points, layer.property)?;
        if !self.shows(&values) {
            return Ok(None);
        }
        let known = || values.iter().copied().filter(|value| value.is_finite());
        let full = (
            known().fold(f64::INFINITY, f64::min),
            known().fold(f64::NEG_INFINITY, f64::max),
        );
        let samples = paint::samples(&self.canvas);
        let shown = samples.iter().filter_map(|row| values.get(*row as usize));
        let mut shown = shown.copied().collect();
        let stretch = configuration.image_stretch;
        let (min, max) = colours::ends(stretch, layer.property, layer.unit, full, &mut shown);
        let ramp = colours::ramp(configuration, layer.property);
        Ok(Some(qgis_style(&ramp, min, max, layer.unit_symbol())))
    }

    /// Whether any row that owns a pixel has a value.
    fn shows(&self, values: &[f64]) -> bool {
        let mut rows = values.iter().zip(&self.shown);
        rows.any(|(value, shown)| *shown && value.is_finite())
    }

    fn legend_of(
        &self,
        values: &[f64],
        layer: MapLayer,
        colours: ClassColours,
    ) -> Result<Option<ClassLegend>, MapError> {
        if !self.shows(values) {
            return Ok(None);
        }
        let mut breaks = weighted_quantile_breaks(values, &self.areas, CLASSES);
        if breaks.is_empty() {
            breaks = weighted_quantile_breaks(values, &vec![1.0; values.len()], CLASSES);
        }
        if breaks.is_empty() {
            return Ok(None);
        }
        let colours = match colours {
            ClassColours::Property => nature(layer.property).colours(),
            ClassColours::Model => CLASS_COLOURS,
            ClassColours::Accessible => ACCESSIBLE_COLOURS,
        };
        Ok(Some(ClassLegend::new(
            &breaks,
            &colours,
            layer.unit_symbol(),
        )?))
    }
}

/// A canvas with the ground of all rows, those with the main rate first; and which rows own a pixel.
fn burnt(
    rows: usize,
    ground: &dyn Fn(usize) -> Option<paint::Patch>,
    rated: &dyn Fn(usize) -> bool,
    plane: MapPlane,
    most_px: u32,
) -> Result<(Canvas, Vec<bool>), MapError> {
    let bounds = paint::Bounds::of(rows, ground).ok_or(MapError::NoGround)?;
    let (longitude, latitude) = bounds.middle();
    let projection = match plane {
        MapPlane::WebMercator => Projection::WebMercator,
        MapPlane::Utm => Projection::utm_at(longitude, latitude).ok_or(MapError::NoZone)?,
    };
    let canvas = bounds.canvas_within(projection, most_px);
    let mut canvas = canvas.ok_or(MapError::NoGround)?;
    paint::burn(&mut canvas, rows, ground, rated);
    let mut shown = vec![false; rows];
    for owner in canvas.lines().flatten() {
        if let Some(shown) = shown.get_mut(*owner as usize) {
            *shown = true;
        }
    }
    Ok((canvas, shown))
}

/// Whether the points of a stored file are the middles of polygons that the source logged: their
/// ground is in `polygon.parquet` only.
pub fn is_of_polygons(path: &Path) -> bool {
    let Ok(builder) = open(path) else {
        return false;
    };
    let area = builder.schema().field_with_name(Property::Area.name());
    area.is_ok_and(records::is_of_geometry)
}

fn unreadable(path: &Path, cause: impl std::fmt::Display) -> MapError {
    let name = path.file_name().unwrap_or_default();
    MapError::Unreadable {
        name: name.to_string_lossy().into_owned(),
        cause: cause.to_string(),
    }
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, MapError> {
    let file = File::open(path).map_err(|cause| unreadable(path, cause))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|cause| unreadable(path, cause))
}

/// Numbers that an image can show, in the order of the file.
fn layers(path: &Path) -> Result<Vec<MapLayer>, MapError> {
    let builder = open(path)?;
    let fields = builder.schema().fields().iter();
    let layers = fields.filter(|field| field.data_type() == &DataType::Float64);
    let layers = layers.filter_map(|field| {
        let property = records::property_of(field).filter(|property| is_pictured(*property))?;
        (field.name() == property.name()).then(|| MapLayer {
            property,
            unit: records::unit_of(field),
        })
    });
    Ok(layers.collect())
}

/// A column of numbers, not a number where there is none.
fn column(path: &Path, property: Property) -> Result<Vec<f64>, MapError> {
    let builder = open(path)?;
    let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    if rows > MOST_ROWS {
        return Err(MapError::TooManyRows { rows });
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), [property.name()]);
    let reader = builder.with_projection(mask).build();
    let mut values = Vec::with_capacity(rows);
    for batch in reader.map_err(|cause| unreadable(path, cause))? {
        let batch = batch.map_err(|cause| unreadable(path, cause))?;
        let array = batch.columns().first();
        let array = array.and_then(|array| array.as_any().downcast_ref::<Float64Array>());
        let array = array.ok_or_else(|| unreadable(path, "a column is not of numbers"))?;
        values.extend(array.iter().map(|value| value.unwrap_or(f64::NAN)));
    }
    Ok(values)
}
