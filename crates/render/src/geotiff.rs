//! A property of the burnt records as a GeoTIFF of 32 bit numbers.
//!
//! Rules: tiles, deflated one by one, so that no second buffer of the grid's size is needed. A pixel
//! without a value is not a number, and `GDAL_NODATA` says so: no value of the data can be mistaken
//! for it. The keys name the system by its code of EPSG; pixels are areas.

use crate::{Canvas, RenderError};
use std::io::Cursor;
use tiff::encoder::TiffEncoder;
use tiff::encoder::compression::{CompressionAlgorithm, Deflate, DeflateLevel};
use tiff::tags::{CompressionMethod, PhotometricInterpretation, SampleFormat, Tag};

/// Side of a tile; a multiple of 16.
const TILE: u32 = 256;
/// Names and units of bands, as GDAL keeps them.
const GDAL_METADATA: Tag = Tag::Unknown(42_112);

/// What the numbers are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Band<'a> {
    /// Name of the band, for people.
    pub name: &'a str,
    /// Symbol of the unit; empty for none.
    pub unit: &'a str,
}

impl Band<'_> {
    fn metadata(&self) -> String {
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
    let [west, width, _, north, _, height] = canvas.geo_transform();
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes)?;
    let mut directory = encoder.image_directory()?;

    let mut deflate = Deflate::with_level(DeflateLevel::Fast);
    let (mut offsets, mut counts) = (Vec::new(), Vec::new());
    let mut raw = Vec::with_capacity((TILE * TILE * 4) as usize);
    let mut packed = Vec::new();
    for top in (0..lines).step_by(TILE as usize) {
        for left in (0..columns).step_by(TILE as usize) {
            raw.clear();
            packed.clear();
            for line in top..top + TILE {
                let owners = canvas.line(line).get(left as usize..).unwrap_or_default();
                // The encoder writes the byte order of the machine.
                for column in 0..TILE as usize {
                    let owner = owners.get(column).map(|owner| *owner as usize);
                    let value = owner.and_then(|owner| values.get(owner));
                    raw.extend(value.copied().unwrap_or(f32::NAN).to_ne_bytes());
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
    let scale = [width, -height, 0.0];
    directory.write_tag(Tag::ModelPixelScaleTag, &scale[..])?;
    // The north-west corner of the first pixel.
    let tie = [0.0, 0.0, 0.0, west, north, 0.0];
    directory.write_tag(Tag::ModelTiepointTag, &tie[..])?;
    let keys = geo_keys(canvas.projection().epsg());
    directory.write_tag(Tag::GeoKeyDirectoryTag, &keys[..])?;
    directory.write_tag(GDAL_METADATA, band.metadata().as_str())?;
    directory.write_tag(Tag::GdalNodata, "nan")?;
    directory.finish()?;
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
    fn without_values() {
        let canvas = Canvas::new([10.0, 50.0, 10.0, 50.0], 1.0, 4096).expect("a point");
        let bytes = geotiff(&canvas, &[], Band::default()).expect("a GeoTIFF");
        assert!(Decoder::new(Cursor::new(bytes)).is_ok());
    }
}
