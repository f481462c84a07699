//! The file as a layer: a pass is one stream over its features.

use super::findings;
use super::order::Order;
use super::raw::{Header, decode, is_magic};
use crate::claim::{Claim, ReadOptions};
use crate::shared::layer::{self, Crs, Each, Feature, Layer, Names, Next, Source};
use crate::source::{EntryId, Limits, Tree};
use std::io::{self, BufReader, Read};
use tramline_model::{Finding, Place, ReadError, Receiver, Severity};

/// Largest header and largest feature.
const HEADER_BYTES: u64 = 16 << 20;
const FEATURE_BYTES: u64 = 64 << 20;
const HINT: &str = "save the layer as FlatGeobuf again, or as GeoJSON or CSV";

type Stream<'a> = BufReader<Box<dyn Read + Send + 'a>>;

/// Reads a claimed file.
pub(super) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let (header, first, _) = open(tree, claim.main, limits)?;
    let place = tree.place(claim.main);
    let order = header
        .is_indexed()
        .then(|| Order::by_time(tree, claim.main, &header, first, (limits, options)))
        .flatten();
    if header.is_indexed() && order.is_none() {
        let text = "the features are sorted by a spatial index and could not be sorted by time; \
                    distances between them are not those driven";
        let code = &findings::INDEX_ORDER;
        let finding = Finding::new(code, Severity::Warning, place.clone(), text);
        receiver.finding(finding.hint("save the layer without a spatial index"));
    }
    let layer = Layer {
        place,
        path: &tree.entry(claim.main).path,
        title: Some(header.name.trim()).filter(|name| !name.is_empty()),
        several: false,
        file_format: "FGB",
        provider: None,
        crs: Crs::find(&header.organisation, header.code, &header.wkt),
        noun: "FlatGeobuf",
        hint: HINT,
        codes: &findings::LAYER,
    };
    let mut features = Features {
        tree,
        entry: claim.main,
        limits,
        names: header.columns.iter().map(|c| c.name.clone()).collect(),
        header: &header,
        order,
    };
    layer::read(&layer, &mut features, limits, options, receiver)
}

/// Opens a stream at the first feature; the number is how far from the begin that is.
fn open<'a>(
    tree: &'a Tree,
    id: EntryId,
    limits: &Limits,
) -> Result<(Header, u64, Stream<'a>), ReadError> {
    let place = tree.place(id);
    let size = tree.entry(id).size;
    let broken = |what: &str| ReadError::malformed(place.clone(), what, HINT);
    let mut stream = BufReader::with_capacity(256 << 10, tree.stream(id)?);
    let mut magic = Vec::new();
    block(&mut stream, 8, &mut magic).map_err(|e| broken(&e.to_string()))?;
    if !is_magic(&magic) {
        return Err(broken(
            "not FlatGeobuf of version 3: the file begins with other bytes",
        ));
    }
    let mut bytes = Vec::new();
    let length = length(&mut stream, &mut bytes)
        .map_err(|e| broken(&e.to_string()))?
        .filter(|length| (8..=HEADER_BYTES.min(size)).contains(length))
        .ok_or_else(|| broken("the header is longer than the file, or missing"))?;
    block(&mut stream, length, &mut bytes).map_err(|e| broken(&e.to_string()))?;
    let header = Header::read(&bytes, limits.columns)
        .ok_or_else(|| broken("the header is damaged: it is not a flat buffer"))?;
    let index = header
        .index_bytes()
        .filter(|index| *index <= size)
        .ok_or_else(|| broken("the index is longer than the file"))?;
    let skipped = io::copy(&mut (&mut stream).take(index), &mut io::sink())
        .map_err(|e| broken(&e.to_string()))?;
    if skipped < index {
        return Err(broken("the file is truncated within its index"));
    }
    Ok((header, 12 + length + index, stream))
}

/// Exactly `length` bytes, allocated as they come.
fn block(stream: &mut Stream<'_>, length: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    let read = stream.take(length).read_to_end(bytes)?;
    if read as u64 == length {
        Ok(())
    } else {
        let what = "the file is truncated";
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, what))
    }
}

/// The length that stands before a buffer; `None` at the end of the file.
fn length(stream: &mut Stream<'_>, bytes: &mut Vec<u8>) -> io::Result<Option<u64>> {
    bytes.clear();
    stream.take(4).read_to_end(bytes)?;
    match bytes.as_slice() {
        [] => Ok(None),
        [a, b, c, d] => Ok(Some(u32::from_le_bytes([*a, *b, *c, *d]).into())),
        _ => Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the file is truncated within a length",
        )),
    }
}

/// The features of a file.
struct Features<'a> {
    tree: &'a Tree,
    entry: EntryId,
    limits: &'a Limits,
    names: Vec<String>,
    header: &'a Header,
    /// In order of time, where an index has taken that away.
    order: Option<Order>,
}

impl Source for Features<'_> {
    fn names(&self, _limits: &Limits) -> Names {
        Names::fixed(self.names.clone())
    }

    fn pass(
        &mut self,
        _names: &mut Names,
        each: &mut Each<'_>,
    ) -> Result<Option<String>, ReadError> {
        let path = &self.tree.entry(self.entry).path;
        let broken = |count: u64, what: String| {
            let place = Place::inside(path.clone(), format!("feature {}", count + 1));
            ReadError::malformed(place, what, HINT)
        };
        let mut feature = Feature::default();
        let mut count = 0_u64;
        if let Some(order) = &self.order {
            for bytes in order.features() {
                decode(bytes, self.header, &mut feature)
                    .map_err(|what| broken(count, what.to_owned()))?;
                if each(&feature)? == Next::Stop {
                    return Ok(None);
                }
                count += 1;
            }
            return match &order.fault {
                Some(what) => Err(broken(count, what.clone())),
                None => Ok(None),
            };
        }
        let (_, _, mut stream) = open(self.tree, self.entry, self.limits)?;
        let mut bytes = Vec::new();
        loop {
            let next = next(&mut stream, &mut bytes).map_err(|e| broken(count, e.to_string()))?;
            if !next {
                return match self.header.missing(count) {
                    Some(what) => Err(broken(count, what)),
                    None => Ok(None),
                };
            }
            decode(&bytes, self.header, &mut feature)
                .map_err(|what| broken(count, what.to_owned()))?;
            if each(&feature)? == Next::Stop {
                return Ok(None);
            }
            count += 1;
        }
    }
}

/// The next feature's buffer; `false` at the end.
fn next(stream: &mut Stream<'_>, bytes: &mut Vec<u8>) -> io::Result<bool> {
    let Some(length) = length(stream, bytes)? else {
        return Ok(false);
    };
    if length > FEATURE_BYTES {
        let what = format!("a feature of {length} bytes is not believed");
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    block(stream, length, bytes)?;
    Ok(true)
}
