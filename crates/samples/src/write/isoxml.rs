//! ISO 11783-10 version 4: task data with a device description, and one binary time log for each
//! simulated field.
//!
//! Rule: values are sparse. Rates are logged each second while the work is on; states, widths and
//! set rates when they change; totals at every tenth record and at the end.

use super::wall_clock;
use crate::{Files, Operation, Record, Simulated};
use std::fmt::Write as _;

/// Days from 1970-01-01 to 1980-01-01.
const DAYS_TO_1980: i64 = 3_652;
const DAY_MS: i64 = 86_400_000;

/// What is logged: DDI, whether the element is a section's, and how it is told.
#[derive(Clone, Copy)]
enum Logged {
    /// DDI 141.
    WorkState,
    /// DDI 161 + block.
    Condensed(usize),
    Width,
    Rate(u16),
    Target(u16),
    Flow,
    Moisture,
    TotalMass,
    TotalArea,
    TotalVolume,
    TotalCount,
}

impl Logged {
    fn ddi(self) -> u16 {
        match self {
            Self::WorkState => 141,
            Self::Condensed(block) => 161 + block as u16,
            Self::Width => 67,
            Self::Rate(ddi) | Self::Target(ddi) => ddi,
            Self::Flow => 87,
            Self::Moisture => 99,
            Self::TotalMass => 90,
            Self::TotalArea => 116,
            Self::TotalVolume => 80,
            Self::TotalCount => 82,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::WorkState => "Actual Work State",
            Self::Condensed(_) => "Actual Condensed Work State",
            Self::Width => "Actual Working Width",
            Self::Rate(_) => "Actual",
            Self::Target(_) => "Setpoint",
            Self::Flow => "Mass Flow",
            Self::Moisture => "Crop Moisture",
            Self::TotalMass => "Total Yield Mass",
            Self::TotalArea => "Total Area",
            Self::TotalVolume => "Total Volume",
            Self::TotalCount => "Total Seeds",
        }
    }
}

fn channels(simulated: &Simulated) -> Vec<Logged> {
    let blocks = simulated.plan.sections.max(1).div_ceil(16) as usize;
    let mut list = vec![Logged::WorkState, Logged::Width];
    list.extend((0..blocks).map(Logged::Condensed));
    list.extend(match simulated.plan.operation {
        Operation::Harvest => {
            vec![
                Logged::Rate(84),
                Logged::Flow,
                Logged::Moisture,
                Logged::TotalMass,
            ]
        }
        Operation::Planting => vec![Logged::Rate(12), Logged::Target(11), Logged::TotalCount],
        Operation::Spraying => vec![Logged::Rate(2), Logged::Target(1), Logged::TotalVolume],
        Operation::Tillage => vec![Logged::Rate(52), Logged::Target(51)],
    });
    list.push(Logged::TotalArea);
    list
}

/// Raw counts in one unit of the plan's rate.
fn rate_scale(operation: Operation) -> f64 {
    match operation {
        Operation::Harvest => 1e6,  // mg/m2
        Operation::Planting => 1e3, // 0.001 /m2
        Operation::Spraying => 1e8, // 0.01 mm3/m2
        Operation::Tillage => 1e3,  // mm
    }
}

/// Running counters of a log.
#[derive(Default)]
struct Totals {
    mass_kg: f64,
    area_m2: f64,
    applied: f64,
}

fn raw_value(channel: Logged, record: &Record, totals: &Totals, scale: f64) -> i32 {
    let value = match channel {
        Logged::WorkState => f64::from(u8::from(record.working)),
        Logged::Condensed(block) => {
            let mut bits = u32::MAX;
            for (place, on) in record.sections.iter().skip(block * 16).take(16).enumerate() {
                bits &= !(0b11 << (2 * place));
                bits |= u32::from(*on) << (2 * place);
            }
            return bits.cast_signed();
        }
        Logged::Width => record.width_m * 1e3,
        Logged::Rate(_) => record.rate * scale,
        Logged::Target(_) => record.target * scale,
        Logged::Flow => record.flow_kg_s * 1e6,
        Logged::Moisture => (record.moisture * 10.0).round() * 1e3,
        Logged::TotalMass => totals.mass_kg,
        Logged::TotalArea => totals.area_m2,
        Logged::TotalVolume | Logged::TotalCount => totals.applied,
    };
    value.round() as i32
}

/// The binary log: fixed part of 31 bytes, then the values that are due.
fn binary(simulated: &Simulated) -> Vec<u8> {
    let channels = channels(simulated);
    let scale = rate_scale(simulated.plan.operation);
    let mut out = Vec::new();
    let mut last: Vec<Option<i32>> = vec![None; channels.len()];
    let mut totals = Totals::default();
    let count = simulated.records.len();
    for (index, record) in simulated.records.iter().enumerate() {
        if record.working {
            totals.area_m2 += record.area_m2();
            totals.mass_kg += record.flow_kg_s;
            totals.applied += record.rate * record.area_m2();
        }
        let local = record.time_ms + i64::from(simulated.plan.utc_offset_min) * 60_000;
        push_time(&mut out, local);
        let degrees = |value: f64| ((value * 1e7).round() as i32).to_le_bytes();
        out.extend(degrees(record.latitude));
        out.extend(degrees(record.longitude));
        out.extend(((record.elevation_m * 1e3).round() as i32).to_le_bytes());
        out.push(4);
        out.extend(14_u16.to_le_bytes());
        out.extend(8_u16.to_le_bytes());
        out.push(17);
        push_time(&mut out, record.time_ms);
        let due: Vec<(u8, i32)> = channels
            .iter()
            .zip(&mut last)
            .enumerate()
            .filter_map(|(place, (channel, last))| {
                let value = raw_value(*channel, record, &totals, scale);
                let each_second = matches!(channel, Logged::Rate(_) | Logged::Flow);
                let total = matches!(
                    channel,
                    Logged::TotalMass
                        | Logged::TotalArea
                        | Logged::TotalVolume
                        | Logged::TotalCount
                );
                let due = if each_second {
                    record.working || *last != Some(value)
                } else if total {
                    index % 10 == 0 || index + 1 == count
                } else {
                    *last != Some(value)
                };
                if due {
                    *last = Some(value);
                }
                due.then_some((place as u8, value))
            })
            .collect();
        out.push(due.len() as u8);
        for (place, value) in due {
            out.push(place);
            out.extend(value.to_le_bytes());
        }
    }
    out
}

fn push_time(out: &mut Vec<u8>, time_ms: i64) {
    let of_day = time_ms.rem_euclid(DAY_MS) as u32;
    let day = (time_ms.div_euclid(DAY_MS) - DAYS_TO_1980) as u16;
    out.extend(of_day.to_le_bytes());
    out.extend(day.to_le_bytes());
}

/// The header template of the log; every value is of the device's function element.
fn header(simulated: &Simulated, device: usize) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TIM A=\"\" D=\"4\">\n\
         <PTN A=\"\" B=\"\" C=\"\" D=\"\" E=\"\" F=\"\" G=\"\" H=\"\" I=\"\"/>\n",
    );
    for channel in channels(simulated) {
        let ddi = channel.ddi();
        let _ = writeln!(
            xml,
            "<DLV A=\"{ddi:04X}\" B=\"\" C=\"DET-{}\"/>",
            device * 1_000 + 2
        );
    }
    xml.push_str("</TIM>\n");
    xml
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

/// A device: the machine, its function, its sections, what is logged and where things are.
fn device(simulated: &Simulated, number: usize) -> String {
    let plan = &simulated.plan;
    let (name, class, kind) = match plan.operation {
        Operation::Harvest => ("Demo Combine 9", 7_u64, "Header"),
        Operation::Planting => ("Demo Planter 12", 4, "Row unit frame"),
        Operation::Spraying => ("Demo Sprayer 24", 6, "Boom"),
        Operation::Tillage => ("Demo Cultivator 6", 3, "Frame"),
    };
    // Industry group 2, class in 7 bits above the reserved one, maker 0.
    let working_set = (0xA0_u64 << 56) | (class << 49) | (0x0081_u64 << 32) | number as u64;
    let mut xml = format!(
        "<DVC A=\"DVC-{number}\" B=\"{name}\" C=\"1.0\" D=\"{working_set:016X}\" \
         E=\"DEMO{number:04}\" F=\"44454D4F303031\" G=\"FF000000006E65\">\n"
    );
    let base = number * 1_000;
    let channels = channels(simulated);
    let _ = writeln!(
        xml,
        "<DET A=\"DET-{}\" B=\"1\" C=\"1\" D=\"{name}\" E=\"0\" F=\"0\"/>",
        base + 1
    );
    let _ = writeln!(
        xml,
        "<DET A=\"DET-{}\" B=\"2\" C=\"2\" D=\"{kind}\" E=\"1\" F=\"1\">",
        base + 2
    );
    for place in 0..channels.len() {
        let _ = writeln!(xml, "<DOR A=\"{}\"/>", 100 + place);
    }
    xml.push_str("<DOR A=\"301\"/><DOR A=\"302\"/></DET>\n");
    let sections = plan.sections.max(1) as usize;
    let section_mm = plan.width_m * 1e3 / sections as f64;
    for section in 0..sections {
        let _ = writeln!(
            xml,
            "<DET A=\"DET-{}\" B=\"{}\" C=\"4\" D=\"Section {}\" E=\"{}\" F=\"2\">\
             <DOR A=\"{}\"/><DOR A=\"301\"/><DOR A=\"303\"/></DET>",
            base + 10 + section,
            10 + section,
            section + 1,
            section + 1,
            400 + section,
        );
    }
    for (place, channel) in channels.iter().enumerate() {
        let _ = writeln!(
            xml,
            "<DPD A=\"{}\" B=\"{:04X}\" C=\"1\" D=\"9\" E=\"{}\"/>",
            100 + place,
            channel.ddi(),
            channel.name(),
        );
    }
    let _ = writeln!(xml, "<DPT A=\"301\" B=\"0086\" C=\"0\" D=\"Offset X\"/>");
    let _ = writeln!(
        xml,
        "<DPT A=\"302\" B=\"0046\" C=\"{:.0}\" D=\"Maximum Width\"/>",
        plan.width_m * 1e3
    );
    let _ = writeln!(
        xml,
        "<DPT A=\"303\" B=\"0043\" C=\"{section_mm:.0}\" D=\"Width\"/>"
    );
    for section in 0..sections {
        let middle = (section as f64 + 0.5) * section_mm - plan.width_m * 500.0;
        let _ = writeln!(
            xml,
            "<DPT A=\"{}\" B=\"0087\" C=\"{middle:.0}\" D=\"Offset Y\"/>",
            400 + section
        );
    }
    xml.push_str("</DVC>\n");
    xml
}

/// One instant as the XML has it, with the terminal's offset.
fn xml_time(time_ms: i64, offset_min: i32) -> String {
    let sign = if offset_min < 0 { '-' } else { '+' };
    let size = offset_min.abs();
    let wall = wall_clock(time_ms, offset_min)
        .strftime("%Y-%m-%dT%H:%M:%S")
        .to_string();
    format!("{wall}{sign}{:02}:{:02}", size / 60, size % 60)
}

fn field(simulated: &Simulated, number: usize) -> String {
    let plan = &simulated.plan;
    let crop = if plan.crop.is_empty() {
        String::new()
    } else {
        format!(" G=\"CTP{number}\"")
    };
    let mut xml = format!(
        "<PFD A=\"PFD{number}\" C=\"{}\" D=\"{:.0}\" E=\"CTR1\" F=\"FRM1\"{crop}>\n\
         <PLN A=\"1\" B=\"{}\"><LSG A=\"1\">\n",
        escape(&plan.field),
        simulated.truth.net_area_m2,
        escape(&plan.field),
    );
    for (longitude, latitude) in simulated.boundary() {
        let _ = writeln!(
            xml,
            "<PNT A=\"2\" C=\"{latitude:.9}\" D=\"{longitude:.9}\"/>"
        );
    }
    xml.push_str("</LSG></PLN></PFD>\n");
    xml
}

fn task(simulated: &Simulated, number: usize) -> String {
    let (plan, truth) = (&simulated.plan, &simulated.truth);
    let start = xml_time(truth.start_ms, plan.utc_offset_min);
    let stop = xml_time(truth.end_ms, plan.utc_offset_min);
    let mut xml = format!(
        "<TSK A=\"TSK-{number}\" B=\"{}\" C=\"CTR1\" D=\"FRM1\" E=\"PFD{number}\" G=\"4\">\n",
        escape(&plan.task)
    );
    let _ = writeln!(
        xml,
        "<TIM A=\"{start}\" B=\"{stop}\" C=\"{}\" D=\"4\">\
         <DLV A=\"0074\" B=\"{:.0}\" C=\"DET-{}\"/></TIM>",
        (truth.end_ms - truth.start_ms) / 1_000,
        truth.area_m2,
        number * 1_000 + 2,
    );
    if !plan.product.is_empty() {
        let (ddi, amount) = match plan.operation {
            Operation::Planting => ("000B", plan.rate * 1e3),
            _ => ("0001", plan.rate * 1e8),
        };
        let _ = writeln!(
            xml,
            "<PAN A=\"PDT{number}\" B=\"{ddi}\" C=\"{amount:.0}\" E=\"DET-{}\"/>",
            number * 1_000 + 2
        );
    }
    let _ = writeln!(xml, "<DAN A=\"A000000000000000\" C=\"DVC-{number}\"/>");
    let _ = writeln!(xml, "<TLG A=\"TLG{number:05}\" C=\"1\"/>");
    xml.push_str("</TSK>\n");
    xml
}

/// One task set in `TASKDATA/` with a task, field, device and log for each simulated field.
pub fn task_set(fields: &[&Simulated]) -> Files {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ISO11783_TaskData VersionMajor=\"4\" VersionMinor=\"0\" \
         ManagementSoftwareManufacturer=\"Tramline\" ManagementSoftwareVersion=\"testkit\" \
         TaskControllerManufacturer=\"Tramline\" TaskControllerVersion=\"testkit\" \
         DataTransferOrigin=\"2\">\n",
    );
    if let Some(first) = fields.first() {
        let _ = writeln!(
            xml,
            "<CTR A=\"CTR1\" B=\"{}\"/>",
            escape(&first.plan.grower)
        );
        let _ = writeln!(
            xml,
            "<FRM A=\"FRM1\" B=\"{}\" I=\"CTR1\"/>",
            escape(&first.plan.farm)
        );
    }
    let mut files = Vec::new();
    let mut numbered = Vec::new();
    for (index, simulated) in fields.iter().enumerate() {
        numbered.push((index + 1, *simulated));
    }
    for (number, simulated) in &numbered {
        let plan = &simulated.plan;
        if !plan.crop.is_empty() {
            let _ = writeln!(
                xml,
                "<CTP A=\"CTP{number}\" B=\"{}\"><CVT A=\"CVT{number}\" B=\"{}\"/></CTP>",
                escape(&plan.crop),
                escape(&plan.variety)
            );
        }
        if !plan.product.is_empty() {
            let _ = writeln!(
                xml,
                "<PDT A=\"PDT{number}\" B=\"{}\"/>",
                escape(&plan.product)
            );
        }
    }
    for (number, simulated) in &numbered {
        xml.push_str(&field(simulated, *number));
    }
    for (number, simulated) in &numbered {
        xml.push_str(&device(simulated, *number));
    }
    for (number, simulated) in &numbered {
        xml.push_str(&task(simulated, *number));
        let log = format!("TASKDATA/TLG{number:05}");
        files.push((
            format!("{log}.XML"),
            header(simulated, *number).into_bytes(),
        ));
        files.push((format!("{log}.BIN"), binary(simulated)));
    }
    xml.push_str("</ISO11783_TaskData>\n");
    files.insert(0, ("TASKDATA/TASKDATA.XML".to_owned(), xml.into_bytes()));
    files
}
