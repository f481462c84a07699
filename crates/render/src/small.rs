//! A property of the burnt records as a small PNG, for lists of fields.
//!
//! Rule: a pixel has the colour that most of the ground below it has, and none where two thirds of it are
//! bare: a strip of one pass stays visible.

use crate::{Canvas, RenderError};
use png::{BitDepth, ColorType, Encoder};
use std::io::Write;

/// At most so many pixels on a side, whatever is asked for.
const MOST_PX: u32 = 512;

/// The PNG of a canvas with at most `most_px` pixels on its longer side. `indices` has the colour of each
/// record: 0 for none, 1 for the first of `palette`.
///
/// # Errors
/// [`RenderError::Palette`] for more than 255 colours, [`RenderError::Png`] when the encoder fails.
pub fn small_png(
    canvas: &Canvas,
    indices: &[u8],
    palette: &[[u8; 3]],
    most_px: u32,
) -> Result<Vec<u8>, RenderError> {
    if palette.len() > 255 {
        return Err(RenderError::Palette(format!(
            "an image has at most 255 colours beside none, this palette {}",
            palette.len()
        )));
    }
    let (columns, lines) = canvas.size();
    let step = columns
        .max(lines)
        .div_ceil(most_px.clamp(1, MOST_PX))
        .max(1);
    let (wide, tall) = (columns.div_ceil(step), lines.div_ceil(step));
    let colours: Vec<u8> = [[0; 3]].iter().chain(palette).flatten().copied().collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, wide, tall);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(colours);
    encoder.set_trns(vec![0]);
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let side = step as usize;
    let mut row = vec![0_u8; wide as usize];
    for top in (0..lines).step_by(side) {
        let under: Vec<&[u32]> = (top..(top + step).min(lines))
            .map(|line| canvas.line(line))
            .collect();
        for (place, pixel) in row.iter_mut().enumerate() {
            let mut counts = [0_u32; 256];
            let mut all = 0_u32;
            for owners in &under {
                for owner in owners.iter().skip(place * side).take(side) {
                    let index = indices.get(*owner as usize).copied().unwrap_or(0);
                    counts[usize::from(index)] += 1;
                    all += 1;
                }
            }
            let [bare, coloured @ ..] = counts;
            let best = coloured
                .iter()
                .enumerate()
                .max_by_key(|(at, n)| (**n, 255 - at));
            *pixel = match best {
                Some((at, count)) if *count > 0 && (all - bare) * 3 >= all => {
                    u8::try_from(at + 1).unwrap_or(0)
                }
                _ => 0,
            };
        }
        stream.write_all(&row).map_err(png::EncodingError::from)?;
    }
    stream.finish()?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_has_the_colour_of_most_of_its_ground() {
        let mut canvas = Canvas::new([10.0, 50.0, 10.002, 50.002], 1.0, 4096).expect("a field");
        let strip =
            |west: f64, east: f64| [(west, 50.0), (east, 50.0), (east, 50.002), (west, 50.002)];
        canvas.burn(0, &strip(10.0, 10.001));
        canvas.burn(1, &strip(10.001, 10.002));
        let palette = [[200, 0, 0], [0, 130, 0]];
        let bytes = small_png(&canvas, &[1, 2], &palette, 40).expect("a PNG");
        let mut decoder = png::Decoder::new(std::io::Cursor::new(&bytes));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().expect("a header");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("pixels");
        assert!(info.width.max(info.height) <= 40 && info.width.min(info.height) > 10);
        let middle = (info.height / 2 * info.width) as usize * 4;
        let at = |x: u32| &pixels[middle + x as usize * 4..][..4];
        assert_eq!(at(info.width / 4), [200, 0, 0, 255]);
        assert_eq!(at(info.width * 3 / 4), [0, 130, 0, 255]);
    }
}
