//! The bytes of point tiles: who keeps tiles by their entity tag counts on them.
//!
//! Rule: where these numbers change, the service's `EDITION` changes as well.

use crate::field::field;
use std::collections::BTreeSet;
use tramline_tiles::{Options, tile};

/// FNV-1a.
fn hash(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |state, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[test]
fn point_tiles_have_the_bytes_of_the_edition() {
    let field = field(60_000);
    let source = field.source();
    let small = Options {
        points: 300,
        buffer: 1_000,
        ..Options::default()
    };
    let without = Options {
        buffer: 0,
        ..Options::default()
    };
    let mut found = Vec::new();
    for options in [Options::default(), small, without] {
        let mut state = 0xCBF2_9CE4_8422_2325;
        for zoom in [0, 1, 9, 12, 14, 15, 16, 17] {
            let tiles: BTreeSet<(u32, u32)> = (0..field.longitudes.len())
                .map(|row| field.project(zoom, row).0)
                .collect();
            for (x, y) in tiles {
                let bytes = tile(&source, zoom, x, y, &options).expect("a tile");
                state = hash(state, &bytes);
            }
        }
        found.push(state);
    }
    let edition_1 = [
        15_536_835_695_936_075_204,
        1_548_392_043_820_035_607,
        13_860_917_307_258_363_305,
    ];
    assert_eq!(found, edition_1);
}
