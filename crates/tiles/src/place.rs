//! Places as keys: Web Mercator on a square of 2^32 steps a side, the bits of both axes interleaved.
//!
//! Rule: a tile, and any cell in it, is a run of keys, namely those that begin with the same bits. A
//! step is the unit of a tile at zoom 20, 9 mm at the equator; deeper zooms would show no more.

/// Highest zoom that has tiles.
pub const MAX_ZOOM: u8 = 20;
/// Bits of an axis.
const DEPTH: u32 = 32;
const SIDE: f64 = 4_294_967_296.0;

/// The key of a place in degrees; `None` where there is none. Beyond the latitude where the square
/// ends, at the poles, a place stands at its edge.
pub(crate) fn key(longitude: f64, latitude: f64) -> Option<u64> {
    if !(longitude.abs() <= 180.0 && latitude.abs() <= 90.0) {
        return None;
    }
    let sine = latitude.to_radians().sin();
    let north = ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI);
    let step = |share: f64| (share * SIDE).clamp(0.0, SIDE - 1.0) as u32;
    let x = step(longitude / 360.0 + 0.5);
    let y = step(0.5 - north);
    Some(interleave(x, y))
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

    /// The tile so many to the east and south: round the antimeridian, not over a pole.
    pub(crate) fn beside(self, east: i32, south: i32) -> Option<Self> {
        let side = 1_u32 << self.zoom;
        let x = self.x.wrapping_add_signed(east) % side;
        let y = self.y.checked_add_signed(south)?;
        Self::new(self.zoom, x, y)
    }

    /// Units from the tile's north-west corner to the place of a key.
    pub(crate) fn units(self, key: u64) -> (i32, i32) {
        let zoom = u32::from(self.zoom);
        let bits = u32::from(MAX_ZOOM) - zoom;
        let units = |steps: u32, tile: u32| {
            let from_corner = i64::from(steps) - (i64::from(tile) << (DEPTH - zoom));
            let rounded = (from_corner + (1_i64 << bits >> 1)) >> bits;
            i32::try_from(rounded).unwrap_or(i32::MAX)
        };
        let (x, y) = steps(key);
        (units(x, self.x), units(y, self.y))
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

    #[test]
    fn neighbours_go_round_but_not_over_the_pole() {
        let tile = Address::new(2, 0, 0).expect("a tile");
        assert_eq!(tile.beside(-1, 0), Address::new(2, 3, 0));
        assert_eq!(tile.beside(0, -1), None);
        assert_eq!(tile.beside(1, 1), Address::new(2, 1, 1));
        let whole = Address::new(0, 0, 0).expect("a tile");
        assert_eq!(whole.beside(1, 0), Some(whole));
    }
}
