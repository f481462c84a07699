//! First pass over a log: what it holds at all, so that columns are made of what was logged, and
//! a display that was merely switched on makes no machine file.

use super::super::raw::columns::{Decoder, Wanted};
use super::super::raw::{Data, Frames, Kind, Metadata};
use super::rules::NO_VALUE;
use std::collections::{HashMap, HashSet};
use std::io::Read;

/// What a log holds.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Channels with at least one value.
    pub(crate) channels: HashSet<i64>,
    /// Edge columns with samples: how many, up to a few.
    pub(crate) edges: HashMap<i64, u64>,
    /// State columns in which anything was ever on.
    pub(crate) on: HashSet<i64>,
    pub(crate) positions: u64,
    pub(crate) fixes: u64,
    /// West, south, east, north of the fixes, nano-degrees.
    pub(crate) bounds: Option<[f64; 4]>,
    pub(crate) has_elevation: bool,
    pub(crate) data_frames: u64,
    /// Why frames stopped before the end of the file, and where.
    pub(crate) damage: Option<(String, u64)>,
    pub(crate) ended: bool,
}

impl Scan {
    /// The metadata of a log and what its data frames hold. `Err` tells why there is no metadata.
    pub(crate) fn read(stream: impl Read) -> Result<(Metadata, Self), (String, u64)> {
        let mut frames = Frames::new(stream);
        let mut scan = Self::default();
        let mut metadata: Option<Metadata> = None;
        let mut decoder: Option<(Decoder, Wanted, Data)> = None;
        let mut edges: Vec<(i64, Decoder, Data, u64)> = Vec::new();
        let mut broken = None;
        while let Some(frame) = frames.next() {
            match (frame.kind, metadata.is_some()) {
                (Kind::Metadata, false) => {
                    let parsed = match Metadata::parse(frame.body) {
                        Ok(parsed) => parsed,
                        Err(error) => return Err((error.to_string(), frames.position())),
                    };
                    let wanted = everything(&parsed);
                    let first = Decoder::new(wanted.clone());
                    let data = first.data();
                    decoder = Some((first, wanted, data));
                    edges = edge_ids(&parsed)
                        .into_iter()
                        .map(|id| {
                            let decoder = Decoder::new(Wanted {
                                edge: Some(id),
                                ..Wanted::default()
                            });
                            let data = decoder.data();
                            (id, decoder, data, 0)
                        })
                        .collect();
                    metadata = Some(parsed);
                }
                (Kind::Data, true) => {
                    scan.data_frames += 1;
                    let Some((decoder, wanted, data)) = &mut decoder else {
                        continue;
                    };
                    let mut result = decoder.frame(frame.body, data);
                    scan.take(wanted, data);
                    for (_, decoder, data, count) in &mut edges {
                        if *count < 2 {
                            result = result.and_then(|()| decoder.frame(frame.body, data));
                            *count += data.edges.len() as u64;
                            data.edges.clear();
                            data.speed_only = 0;
                        }
                    }
                    if let Err(error) = result {
                        broken = Some((error.to_string(), frames.position()));
                        break;
                    }
                }
                _ => {}
            }
        }
        scan.edges = edges
            .into_iter()
            .filter(|(_, _, _, count)| *count > 0)
            .map(|(id, _, _, count)| (id, count))
            .collect();
        scan.ended = frames.ended;
        let damage = frames.damage.take().map(|damage| (damage.what, damage.at));
        scan.damage = broken.or(damage);
        match metadata {
            Some(metadata) => Ok((metadata, scan)),
            None => Err(scan
                .damage
                .unwrap_or_else(|| ("it has no frame of metadata".to_owned(), 0))),
        }
    }

    /// Notes and empties the samples of one frame.
    fn take(&mut self, wanted: &Wanted, data: &mut Data) {
        for (slot, _) in &data.touched {
            let (Some(samples), Some(id)) =
                (data.numbers.get_mut(*slot), wanted.numbers.get(*slot))
            else {
                continue;
            };
            if samples.iter().any(|sample| sample.value != NO_VALUE) {
                self.channels.insert(*id);
            }
            samples.clear();
        }
        for slot in &data.touched_states {
            let (Some(samples), Some(id)) = (data.states.get_mut(*slot), wanted.states.get(*slot))
            else {
                continue;
            };
            if samples.iter().any(|sample| sample.value.contains(&1)) {
                self.on.insert(*id);
            }
            samples.clear();
        }
        for position in data.positions.drain(..) {
            self.positions += 1;
            let (lat, lon) = (position.latitude, position.longitude);
            if lat == 0.0 && lon == 0.0 {
                continue;
            }
            self.fixes += 1;
            self.has_elevation |= position.elevation != 0.0;
            let [west, south, east, north] = self.bounds.unwrap_or([lon, lat, lon, lat]);
            self.bounds = Some([west.min(lon), south.min(lat), east.max(lon), north.max(lat)]);
        }
    }

    /// Metres across the ground that the fixes cover.
    pub(crate) fn extent_m(&self) -> f64 {
        let Some([west, south, east, north]) = self.bounds else {
            return 0.0;
        };
        let metres = 111_320.0 / 1e9;
        let across = (east - west) * metres * (south / 1e9).to_radians().cos();
        across.hypot((north - south) * metres)
    }
}

fn everything(metadata: &Metadata) -> Wanted {
    let groups = || metadata.machines.iter().flat_map(|machine| &machine.groups);
    let mut numbers: Vec<i64> = groups()
        .flat_map(|group| &group.channels)
        .map(|channel| channel.id)
        .collect();
    let mut states: Vec<i64> = groups()
        .flat_map(|group| &group.elements)
        .map(|element| element.state_column)
        .filter(|id| *id != 0)
        .collect();
    for ids in [&mut numbers, &mut states] {
        ids.sort_unstable();
        ids.dedup();
    }
    Wanted {
        positions: true,
        edge: None,
        numbers,
        states,
    }
}

fn edge_ids(metadata: &Metadata) -> Vec<i64> {
    let groups = metadata.machines.iter().flat_map(|machine| &machine.groups);
    let mut ids: Vec<i64> = groups
        .flat_map(|group| &group.frames)
        .map(|frame| frame.id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(16);
    ids
}
