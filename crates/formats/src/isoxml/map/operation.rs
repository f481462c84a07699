//! The ladder that tells the kind of work: logged practice, logged values, product, device class,
//! names. The first step that answers wins, and its reason is kept.

use super::super::raw::{Device, Task, TimeLog};
use super::context::Context;
use super::logged::{Logged, logged};
use crate::shared::task_data::device_class;
use tramline_model::OperationType;

/// A kind of work and why we think so.
pub(crate) struct Found {
    pub(crate) kind: OperationType,
    pub(crate) reason: String,
    /// The source's own word.
    pub(crate) original: Option<String>,
}

fn other(name: &str) -> OperationType {
    OperationType::Other(name.to_owned())
}

/// DDI 179, actual cultural practice.
fn practice(code: i64) -> Option<(OperationType, &'static str)> {
    Some(match code {
        1 => (OperationType::Applied, "fertilising"),
        2 => (OperationType::Planted, "sowing and planting"),
        3 => (OperationType::Applied, "crop protection"),
        4 => (OperationType::Tillage, "tillage"),
        5 => (other("baling"), "baling"),
        6 => (other("mowing"), "mowing"),
        7 => (other("wrapping"), "wrapping"),
        8 => (OperationType::Harvested, "harvesting"),
        9 => (OperationType::Harvested, "forage harvesting"),
        10 => (other("transport"), "transport"),
        11 => (other("swathing"), "swathing"),
        12 => (OperationType::Applied, "slurry"),
        13 => (other("loading"), "self-loading wagon"),
        14 => (other("tedding"), "tedding"),
        15 => (other("measuring"), "measuring"),
        16 => (OperationType::Applied, "irrigation"),
        17 => (other("feeding"), "feeding"),
        18 => (other("mulching"), "mulching"),
        _ => return None,
    })
}

/// The kinds of work of a task: one, or several where one implement does them at once.
pub(crate) fn operations(context: &Context<'_>, task: &Task, logs: &[TimeLog]) -> Vec<Found> {
    let original = task.practices.iter().find_map(|id| {
        context
            .data
            .practices
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, name)| name.clone())
    });
    let with = |kind: OperationType, reason: String| Found {
        kind,
        reason,
        original: original.clone(),
    };
    if let Some(kind) = &context.options.operation_type {
        return vec![with(kind.clone(), "given by the caller".to_owned())];
    }
    let logged = logged(logs);
    let devices = involved(context, task, &logged);
    let signatures = signatures(context, task, &logged, &devices);
    let (practices, constant) = practices(logs, &logged, &devices);
    // A constant of the description that no yield goes with: the yield was measured, it wins.
    let no_yield = |code: &i64| matches!(code, 6 | 10 | 11 | 14 | 15 | 17 | 18);
    let overruled = constant
        && practices.iter().all(|(code, ..)| no_yield(code))
        && signatures
            .iter()
            .any(|(kind, _)| *kind == OperationType::Harvested);
    if !practices.is_empty() && !overruled {
        let mut found: Vec<Found> = Vec::new();
        for (code, kind, word) in practices {
            if !found.iter().any(|f| f.kind == kind) {
                let mut one = with(kind, format!("DDI 179 cultural practice {code} ({word})"));
                one.original.get_or_insert_with(|| word.to_owned());
                found.push(one);
            }
        }
        // Of several practices only those that were done: their values are in the log.
        if found.len() > 1
            && found
                .iter()
                .any(|f| signatures.iter().any(|(k, _)| *k == f.kind))
        {
            found.retain(|f| signatures.iter().any(|(kind, _)| *kind == f.kind));
        }
        return found;
    }
    if !signatures.is_empty() {
        return signatures
            .into_iter()
            .map(|(kind, reason)| with(kind, reason))
            .collect();
    }
    if let Some((kind, reason)) = by_class(&devices) {
        return vec![with(kind, reason)];
    }
    let words = names(context, task, &devices, original.as_deref());
    if let Some((kind, reason)) = by_words(&words) {
        return vec![with(kind, reason)];
    }
    let empty = logged.values().all(|(_, nonzero)| *nonzero == 0);
    vec![if empty {
        with(
            other("guidance"),
            "positions only: no work value was logged".to_owned(),
        )
    } else {
        with(
            other("unknown"),
            "nothing in the log tells the kind of work".to_owned(),
        )
    }]
}

/// Devices whose elements logged values, else those that the task allocates.
fn involved<'a>(context: &Context<'a>, task: &Task, logged: &Logged) -> Vec<&'a Device> {
    let mut devices: Vec<&Device> = Vec::new();
    for (_, id) in logged.keys() {
        if let Some((device, _)) = id.as_deref().and_then(|id| context.devices.get(id))
            && !devices.iter().any(|known| known.id == device.id)
        {
            devices.push(device);
        }
    }
    if devices.is_empty() {
        devices = context
            .data
            .devices
            .iter()
            .filter(|d| task.devices.contains(&d.id))
            .collect();
    }
    devices
}

/// Code, kind of work and word of DDI 179.
type Practice = (i64, OperationType, &'static str);

/// The practices that were logged, else (`true`) those that the devices state as constants.
fn practices(logs: &[TimeLog], logged: &Logged, devices: &[&Device]) -> (Vec<Practice>, bool) {
    let mut codes: Vec<i64> = Vec::new();
    if logged.keys().any(|(ddi, _)| *ddi == 179) {
        for log in logs {
            for (index, raw) in log.value_index.iter().zip(&log.value) {
                let value = log.header.values.get(usize::from(*index));
                if value.is_some_and(|v| v.ddi == 179) && !codes.contains(&i64::from(*raw)) {
                    codes.push(i64::from(*raw));
                }
            }
            codes.extend(
                log.header
                    .values
                    .iter()
                    .filter(|v| v.ddi == 179)
                    .filter_map(|v| v.fixed),
            );
        }
    }
    let constant = codes.iter().all(|code| practice(*code).is_none());
    if constant {
        codes = devices
            .iter()
            .flat_map(|device| &device.properties)
            .filter(|property| property.ddi == 179)
            .map(|property| property.value)
            .collect();
    }
    let named = codes.into_iter().filter_map(|code| {
        let (kind, word) = practice(code)?;
        Some((code, kind, word))
    });
    (named.collect(), constant)
}

/// What the values that are not 0 tell, most certain first.
fn signatures(
    context: &Context<'_>,
    task: &Task,
    logged: &Logged,
    devices: &[&Device],
) -> Vec<(OperationType, String)> {
    let seen = |ranges: &[std::ops::RangeInclusive<u16>]| -> Option<u16> {
        logged
            .iter()
            .filter(|((ddi, _), (_, nonzero))| {
                *nonzero > 0 && ranges.iter().any(|r| r.contains(ddi))
            })
            .map(|((ddi, _), _)| *ddi)
            .next()
    };
    let why = |ddi: u16| {
        let name = super::super::raw::ddi::lookup(ddi).map_or("", |d| d.name);
        format!("DDI {ddi} ({name}) logged with values")
    };
    let class = |wanted: &[u8]| {
        devices
            .iter()
            .filter_map(|d| device_class(d))
            .any(|c| wanted.contains(&c))
    };
    if let Some(ddi) = seen(&[177..=177, 331..=331])
        && seen(&[83..=84, 87..=87, 90..=90]).is_some()
    {
        return vec![(OperationType::Harvested, why(ddi))];
    }
    if let Some(ddi) = seen(&[212..=223, 91..=91, 112..=112, 360..=360, 362..=363]) {
        return vec![(other("baling"), why(ddi))];
    }
    if let Some(ddi) = seen(&[83..=91, 181..=183, 185..=188, 263..=263, 99..=99]) {
        return vec![(OperationType::Harvested, why(ddi))];
    }
    let mut found = Vec::new();
    let seed = seen(&[11..=12, 46..=47, 415..=424]);
    if let Some(ddi) = seed {
        found.push((OperationType::Planted, why(ddi)));
    }
    if let Some(ddi) = seen(&[1..=2, 36..=37, 588..=589]) {
        found.push((OperationType::Applied, why(ddi)));
    }
    if let Some(ddi) = seen(&[6..=7, 41..=42]) {
        let planter = class(&[4]) || product_is_seed(context, task);
        if planter && seed.is_none() {
            found.push((OperationType::Planted, format!("{}, on a seeder", why(ddi))));
        } else if !found
            .iter()
            .any(|(kind, _)| *kind == OperationType::Applied)
        {
            found.push((OperationType::Applied, why(ddi)));
        }
    }
    if found.is_empty() {
        if let Some(ddi) = seen(&[51..=52]) {
            found.push((OperationType::Tillage, why(ddi)));
        } else if let Some(ddi) = seen(&[56..=57]) {
            found.push((OperationType::Planted, why(ddi)));
        } else if class(&[7]) {
            // Own identifiers of a harvester.
            let own = logged.iter().find(|((ddi, id), (_, nonzero))| {
                *ddi >= 0xE000
                    && *nonzero > 0
                    && id
                        .as_deref()
                        .and_then(|id| context.devices.process_data(id, *ddi))
                        .and_then(|(data, _)| data.designator.as_deref())
                        .is_some_and(|name| name.to_lowercase().contains("yield"))
            });
            if let Some(((ddi, _), _)) = own {
                found.push((
                    OperationType::Harvested,
                    format!("own DDI {ddi:04X} called a yield"),
                ));
            }
        }
    }
    found
}

/// Whether an allocated product belongs to a group called seed.
fn product_is_seed(context: &Context<'_>, task: &Task) -> bool {
    task.products.iter().any(|allocation| {
        context
            .data
            .products
            .iter()
            .find(|(id, _, _)| *id == allocation.product)
            .and_then(|(_, _, group)| group.as_deref())
            .and_then(|group| {
                context
                    .data
                    .product_groups
                    .iter()
                    .find(|(id, _, _)| id == group)
            })
            .is_some_and(|(_, name, _)| {
                let name = name.to_lowercase();
                name.contains("seed") || name.contains("saat") || name.contains("variet")
            })
    })
}

fn by_class(devices: &[&Device]) -> Option<(OperationType, String)> {
    devices.iter().find_map(|device| {
        let class = device_class(device)?;
        let kind = match class {
            2 | 3 => OperationType::Tillage,
            4 => OperationType::Planted,
            5 | 6 | 10 | 25 => OperationType::Applied,
            7 | 8 => OperationType::Harvested,
            23 => other("mulching"),
            26 => other("feeding"),
            11 => other("transport"),
            _ => return None,
        };
        Some((
            kind,
            format!("device class {class} of the working set NAME"),
        ))
    })
}

fn names(
    context: &Context<'_>,
    task: &Task,
    devices: &[&Device],
    original: Option<&str>,
) -> Vec<String> {
    let _ = context;
    devices
        .iter()
        .filter_map(|device| device.designator.clone())
        .chain(task.designator.clone())
        .chain(original.map(str::to_owned))
        .map(|text| text.to_lowercase())
        .collect()
}

fn by_words(words: &[String]) -> Option<(OperationType, String)> {
    const WORDS: &[(&str, &str)] = &[
        ("swad", "swathing"),
        ("rake", "swathing"),
        ("schwad", "swathing"),
        ("bale", "baling"),
        ("press", "baling"),
        ("comprima", "baling"),
        ("mow", "mowing"),
        ("spray", "applied"),
        ("spritz", "applied"),
        ("spread", "applied"),
        ("streu", "applied"),
        ("fertili", "applied"),
        ("seed", "planted"),
        ("plant", "planted"),
        ("drill", "planted"),
        ("combine", "harvested"),
        ("harvest", "harvested"),
        ("ernte", "harvested"),
        ("tillage", "tillage"),
        ("cultivat", "tillage"),
        ("plough", "tillage"),
        ("disc", "tillage"),
    ];
    WORDS.iter().find_map(|(word, kind)| {
        let text = words.iter().find(|text| text.contains(word))?;
        Some((
            OperationType::from_name(kind),
            format!("the name holds `{word}` ({text:.40})"),
        ))
    })
}
