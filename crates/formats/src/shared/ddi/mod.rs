//! The table of data dictionary identifiers (ISO 11783-11): number, name, unit, resolution.
//! `ddi.csv` beside this file holds the facts as published in the public ISOBUS data dictionary.

pub(crate) mod rules;

use std::sync::LazyLock;

/// One identifier. Base value = raw value * `resolution`, in `unit`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ddi {
    /// The identifier itself.
    pub number: u16,
    /// The standard's name of the quantity.
    pub name: &'static str,
    /// The standard's unit text; empty where it has none.
    pub unit: &'static str,
    /// Units in one step of the raw value.
    pub resolution: f64,
}

struct Table {
    /// By number: position in `entries` plus one, 0 where there is none.
    position: Vec<u16>,
    entries: Vec<Ddi>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table {
        position: vec![0; 1 << 16],
        entries: Vec::new(),
    };
    for line in include_str!("ddi.csv").lines().skip(1) {
        let Some(entry) = entry(line) else { continue };
        table.entries.push(entry);
        if let Some(slot) = table.position.get_mut(usize::from(entry.number)) {
            *slot = u16::try_from(table.entries.len()).unwrap_or(0);
        }
    }
    table
});

/// `number;resolution;unit;name`, without quoting.
fn entry(line: &'static str) -> Option<Ddi> {
    let mut parts = line.splitn(4, ';');
    let number = parts.next()?.parse().ok()?;
    let resolution = parts.next()?.parse().ok()?;
    let unit = parts.next()?;
    let name = parts.next()?;
    Some(Ddi {
        number,
        name,
        unit,
        resolution,
    })
}

/// The entry of a number, `None` for unknown and manufacturers' own ones.
pub fn lookup(number: u16) -> Option<&'static Ddi> {
    let position = *TABLE.position.get(usize::from(number))?;
    TABLE.entries.get(usize::from(position.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_entries() {
        let rate = lookup(2).expect("actual rate");
        assert_eq!(
            (rate.number, rate.unit, rate.resolution),
            (2, "mm³/m²", 0.01)
        );
        assert_eq!(lookup(84).map(|d| d.unit), Some("mg/m²"));
        assert_eq!(lookup(0xE000), None);
        assert!(TABLE.entries.len() > 700);
    }
}
