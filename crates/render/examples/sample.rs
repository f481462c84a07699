//! A simulated field as images in a folder: a PNG with its sidecar, its thumbnail, the seven
//! classes and a GeoTIFF. For checks with other programs.

use std::path::Path;
use tramline_render::{
    Band, CLASS_COLOURS, Canvas, ClassLegend, Quad, Ramp, geotiff, index_of, png, sidecar,
};

/// Footprints and what was harvested on them.
fn field() -> (Vec<Quad>, Vec<f64>) {
    let (mut quads, mut values) = (Vec::new(), Vec::new());
    let (sin, cos) = 23_f64.to_radians().sin_cos();
    let metre = 1.0 / 111_319.490_793;
    let place = |x: f64, y: f64| {
        let (east, north) = (x * cos + y * sin, y * cos - x * sin);
        let latitude = 48.25 + north * metre;
        (11.5 + east * metre / 48.25_f64.to_radians().cos(), latitude)
    };
    for pass in 0..24 {
        // Passes do not quite touch, or overlap a little.
        let x = f64::from(pass) * 9.0 + f64::from(pass * 7 % 5) * 0.15;
        for step in 0..130 {
            let y = f64::from(step) * 2.0;
            // The field has a slanting end and a pond.
            if y > 255.0 - x * 0.4 || (x - 110.0).hypot(y - 90.0) < 18.0 {
                continue;
            }
            quads.push([
                place(x, y),
                place(x + 9.0, y),
                place(x + 9.0, y + 2.0),
                place(x, y + 2.0),
            ]);
            let waves = (x / 41.0).sin() + (y / 57.0).cos() + (x * y / 9e3).sin();
            let noise = f64::from((pass * 131 + step * 29) % 17) / 17.0;
            values.push(6.0 + 1.6 * waves + 0.5 * noise);
        }
    }
    (quads, values)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("give a folder")?;
    let folder = Path::new(&folder);
    let (quads, values) = field();
    let bounds = quads.iter().flatten();
    let bounds = bounds.fold([180.0_f64, 90.0_f64, -180.0_f64, -90.0_f64], |b, (x, y)| {
        [b[0].min(*x), b[1].min(*y), b[2].max(*x), b[3].max(*y)]
    });
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let indices: Vec<u8> = values.iter().map(|v| index_of(*v, least, most)).collect();
    for (name, most_px, seams) in [("field", 4096, 2), ("open", 4096, 0), ("thumbnail", 128, 1)] {
        let mut canvas = Canvas::new(bounds, 0.5, most_px).ok_or("no canvas")?;
        for (row, quad) in (0_u32..).zip(&quads) {
            canvas.burn(row, quad);
        }
        canvas.close_seams(seams);
        for (kind, ramp) in [("", Ramp::model()), ("-accessible", Ramp::accessible())] {
            let path = folder.join(format!("{name}{kind}.png"));
            std::fs::write(&path, png(&canvas, &indices, &ramp.palette())?)?;
            std::fs::write(path.with_extension("png.aux.xml"), sidecar(&canvas))?;
        }
        if name == "field" {
            std::fs::write(
                folder.join("field.tif"),
                geotiff(&canvas, &values, Band::default())?,
            )?;
            let breaks = [least, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, most];
            let legend = ClassLegend::new(&breaks, &CLASS_COLOURS, "t/ha")?;
            let indices: Vec<u8> = values.iter().map(|v| legend.index_of(*v)).collect();
            let path = folder.join("field-classes.png");
            std::fs::write(&path, png(&canvas, &indices, &legend.palette())?)?;
            std::fs::write(path.with_extension("png.aux.xml"), sidecar(&canvas))?;
        }
    }
    // Longitude and latitude of the corners and the value, so that others can burn it themselves.
    let mut text = String::new();
    for (quad, value) in quads.iter().zip(&values) {
        for (x, y) in quad {
            text.push_str(&format!("{x},{y},"));
        }
        text.push_str(&format!("{value}\n"));
    }
    std::fs::write(folder.join("field.csv"), text)?;
    Ok(())
}
