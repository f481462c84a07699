//! Boxes around points and sides, and distances to them.

pub(super) type Place = (f64, f64);

/// A box; when empty its low corner is above its high one.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) low: Place,
    pub(super) high: Place,
}

impl Bounds {
    pub(super) const EMPTY: Self = Self {
        low: (f64::INFINITY, f64::INFINITY),
        high: (f64::NEG_INFINITY, f64::NEG_INFINITY),
    };

    pub(super) fn around(a: Place, b: Place) -> Self {
        Self {
            low: (a.0.min(b.0), a.1.min(b.1)),
            high: (a.0.max(b.0), a.1.max(b.1)),
        }
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self {
            low: (self.low.0.min(other.low.0), self.low.1.min(other.low.1)),
            high: (self.high.0.max(other.high.0), self.high.1.max(other.high.1)),
        }
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.low.0 <= other.high.0
            && self.high.0 >= other.low.0
            && self.low.1 <= other.high.1
            && self.high.1 >= other.low.1
    }

    pub(super) fn squared_distance(self, (x, y): Place) -> f64 {
        let east = (self.low.0 - x).max(x - self.high.0).max(0.0);
        let north = (self.low.1 - y).max(y - self.high.1).max(0.0);
        east * east + north * north
    }

    /// Squared distance to a side, 0 when they meet.
    pub(super) fn squared_distance_to_side(self, a: Place, b: Place) -> f64 {
        let (low, high) = (self.low, self.high);
        let corners = [low, (low.0, high.1), high, (high.0, low.1)];
        if self.meets(Self::around(a, b)) {
            let turns = corners.map(|corner| turn(a, b, corner));
            let left = turns.iter().all(|&turn| turn > 0.0);
            let right = turns.iter().all(|&turn| turn < 0.0);
            if !left && !right {
                return 0.0;
            }
        }
        let ends = self.squared_distance(a).min(self.squared_distance(b));
        let each = corners.map(|corner| squared_distance(corner, a, b));
        each.into_iter().fold(ends, f64::min)
    }
}

fn turn(a: Place, b: Place, c: Place) -> f64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

/// Squared distance from a point to a side.
pub(super) fn squared_distance((x, y): Place, a: Place, b: Place) -> f64 {
    let (east, north) = (b.0 - a.0, b.1 - a.1);
    let length = east * east + north * north;
    let share = if length > 0.0 {
        (((x - a.0) * east + (y - a.1) * north) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (off_x, off_y) = (x - a.0 - east * share, y - a.1 - north * share);
    off_x * off_x + off_y * off_y
}
