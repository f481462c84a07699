//! The numbers of the rules, by kind of work. Sources: the quantile fences are those that open code
//! of automated Yield Editor cleaning uses; limits of crops are what grows at most.

/// A fence around quantiles: `[a − s (b − a), b + t (b − a)]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fence {
    /// Share of the values below `a`.
    pub low: f64,
    /// Share of the values below `b`.
    pub high: f64,
    /// `s` below `a`.
    pub spread: f64,
    /// `s` above `b`.
    pub spread_above: f64,
}

/// The test between neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Local {
    /// How far neighbours are looked for, in swaths.
    pub swaths: f64,
    /// Nearest neighbours that count.
    pub most: usize,
    /// Fewer neighbours do not judge.
    pub least: usize,
    /// Deviations of the neighbours from their median (1.4826 MAD) that are allowed.
    pub deviations: f64,
    /// Least deviation, as a share of the field's median.
    pub floor: f64,
    /// Records with fewer neighbours stand alone and go.
    pub alone_below: usize,
    /// Of the records of a hectare, the share that the test may take.
    pub veto: f64,
    /// Records that went for another reason than their pace, their lag or this test come back if they
    /// are within so many deviations.
    pub agrees: f64,
}

/// What is done in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A crop is taken off.
    Harvest,
    /// Seed is placed.
    Planting,
    /// Fertiliser, crop protection or another product is spread or sprayed.
    Application,
    /// The soil is worked.
    Tillage,
}

/// Which tests there are, with their numbers; `None` leaves one out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// Records of the same track, time and place as another go.
    pub repeated: bool,
    /// Records without a value above 0 go (harvest).
    pub value_needed: bool,
    /// Slower records go, metres in a second.
    pub least_speed_m_s: f64,
    /// The fence around the speeds of this machine.
    pub speed: Option<Fence>,
    /// Change of speed from record to record, as a share.
    pub speed_change: Option<f64>,
    /// Seconds that are taken off starts and ends of passes at most.
    pub pass_ends_s: Option<u32>,
    /// Share of a footprint that may have been worked before.
    pub overlap: Option<f64>,
    /// Share of the yield beside it below which a stretch along the field's edge counts as cut with
    /// a part of the header.
    pub partial_swath: Option<f64>,
    /// Least and greatest value.
    pub limits: Option<(f64, f64)>,
    /// The fence around the values of the field.
    pub range: Option<Fence>,
    /// The test between neighbours.
    pub local: Option<Local>,
}

const SPEED: Fence = Fence {
    low: 0.05,
    high: 0.95,
    spread: 1.1,
    spread_above: 1.1,
};
const WIDE: Fence = Fence {
    low: 0.02,
    high: 0.98,
    spread: 3.0,
    spread_above: 3.0,
};

impl Rules {
    /// The recommended tests of a kind of work. `limits` are those of the crop or product.
    pub fn recommended(work: Work, limits: Option<(f64, f64)>) -> Self {
        let base = Self {
            repeated: true,
            value_needed: false,
            least_speed_m_s: 0.5,
            speed: Some(SPEED),
            speed_change: None,
            pass_ends_s: None,
            overlap: None,
            partial_swath: None,
            limits,
            range: Some(WIDE),
            local: None,
        };
        match work {
            Work::Harvest => Self {
                value_needed: true,
                speed_change: Some(0.25),
                pass_ends_s: Some(15),
                overlap: Some(0.3),
                partial_swath: Some(0.75),
                range: Some(Fence {
                    low: 0.10,
                    high: 0.90,
                    spread: 1.1,
                    spread_above: 0.8,
                }),
                local: Some(Local {
                    swaths: 3.0,
                    most: 40,
                    least: 8,
                    deviations: 3.0,
                    floor: 0.04,
                    alone_below: 3,
                    veto: 0.4,
                    agrees: 1.0,
                }),
                ..base
            },
            Work::Application => Self {
                pass_ends_s: Some(5),
                ..base
            },
            Work::Planting | Work::Tillage => base,
        }
    }

    /// The rules for records that show no passes: middles of polygons, and points in no order. What
    /// rests on a way, a speed or a footprint is left out.
    pub fn without_passes(self) -> Self {
        Self {
            repeated: false,
            least_speed_m_s: 0.0,
            speed: None,
            speed_change: None,
            pass_ends_s: None,
            overlap: None,
            partial_swath: None,
            ..self
        }
    }
}
