//! A machine drives an invented field back and forth; every record and every total is known.
//!
//! Rule: a record stands for the way since the record before it. Passes begin and end exactly on
//! a record, so the area of the records is the area of the rectangle they cover (overlap counts
//! twice, as a machine counts it; [`Truth::net_area_m2`] counts it once).

/// The work that is done, with the unit of [`Plan::rate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Wet yield in kg/m².
    Harvest,
    /// Population in seeds/m².
    Planting,
    /// Volume in L/m².
    Spraying,
    /// Depth in m.
    Tillage,
}

/// What is to be simulated. Names are invented.
#[derive(Clone, Debug)]
pub struct Plan {
    pub operation: Operation,
    pub seed: u64,
    pub task: String,
    pub grower: String,
    pub farm: String,
    pub field: String,
    pub crop: String,
    pub variety: String,
    pub product: String,
    /// South-west corner, WGS 84 degrees.
    pub latitude: f64,
    pub longitude: f64,
    /// Direction of the first pass, degrees clockwise from north.
    pub bearing_deg: f64,
    /// Records of one pass.
    pub pass_records: u32,
    pub passes: u32,
    /// Full working width in m.
    pub width_m: f64,
    pub sections: u32,
    /// Speed in the passes, m/s; one record each second.
    pub speed_m_s: f64,
    /// First instant, milliseconds since 1970 UTC.
    pub start_ms: i64,
    /// Offset of the terminal's clock from UTC in minutes.
    pub utc_offset_min: i32,
    /// Share of the width by which a pass lies over the one before.
    pub overlap: f64,
    /// Seconds by which the yield sensor is late.
    pub lag_s: u32,
    /// Mean rate, in the unit of the operation.
    pub rate: f64,
    /// Mean moisture in percent (harvest).
    pub moisture: f64,
    /// Half width of the noise on the rate, as a share of it.
    pub noise: f64,
    /// Records whose rate is five times too high.
    pub spikes: u32,
    /// Whether sections switch off one by one in a wedge at the end of the last passes.
    pub wedge: bool,
}

impl Plan {
    /// A small field with usual values for the operation.
    pub fn new(operation: Operation) -> Self {
        let (task, crop, product, rate, width_m, sections, speed_m_s) = match operation {
            Operation::Harvest => ("Corn harvest", "Corn", "", 1.1, 9.0, 1, 2.0),
            Operation::Planting => (
                "Soybean planting",
                "Soybeans",
                "Demo Bean 21",
                35.0,
                12.0,
                8,
                2.5,
            ),
            Operation::Spraying => ("Spraying", "Soybeans", "Demo Mix A", 0.015, 24.0, 12, 4.0),
            Operation::Tillage => ("Tillage", "", "", 0.12, 6.0, 1, 2.5),
        };
        Self {
            operation,
            seed: 7,
            task: task.to_owned(),
            grower: "Demo Grower".to_owned(),
            farm: "Demo Farm".to_owned(),
            field: "North Forty".to_owned(),
            crop: crop.to_owned(),
            variety: if crop.is_empty() {
                String::new()
            } else {
                "Demo Bean 21".to_owned()
            },
            product: product.to_owned(),
            latitude: 41.98,
            longitude: -93.62,
            bearing_deg: 0.0,
            pass_records: 120,
            passes: 8,
            width_m,
            sections,
            speed_m_s,
            start_ms: 1_746_367_200_000,
            utc_offset_min: -300,
            overlap: 0.0,
            lag_s: 0,
            rate,
            moisture: 17.5,
            noise: 0.03,
            spikes: 0,
            wedge: false,
        }
    }
}

/// One second of work, in SI units.
#[derive(Clone, Debug)]
pub struct Record {
    /// Milliseconds since 1970 UTC.
    pub time_ms: i64,
    pub longitude: f64,
    pub latitude: f64,
    pub elevation_m: f64,
    /// Degrees clockwise from north.
    pub heading_deg: f64,
    /// Way since the record before.
    pub distance_m: f64,
    pub speed_m_s: f64,
    /// Header or implement down and at least one section on.
    pub working: bool,
    pub sections: Vec<bool>,
    /// Width of the sections that are on; 0 when not working.
    pub width_m: f64,
    /// As the sensor shows it (late by the lag), in the unit of the operation; 0 when not working.
    pub rate: f64,
    /// Set rate; 0 for harvest.
    pub target: f64,
    /// Crop through the machine, kg/s, as the sensor shows it.
    pub flow_kg_s: f64,
    pub moisture: f64,
    pub pass: u32,
}

impl Record {
    /// Area that the record stands for.
    pub fn area_m2(&self) -> f64 {
        self.distance_m * self.width_m
    }
}

/// What the simulator knows, counted while it drove.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// Sum of distance times width of the working records.
    pub area_m2: f64,
    /// The same without what overlaps.
    pub net_area_m2: f64,
    pub records: u64,
    pub working_records: u64,
    /// Of the working records those that show a rate, their area and the first of them: a late
    /// sensor shows none at the begin of a pass.
    pub rated_records: u64,
    pub rated_area_m2: f64,
    pub rated_start_ms: i64,
    /// Mass of the working records as the sensor showed it.
    pub wet_mass_kg: f64,
    /// Mass that grew on the area, without lag.
    pub grown_mass_kg: f64,
    /// Mean moisture in percent, weighted by mass.
    pub moisture_mass_weighted: f64,
    /// Litres applied, or seeds planted.
    pub applied: f64,
    /// Rate, weighted by area, in the unit of the operation.
    pub mean_rate: f64,
    pub lag_s: u32,
    /// Working records with each section on.
    pub section_on_counts: Vec<u64>,
    /// Sum of sections that are on, over the working records.
    pub section_records: u64,
    /// Positions in the records that carry a spike.
    pub spikes: Vec<usize>,
    /// Instants of the first and last record, and of the first and last working record.
    pub start_ms: i64,
    pub end_ms: i64,
    pub working_start_ms: i64,
    pub working_end_ms: i64,
}

/// The plan, the records of it and what they add up to.
#[derive(Clone, Debug)]
pub struct Simulated {
    pub plan: Plan,
    pub records: Vec<Record>,
    pub truth: Truth,
}

impl Simulated {
    /// The corners of the planned rectangle, closed, as longitude and latitude.
    pub fn boundary(&self) -> Vec<(f64, f64)> {
        let plan = &self.plan;
        let spacing = plan.width_m * (1.0 - plan.overlap);
        let right = spacing * f64::from(plan.passes.max(1) - 1) + plan.width_m;
        let top = f64::from(plan.pass_records) * plan.speed_m_s;
        [
            (0.0, 0.0),
            (right, 0.0),
            (right, top),
            (0.0, top),
            (0.0, 0.0),
        ]
        .iter()
        .map(|&(x, y)| to_degrees(plan, x, y))
        .collect()
    }
}

/// Splitmix64: small, seeded, the same everywhere.
struct Random(u64);

impl Random {
    /// Even in -1..1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// Metres right of and along the first pass, from the corner, to degrees on the ellipsoid.
fn to_degrees(plan: &Plan, right: f64, along: f64) -> (f64, f64) {
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

/// One step of the way: place, whether it belongs to a pass, and the pass.
struct Step {
    right: f64,
    along: f64,
    in_pass: bool,
    pass: u32,
}

fn way(plan: &Plan) -> Vec<Step> {
    let spacing = plan.width_m * (1.0 - plan.overlap);
    let top = f64::from(plan.pass_records) * plan.speed_m_s;
    let lane = |pass: u32| plan.width_m / 2.0 + spacing * f64::from(pass);
    let mut steps = Vec::new();
    // Run in: the header is still up.
    for k in (0..5).rev() {
        let along = -f64::from(k) * plan.speed_m_s;
        steps.push(Step {
            right: lane(0),
            along,
            in_pass: false,
            pass: 0,
        });
    }
    for pass in 0..plan.passes {
        let up = pass % 2 == 0;
        for k in 1..=plan.pass_records {
            let way = f64::from(k) * plan.speed_m_s;
            let along = if up { way } else { top - way };
            steps.push(Step {
                right: lane(pass),
                along,
                in_pass: true,
                pass,
            });
        }
        if pass + 1 < plan.passes {
            let radius = spacing / 2.0;
            let count = ((std::f64::consts::PI * radius / plan.speed_m_s).ceil() as u32).max(6);
            for k in 1..=count {
                let angle = std::f64::consts::PI * f64::from(k) / f64::from(count);
                let out = radius * angle.sin();
                steps.push(Step {
                    right: lane(pass) + radius * (1.0 - angle.cos()),
                    along: if up { top + out } else { -out },
                    in_pass: false,
                    pass,
                });
            }
        }
    }
    steps
}

fn sections_on(plan: &Plan, step: &Step) -> Vec<bool> {
    let count = plan.sections.max(1);
    if !step.in_pass {
        return vec![false; count as usize];
    }
    let top = f64::from(plan.pass_records) * plan.speed_m_s;
    let in_wedge = plan.wedge && step.pass * 3 >= plan.passes * 2;
    (0..count)
        .map(|section| {
            // The rightmost sections switch off first; the leftmost stays on to the end.
            let share = f64::from(count - section) / f64::from(count);
            !in_wedge || step.along <= top * (0.6 + 0.4 * share)
        })
        .collect()
}

/// Way and course since the step before: metres, and degrees clockwise from north.
fn move_since(before: Option<(f64, f64, f64)>, step: &Step, bearing_deg: f64) -> (f64, f64) {
    match before {
        None => (0.0, bearing_deg),
        Some((right, along, last)) => {
            let (dx, dy) = (step.right - right, step.along - along);
            let way = dx.hypot(dy);
            let course = (dx.atan2(dy).to_degrees() + bearing_deg).rem_euclid(360.0);
            (way, if way > 0.0 { course } else { last })
        }
    }
}

/// What the sensor shows of a record.
#[derive(Default)]
struct Shown {
    flow_kg_s: f64,
    rate: f64,
    target: f64,
}

/// What is counted while the machine drives, to become the truth.
struct Count {
    truth: Truth,
    /// Sum of mass times moisture.
    moist_mass: f64,
    /// Sum of rate times area.
    rate_area: f64,
}

impl Count {
    fn new(plan: &Plan) -> Self {
        Self {
            truth: Truth {
                lag_s: plan.lag_s,
                section_on_counts: vec![0; plan.sections.max(1) as usize],
                ..Truth::default()
            },
            moist_mass: 0.0,
            rate_area: 0.0,
        }
    }

    /// Counts a record; `net_share` is the part of its area that no other pass covers, `grown_kg`
    /// what grew on it.
    fn add(&mut self, plan: &Plan, record: &Record, net_share: f64, grown_kg: f64) {
        let truth = &mut self.truth;
        let area = record.area_m2();
        if plan.operation == Operation::Harvest && record.working && area > 0.0 {
            truth.wet_mass_kg += record.flow_kg_s;
            truth.grown_mass_kg += grown_kg;
            self.moist_mass += record.flow_kg_s * record.moisture;
        }
        if !record.working {
            return;
        }
        if matches!(plan.operation, Operation::Planting | Operation::Spraying) {
            truth.applied += record.rate * area;
        }
        truth.area_m2 += area;
        // A pass gives up its overlap to the one before; the first has none.
        truth.net_area_m2 += area * if record.pass == 1 { 1.0 } else { net_share };
        self.rate_area += record.rate * area;
        if truth.working_records == 0 {
            truth.working_start_ms = record.time_ms;
        }
        truth.working_end_ms = record.time_ms;
        if record.rate > 0.0 {
            if truth.rated_records == 0 {
                truth.rated_start_ms = record.time_ms;
            }
            truth.rated_records += 1;
            truth.rated_area_m2 += area;
        }
        truth.working_records += 1;
        for (count, on) in truth.section_on_counts.iter_mut().zip(&record.sections) {
            *count += u64::from(*on);
            truth.section_records += u64::from(*on);
        }
    }

    fn finish(mut self, plan: &Plan, records: &[Record]) -> Truth {
        let truth = &mut self.truth;
        truth.records = records.len() as u64;
        truth.start_ms = plan.start_ms;
        truth.end_ms = records.last().map_or(plan.start_ms, |r| r.time_ms);
        if truth.wet_mass_kg > 0.0 {
            truth.moisture_mass_weighted = self.moist_mass / truth.wet_mass_kg;
        }
        if truth.area_m2 > 0.0 {
            truth.mean_rate = self.rate_area / truth.area_m2;
        }
        self.truth
    }
}

/// Drives the field. The same plan gives the same records.
pub fn simulate(plan: &Plan) -> Simulated {
    let mut random = Random(plan.seed);
    let steps = way(plan);
    let section_width = plan.width_m / f64::from(plan.sections.max(1));
    let spacing = plan.width_m * (1.0 - plan.overlap);
    let net_share = spacing / plan.width_m;
    let spike_every = steps
        .len()
        .checked_div(plan.spikes as usize + 1)
        .unwrap_or(0)
        .max(1);
    let mut count = Count::new(plan);
    let mut records: Vec<Record> = Vec::with_capacity(steps.len());
    let mut true_flow: Vec<f64> = Vec::with_capacity(steps.len());
    let mut before: Option<(f64, f64, f64)> = None;
    for (index, step) in steps.iter().enumerate() {
        let (longitude, latitude) = to_degrees(plan, step.right, step.along);
        let (distance_m, heading_deg) = move_since(before, step, plan.bearing_deg);
        before = Some((step.right, step.along, heading_deg));
        let sections = sections_on(plan, step);
        let on = sections.iter().filter(|on| **on).count();
        let working = on > 0;
        let width_m = section_width * on as f64;
        let surface = 1.0
            + 0.2 * (step.right / 40.0).sin() * (step.along / 60.0).cos()
            + plan.noise * random.next();
        let spike = plan.spikes > 0 && working && index % spike_every == spike_every - 1;
        if spike {
            count.truth.spikes.push(index);
        }
        let spiked = if spike { 5.0 } else { 1.0 };
        let grown = plan.rate * surface;
        let area = distance_m * width_m;
        true_flow.push(if working { grown * area } else { 0.0 });
        let lagged = index
            .checked_sub(plan.lag_s as usize)
            .and_then(|i| true_flow.get(i).copied());
        let mut shown = Shown::default();
        if plan.operation == Operation::Harvest {
            shown.flow_kg_s = lagged.unwrap_or(0.0) * spiked;
            if working && area > 0.0 {
                shown.rate = shown.flow_kg_s / area;
            }
        } else if working {
            shown.target = plan.rate;
            shown.rate = grown * spiked;
        }
        let record = Record {
            time_ms: plan.start_ms + index as i64 * 1_000,
            longitude,
            latitude,
            elevation_m: 290.0 + 3.0 * (step.right / 70.0).sin() + 2.0 * (step.along / 110.0).cos(),
            heading_deg,
            distance_m,
            speed_m_s: distance_m,
            working,
            sections,
            width_m,
            rate: shown.rate,
            target: shown.target,
            flow_kg_s: shown.flow_kg_s,
            moisture: plan.moisture + 1.5 * (step.along / 90.0).sin(),
            pass: step.pass + 1,
        };
        count.add(plan, &record, net_share, grown * area);
        records.push(record);
    }
    let truth = count.finish(plan, &records);
    Simulated {
        plan: plan.clone(),
        records,
        truth,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_is_the_rectangle() {
        let plan = Plan::new(Operation::Harvest);
        let simulated = simulate(&plan);
        let rectangle = 9.0 * 8.0 * 240.0;
        assert!((simulated.truth.area_m2 - rectangle).abs() < 1e-6);
        assert!((simulated.truth.net_area_m2 - rectangle).abs() < 1e-6);
        assert_eq!(simulated.truth.working_records, 8 * 120);
        let mean = simulated.truth.wet_mass_kg / rectangle;
        assert!((mean / plan.rate - 1.0).abs() < 0.1, "{mean}");
    }

    #[test]
    fn wedge_switches_sections_off() {
        let plan = Plan {
            wedge: true,
            ..Plan::new(Operation::Spraying)
        };
        let truth = simulate(&plan).truth;
        let first = truth.section_on_counts.first().copied();
        let last = truth.section_on_counts.last().copied();
        assert!(first > last, "{first:?} {last:?}");
        assert_eq!(
            truth.section_records,
            truth.section_on_counts.iter().sum::<u64>()
        );
    }

    #[test]
    fn overlap_is_counted_once_in_the_net_area() {
        let plan = Plan {
            overlap: 0.1,
            ..Plan::new(Operation::Tillage)
        };
        let truth = simulate(&plan).truth;
        let height = 120.0 * 2.5;
        assert!((truth.area_m2 - 8.0 * 6.0 * height).abs() < 1e-6);
        assert!((truth.net_area_m2 - (6.0 + 7.0 * 5.4) * height).abs() < 1e-6);
    }

    #[test]
    fn two_runs_are_equal() {
        let plan = Plan {
            spikes: 5,
            lag_s: 8,
            ..Plan::new(Operation::Harvest)
        };
        let (one, two) = (simulate(&plan), simulate(&plan));
        assert_eq!(format!("{:?}", one.records), format!("{:?}", two.records));
        assert_eq!(one.truth.spikes.len(), two.truth.spikes.len());
        assert!(one.truth.wet_mass_kg < one.truth.grown_mass_kg * 1.2);
    }
}
