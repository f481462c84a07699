//! Which parts of an implement work at a moment, and how wide they are together.
//!
//! Rules: a part works when its own state is on, and the state of every element above it that logs
//! one. Its own state is its DDI 141, else its bit of the condensed state; the parts of a section
//! have the section's. What was not logged yet is not on. Where sections tell their states, the width
//! is that of the sections that work. A condensed state that is never on in a task tells nothing.

use super::super::raw::{Device, TimeLog};
use super::context::Context;
use super::device;
use super::lanes::Lane;

/// What tells of one part: indices into the states of the plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Part {
    /// DDI 141 of the element itself.
    own: Option<usize>,
    /// Its place in the condensed state.
    bit: Option<usize>,
    /// DDI 141 of the elements above it.
    above: Vec<usize>,
}

/// A section of the implement, from left to right.
pub(crate) struct Section {
    pub(crate) id: String,
    pub(crate) width_m: Option<f64>,
    part: Part,
}

/// The states and widths that stand at a moment.
#[derive(Default)]
pub(crate) struct Standing {
    /// By state of the plan.
    pub(crate) states: Vec<Option<bool>>,
    /// Bits of the condensed state.
    pub(crate) condensed: Vec<Option<bool>>,
    /// DDI 67 of sections and lanes, by [`Work::wide`].
    pub(crate) widths_m: Vec<Option<f64>>,
    /// DDI 67 of the whole.
    pub(crate) width_m: Option<f64>,
}

impl Standing {
    fn is_on(&self, state: usize) -> bool {
        self.states.get(state).copied().flatten() == Some(true)
    }

    fn is_set(&self, bit: usize) -> bool {
        self.condensed.get(bit).copied().flatten() == Some(true)
    }
}

impl Part {
    fn of(
        context: &Context<'_>,
        element: &str,
        states: &[Option<String>],
        sections: &[String],
    ) -> Self {
        let is_above = |upper: &str| upper != element && context.devices.is_within(element, upper);
        let of_states = states.iter().enumerate();
        Self {
            own: states.iter().position(|id| id.as_deref() == Some(element)),
            bit: sections
                .iter()
                .position(|section| context.devices.is_within(element, section)),
            above: of_states
                .filter(|(_, id)| id.as_deref().is_some_and(is_above))
                .map(|(state, _)| state)
                .collect(),
        }
    }

    /// Whether the log tells of the part itself.
    fn tells(&self) -> bool {
        self.own.is_some() || self.bit.is_some()
    }

    /// Whether the part works; `None` where no state tells of it.
    fn works(&self, now: &Standing) -> Option<bool> {
        let own = match (self.own, self.bit) {
            (Some(state), _) => now.is_on(state),
            (None, Some(bit)) => now.is_set(bit),
            (None, None) if self.above.is_empty() => return None,
            (None, None) => true,
        };
        Some(own && self.above.iter().all(|state| now.is_on(*state)))
    }
}

/// The parts of the implement of one machine file.
#[derive(Default)]
pub(crate) struct Work {
    /// In the order of the bits.
    pub(crate) sections: Vec<Section>,
    /// The element that carries the work.
    main: Part,
    /// States of its parts, else of its device, else all: for what tells nothing of itself.
    others: Vec<usize>,
    /// The condensed state is logged, and is on at times.
    has_bits: bool,
    /// The element whose condensed state counts, for the sections below it.
    pub(crate) host: Option<Option<String>>,
    /// Elements whose logged widths count: the sections, and lanes that are none.
    wide: Vec<String>,
    pub(crate) full_width_m: Option<f64>,
}

impl Work {
    pub(crate) fn new(
        context: &Context<'_>,
        device: Option<&Device>,
        main: Option<&str>,
        states: &[Option<String>],
        logs: &[TimeLog],
        offset: &dyn Fn(&str) -> Option<f64>,
    ) -> Self {
        let host = host(context, device, main, logs);
        let has_bits = host.is_some();
        let all = device.map(|device| from_left(device, offset));
        let ids = below(context, &all.unwrap_or_default(), host.as_ref(), main);
        let bits: &[String] = if has_bits { &ids } else { &[] };
        let section = |id: &String| Section {
            id: id.clone(),
            width_m: None,
            part: Part::of(context, id, states, bits),
        };
        Self {
            sections: ids.iter().map(section).collect(),
            main: main.map_or_else(Part::default, |main| Part::of(context, main, states, bits)),
            others: others(context, main, device, states),
            has_bits,
            host,
            wide: ids,
            full_width_m: None,
        }
    }

    /// What tells of an element that has rows of its own.
    pub(crate) fn part(
        &self,
        context: &Context<'_>,
        element: &str,
        states: &[Option<String>],
    ) -> Part {
        let ids: Vec<String> = self.sections.iter().map(|s| s.id.clone()).collect();
        let bits: &[String] = if self.has_bits { &ids } else { &[] };
        Part::of(context, element, states, bits)
    }

    /// Whether a part, or the implement as a whole, works.
    pub(crate) fn works(&self, now: &Standing, part: Option<&Part>) -> Option<bool> {
        if let Some(works) = part.and_then(|part| part.works(now)) {
            return Some(works);
        }
        if self.sections_tell() {
            return Some(self.working(now).next().is_some());
        }
        let any_bit = self.has_bits && now.condensed.iter().flatten().any(|on| *on);
        self.main
            .works(now)
            .or_else(|| {
                let known = !self.others.is_empty();
                known.then(|| self.others.iter().any(|state| now.is_on(*state)))
            })
            .map_or(self.has_bits.then_some(any_bit), |on| {
                Some(on || (self.sections.is_empty() && any_bit))
            })
    }

    /// The place of an element among the logged widths.
    pub(crate) fn wide(&self, element: &str) -> Option<usize> {
        self.wide.iter().position(|id| id == element)
    }

    /// How many elements may log a width.
    pub(crate) fn widths(&self) -> usize {
        self.wide.len()
    }

    /// Gives the lanes their places among the logged widths.
    pub(crate) fn with_widths(&mut self, mut lanes: Vec<Lane>) -> Vec<Lane> {
        for lane in &mut lanes {
            lane.wide = self.wide(&lane.element).unwrap_or_else(|| {
                self.wide.push(lane.element.clone());
                self.wide.len() - 1
            });
        }
        lanes
    }

    /// Width of a part in metres: as logged, else as built, else its share of the whole.
    pub(crate) fn width_of(
        &self,
        now: &Standing,
        wide: usize,
        built_m: Option<f64>,
        parts: usize,
    ) -> Option<f64> {
        let logged = now.widths_m.get(wide).copied().flatten();
        logged
            .or(built_m)
            .or_else(|| Some(self.full_width_m? / parts.max(1) as f64))
    }

    /// Width of the whole: the sections that work, else as logged, else as built.
    pub(crate) fn width(&self, now: &Standing) -> Option<f64> {
        let count = self.sections.len();
        let working = self
            .working(now)
            .filter_map(|(wide, section)| self.width_of(now, wide, section.width_m, count));
        let sections_m: f64 = if self.sections_tell() {
            working.sum()
        } else {
            0.0
        };
        if sections_m > 0.0 {
            return Some(sections_m);
        }
        now.width_m.or(self.full_width_m)
    }

    fn sections_tell(&self) -> bool {
        self.sections.iter().any(|section| section.part.tells())
    }

    /// The sections that work, with their places.
    fn working<'a>(&'a self, now: &'a Standing) -> impl Iterator<Item = (usize, &'a Section)> {
        let sections = self.sections.iter().enumerate();
        sections
            .filter(|(_, section)| section.part.tells() && section.part.works(now) == Some(true))
    }
}

/// More sections than condensed states can tell of.
const SECTIONS: usize = 256;

/// The sections of a device as the condensed state has them: from left to right where all tell their
/// place, else by number.
fn from_left(device: &Device, offset: &dyn Fn(&str) -> Option<f64>) -> Vec<String> {
    let mut sections = device::sections(device);
    sections.truncate(SECTIONS);
    let mut placed: Vec<(f64, &str)> = sections
        .iter()
        .filter_map(|section| Some((offset(&section.id)?, section.id.as_str())))
        .collect();
    if placed.len() < sections.len() {
        return sections.iter().map(|section| section.id.clone()).collect();
    }
    placed.sort_by(|a, b| a.0.total_cmp(&b.0));
    placed.into_iter().map(|(_, id)| id.to_owned()).collect()
}

/// The sections below the element of the condensed state, else those below the working element or the
/// nearest element above it that has any, else all.
fn below(
    context: &Context<'_>,
    all: &[String],
    host: Option<&Option<String>>,
    main: Option<&str>,
) -> Vec<String> {
    let within = |upper: &str| -> Vec<String> {
        let inside = all.iter().filter(|id| context.devices.is_within(id, upper));
        inside.cloned().collect()
    };
    let host = host.and_then(Option::as_deref);
    let uppers = host.map(str::to_owned).into_iter();
    let uppers = uppers.chain(
        main.into_iter()
            .flat_map(|main| context.devices.upwards(main)),
    );
    let found = uppers
        .map(|upper| within(&upper))
        .find(|ids| !ids.is_empty());
    found.unwrap_or_else(|| all.to_vec())
}

/// The element whose condensed state of the sections is on at times: the one nearest above the working
/// element, else the first of the device.
fn host(
    context: &Context<'_>,
    device: Option<&Device>,
    main: Option<&str>,
    logs: &[TimeLog],
) -> Option<Option<String>> {
    let mut hosts: Vec<Option<String>> = Vec::new();
    for log in logs {
        for host in hosts_of(context, device, log) {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
    }
    let mut uppers = main
        .into_iter()
        .flat_map(|main| context.devices.upwards(main));
    let nearest = uppers.find(|upper| hosts.iter().any(|host| host.as_ref() == Some(upper)));
    nearest.map(Some).or_else(|| hosts.into_iter().next())
}

/// The elements of a device whose condensed states in a log have a section that is on.
fn hosts_of(context: &Context<'_>, device: Option<&Device>, log: &TimeLog) -> Vec<Option<String>> {
    let ours = |id: Option<&str>| {
        let own = id.and_then(|id| context.devices.get(id));
        own.is_none_or(|(own, _)| Some(&own.id) == device.map(|device| &device.id))
    };
    let is_on = |raw: i64| (0..16).any(|section| (raw >> (2 * section)) & 3 == 1);
    let values = &log.header.values;
    let condensed: Vec<bool> = values
        .iter()
        .map(|value| (161..=176).contains(&value.ddi) && ours(value.device_element.as_deref()))
        .collect();
    if !condensed.contains(&true) {
        return Vec::new();
    }
    let mut on: Vec<bool> = values
        .iter()
        .zip(&condensed)
        .map(|(value, ours)| *ours && value.fixed.is_some_and(is_on))
        .collect();
    for (index, raw) in log.value_index.iter().zip(&log.value) {
        let index = usize::from(*index);
        if condensed.get(index) == Some(&true)
            && let Some(on) = on.get_mut(index)
        {
            *on |= is_on(i64::from(raw.cast_unsigned()));
        }
    }
    let hosts = values.iter().zip(on).filter(|(_, on)| *on);
    hosts
        .map(|(value, _)| value.device_element.clone())
        .collect()
}

/// The states for what tells nothing of itself: those of the parts of the working element, else of its
/// device, else all.
fn others(
    context: &Context<'_>,
    main: Option<&str>,
    device: Option<&Device>,
    states: &[Option<String>],
) -> Vec<usize> {
    let pick = |test: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let states = states.iter().enumerate();
        states
            .filter(|(_, id)| id.as_deref().is_some_and(test))
            .map(|(state, _)| state)
            .collect()
    };
    let below = main.map(|main| pick(&|id| context.devices.is_within(id, main)));
    if let Some(below) = below.filter(|below| !below.is_empty()) {
        return below;
    }
    let of_device = pick(&|id| {
        let own = context.devices.get(id).map(|(own, _)| own.id.as_str());
        device.is_some() && own == device.map(|device| device.id.as_str())
    });
    if of_device.is_empty() {
        (0..states.len()).collect()
    } else {
        of_device
    }
}
