//! Sections that get rows of their own, and where they lie.

use super::super::raw::{DeviceElement, TimeLog};
use super::context::Context;
use super::logged::logged_offsets;
use super::slot::Slot;
use super::work::{Part, Work};

/// A section that is laid out as a row of its own.
pub(crate) struct Lane {
    pub(crate) element: String,
    pub(crate) number: i64,
    pub(crate) width_m: Option<f64>,
    pub(crate) forward_m: f64,
    pub(crate) right_m: f64,
    /// What tells whether it works.
    pub(crate) part: Part,
    /// Its place among the logged widths.
    pub(crate) wide: usize,
}

/// The sections that get rows of their own: those that logged values of a column.
pub(crate) fn lanes(
    context: &Context<'_>,
    slots: &[Slot],
    work: &Work,
    states: &[Option<String>],
    logs: &[TimeLog],
    width_m: &dyn Fn(&str) -> Option<f64>,
) -> Vec<Lane> {
    let mut elements: Vec<(&str, &DeviceElement)> = Vec::new();
    for slot in slots.iter().filter(|slot| !slot.sum_bins && slot.several()) {
        for id in slot.elements() {
            if let Some((device, element)) = context.devices.get(id)
                && !elements.iter().any(|(_, known)| known.id == element.id)
            {
                elements.push((device.id.as_str(), element));
            }
        }
    }
    elements.sort_by_key(|(_, element)| (element.number, element.object_id));
    let logged = logged_offsets(logs);
    let logged_offset = |id: &str, ddi: u16| logged.get(&(ddi, id)).map(|mm| *mm as f64 / 1000.0);
    let offset = |id: &str, ddi: u16, inherit: bool| -> Option<f64> {
        context
            .devices
            .constant(id, ddi, inherit)
            .map(|mm| mm as f64 / 1000.0)
            .or_else(|| logged_offset(id, ddi))
    };
    let widths: Vec<Option<f64>> = elements.iter().map(|(_, e)| width_m(&e.id)).collect();
    let total: f64 = widths.iter().map(|w| w.unwrap_or(0.0)).sum();
    let rights: Vec<Option<f64>> = elements
        .iter()
        .map(|(_, e)| offset(&e.id, 135, false))
        .collect();
    let described = rights.iter().all(Option::is_some);
    // Tools one behind the other on the same strip: laid out they would count its area each.
    let one_strip = rights.windows(2).all(|pair| pair.first() == pair.last());
    if described && one_strip && elements.len() > 1 && elements.iter().all(|(_, e)| e.kind == 5) {
        return Vec::new();
    }
    let forwards: Vec<f64> = elements
        .iter()
        .map(|(_, e)| offset(&e.id, 134, true).unwrap_or(0.0))
        .collect();
    let middle = forwards.iter().sum::<f64>() / forwards.len().max(1) as f64;
    let mut left = -total / 2.0;
    let mut lanes = Vec::with_capacity(elements.len());
    for (position, (_, element)) in elements.iter().enumerate() {
        let width_m = widths.get(position).copied().flatten();
        let beside = left + width_m.unwrap_or(0.0) / 2.0;
        left += width_m.unwrap_or(0.0);
        let right_m = match rights.get(position).copied().flatten() {
            Some(right) if described => right,
            _ => beside,
        };
        lanes.push(Lane {
            element: element.id.clone(),
            number: i64::from(element.number),
            width_m,
            forward_m: forwards.get(position).copied().unwrap_or(0.0) - middle,
            right_m,
            part: work.part(context, &element.id, states),
            wide: 0,
        });
    }
    lanes
}
