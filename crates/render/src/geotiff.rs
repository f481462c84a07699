//! A property of the burnt records as a GeoTIFF of 32 bit numbers.
//!
//! Rules: tiles, deflated one by one, so that no second buffer of the grid's size is needed. Overviews follow
//! the raster, each half of the one before, until a side has no more than a tile; their pixels are the mean of
//! those below that have a value. The statistics are those of all pixels of the raster. A pixel without a value is not a number, and `GDAL_NODATA` says so: no value of the data can be mistaken
//! for it. The keys name the system by its code of EPSG; pixels are areas.

use crate::{Canvas, RenderError};
use std::io::{Cursor, Seek, Write};
use tiff::encoder::compression::{CompressionAlgorithm, Deflate, DeflateLevel};
use tiff::encoder::{DirectoryEncoder, TiffEncoder, TiffKindStandard};
use tiff::tags::{CompressionMethod, PhotometricInterpretation, SampleFormat, Tag};

/// Side of a tile; a multiple of 16.
const TILE: u32 = 256;
/// Names and units of bands, as GDAL keeps them.
const GDAL_METADATA: Tag = Tag::Unknown(42_112);

/// The directory is of an image at less detail.
const REDUCED: u32 = 1;

/// What the numbers are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Band<'a> {
    /// Name of the band, for people.
    pub name: &'a str,
    /// Symbol of the unit; empty for none.
    pub unit: &'a str,
}

impl Band<'_> {
    fn metadata(&self, statistics: &Statistics) -> String {
        let escaped = |text: &str| {
            // The tag holds ASCII: other signs as references.
            let mut out = String::new();
            for sign in text.chars() {
                match sign {
                    ' '..='~' if !"<>&\"'".contains(sign) => out.push(sign),
                    _ => out.push_str(&format!("&#{};", sign as u32)),
                }
            }
            out
        };
        let item = |name: &str, role: &str, value: &str| {
            let value = escaped(value);
            format!("<Item name=\"{name}\" sample=\"0\" role=\"{role}\">{value}</Item>")
        };
        let mut items = item("DESCRIPTION", "description", self.name);
        if !self.unit.is_empty() {
            items.push_str(&item("UNITTYPE", "unittype", self.unit));
        }
        items.push_str(&statistics.items());
        format!("<GDALMetadata>{items}</GDALMetadata>")
    }
}

/// Key directory: version 1.1.0 with four keys of place, location (0 is here), count and value.
fn geo_keys(epsg: u16) -> [u16; 20] {
    [
        1, 1, 0, 4, //
        1024, 0, 1, 1, // a projected system
        1025, 0, 1, 1, // a pixel is an area
        3072, 0, 1, epsg, //
        3076, 0, 1, 9001, // metres
    ]
}

/// What the pixels of a raster say together.
#[derive(Default)]
struct Statistics {
    pixels: u64,
    known: u64,
    least: f64,
    greatest: f64,
    mean: f64,
    /// Sum of the squares of the distances from the mean.
    squares: f64,
}

impl Statistics {
    fn add(&mut self, value: f32) {
        self.pixels += 1;
        if value.is_nan() {
            return;
        }
        let value = f64::from(value);
        if self.known == 0 {
            (self.least, self.greatest) = (value, value);
        }
        self.known += 1;
        self.least = self.least.min(value);
        self.greatest = self.greatest.max(value);
        let off = value - self.mean;
        self.mean += off / self.known as f64;
        self.squares += off * (value - self.mean);
    }

    /// As GDAL keeps them; none without values.
    fn items(&self) -> String {
        if self.known == 0 {
            return String::new();
        }
        let known = self.known as f64;
        [
            ("MAXIMUM", self.greatest),
            ("MEAN", self.mean),
            ("MINIMUM", self.least),
            ("STDDEV", (self.squares / known).sqrt()),
            ("VALID_PERCENT", 100.0 * known / self.pixels as f64),
        ]
        .map(|(name, value)| {
            format!("<Item name=\"STATISTICS_{name}\" sample=\"0\">{value:?}</Item>")
        })
        .concat()
    }
}

/// A raster at half the detail of another.
struct Overview {
    columns: u32,
    lines: u32,
    values: Vec<f32>,
}

impl Overview {
    /// A pixel is the mean of the up to four below it that have a value.
    fn of(columns: u32, lines: u32, at: &dyn Fn(u32, u32) -> f32) -> Self {
        let (half_columns, half_lines) = (columns.div_ceil(2), lines.div_ceil(2));
        let mut values = Vec::with_capacity(half_columns as usize * half_lines as usize);
        for line in 0..half_lines {
            for column in 0..half_columns {
                let (mut sum, mut count) = (0.0, 0.0);
                for (right, down) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let value = f64::from(at(2 * column + right, 2 * line + down));
                    if !value.is_nan() {
                        sum += value;
                        count += 1.0;
                    }
                }
                values.push((sum / count) as f32);
            }
        }
        Self {
            columns: half_columns,
            lines: half_lines,
            values,
        }
    }

    /// Not a number beyond the edges.
    fn at(&self, column: u32, line: u32) -> f32 {
        let place = line as usize * self.columns as usize + column as usize;
        let value = self.values.get(place).filter(|_| column < self.columns);
        value.copied().unwrap_or(f32::NAN)
    }
}

/// Writes the tiles of a raster, which has `at` by column and line, and the tags that describe them.
fn write_raster<W: Write + Seek>(
    directory: &mut DirectoryEncoder<'_, W, TiffKindStandard>,
    (columns, lines): (u32, u32),
    at: &mut dyn FnMut(u32, u32) -> f32,
) -> Result<(), RenderError> {
    let mut deflate = Deflate::with_level(DeflateLevel::Fast);
    let (mut offsets, mut counts) = (Vec::new(), Vec::new());
    let mut raw = Vec::with_capacity((TILE * TILE * 4) as usize);
    let mut packed = Vec::new();
    for top in (0..lines).step_by(TILE as usize) {
        for left in (0..columns).step_by(TILE as usize) {
            raw.clear();
            packed.clear();
            for line in top..top + TILE {
                // The encoder writes the byte order of the machine.
                for column in left..left + TILE {
                    let inside = column < columns && line < lines;
                    let value = if inside { at(column, line) } else { f32::NAN };
                    raw.extend(value.to_ne_bytes());
                }
            }
            deflate
                .write_to(&mut packed, &raw)
                .map_err(tiff::TiffError::from)?;
            let offset = directory.write_data(&packed[..])?;
            offsets.push(u32::try_from(offset).map_err(tiff::TiffError::from)?);
            counts.push(u32::try_from(packed.len()).map_err(tiff::TiffError::from)?);
        }
    }
    directory.write_tag(Tag::ImageWidth, columns)?;
    directory.write_tag(Tag::ImageLength, lines)?;
    directory.write_tag(Tag::BitsPerSample, 32_u16)?;
    directory.write_tag(Tag::Compression, CompressionMethod::Deflate.to_u16())?;
    let grey = PhotometricInterpretation::BlackIsZero.to_u16();
    directory.write_tag(Tag::PhotometricInterpretation, grey)?;
    directory.write_tag(Tag::SamplesPerPixel, 1_u16)?;
    directory.write_tag(Tag::PlanarConfiguration, 1_u16)?;
    directory.write_tag(Tag::TileWidth, TILE)?;
    directory.write_tag(Tag::TileLength, TILE)?;
    directory.write_tag(Tag::TileOffsets, &offsets[..])?;
    directory.write_tag(Tag::TileByteCounts, &counts[..])?;
    directory.write_tag(Tag::SampleFormat, SampleFormat::IEEEFP.to_u16())?;
    directory.write_tag(Tag::GdalNodata, "nan")?;
    Ok(())
}

/// The GeoTIFF of a canvas. `values` has the value of each record; what is missing, not finite or
/// beyond 32 bits is no value.
///
/// # Errors
/// [`RenderError::Tiff`] when the tiles outgrow the 32-bit places of a TIFF.
pub fn geotiff(canvas: &Canvas, values: &[f64], band: Band<'_>) -> Result<Vec<u8>, RenderError> {
    let values: Vec<f32> = values
        .iter()
        .map(|value| *value as f32)
        .map(|value| if value.is_finite() { value } else { f32::NAN })
        .collect();
    let (columns, lines) = canvas.size();
    let at = |column: u32, line: u32| {
        let owner = canvas.owner_of(column, line);
        let value = owner.and_then(|owner| values.get(owner as usize));
        value.copied().unwrap_or(f32::NAN)
    };
    let [west, width, _, north, _, height] = canvas.geo_transform();
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes)?;
    let mut directory = encoder.image_directory()?;
    let mut statistics = Statistics::default();
    write_raster(&mut directory, (columns, lines), &mut |column, line| {
        let value = at(column, line);
        statistics.add(value);
        value
    })?;
    let scale = [width, -height, 0.0];
    directory.write_tag(Tag::ModelPixelScaleTag, &scale[..])?;
    // The north-west corner of the first pixel.
    let tie = [0.0, 0.0, 0.0, west, north, 0.0];
    directory.write_tag(Tag::ModelTiepointTag, &tie[..])?;
    let keys = geo_keys(canvas.projection().epsg());
    directory.write_tag(Tag::GeoKeyDirectoryTag, &keys[..])?;
    let metadata = band.metadata(&statistics);
    directory.write_tag(GDAL_METADATA, metadata.as_str())?;
    directory.finish()?;

    let mut finer: Option<Overview> = None;
    loop {
        let coarser = match &finer {
            None if columns.min(lines) > TILE => Overview::of(columns, lines, &at),
            Some(one) if one.columns.min(one.lines) > TILE => {
                Overview::of(one.columns, one.lines, &|column, line| one.at(column, line))
            }
            _ => break,
        };
        let mut directory = encoder.image_directory()?;
        directory.write_tag(Tag::NewSubfileType, REDUCED)?;
        let size = (coarser.columns, coarser.lines);
        write_raster(&mut directory, size, &mut |column, line| {
            coarser.at(column, line)
        })?;
        directory.finish()?;
        finer = Some(coarser);
    }
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiff::decoder::{Decoder, DecodingResult};

    #[test]
    fn every_pixel_has_the_value_of_its_record() {
        let mut canvas = Canvas::new([10.0, 50.0, 10.004, 50.002], 1.0, 4096).expect("a field");
        for row in 0..40_u32 {
            let (west, east) = (f64::from(row) * 1e-4, f64::from(row + 1) * 1e-4);
            let corners = [(west, 0.0), (east, 0.0), (east, 0.002), (west, 0.002)];
            canvas.burn(row, &corners.map(|(x, y)| (10.0 + x, 50.0 + y)));
        }
        let mut values: Vec<f64> = (0..39).map(|row| f64::from(row) * 1.25 - 7.0).collect();
        values[5] = f64::NAN;
        values[6] = 1e300;
        let band = Band {
            name: "wetMassPerArea",
            unit: "t/ha",
        };
        let bytes = geotiff(&canvas, &values, band).expect("a GeoTIFF");
        let mut decoder = Decoder::new(Cursor::new(bytes)).expect("a TIFF");
        assert_eq!(decoder.dimensions().expect("a size"), canvas.size());
        let scale = decoder.get_tag_f64_vec(Tag::ModelPixelScaleTag);
        let [west, width, _, north, ..] = canvas.geo_transform();
        assert_eq!(scale.expect("a scale"), [width, width, 0.0]);
        let tie = decoder.get_tag_f64_vec(Tag::ModelTiepointTag);
        assert_eq!(tie.expect("a tie point"), [0.0, 0.0, 0.0, west, north, 0.0]);
        let none = decoder.get_tag_ascii_string(Tag::GdalNodata);
        assert_eq!(none.expect("no value"), "nan");
        let DecodingResult::F32(pixels) = decoder.read_image().expect("pixels") else {
            panic!("32 bit numbers");
        };
        assert_eq!(pixels.len(), canvas.lines().flatten().count());
        for (owner, pixel) in canvas.lines().flatten().zip(pixels) {
            match values.get(*owner as usize).filter(|v| v.abs() < 1e30) {
                Some(value) => assert_eq!(f64::from(pixel), *value),
                None => assert!(pixel.is_nan()),
            }
        }
    }

    #[test]
    fn overviews_are_means_and_statistics_are_of_the_pixels() {
        let mut canvas = Canvas::new([10.0, 50.0, 10.009, 50.005], 1.0, 4096).expect("a field");
        let row = |share: f64| 10.0 + 0.009 * share;
        for (number, (west, east)) in [(0.0, 0.5), (0.5, 0.9)].into_iter().enumerate() {
            let (west, east) = (row(west), row(east));
            let corners = [(west, 50.0), (east, 50.0), (east, 50.005), (west, 50.005)];
            canvas.burn(number as u32, &corners);
        }
        let values = [2.0, 8.0];
        let bytes = geotiff(&canvas, &values, Band::default()).expect("a GeoTIFF");
        let mut decoder = Decoder::new(Cursor::new(bytes)).expect("a TIFF");
        let text = decoder.get_tag_ascii_string(GDAL_METADATA).expect("items");
        let item = |name: &str| {
            let (_, rest) = text.split_once(&format!("STATISTICS_{name}\" sample=\"0\">"))?;
            rest.split_once('<')?.0.parse::<f64>().ok()
        };
        let pixels: Vec<f64> = canvas
            .lines()
            .flatten()
            .filter_map(|owner| values.get(*owner as usize).copied())
            .collect();
        let mean = pixels.iter().sum::<f64>() / pixels.len() as f64;
        assert!((item("MEAN").expect("a mean") - mean).abs() < 1e-9);
        assert_eq!((item("MINIMUM"), item("MAXIMUM")), (Some(2.0), Some(8.0)));
        let (mut columns, mut lines) = canvas.size();
        let mut levels = 0;
        while decoder.more_images() {
            decoder.next_image().expect("an overview");
            levels += 1;
            (columns, lines) = (columns.div_ceil(2), lines.div_ceil(2));
            assert_eq!(decoder.dimensions().expect("a size"), (columns, lines));
            let kind = decoder.get_tag_u32(Tag::NewSubfileType).expect("a kind");
            assert_eq!(kind, REDUCED);
            let DecodingResult::F32(pixels) = decoder.read_image().expect("pixels") else {
                panic!("32 bit numbers");
            };
            let known: Vec<f32> = pixels.into_iter().filter(|pixel| !pixel.is_nan()).collect();
            assert!(known.iter().all(|pixel| (2.0..=8.0).contains(pixel)));
            let coarse = known.iter().map(|v| f64::from(*v)).sum::<f64>() / known.len() as f64;
            assert!((coarse - mean).abs() < 0.1, "{coarse} {mean}");
        }
        assert!(levels > 0 && columns.min(lines) <= TILE, "{levels}");
    }

    #[test]
    fn without_values() {
        let canvas = Canvas::new([10.0, 50.0, 10.0, 50.0], 1.0, 4096).expect("a point");
        let bytes = geotiff(&canvas, &[], Band::default()).expect("a GeoTIFF");
        assert!(Decoder::new(Cursor::new(bytes)).is_ok());
    }
}
