//! The fields that are driven: the usual one, and ten that differ from it in every way.

use super::plan::FieldPlan;

impl FieldPlan {
    /// The usual field: 400 x 360 m of corn, 9 m header, 2 m/s, a record each second.
    pub fn recipe(seed: u64, delay_s: f64) -> Self {
        Self {
            seed,
            length_m: 360.0,
            across_m: 400.0,
            header_m: 9.0,
            speed_m_s: 2.0,
            interval_s: 1.0,
            mean_kg_ha: 10_000.0,
            deviation_kg_ha: 1_900.0,
            patch_m: 70.0,
            delay_s,
            mixing_s: 1.54,
            noise: 0.04,
            spikes: 0.004,
            crawls: 0.15,
            last_pass_share: 4.0 / 9.0,
            last_pass_inside: true,
            operator_sets_width: false,
            overrun_m: 0.0,
            position_error_m: 0.1,
            bearing_deg: 0.0,
            moisture: 15.5,
            latitude: 42.0,
            longitude: -93.6,
            logs_header_up: true,
        }
    }

    /// Ten further fields: other lags, headers, speeds, patches, sensors and places.
    pub fn held_out() -> [Self; 10] {
        [
            Self::beans(),
            Self::small_and_patchy(),
            Self::short_passes(),
            Self::late_header(),
            Self::pausing_monitor(),
            Self::long_and_wide(),
            Self::noisy_sensor(),
            Self::set_width(),
            Self::longest_delay(),
            Self::nearly_full_last_pass(),
        ]
    }

    /// Passes with a full header: as many as fit beside the last one.
    pub fn full_passes(&self) -> u32 {
        (self.across_m / self.header_m - self.last_pass_share)
            .round()
            .max(1.0) as u32
    }

    /// Width of the crop that the passes take.
    pub fn crop_m(&self) -> f64 {
        (f64::from(self.full_passes()) + self.last_pass_share) * self.header_m
    }

    /// Beans, no pure delay.
    fn beans() -> Self {
        Self {
            length_m: 420.0,
            across_m: 250.0,
            header_m: 6.1,
            speed_m_s: 1.6,
            mean_kg_ha: 3_500.0,
            deviation_kg_ha: 560.0,
            patch_m: 40.0,
            mixing_s: 1.0,
            noise: 0.05,
            last_pass_share: 0.55,
            bearing_deg: 37.0,
            moisture: 12.5,
            ..Self::recipe(101, 0.0)
        }
    }

    /// Small, patchy, slow, a record every two seconds.
    fn small_and_patchy() -> Self {
        Self {
            length_m: 260.0,
            across_m: 150.0,
            header_m: 4.5,
            speed_m_s: 1.2,
            interval_s: 2.0,
            mean_kg_ha: 4_300.0,
            deviation_kg_ha: 600.0,
            patch_m: 20.0,
            mixing_s: 1.2,
            noise: 0.03,
            spikes: 0.006,
            crawls: 0.1,
            last_pass_share: 0.7,
            bearing_deg: 112.0,
            moisture: 13.8,
            latitude: 48.7,
            longitude: 11.4,
            ..Self::recipe(102, 3.0)
        }
    }

    /// Short passes, the last one stands out of the field.
    fn short_passes() -> Self {
        Self {
            length_m: 170.0,
            across_m: 420.0,
            header_m: 7.6,
            speed_m_s: 1.8,
            mean_kg_ha: 8_200.0,
            deviation_kg_ha: 1_500.0,
            patch_m: 55.0,
            mixing_s: 1.3,
            noise: 0.025,
            spikes: 0.002,
            crawls: 0.08,
            last_pass_share: 0.4,
            last_pass_inside: false,
            bearing_deg: 301.0,
            moisture: 19.0,
            latitude: 52.3,
            longitude: -1.2,
            ..Self::recipe(103, 4.7)
        }
    }

    /// The header comes up late.
    fn late_header() -> Self {
        Self {
            length_m: 540.0,
            across_m: 330.0,
            header_m: 9.14,
            speed_m_s: 2.3,
            mean_kg_ha: 11_600.0,
            deviation_kg_ha: 1_400.0,
            patch_m: 90.0,
            mixing_s: 2.2,
            noise: 0.06,
            spikes: 0.01,
            overrun_m: 5.0,
            last_pass_share: 0.3,
            bearing_deg: 178.0,
            moisture: 21.5,
            ..Self::recipe(104, 8.0)
        }
    }

    /// The monitor pauses while the header is up.
    fn pausing_monitor() -> Self {
        Self {
            length_m: 480.0,
            across_m: 260.0,
            header_m: 6.7,
            speed_m_s: 2.0,
            mean_kg_ha: 6_400.0,
            deviation_kg_ha: 1_250.0,
            patch_m: 65.0,
            mixing_s: 1.6,
            noise: 0.035,
            crawls: 0.2,
            last_pass_share: 0.5,
            last_pass_inside: false,
            bearing_deg: 66.0,
            moisture: 14.2,
            latitude: -33.9,
            longitude: -61.1,
            logs_header_up: false,
            ..Self::recipe(105, 6.4)
        }
    }

    /// Long, wide and fast.
    fn long_and_wide() -> Self {
        Self {
            length_m: 900.0,
            across_m: 320.0,
            header_m: 13.7,
            speed_m_s: 2.6,
            mean_kg_ha: 13_000.0,
            deviation_kg_ha: 1_700.0,
            patch_m: 120.0,
            mixing_s: 1.8,
            noise: 0.02,
            spikes: 0.005,
            crawls: 0.3,
            overrun_m: 2.0,
            last_pass_share: 0.6,
            bearing_deg: 90.0,
            moisture: 23.0,
            latitude: 40.4,
            longitude: -88.2,
            ..Self::recipe(106, 11.5)
        }
    }

    /// A record every two seconds and a noisy sensor.
    fn noisy_sensor() -> Self {
        Self {
            length_m: 620.0,
            across_m: 390.0,
            header_m: 10.7,
            speed_m_s: 2.1,
            interval_s: 2.0,
            mean_kg_ha: 9_400.0,
            deviation_kg_ha: 2_000.0,
            patch_m: 80.0,
            mixing_s: 2.0,
            noise: 0.08,
            spikes: 0.003,
            crawls: 0.25,
            last_pass_share: 0.45,
            bearing_deg: 222.0,
            moisture: 17.1,
            latitude: -27.5,
            longitude: 151.3,
            ..Self::recipe(107, 14.0)
        }
    }

    /// The operator sets the width of the last pass.
    fn set_width() -> Self {
        Self {
            length_m: 350.0,
            across_m: 240.0,
            header_m: 5.4,
            speed_m_s: 1.4,
            mean_kg_ha: 5_100.0,
            deviation_kg_ha: 900.0,
            patch_m: 30.0,
            mixing_s: 1.4,
            noise: 0.045,
            spikes: 0.008,
            crawls: 0.2,
            last_pass_share: 0.5,
            last_pass_inside: false,
            operator_sets_width: true,
            position_error_m: 0.3,
            bearing_deg: 145.0,
            moisture: 16.0,
            latitude: 46.2,
            longitude: 2.9,
            ..Self::recipe(108, 17.0)
        }
    }

    /// The longest delay.
    fn longest_delay() -> Self {
        Self {
            length_m: 700.0,
            across_m: 200.0,
            header_m: 9.0,
            speed_m_s: 1.9,
            mean_kg_ha: 10_800.0,
            deviation_kg_ha: 2_300.0,
            patch_m: 60.0,
            mixing_s: 2.6,
            noise: 0.04,
            spikes: 0.006,
            crawls: 0.3,
            last_pass_share: 0.25,
            bearing_deg: 15.0,
            moisture: 18.3,
            ..Self::recipe(109, 20.0)
        }
    }

    /// A last pass that is nearly full, and positions that wander.
    fn nearly_full_last_pass() -> Self {
        Self {
            length_m: 300.0,
            across_m: 300.0,
            header_m: 12.2,
            speed_m_s: 2.4,
            mean_kg_ha: 7_300.0,
            deviation_kg_ha: 950.0,
            patch_m: 100.0,
            mixing_s: 0.8,
            noise: 0.055,
            spikes: 0.007,
            crawls: 0.35,
            overrun_m: 3.0,
            last_pass_share: 0.85,
            position_error_m: 0.4,
            bearing_deg: 265.0,
            moisture: 15.0,
            latitude: 44.8,
            longitude: 20.3,
            ..Self::recipe(110, 9.3)
        }
    }
}
