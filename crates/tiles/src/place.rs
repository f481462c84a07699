//! Places as keys: Web Mercator on a square of 2^32 steps a side, the bits of both axes interleaved.
//!
//! Rule: a tile, and any cell in it, is a run of keys, namely those that begin with the same bits. A
//! step is the unit of a tile at zoom 20, 9 mm at the equator; deeper zooms would show no more.

/// Highest zoom that has tiles.
pub const MAX_ZOOM: u8 = 20;
/// Bits of an axis.
const DEPTH: u32 = 32;
const SIDE: f64 = 4_294_967_296.0;

/// Steps round the world.
pub(crate) const AROUND: i64 = 1 << DEPTH;

/// The key of a place in degrees; `None` where there is none.
pub(crate) fn key(longitude: f64, latitude: f64) -> Option<u64> {
    let (x, y) = steps_of(longitude, latitude)?;
    Some(interleave(x, y))
}

/// The steps of a place in degrees. Beyond the latitude where the square ends, at the poles, a place
/// stands at its edge.
pub(crate) fn steps_of(longitude: f64, latitude: f64) -> Option<(u32, u32)> {
    if !(longitude.abs() <= 180.0 && latitude.abs() <= 90.0) {
        return None;
    }
    let sine = latitude.to_radians().sin();
    let north = ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI);
    let step = |share: f64| (share * SIDE).clamp(0.0, SIDE - 1.0) as u32;
    let x = step(longitude / 360.0 + 0.5);
    let y = step(0.5 - north);
    Some((x, y))
}

/// Bits of `x` in the even places, those of `y` in the odd ones.
pub(crate) fn interleave(x: u32, y: u32) -> u64 {
    spread(x) | spread(y) << 1
}

/// The steps from the west and from the north.
pub(crate) fn steps(key: u64) -> (u32, u32) {
    (gather(key), gather(key >> 1))
}

fn spread(bits: u32) -> u64 {
    let mut wide = u64::from(bits);
    wide = (wide | wide << 16) & 0x0000_FFFF_0000_FFFF;
    wide = (wide | wide << 8) & 0x00FF_00FF_00FF_00FF;
    wide = (wide | wide << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    wide = (wide | wide << 2) & 0x3333_3333_3333_3333;
    (wide | wide << 1) & 0x5555_5555_5555_5555
}

fn gather(key: u64) -> u32 {
    let mut bits = key & 0x5555_5555_5555_5555;
    bits = (bits | bits >> 1) & 0x3333_3333_3333_3333;
    bits = (bits | bits >> 2) & 0x0F0F_0F0F_0F0F_0F0F;
    bits = (bits | bits >> 4) & 0x00FF_00FF_00FF_00FF;
    bits = (bits | bits >> 8) & 0x0000_FFFF_0000_FFFF;
    ((bits | bits >> 16) & 0xFFFF_FFFF) as u32
}

/// The cell that holds the key: so many of its leading bits. An even number makes a square, an odd
/// one half of it.
pub(crate) fn cell(key: u64, bits: u32) -> u64 {
    key.checked_shr(u64::BITS.saturating_sub(bits)).unwrap_or(0)
}

/// First and last key of a cell.
pub(crate) fn keys_of(cell: u64, bits: u32) -> (u64, u64) {
    let shift = u64::BITS.saturating_sub(bits);
    let rest = 1_u64.checked_shl(shift).map_or(u64::MAX, |size| size - 1);
    let first = cell.checked_shl(shift).unwrap_or(0);
    (first, first | rest)
}

/// A tile that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) zoom: u8,
    pub(crate) x: u32,
    pub(crate) y: u32,
}

impl Address {
    pub(crate) fn new(zoom: u8, x: u32, y: u32) -> Option<Self> {
        let side = (zoom <= MAX_ZOOM).then(|| 1_u32 << zoom)?;
        (x < side && y < side).then_some(Self { zoom, x, y })
    }

    pub(crate) fn of_cell(zoom: u8, cell: u64) -> Option<Self> {
        let (x, y) = steps(cell);
        Self::new(zoom, x, y)
    }

    /// Bits of its cell.
    pub(crate) fn bits(self) -> u32 {
        2 * u32::from(self.zoom)
    }

    pub(crate) fn cell(self) -> u64 {
        interleave(self.x, self.y)
    }

    /// Steps along a side.
    pub(crate) fn side(self) -> i64 {
        AROUND >> self.zoom
    }

    /// Steps of its north-west corner.
    pub(crate) fn corner(self) -> [i64; 2] {
        [self.x, self.y].map(|tile| i64::from(tile) * self.side())
    }

    /// Steps of a unit.
    pub(crate) fn unit(self) -> i64 {
        1 << (MAX_ZOOM - self.zoom)
    }

    /// Steps from the corner as whole units, halves towards south and east.
    pub(crate) fn units(self, steps: i64) -> i32 {
        let rounded = (steps + self.unit() / 2).div_euclid(self.unit());
        i32::try_from(rounded).unwrap_or(i32::MAX)
    }
}

/// Degrees of a key, for bounds.
pub(crate) fn degrees(x: u32, y: u32) -> (f64, f64) {
    let share = |steps: u32| f64::from(steps) / SIDE;
    let north = std::f64::consts::PI * (1.0 - 2.0 * share(y));
    (
        share(x) * 360.0 - 180.0,
        north.sinh().atan().to_degrees().clamp(-90.0, 90.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back() {
        for (x, y) in [
            (0, 0),
            (u32::MAX, 0),
            (0, u32::MAX),
            (0xDEAD_BEEF, 0x1234_5678),
        ] {
            assert_eq!(steps(interleave(x, y)), (x, y));
        }
    }

    #[test]
    fn places_that_are_none_and_places_at_the_edge() {
        for (longitude, latitude) in [
            (f64::NAN, 0.0),
            (0.0, f64::NAN),
            (180.1, 0.0),
            (0.0, -90.1),
            (f64::INFINITY, 0.0),
        ] {
            assert_eq!(key(longitude, latitude), None);
        }
        assert_eq!(key(-180.0, 90.0).map(steps), Some((0, 0)));
        assert_eq!(key(180.0, -90.0).map(steps), Some((u32::MAX, u32::MAX)));
        assert_eq!(key(0.0, 0.0).map(steps), Some((1 << 31, 1 << 31)));
    }

    #[test]
    fn degrees_come_back_within_a_step() {
        for (longitude, latitude) in [(8.123_456_7, 52.765_432_1), (-63.5, -31.25), (179.9, 84.0)] {
            let (x, y) = key(longitude, latitude).map(steps).expect("a place");
            let (east, north) = degrees(x, y);
            assert!((east - longitude).abs() < 1e-7 && (north - latitude).abs() < 1e-7);
        }
    }

    #[test]
    fn steps_are_rounded_to_units() {
        let tile = Address::new(18, 2, 1).expect("a tile");
        assert_eq!(tile.corner(), [2 << 14, 1 << 14]);
        assert_eq!((tile.unit(), tile.side()), (4, 1 << 14));
        let rounded = [-3, -2, -1, 0, 1, 2, 5, 6].map(|steps| tile.units(steps));
        assert_eq!(rounded, [-1, 0, 0, 0, 0, 1, 1, 2]);
    }

    #[test]
    fn a_cell_is_a_run_of_keys() {
        assert_eq!(keys_of(0, 0), (0, u64::MAX));
        assert_eq!(keys_of(3, 2), (3 << 62, u64::MAX));
        assert_eq!(keys_of(7, 64), (7, 7));
        assert_eq!(cell(u64::MAX, 0), 0);
    }

    #[test]
    fn only_tiles_that_exist() {
        assert!(Address::new(0, 0, 0).is_some());
        assert!(Address::new(20, (1 << 20) - 1, 0).is_some());
        for (zoom, x, y) in [(0, 1, 0), (3, 0, 8), (21, 0, 0), (40, 1, 1), (255, 0, 0)] {
            assert_eq!(Address::new(zoom, x, y), None);
        }
    }
}
