//! John Deere Gen4 logs (`.jdl`): metadata with an equipment tree, then frames of receiver positions,
//! edges of the implement, section states and channels.
//!
//! Rule: as displays do, a column's first value is the last of the frame before, whole deltas follow
//! from the frame's start, and a channel is written only when its value changes.

use super::wire::Message;
use crate::{Files, Operation, Record, Simulated};

/// Records in a frame.
const FRAME: usize = 30;
const GROUP: i64 = 100;
const EDGE: i64 = 101;
const STATES: i64 = 102;
const FIRST_CHANNEL: i64 = 110;
const RECEIVER: i64 = 90;

/// A channel: representation, unit, scale, DDI, and the physical value.
struct Channel {
    representation: i64,
    unit: &'static str,
    scale: f64,
    ddi: i64,
    value: fn(&Record) -> f64,
}

const fn channel(
    representation: i64,
    unit: &'static str,
    scale: f64,
    ddi: i64,
    value: fn(&Record) -> f64,
) -> Channel {
    Channel {
        representation,
        unit,
        scale,
        ddi,
        value,
    }
}

fn channels(operation: Operation) -> Vec<Channel> {
    match operation {
        Operation::Harvest => vec![
            channel(510, "mg1sec-1", 1.0, 87, |r| r.flow_kg_s * 1e6),
            channel(6, "ppm", 1.0, 99, |r| r.moisture * 1e4),
        ],
        Operation::Planting => vec![
            channel(59, "seeds1[m2]-1", 1000.0, 12, |r| r.rate),
            channel(61, "seeds1[m2]-1", 1000.0, 11, |r| r.target),
        ],
        Operation::Spraying => vec![
            channel(49, "[mm3]1[m2]-1", 100.0, 2, |r| r.rate * 1e6),
            channel(51, "[mm3]1[m2]-1", 100.0, 1, |r| r.target * 1e6),
        ],
        Operation::Tillage => vec![channel(53, "mm", 10.0, 65535, |r| r.rate * 1e3)],
    }
}

/// A card with one log in its folders.
pub fn card(run: &Simulated) -> Files {
    let name = &run.plan.task;
    vec![
        (format!("JD-Data/log/{name}/{name}.jdl"), log(run)),
        ("version.txt".to_owned(), b"10.10\r\n".to_vec()),
    ]
}

/// One log.
pub fn log(run: &Simulated) -> Vec<u8> {
    let mut file = Vec::new();
    let header = Message::new().int(1, 3).text(4, "10.10.404-83");
    frame(&mut file, 3, 3, &header);
    frame(&mut file, 1, 5, &metadata(run));
    for (number, from) in (0..run.records.len()).step_by(FRAME).enumerate() {
        let to = (from + FRAME).min(run.records.len());
        let body = data(run, number, from, to);
        frame(&mut file, 2, 4, &body);
    }
    frame(&mut file, 4, 6, &Message::new().int(1, 1));
    file
}

fn frame(file: &mut Vec<u8>, kind: i64, field: u32, body: &Message) {
    let message = Message::new().int(1, kind).int(2, 161).message(field, body);
    file.push(0x0d);
    file.extend((message.0.len() as u32).to_le_bytes());
    file.extend(message.0);
}

fn named(id: &str, name: &str) -> Message {
    Message::new().message(1, &Message::new().text(1, id).text(2, name))
}

fn offset(x: f64, y: f64) -> Message {
    Message::new().double(1, x).double(2, y).double(3, 0.0)
}

fn metadata(run: &Simulated) -> Message {
    let plan = &run.plan;
    let sections = i64::from(plan.sections.max(1));
    let width = plan.width_m / sections as f64;
    let list = channels(plan.operation);
    let ids = (FIRST_CHANNEL..).take(list.len());
    let mut group = Message::new()
        .int(1, GROUP)
        .int(2, kind(plan.operation))
        .message(
            3,
            &Message::new()
                .int(1, EDGE)
                .double(2, plan.width_m)
                .message(3, &offset(0.0, 0.0)),
        );
    for section in 0..sections {
        let right = (section as f64 + 0.5) * width - plan.width_m / 2.0;
        let element = Message::new()
            .int(1, 200 + section)
            .double(2, width)
            .message(3, &offset(0.0, right * 1000.0))
            .int(4, 1)
            .int(7, STATES)
            .int(8, EDGE)
            .packed(10, ids.clone())
            .double(13, section as f64 / sections as f64)
            .double(14, (section + 1) as f64 / sections as f64)
            .int(16, section);
        group = group.message(4, &element);
    }
    for (id, channel) in ids.zip(&list) {
        let channel = Message::new()
            .int(1, id)
            .int(2, channel.representation)
            .double(3, 0.0)
            .double(4, channel.scale)
            .text(5, channel.unit)
            .int(7, channel.ddi);
        group = group.message(5, &channel);
    }
    let state = Message::new().int(1, STATES).int(7, 1).int(8, sections);
    group = group.message(6, &state);
    let machine = Message::new()
        .int(1, 10)
        .text(4, "SERIAL-1")
        .text(5, "Machine")
        .double(6, plan.width_m)
        .message(7, &group);
    let source = Message::new()
        .int(1, RECEIVER)
        .message(3, &offset(0.0, 0.0))
        .int(4, 10);
    let product = "{00000000-0000-0000-0000-00000000000p}";
    let operation = Message::new()
        .int(1, GROUP)
        .int(2, 1)
        .message(3, &Message::new().text(1, product).int(2, 1))
        .int(6, kind(plan.operation));
    let crop = Message::new().int(1, 1).text(2, &plan.crop);
    let name = match plan.operation {
        Operation::Planting | Operation::Harvest => &plan.variety,
        Operation::Spraying | Operation::Tillage => &plan.product,
    };
    Message::new()
        .int(1, 3)
        .text(2, &format!("{{{}}}", plan.task))
        .int(3, plan.start_ms)
        .message(10, &Message::new().message(2, &machine).message(3, &source))
        .message(11, &named("{client}", &plan.grower))
        .message(12, &named("{farm}", &plan.farm))
        .message(13, &named("{field}", &plan.field))
        .message(20, &Message::new().message(1, &operation))
        .message(
            21,
            &Message::new()
                .message(1, &crop)
                .message(2, &Message::new().message(1, &named(product, name))),
        )
}

fn kind(operation: Operation) -> i64 {
    match operation {
        Operation::Spraying => 1,
        Operation::Planting => 2,
        Operation::Tillage => 4,
        Operation::Harvest => 8,
    }
}

/// Whole numbers of records `from..to` as a start value and deltas; the first frame begins with its
/// own first record, others with the last of the frame before.
fn series(
    run: &Simulated,
    from: usize,
    to: usize,
    value: impl Fn(&Record) -> f64,
) -> (f64, Vec<i64>) {
    let before = from.saturating_sub(1);
    let base = run.records.get(before).map_or(0.0, &value).round();
    let mut last = base;
    let mut deltas = Vec::new();
    for record in run
        .records
        .iter()
        .take(to)
        .skip(if from == 0 { 1 } else { from })
    {
        let now = value(record).round();
        deltas.push((now - last) as i64);
        last = now;
    }
    (base, deltas)
}

fn data(run: &Simulated, number: usize, from: usize, to: usize) -> Message {
    let at = |record: &Record| record.time_ms - run.plan.start_ms;
    let time_of = |index: usize| run.records.get(index).map_or(0, at);
    let own = time_of(from.saturating_sub(1));
    let start = if from == 0 {
        own
    } else {
        time_of(from - 1) + 1
    };
    let end = time_of(to - 1) + 1;
    let times: Vec<i64> = {
        let mut last = start;
        let skip = if from == 0 { 1 } else { from };
        let list = run.records.iter().take(to).skip(skip).map(|record| {
            let step = at(record) - last;
            last = at(record);
            step
        });
        list.collect()
    };
    let column = |field: u32, value: &dyn Fn(&Record) -> f64, delta: u32, into: Message| {
        let (base, deltas) = series(run, from, to, value);
        into.double(field, base).deltas(delta, deltas)
    };
    let mut position = Message::new();
    position = column(1, &|r| r.latitude * 1e9, 12, position);
    position = column(2, &|r| r.longitude * 1e9, 13, position);
    position = column(3, &|r| r.heading_deg * 10.0, 14, position);
    position = column(4, &|r| r.elevation_m * 1000.0, 16, position);
    position = column(5, &|r| r.speed_m_s * 1000.0, 15, position);
    position = column(8, &|r| r.distance_m * 1000.0, 21, position);
    position = position.deltas(10, times.iter().copied()).int(26, own);
    let end_of = |side: f64| {
        move |record: &Record| {
            let (sin, cos) = record.heading_deg.to_radians().sin_cos();
            let half = side * run.plan.width_m / 2.0;
            let (north, east) = metres_per_degree(record.latitude);
            (
                (record.latitude - half * sin / north) * 1e9,
                (record.longitude + half * cos / east) * 1e9,
            )
        }
    };
    let mut edge = Message::new();
    edge = column(1, &|r| end_of(-1.0)(r).0, 17, edge);
    edge = column(2, &|r| end_of(-1.0)(r).1, 18, edge);
    edge = column(3, &|r| end_of(1.0)(r).0, 19, edge);
    edge = column(4, &|r| end_of(1.0)(r).1, 20, edge);
    edge = edge.int(12, own).deltas(15, times.iter().copied());
    let mut block = Message::new().int(1, 1).int(1, 2).int(1, 4);
    let list = channels(run.plan.operation);
    for _ in &list {
        block = block.int(1, 3);
    }
    let ids = [RECEIVER, EDGE, STATES]
        .into_iter()
        .chain((FIRST_CHANNEL..).take(list.len()));
    block = block.packed(2, ids).message(3, &position).message(3, &edge);
    block = block.message(3, &states(run, from, to, start, own));
    for channel in &list {
        let value = |record: &Record| (channel.value)(record) * channel.scale;
        block = block.message(3, &changes(run, from, to, start, own, value));
    }
    Message::new()
        .int(1, 1)
        .int(3, number as i64)
        .int(4, start)
        .int(5, end - start)
        .message(9, &block)
}

fn states(run: &Simulated, from: usize, to: usize, start: i64, own: i64) -> Message {
    let sections = run.plan.sections.max(1) as usize;
    let state = |record: &Record| -> Vec<u8> {
        let on = |section| {
            record.working
                && record
                    .sections
                    .get(section)
                    .copied()
                    .unwrap_or(record.working)
        };
        (0..sections).map(|section| u8::from(on(section))).collect()
    };
    let before = run
        .records
        .get(from.saturating_sub(1))
        .map(state)
        .unwrap_or_default();
    let mut last = before.clone();
    let mut at = start;
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for record in run.records.iter().take(to).skip(from) {
        let now = state(record);
        if now != last {
            let time = record.time_ms - run.plan.start_ms;
            times.push(time - at);
            at = time;
            values.push(now.clone());
            last = now;
        }
    }
    let mut column = Message::new().deltas(1, times);
    for value in values {
        column = column.message(2, &Message::new().bytes(1, &value));
    }
    column
        .message(3, &Message::new().bytes(1, &before))
        .int(12, own)
}

/// A channel's changes within a frame.
fn changes(
    run: &Simulated,
    from: usize,
    to: usize,
    start: i64,
    own: i64,
    value: impl Fn(&Record) -> f64,
) -> Message {
    let base = run
        .records
        .get(from.saturating_sub(1))
        .map_or(0.0, &value)
        .round();
    let (mut last, mut at) = (base, start);
    let (mut times, mut steps) = (Vec::new(), Vec::new());
    for record in run.records.iter().take(to).skip(from) {
        let now = value(record).round();
        if now != last {
            let time = record.time_ms - run.plan.start_ms;
            times.push(time - at);
            steps.push((now - last) as i64);
            (at, last) = (time, now);
        }
    }
    Message::new()
        .double(1, base)
        .deltas(2, times)
        .deltas(3, steps)
        .int(12, own)
}

fn metres_per_degree(latitude: f64) -> (f64, f64) {
    let (sin, cos) = latitude.to_radians().sin_cos();
    let w2 = 1.0 - 0.006_694_379_990_141_32 * sin * sin;
    let north = 6_378_137.0 * (1.0 - 0.006_694_379_990_141_32) / (w2 * w2.sqrt());
    let east = 6_378_137.0 / w2.sqrt() * cos;
    (north.to_radians(), east.to_radians())
}
