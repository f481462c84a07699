//! The records that are described, by type and offset. All others are skipped.

/// What one record says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) enum Record {
    /// A fix, once a second.
    Fix {
        /// Of a clock without known origin.
        seconds: u32,
        /// Degrees; `None` where the receiver had no fix.
        position: Option<(f64, f64)>,
        elevation_m: Option<f64>,
        speed_m_s: Option<f64>,
        /// Since the job began.
        way_m: Option<f64>,
    },
    /// The product, about every 14 seconds.
    Product {
        /// As applied, litres per hectare where the product is liquid.
        actual: Option<f64>,
        /// As set.
        target: Option<f64>,
    },
    /// Which sections are on.
    Sections(Sections),
    /// The machine's heading, once a second.
    Guidance {
        /// Degrees clockwise from north.
        heading: Option<f64>,
        cross_track_m: Option<f64>,
    },
}

/// How many sections there are, and how many of them are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Sections {
    pub(in super::super) count: u16,
    pub(in super::super) on: u16,
}

impl Record {
    /// Reads a record with its head. `None` for a type or length that is not described.
    pub(in super::super) fn read(kind: u16, bytes: &[u8]) -> Option<Self> {
        match kind {
            113 if bytes.len() >= 41 => Some(Self::Fix {
                seconds: u32::from_le_bytes(bytes_at(bytes, 4)?),
                position: place(f64_at(bytes, 8)?, f64_at(bytes, 16)?),
                elevation_m: f32_at(bytes, 24).filter(|m| (-500.0..9_000.0).contains(m)),
                speed_m_s: f32_at(bytes, 28).filter(|speed| (0.0..100.0).contains(speed)),
                way_m: f32_at(bytes, 32).filter(|way| *way >= 0.0),
            }),
            111 if bytes.len() >= 26 => Some(Self::Product {
                actual: f32_at(bytes, 18).filter(|rate| *rate >= 0.0),
                target: f32_at(bytes, 22).filter(|rate| *rate >= 0.0),
            }),
            118 => {
                let count = u16::from_le_bytes(bytes_at(bytes, 6)?);
                let states = bytes.get(8..8 + usize::from(count))?;
                let on = states.iter().filter(|state| **state != 0).count();
                Some(Self::Sections(Sections {
                    count,
                    on: u16::try_from(on).ok()?,
                }))
            }
            156 if bytes.len() >= 20 => Some(Self::Guidance {
                heading: f32_at(bytes, 8)
                    .filter(|angle| (-0.001..6.284).contains(angle))
                    .map(|angle| angle.to_degrees().rem_euclid(360.0)),
                cross_track_m: f32_at(bytes, 16),
            }),
            _ => None,
        }
    }
}

/// Degrees of radians that lie on Earth and are not 0/0.
fn place(latitude: f64, longitude: f64) -> Option<(f64, f64)> {
    use std::f64::consts::{FRAC_PI_2, PI};
    let on_earth = latitude.abs() <= FRAC_PI_2 && longitude.abs() <= PI;
    let nowhere = latitude == 0.0 && longitude == 0.0;
    (on_earth && !nowhere).then(|| (latitude.to_degrees(), longitude.to_degrees()))
}

fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// A finite number.
fn f32_at(bytes: &[u8], at: usize) -> Option<f64> {
    let value = f32::from_le_bytes(bytes_at(bytes, at)?);
    value.is_finite().then(|| f64::from(value))
}

fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(bytes_at(bytes, at)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the description.
    #[test]
    fn a_described_fix_is_read_as_described() {
        let mut bytes = vec![41, 0, 113, 0];
        bytes.extend(295_946_u32.to_le_bytes());
        bytes.extend(51.792_110_9_f64.to_radians().to_le_bytes());
        bytes.extend((-114.082_278_6_f64).to_radians().to_le_bytes());
        for value in [1_030.30_f32, 1.4, 49.4761, 0.0] {
            bytes.extend(value.to_le_bytes());
        }
        bytes.push(0);
        assert_eq!(bytes.len(), 41);
        let Some(Record::Fix {
            seconds,
            position,
            elevation_m,
            speed_m_s,
            way_m,
        }) = Record::read(113, &bytes)
        else {
            panic!("a fix")
        };
        let (latitude, longitude) = position.expect("a place");
        assert_eq!(seconds, 295_946);
        assert!((latitude - 51.792_110_9).abs() < 1e-9 && (longitude + 114.082_278_6).abs() < 1e-9);
        let near =
            |value: Option<f64>, wanted: f64| (value.expect("a number") - wanted).abs() < 1e-3;
        assert!(near(elevation_m, 1_030.30) && near(speed_m_s, 1.4) && near(way_m, 49.4761));
    }

    #[test]
    fn lengths_that_do_not_fit_are_no_record() {
        // 200 sections told, 8 bytes there.
        assert_eq!(
            Record::read(118, &[16, 0, 118, 0, 0, 0, 200, 0, 1, 1, 1, 1, 1, 1, 1, 1]),
            None
        );
        assert_eq!(Record::read(118, &[6, 0, 118, 0, 0, 0]), None);
        assert_eq!(Record::read(113, &[8, 0, 113, 0, 0, 0, 0, 0]), None);
        assert_eq!(Record::read(155, &[4, 0, 155, 0]), None);
        let sections = Record::read(118, &[12, 0, 118, 0, 0, 0, 3, 0, 1, 0, 9, 5]);
        assert_eq!(
            sections,
            Some(Record::Sections(Sections { count: 3, on: 2 }))
        );
    }

    #[test]
    fn no_fix_and_no_number_are_absent() {
        assert_eq!(place(0.0, 0.0), None);
        assert_eq!(place(1.6, 0.1), None);
        assert_eq!(place(f64::NAN, 0.1), None);
        let mut product = vec![58, 0, 111, 0];
        product.resize(18, 0);
        product.extend(f32::NAN.to_le_bytes());
        product.extend((-1.0_f32).to_le_bytes());
        let read = Record::read(111, &product);
        assert_eq!(
            read,
            Some(Record::Product {
                actual: None,
                target: None
            })
        );
    }
}
