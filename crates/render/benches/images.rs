//! A million footprints of 9 m x 2 m on a grid of 4096 pixels, and fifteen properties of them as
//! images, two at a time.

use divan::{Bencher, black_box};
use std::sync::LazyLock;
use tramline_render::{Canvas, Quad, Ramp, index_of, png};

const PROPERTIES: usize = 15;

fn main() {
    divan::main();
}

/// 470 passes of 2128 records, turned by 17 degrees, so that no edge lies along the grid.
static QUADS: LazyLock<Vec<Quad>> = LazyLock::new(|| {
    let (sin, cos) = 17_f64.to_radians().sin_cos();
    let metre = 1.0 / 111_319.490_793;
    let place = |x: f64, y: f64| {
        let (east, north) = (x * cos + y * sin, y * cos - x * sin);
        (11.5 + east * metre / 0.665, 48.25 + north * metre)
    };
    let records = (0..470).flat_map(|pass| (0..2_128).map(move |step| (pass, step)));
    let quads = records.map(|(pass, step)| {
        let (x, y) = (f64::from(pass) * 9.0, f64::from(step) * 2.0);
        [(x, y), (x + 9.0, y), (x + 9.0, y + 2.0), (x, y + 2.0)].map(|(x, y)| place(x, y))
    });
    quads.collect()
});

fn burnt() -> Canvas {
    let bounds = QUADS.iter().flatten();
    let bounds = bounds.fold([180.0_f64, 90.0_f64, -180.0_f64, -90.0_f64], |b, (x, y)| {
        [b[0].min(*x), b[1].min(*y), b[2].max(*x), b[3].max(*y)]
    });
    let mut canvas = Canvas::new(bounds, 0.5, 4096).expect("a field");
    for (row, quad) in (0_u32..).zip(QUADS.iter()) {
        canvas.burn(row, quad);
    }
    canvas.close_seams(2);
    canvas
}

static CANVAS: LazyLock<Canvas> = LazyLock::new(burnt);

/// Waves over the field with noise from record to record.
fn values(property: usize) -> Vec<f64> {
    let scale = 90.0 + property as f64 * 20.0;
    let mut seed = property as u32;
    let values = (0..QUADS.len()).map(|row| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (pass, step) = ((row / 2_128) as f64, (row % 2_128) as f64);
        (pass * 9.0 / scale).sin() + (step * 2.0 / scale).cos() + f64::from(seed >> 16) / 2e5
    });
    values.collect()
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn a_million_footprints(bencher: Bencher) {
    LazyLock::force(&QUADS);
    bencher.bench(burnt);
}

#[divan::bench(args = [1, 2], sample_count = 3, sample_size = 1)]
fn fifteen_images(bencher: Bencher, threads: usize) {
    let canvas = &*CANVAS;
    let palette = Ramp::model().palette();
    let properties: Vec<Vec<f64>> = (0..PROPERTIES).map(values).collect();
    bencher.bench(|| {
        std::thread::scope(|scope| {
            for first in 0..threads {
                let (properties, palette) = (&properties, &palette);
                scope.spawn(move || {
                    for values in properties.iter().skip(first).step_by(threads) {
                        let indices: Vec<u8> = values
                            .iter()
                            .map(|value| index_of(*value, -2.0, 2.4))
                            .collect();
                        black_box(png(canvas, &indices, palette).expect("a PNG").len());
                    }
                });
            }
        });
    });
}
