//! The image of a map as numbers of a palette, made of a PNG.
//!
//! Rule: what is transparent becomes the white of the paper, so that a palette is all that remains. An
//! image beyond [`MOST_PIXELS`] or with more than 256 colours, and one that is no PNG, is not drawn.

use png::{ColorType, Decoder, Limits, Transformations};
use std::collections::BTreeMap;
use std::io::Cursor;

const MOST_PIXELS: u64 = 64 << 20;

/// Width, height, colours, and a number of a colour for each pixel, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raster {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) palette: Vec<[u8; 3]>,
    pub(crate) pixels: Vec<u8>,
}

impl Raster {
    pub(crate) fn read(png: &[u8]) -> Option<Self> {
        let limits = Limits { bytes: 512 << 20 };
        let mut decoder = Decoder::new_with_limits(Cursor::new(png), limits);
        decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
        let mut reader = decoder.read_info().ok()?;
        let (width, height) = (reader.info().width, reader.info().height);
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return None;
        }
        let mut bytes = vec![0; reader.output_buffer_size()?];
        let frame = reader.next_frame(&mut bytes).ok()?;
        bytes.truncate(frame.buffer_size());
        let samples = match frame.color_type {
            ColorType::Grayscale => 1,
            ColorType::GrayscaleAlpha => 2,
            ColorType::Rgb => 3,
            ColorType::Rgba => 4,
            ColorType::Indexed => return None,
        };
        let mut known: BTreeMap<[u8; 3], u8> = BTreeMap::new();
        let mut palette = Vec::new();
        let mut pixels = Vec::with_capacity(bytes.len() / samples);
        for pixel in bytes.chunks_exact(samples) {
            let (colour, alpha) = match *pixel {
                [grey] => ([grey; 3], 255),
                [grey, alpha] => ([grey; 3], alpha),
                [red, green, blue] => ([red, green, blue], 255),
                [red, green, blue, alpha] => ([red, green, blue], alpha),
                _ => continue,
            };
            let colour = colour.map(|part| {
                let (part, alpha) = (u16::from(part), u16::from(alpha));
                ((part * alpha + 255 * (255 - alpha)) / 255) as u8
            });
            let number = match known.get(&colour) {
                Some(number) => *number,
                None => {
                    let number = u8::try_from(palette.len()).ok()?;
                    palette.push(colour);
                    known.insert(colour, number);
                    number
                }
            };
            pixels.push(number);
        }
        (pixels.len() as u64 == u64::from(width) * u64::from(height)).then_some(Self {
            width,
            height,
            palette,
            pixels,
        })
    }
}
