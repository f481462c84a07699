//! What grows where, where that is on the earth, and the random numbers of both.

use super::plan::FieldPlan;

/// Splitmix64: small, seeded, the same everywhere.
pub(super) struct Random(u64);

impl Random {
    /// Each stream of a seed has its own numbers.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed);
        let start = random.bits() ^ stream.wrapping_mul(0xD134_2543_DE82_EF95);
        Self(start)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Even in 0..1.
    pub(super) fn even(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normal with mean 0 and deviation 1.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.even()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.even()).cos()
    }
}

struct Wave {
    right: f64,
    along: f64,
    phase: f64,
}

/// A smooth field: a sum of cosines with random directions, lengths and phases, shifted and
/// scaled to the mean and the deviation of the plan.
pub(super) struct Ground {
    waves: Vec<Wave>,
    offset: f64,
    scale: f64,
    least: f64,
    length_m: f64,
    crop_m: f64,
}

impl Ground {
    const WAVES: usize = 64;

    pub(super) fn new(plan: &FieldPlan) -> Self {
        let mut random = Random::new(plan.seed, 1);
        let waves = (0..Self::WAVES)
            .map(|_| {
                // Patches of half to one and a half times the planned size.
                let patch = plan.patch_m * (0.5 + random.even());
                let number = std::f64::consts::SQRT_2 / patch;
                Wave {
                    right: number * random.normal(),
                    along: number * random.normal(),
                    phase: std::f64::consts::TAU * random.even(),
                }
            })
            .collect();
        let mut ground = Self {
            waves,
            offset: 0.0,
            scale: 1.0,
            least: f64::NEG_INFINITY,
            length_m: plan.length_m,
            crop_m: plan.crop_m(),
        };
        let (mean, deviation) = ground.mean_and_deviation(plan.patch_m / 6.0);
        ground.scale = if deviation > 0.0 {
            plan.deviation_kg_ha / deviation
        } else {
            0.0
        };
        ground.offset = plan.mean_kg_ha - mean * ground.scale;
        // Something grows everywhere.
        ground.least = plan.mean_kg_ha / 20.0;
        ground
    }

    /// Over the middles of cells of about this size.
    pub(super) fn mean_and_deviation(&self, cell_m: f64) -> (f64, f64) {
        let count = |size: f64| (size / cell_m).ceil().clamp(40.0, 120.0) as u32;
        let middle =
            |cell: u32, cells: u32, size: f64| (f64::from(cell) + 0.5) / f64::from(cells) * size;
        let (columns, rows) = (count(self.crop_m), count(self.length_m));
        let (mut sum, mut squares) = (0.0, 0.0);
        for column in 0..columns {
            let right = middle(column, columns, self.crop_m);
            for row in 0..rows {
                let value = self.kg_ha(right, middle(row, rows, self.length_m));
                sum += value;
                squares += value * value;
            }
        }
        let cells = f64::from(columns) * f64::from(rows);
        let mean = sum / cells;
        (mean, (squares / cells - mean * mean).max(0.0).sqrt())
    }

    /// Yield at a place in the field; the nearest edge stands for what is outside.
    pub(super) fn kg_ha(&self, right: f64, along: f64) -> f64 {
        let (right, along) = (
            right.clamp(0.0, self.crop_m),
            along.clamp(0.0, self.length_m),
        );
        let sum: f64 = self
            .waves
            .iter()
            .map(|wave| (wave.right * right + wave.along * along + wave.phase).cos())
            .sum();
        (self.offset + self.scale * sum).max(self.least)
    }

    /// Mean yield from `left` to `right` on a line across the field (Gauss with three points).
    pub(super) fn mean_across(&self, left: f64, right: f64, along: f64) -> f64 {
        let (middle, half) = ((left + right) / 2.0, (right - left) / 2.0);
        let side = half * 0.6_f64.sqrt();
        let sides = self.kg_ha(middle - side, along) + self.kg_ha(middle + side, along);
        (5.0 * sides + 8.0 * self.kg_ha(middle, along)) / 18.0
    }
}

/// Metres right of and along the first pass, from the corner, to degrees on the ellipsoid.
pub(super) fn to_degrees(plan: &FieldPlan, right: f64, along: f64) -> (f64, f64) {
    const A: f64 = 6_378_137.0;
    const E2: f64 = 0.006_694_379_990_14;
    let (sin, cos) = plan.bearing_deg.to_radians().sin_cos();
    let (east, north) = (right * cos + along * sin, along * cos - right * sin);
    let phi = plan.latitude.to_radians();
    let w2 = 1.0 - E2 * phi.sin().powi(2);
    let latitude = phi + north / (A * (1.0 - E2) / w2.powf(1.5));
    let normal = A / (1.0 - E2 * latitude.sin().powi(2)).sqrt();
    let longitude = plan.longitude.to_radians() + east / (normal * latitude.cos());
    (longitude.to_degrees(), latitude.to_degrees())
}
