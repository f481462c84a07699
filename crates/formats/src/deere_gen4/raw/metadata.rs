//! The metadata of a log: who, where, which operations, and the equipment tree with its channels.
//!
//! Absent fields keep their default; lists are bounded, since everything in them is looked
//! through for each point.

use crate::shared::protobuf::{Fields, Packed, Value, WireError};

/// Lists beyond this are a damaged file. The largest real planter has some 200 elements and 1,700
/// channels; a log has up to five operations, and each costs a pass.
const MAX_PARTS: usize = 20_000;
const MAX_ELEMENTS: usize = 2_000;
const MAX_MACHINES: usize = 64;
const MAX_OPERATIONS: usize = 64;

/// A GUID with a name, as client, farm, field and product are given.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) guid: String,
    /// Milliseconds since 1970 UTC; all times of the log count from it.
    pub(crate) start_ms: i64,
    pub(crate) client: Named,
    pub(crate) farm: Named,
    pub(crate) field: Named,
    pub(crate) machines: Vec<Machine>,
    pub(crate) sources: Vec<PositionSource>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) crops: Vec<Crop>,
    pub(crate) products: Vec<Named>,
}

#[derive(Debug, Default)]
pub(crate) struct Machine {
    pub(crate) id: i64,
    pub(crate) serial: String,
    pub(crate) name: String,
    pub(crate) groups: Vec<Group>,
}

/// Where a receiver sits on a machine: forward, right and up in metres.
#[derive(Debug, Default)]
pub(crate) struct PositionSource {
    pub(crate) id: i64,
    pub(crate) offset_m: [f64; 3],
    pub(crate) machine: i64,
}

/// The part of a machine that does one operation.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) id: i64,
    pub(crate) frames: Vec<EdgeFrame>,
    pub(crate) elements: Vec<Element>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) constants: Vec<Constant>,
}

/// The edge that moves over the ground.
#[derive(Debug, Default)]
pub(crate) struct EdgeFrame {
    pub(crate) id: i64,
    pub(crate) width_m: f64,
    pub(crate) offset_mm: [f64; 3],
}

/// A sensor, section or row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) id: i64,
    pub(crate) width_m: f64,
    /// Forward, right, up.
    pub(crate) offset_mm: [f64; 3],
    pub(crate) is_section: bool,
    pub(crate) state_column: i64,
    pub(crate) frame: i64,
    pub(crate) parent: i64,
    pub(crate) channels: Vec<i64>,
    /// Where it begins and ends, as a share of the width from the left.
    pub(crate) begin: f64,
    pub(crate) end: f64,
    /// Its byte in the state string.
    pub(crate) state_byte: usize,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Channel {
    pub(crate) id: i64,
    /// Deere's representation number.
    pub(crate) representation: i64,
    /// Physical value = raw / scale.
    pub(crate) scale: f64,
    pub(crate) unit: String,
    pub(crate) ddi: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Constant {
    pub(crate) representation: i64,
    pub(crate) value: f64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Operation {
    /// Id of its group.
    pub(crate) id: i64,
    pub(crate) crop: i64,
    pub(crate) products: Vec<ProductShare>,
    pub(crate) kind: i64,
}

/// A product and where on the width it is: percent from the left.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProductShare {
    pub(crate) id: String,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

#[derive(Debug, Default)]
pub(crate) struct Crop {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// Weight and unit (`kg1bu-1`).
    pub(crate) weight: Option<(f64, String)>,
    pub(crate) standard_moisture: Option<f64>,
}

impl Metadata {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, WireError> {
        let mut all = Self::default();
        for field in Fields::new(body) {
            let (number, value) = field?;
            match number {
                2 => all.guid = value.text(),
                3 => all.start_ms = value.int(),
                10 => all.equipment(value.bytes())?,
                11 => all.client = wrapped(value.bytes())?,
                12 => all.farm = wrapped(value.bytes())?,
                13 => all.field = wrapped(value.bytes())?,
                20 => {
                    for part in each(value.bytes(), 1) {
                        push(&mut all.operations, operation(part?)?, MAX_OPERATIONS)?;
                    }
                }
                21 => all.catalogue(value.bytes())?,
                _ => {}
            }
        }
        Ok(all)
    }

    fn equipment(&mut self, message: &[u8]) -> Result<(), WireError> {
        for field in Fields::new(message) {
            match field? {
                (2, value) => push(&mut self.machines, machine(value.bytes())?, MAX_MACHINES)?,
                (3, value) => push(&mut self.sources, source(value.bytes())?, MAX_MACHINES)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn catalogue(&mut self, message: &[u8]) -> Result<(), WireError> {
        for field in Fields::new(message) {
            match field? {
                (1, value) => push(&mut self.crops, crop(value.bytes())?, MAX_PARTS)?,
                (2, value) => {
                    for part in each(value.bytes(), 1) {
                        push(&mut self.products, wrapped(part?)?, MAX_PARTS)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The machine and group of an operation.
    pub(crate) fn group(&self, id: i64) -> Option<(&Machine, &Group)> {
        self.machines.iter().find_map(|machine| {
            let group = machine.groups.iter().find(|group| group.id == id)?;
            Some((machine, group))
        })
    }
}

fn push<T>(list: &mut Vec<T>, part: T, most: usize) -> Result<(), WireError> {
    if list.len() >= most {
        return Err(WireError {
            what: "a list is longer than any machine has",
            at: 0,
        });
    }
    list.push(part);
    Ok(())
}

/// Messages of one repeated field.
fn each(message: &[u8], number: u32) -> impl Iterator<Item = Result<&[u8], WireError>> {
    Fields::new(message).filter_map(move |field| match field {
        Ok((found, Value::Bytes(bytes))) if found == number => Some(Ok(bytes)),
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })
}

/// `{1 {1 id, 2 name}}`.
fn wrapped(message: &[u8]) -> Result<Named, WireError> {
    let mut named = Named::default();
    for part in each(message, 1) {
        for field in Fields::new(part?) {
            match field? {
                (1, value) => named.id = value.text(),
                (2, value) => named.name = value.text().trim().to_owned(),
                _ => {}
            }
        }
    }
    Ok(named)
}

fn offset(message: &[u8]) -> Result<[f64; 3], WireError> {
    let mut offset = [0.0; 3];
    for field in Fields::new(message) {
        let (number, value) = field?;
        let slot = usize::try_from(number).unwrap_or(0).wrapping_sub(1);
        if let Some(slot) = offset.get_mut(slot) {
            let value = value.float();
            *slot = if value.is_finite() { value } else { 0.0 };
        }
    }
    Ok(offset)
}

fn machine(message: &[u8]) -> Result<Machine, WireError> {
    let mut machine = Machine::default();
    for field in Fields::new(message) {
        match field? {
            (1, value) => machine.id = value.int(),
            (4, value) => machine.serial = value.text().trim().to_owned(),
            (5, value) => machine.name = value.text().trim().to_owned(),
            (7, value) => push(&mut machine.groups, group(value.bytes())?, MAX_MACHINES)?,
            _ => {}
        }
    }
    Ok(machine)
}

fn source(message: &[u8]) -> Result<PositionSource, WireError> {
    let mut source = PositionSource::default();
    for field in Fields::new(message) {
        match field? {
            (1, value) => source.id = value.int(),
            (3, value) => source.offset_m = offset(value.bytes())?,
            (4, value) => source.machine = value.int(),
            _ => {}
        }
    }
    Ok(source)
}

fn group(message: &[u8]) -> Result<Group, WireError> {
    let mut group = Group::default();
    for field in Fields::new(message) {
        match field? {
            (1, value) => group.id = value.int(),
            (3, value) => push(&mut group.frames, frame(value.bytes())?, MAX_MACHINES)?,
            (4, value) => push(&mut group.elements, element(value.bytes())?, MAX_ELEMENTS)?,
            (5, value) => push(&mut group.channels, channel(value.bytes())?, MAX_PARTS)?,
            (10, value) => push(&mut group.constants, constant(value.bytes())?, MAX_PARTS)?,
            _ => {}
        }
    }
    Ok(group)
}

fn frame(message: &[u8]) -> Result<EdgeFrame, WireError> {
    let mut frame = EdgeFrame::default();
    for field in Fields::new(message) {
        match field? {
            (1, value) => frame.id = value.int(),
            (2, value) => frame.width_m = value.float(),
            (3, value) => frame.offset_mm = offset(value.bytes())?,
            _ => {}
        }
    }
    Ok(frame)
}

fn element(message: &[u8]) -> Result<Element, WireError> {
    let mut element = Element::default();
    for field in Fields::new(message) {
        let (number, value) = field?;
        match number {
            1 => element.id = value.int(),
            2 => element.width_m = value.float(),
            3 => element.offset_mm = offset(value.bytes())?,
            4 => element.is_section = value.int() == 1,
            7 => element.state_column = value.int(),
            8 => element.frame = value.int(),
            9 => element.parent = value.int(),
            10 => match value {
                Value::Bytes(list) => {
                    for id in Packed::new(list) {
                        push(&mut element.channels, id.cast_signed(), MAX_PARTS)?;
                    }
                }
                other => push(&mut element.channels, other.int(), MAX_PARTS)?,
            },
            13 => element.begin = value.float(),
            14 => element.end = value.float(),
            16 => element.state_byte = usize::try_from(value.int()).unwrap_or(usize::MAX),
            _ => {}
        }
    }
    Ok(element)
}

fn channel(message: &[u8]) -> Result<Channel, WireError> {
    let mut channel = Channel {
        scale: 1.0,
        ..Channel::default()
    };
    for field in Fields::new(message) {
        match field? {
            (1, value) => channel.id = value.int(),
            (2, value) => channel.representation = value.int(),
            (4, value) => channel.scale = value.float(),
            (5, value) => channel.unit = value.text(),
            (7, value) => channel.ddi = value.int(),
            _ => {}
        }
    }
    Ok(channel)
}

fn constant(message: &[u8]) -> Result<Constant, WireError> {
    let (mut constant, mut scale) = (Constant::default(), 1.0);
    for field in Fields::new(message) {
        match field? {
            (2, value) => constant.representation = value.int(),
            (4, value) => scale = value.float(),
            (8, value) => constant.value = value.float(),
            _ => {}
        }
    }
    constant.value /= scale;
    Ok(constant)
}

fn operation(message: &[u8]) -> Result<Operation, WireError> {
    let mut operation = Operation::default();
    for field in Fields::new(message) {
        match field? {
            (1, value) => operation.id = value.int(),
            (2, value) => operation.crop = value.int(),
            (3, value) => push(&mut operation.products, share(value.bytes())?, MAX_PARTS)?,
            (6, value) => operation.kind = value.int(),
            _ => {}
        }
    }
    Ok(operation)
}

fn share(message: &[u8]) -> Result<ProductShare, WireError> {
    let mut share = ProductShare {
        id: String::new(),
        from: 0.0,
        to: 100.0,
    };
    for field in Fields::new(message) {
        match field? {
            (1, value) => share.id = value.text(),
            (7, value) => {
                for bound in Fields::new(value.bytes()) {
                    match bound? {
                        (1, value) => share.from = value.float(),
                        (2, value) => share.to = value.float(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(share)
}

fn crop(message: &[u8]) -> Result<Crop, WireError> {
    let mut crop = Crop::default();
    for field in Fields::new(message) {
        match field? {
            (1, value) => crop.id = value.int(),
            (2, value) => crop.name = value.text().trim().to_owned(),
            (5, value) => crop.weight = quantity(value.bytes())?,
            (6, value) => {
                crop.standard_moisture = quantity(value.bytes())?
                    .filter(|(_, unit)| unit == "prcnt")
                    .map(|(value, _)| value);
            }
            _ => {}
        }
    }
    Ok(crop)
}

fn quantity(message: &[u8]) -> Result<Option<(f64, String)>, WireError> {
    let (mut amount, mut unit) = (f64::NAN, String::new());
    for field in Fields::new(message) {
        match field? {
            (1, value) => amount = value.float(),
            (3, value) => unit = value.text(),
            _ => {}
        }
    }
    Ok((amount.is_finite() && amount > 0.0).then_some((amount, unit)))
}
