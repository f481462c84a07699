//! Rings cut at the edges of a window.
//!
//! Rule: where a side crosses an edge depends on the side alone, not on its direction or the tile,
//! so that tiles beside each other meet without a gap.

/// A place from a tile's corner, in steps.
pub(crate) type Spot = [f64; 2];

/// West, north, east and south edge.
pub(crate) type Window = [f64; 4];

/// Leaves of the ring what is in the window; `spare` is kept for its memory.
pub(crate) fn clip(ring: &mut Vec<Spot>, spare: &mut Vec<Spot>, window: Window) {
    let [west, north, east, south] = window;
    for (axis, edge, sign) in [
        (0, west, 1.0),
        (0, east, -1.0),
        (1, north, 1.0),
        (1, south, -1.0),
    ] {
        let beyond = |spot: &Spot| (spot[axis] - edge) * sign < 0.0;
        if !ring.iter().any(beyond) {
            continue;
        }
        spare.clear();
        let mut before = ring.last().copied().unwrap_or_default();
        for spot in ring.iter() {
            if beyond(&before) != beyond(spot) {
                spare.push(crossing(before, *spot, axis, edge));
            }
            if !beyond(spot) {
                spare.push(*spot);
            }
            before = *spot;
        }
        std::mem::swap(ring, spare);
    }
}

/// Where the side between spots on both sides of an edge meets it.
fn crossing(one: Spot, other: Spot, axis: usize, edge: f64) -> Spot {
    let (low, high) = if one[axis] < other[axis] {
        (one, other)
    } else {
        (other, one)
    };
    let across = 1 - axis;
    let share = (edge - low[axis]) / (high[axis] - low[axis]);
    let mut spot = [edge; 2];
    spot[across] = low[across] + share * (high[across] - low[across]);
    spot
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clipped(ring: &[Spot], window: Window) -> Vec<Spot> {
        let mut ring = ring.to_vec();
        clip(&mut ring, &mut Vec::new(), window);
        ring
    }

    #[test]
    fn a_corner_across_the_edge() {
        let window = [0.0, 0.0, 10.0, 10.0];
        let inside = [[1.0, 1.0], [9.0, 1.0], [9.0, 9.0]];
        assert_eq!(clipped(&inside, window), inside);
        let outside = inside.map(|[x, y]| [x + 20.0, y]);
        assert!(clipped(&outside, window).is_empty());
        let around = [[-5.0, -5.0], [15.0, -5.0], [15.0, 15.0], [-5.0, 15.0]];
        let whole = clipped(&around, window);
        assert_eq!(whole.len(), 4);
        assert!(
            whole
                .iter()
                .flatten()
                .all(|place| [0.0, 10.0].contains(place))
        );
    }

    #[test]
    fn both_directions_cross_at_the_same_spot() {
        let (one, other) = ([-1.7, 3.3], [8.1, 7.9]);
        let edge = 4.321;
        assert_eq!(crossing(one, other, 0, edge), crossing(other, one, 0, edge));
        assert_eq!(crossing(one, other, 1, edge), crossing(other, one, 1, edge));
    }
}
