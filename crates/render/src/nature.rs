//! Colours by what a value is: an amount, moisture, depth, elevation, speed, load, or none of these.
//!
//! Rules: each ramp has seven steps of equal lightness (CIE L*), so that it survives grey print and is read
//! by people with any colour vision. No step is lighter than L* 87.5, so that the light end stands out
//! from white paper. Amounts, elevation and speed grow lighter as they rise, as in viridis. Moisture, depth
//! and load grow darker: dry sand to deep water, shallow to deep ground, light to heavy. The amounts
//! are the first 95 % of viridis.

use crate::Ramp;

/// What a value is, as far as its colours go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nature {
    /// Of a crop or a product, of which more is more: viridis, dark violet to light yellow.
    Amount,
    /// Dry sand to deep blue.
    Moisture,
    /// Light to dark soil.
    Depth,
    /// Dark green lowland over ochre to pale heights.
    Elevation,
    /// Dark violet to light orange.
    Speed,
    /// Force and fuel: pale to dark brown-red.
    Load,
    /// What says something of the log and nothing of the field: dark to light grey.
    Plain,
}

impl Nature {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Amount,
        Self::Moisture,
        Self::Depth,
        Self::Elevation,
        Self::Speed,
        Self::Load,
        Self::Plain,
    ];

    /// Seven colours, from low to high.
    pub fn colours(self) -> [[u8; 3]; 7] {
        match self {
            Self::Amount => [
                [0x47, 0x13, 0x57],
                [0x48, 0x3a, 0x82],
                [0x34, 0x64, 0x8e],
                [0x25, 0x8a, 0x8e],
                [0x2a, 0xaf, 0x7e],
                [0x74, 0xcf, 0x54],
                [0xde, 0xe2, 0x18],
            ],
            Self::Moisture => [
                [0xec, 0xd9, 0xa0],
                [0xc4, 0xc0, 0x84],
                [0x8d, 0xaa, 0x7f],
                [0x52, 0x92, 0x8b],
                [0x2e, 0x75, 0x94],
                [0x22, 0x56, 0x8d],
                [0x1d, 0x3a, 0x78],
            ],
            Self::Depth => [
                [0xed, 0xd7, 0xb3],
                [0xd7, 0xb6, 0x80],
                [0xc1, 0x96, 0x57],
                [0xa7, 0x76, 0x3e],
                [0x89, 0x5a, 0x30],
                [0x69, 0x40, 0x27],
                [0x48, 0x29, 0x1c],
            ],
            Self::Elevation => [
                [0x1f, 0x4d, 0x3a],
                [0x37, 0x66, 0x3c],
                [0x5e, 0x7c, 0x3a],
                [0x8f, 0x8f, 0x45],
                [0xbb, 0xa3, 0x63],
                [0xd4, 0xbc, 0x8f],
                [0xe4, 0xd9, 0xc5],
            ],
            Self::Speed => [
                [0x2f, 0x21, 0x60],
                [0x5c, 0x2c, 0x86],
                [0x8d, 0x3f, 0x8d],
                [0xbd, 0x57, 0x80],
                [0xde, 0x79, 0x6d],
                [0xf1, 0xa1, 0x6a],
                [0xf8, 0xcb, 0x72],
            ],
            Self::Load => [
                [0xef, 0xd5, 0xc4],
                [0xe6, 0xae, 0x8c],
                [0xd8, 0x87, 0x62],
                [0xc2, 0x62, 0x45],
                [0xa2, 0x42, 0x35],
                [0x7b, 0x2a, 0x2c],
                [0x4f, 0x1a, 0x22],
            ],
            Self::Plain => [
                [0x2e, 0x34, 0x40],
                [0x44, 0x4d, 0x5f],
                [0x5c, 0x67, 0x7d],
                [0x79, 0x82, 0x97],
                [0x96, 0x9f, 0xb0],
                [0xb5, 0xbc, 0xc8],
                [0xd6, 0xda, 0xe1],
            ],
        }
    }

    /// The colours at equal steps.
    pub fn ramp(self) -> Ramp {
        Ramp::of_seven(self.colours())
    }
}
