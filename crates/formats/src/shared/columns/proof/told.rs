//! What was decided goes into the mapping, and is told with its evidence.

use super::super::findings;
use super::super::mapping::{Mapping, UnitWord};
use super::super::title::Title;
use super::candidates::{Candidate, Quantity, System, counterpart};
use super::equations::{Equation, Proof, WEIGHT_COARSE, strong_fit};
use super::solve::{Solved, fits, miss};
use serde_json::{Value, json};
use tramline_model::{Finding, Place, Severity, Unit};

/// A unit is proved when the best reading with another one is dearer by this.
const PROVED: f64 = 0.4;
/// Two proofs against a stated unit fit within this.
const TWO: f64 = 0.03;
/// Another unit is told as a way out when the proof comes out this well.
const NEAR: f64 = 0.12;
/// Columns that are only near each other contradict when they differ by more than a factor of three.
const FAR: f64 = 1.1;
/// A stated unit that one strong proof overrules misses by this.
const MISSES: f64 = 0.2;

struct Told<'a> {
    titles: &'a [Title],
    quantities: &'a [Quantity],
    equations: &'a [Equation],
    place: &'a Place,
    findings: Vec<Finding>,
    /// Columns whose unit the file does not state and proves.
    proved: Vec<Line>,
    by_system: Vec<Line>,
}

/// A column and the unit that was taken for it.
struct Line {
    column: String,
    unit: &'static str,
    /// What shows it.
    proofs: Vec<Proof>,
}

impl Line {
    fn text(&self) -> String {
        let mut proofs = words(&self.proofs).join("; ");
        if !proofs.is_empty() {
            proofs = format!(" ({proofs})");
        }
        format!("`{}` {}{proofs}", self.column, self.unit)
    }

    /// The text of several, and their columns for other languages.
    fn all(lines: &[Self]) -> (String, Value) {
        let texts: Vec<String> = lines.iter().map(Self::text).collect();
        (texts.join(", "), Self::values(lines))
    }

    fn values(lines: &[Self]) -> Value {
        let value = |line: &Self| match names(&line.proofs) {
            proofs if proofs.is_empty() => json!({ "column": line.column, "unit": line.unit }),
            proofs => json!({ "column": line.column, "unit": line.unit, "proofs": proofs }),
        };
        lines.iter().map(value).collect()
    }
}

fn words(proofs: &[Proof]) -> Vec<&'static str> {
    proofs.iter().map(|proof| proof.words()).collect()
}

fn names(proofs: &[Proof]) -> Vec<&'static str> {
    proofs.iter().map(|proof| proof.name()).collect()
}

/// Puts the units into the mapping.
pub(super) fn settle(
    mapping: &mut Mapping,
    titles: &[Title],
    quantities: &[Quantity],
    equations: &[Equation],
    solved: &Solved,
    place: &Place,
) -> Vec<Finding> {
    let mut told = Told {
        titles,
        quantities,
        equations,
        place,
        findings: Vec::new(),
        proved: Vec::new(),
        by_system: Vec::new(),
    };
    // Stated units first: what is not proved strongly enough goes back.
    let mut chosen = solved.chosen.clone();
    for (at, quantity) in quantities.iter().enumerate() {
        let changed = chosen.get(at).is_some_and(|c| *c != 0);
        let sure = solved.margin.get(at).is_some_and(|m| *m >= PROVED / 2.0);
        let weak = quantity.given || !(sure && told.strong(at, &chosen));
        if quantity.stated
            && changed
            && weak
            && let Some(slot) = chosen.get_mut(at)
        {
            *slot = 0;
        }
    }
    for (at, quantity) in quantities.iter().enumerate() {
        if quantity.beside {
            continue;
        }
        let Some(candidate) = quantity
            .candidates
            .get(chosen.get(at).copied().unwrap_or(0))
        else {
            continue;
        };
        let proofs = told.proofs(at, &chosen);
        let margin = solved.margin.get(at).copied().unwrap_or(0.0);
        let proved = !proofs.is_empty() && margin >= PROVED;
        let changed = chosen.get(at).is_some_and(|c| *c != 0);
        if quantity.stated {
            if changed {
                told.stated(at, candidate, &proofs);
            }
        } else if proved {
            told.proved.push(told.line(quantity, candidate, &proofs));
        } else if changed && told.by_system_only(at, solved, &chosen) {
            told.by_system.push(told.line(quantity, candidate, &[]));
        } else if changed
            && !solved
                .against
                .get(at)
                .is_some_and(|cost| *cost >= PROVED / 2.0)
        {
            // The assumption is as good as any other reading.
            continue;
        } else if changed {
            told.proved.push(told.line(quantity, candidate, &proofs));
        }
        let taken = mapping
            .column(candidate.property)
            .is_some_and(|c| c != quantity.column);
        if let Some(slot) = mapping.columns.get_mut(quantity.column)
            && let Some(meaning) = slot
        {
            if taken {
                *slot = None;
                continue;
            }
            meaning.property = candidate.property;
            meaning.unit = Some(candidate.unit);
            meaning.assumed &= !proved;
            if proved {
                meaning.word = UnitWord::File;
            }
        }
    }
    told.doubts(&chosen);
    told.follow(mapping, solved.system);
    told.end(solved.system)
}

impl Told<'_> {
    fn name(&self, quantity: &Quantity) -> String {
        let title = self.titles.get(quantity.column);
        title.map_or_else(String::new, |t| t.name.chars().take(80).collect())
    }

    /// The proofs that come out and would not with the unit that stands first, or would not with
    /// any other.
    fn proofs(&self, at: usize, chosen: &[usize]) -> Vec<Proof> {
        let count = self.quantities.get(at).map_or(0, |q| q.candidates.len());
        let tells = |equation: &&Equation| {
            fits(equation, self.quantities, chosen)
                && (0..count).any(|other| {
                    let mut instead = chosen.to_vec();
                    if let Some(slot) = instead.get_mut(at) {
                        *slot = other;
                    }
                    !fits(equation, self.quantities, &instead)
                })
        };
        let mut list: Vec<Proof> = Vec::new();
        for equation in self.equations.iter().filter(|e| has(e, at)).filter(tells) {
            if !list.contains(&equation.proof) && self.stands(equation, at, chosen) {
                list.push(equation.proof);
            }
        }
        list
    }

    /// Whether an equation tells the unit of a quantity. Two columns that are in one unit, whichever it
    /// is, agree: the other one must have its unit from elsewhere.
    fn stands(&self, equation: &Equation, at: usize, chosen: &[usize]) -> bool {
        if !equation.proof.is_relative() {
            return true;
        }
        let others = equation.terms.iter().map(|(q, _)| *q).filter(|q| *q != at);
        others.into_iter().all(|other| {
            self.quantities.get(other).is_some_and(|q| q.stated)
                || self.equations.iter().any(|e| {
                    !e.proof.is_relative() && has(e, other) && fits(e, self.quantities, chosen)
                })
        })
    }

    /// Whether the proof against a stated unit is strong.
    fn strong(&self, at: usize, chosen: &[usize]) -> bool {
        let mut stated = chosen.to_vec();
        if let Some(slot) = stated.get_mut(at) {
            *slot = 0;
        }
        let mut close = 0;
        for equation in self.equations.iter().filter(|e| has(e, at)) {
            let (Some((now, allowed)), Some((before, _))) = (
                miss(equation, self.quantities, chosen),
                miss(equation, self.quantities, &stated),
            ) else {
                continue;
            };
            if before <= allowed || now > allowed {
                continue;
            }
            if equation.strong && now <= strong_fit() && before >= MISSES {
                return true;
            }
            close += usize::from(now <= TWO);
        }
        close >= 2
    }

    /// Nothing speaks for the unit but the system of the others.
    fn by_system_only(&self, at: usize, solved: &Solved, chosen: &[usize]) -> bool {
        let system = usize::from(solved.system == System::Metric);
        self.quantities
            .get(at)
            .is_some_and(|q| q.by_system.get(system).copied() == chosen.get(at).copied())
    }

    /// Columns that no proof asks for follow the system of those that are proved.
    fn follow(&mut self, mapping: &mut Mapping, system: System) {
        let proved = !self.proved.is_empty();
        let titles = self.titles;
        for (at, meaning) in mapping.columns.iter_mut().enumerate() {
            let Some(meaning) = meaning.as_mut().filter(|m| m.assumed && proved) else {
                continue;
            };
            if self.quantities.iter().any(|q| q.column == at) {
                continue;
            }
            let other = meaning.unit.map_or("", |u| counterpart(u.symbol, system));
            if let Some(unit) = Unit::from_symbol(other) {
                meaning.unit = Some(unit);
                let name = titles.get(at).map_or("", |t| t.name.as_str());
                self.by_system.push(Line {
                    column: format!("{name:.80}"),
                    unit: unit.symbol,
                    proofs: Vec::new(),
                });
            }
        }
    }

    fn line(&self, quantity: &Quantity, candidate: &Candidate, proofs: &[Proof]) -> Line {
        Line {
            column: self.name(quantity),
            unit: candidate.unit.symbol,
            proofs: proofs.iter().take(2).copied().collect(),
        }
    }

    fn stated(&mut self, at: usize, candidate: &Candidate, proofs: &[Proof]) {
        let Some(quantity) = self.quantities.get(at) else {
            return;
        };
        let Some(stated) = quantity.candidates.first() else {
            return;
        };
        let name = self.name(quantity);
        let (said, is) = (stated.unit.symbol, candidate.unit.symbol);
        let text = format!(
            "`{name}` states {said}, but its values are in {is}, as shown by {}; they are read as {is}",
            words(proofs).join(" and ")
        );
        let place = self.place.clone();
        let finding = Finding::new(&findings::UNIT_OVERRULED, Severity::Warning, place, text);
        self.findings.push(
            finding
                .value("column", name)
                .value("statedUnit", said)
                .value("unit", is)
                .value("proofs", names(proofs))
                .hint("give the unit with `--column` if the title is right"),
        );
    }

    /// A proof that does not come out, and would with one other unit: nothing was strong enough to
    /// take that one.
    fn doubts(&mut self, chosen: &[usize]) {
        let mut named: Vec<Vec<usize>> = Vec::new();
        for equation in self.equations {
            let far = miss(equation, self.quantities, chosen).is_some_and(|(miss, _)| miss >= FAR);
            let tells = (equation.weight > WEIGHT_COARSE || far)
                && !fits(equation, self.quantities, chosen);
            let about: Vec<usize> = equation.terms.iter().map(|(q, _)| *q).collect();
            if !tells
                || named
                    .iter()
                    .any(|other| other.iter().any(|q| about.contains(q)))
            {
                continue;
            }
            let mut ways = self.ways_out(equation, chosen, true);
            if ways.is_empty() {
                ways = self.ways_out(equation, chosen, false);
            }
            if ways.is_empty() {
                continue;
            }
            named.push(about);
            let texts: Vec<String> = ways
                .iter()
                .map(|way| format!("`{}` in {}", way.column, way.unit))
                .collect();
            let text = format!(
                "{} contradicts the units that are used; it would agree with {}",
                equation.proof.words(),
                texts.join(", or ")
            );
            let place = self.place.clone();
            let finding = Finding::new(&findings::UNIT_DOUBTFUL, Severity::Warning, place, text);
            self.findings.push(
                finding
                    .value("proof", equation.proof.name())
                    .value("units", Line::values(&ways))
                    .hint("give the unit with `--column` if one of them is wrong"),
            );
        }
    }

    /// Other units with which an equation comes out; `open` leaves out quantities that another
    /// proof confirms.
    fn ways_out(&self, equation: &Equation, chosen: &[usize], open: bool) -> Vec<Line> {
        let mut ways = Vec::new();
        for (at, _) in &equation.terms {
            let confirmed = self.equations.iter().any(|e| {
                e.proof != equation.proof
                    && e.weight > WEIGHT_COARSE
                    && has(e, *at)
                    && fits(e, self.quantities, chosen)
            });
            let Some(quantity) = self.quantities.get(*at).filter(|_| !(open && confirmed)) else {
                continue;
            };
            let stands = chosen.get(*at).copied().unwrap_or(0);
            for (other, candidate) in quantity.candidates.iter().enumerate() {
                let mut instead = chosen.to_vec();
                if let Some(slot) = instead.get_mut(*at) {
                    *slot = other;
                }
                let near = miss(equation, self.quantities, &instead)
                    .is_some_and(|(miss, allowed)| miss <= allowed.min(NEAR));
                if other != stands && near && !quantity.beside {
                    ways.push(self.line(quantity, candidate, &[]));
                }
            }
        }
        ways
    }

    fn end(mut self, system: System) -> Vec<Finding> {
        let note =
            |code, text: String| Finding::new(code, Severity::Note, self.place.clone(), text);
        let mut list = Vec::new();
        if !self.proved.is_empty() {
            let (lines, units) = Line::all(&self.proved);
            let text =
                format!("the file does not state these units, but its numbers show them: {lines}");
            list.push(note(&findings::UNIT_PROVED, text).value("units", units));
        }
        if !self.by_system.is_empty() {
            let (system, words) = match system {
                System::Us => ("us", "US units"),
                System::Metric => ("metric", "metric units"),
            };
            let (lines, units) = Line::all(&self.by_system);
            let text = format!(
                "the units that the numbers show are {words}, so these are assumed likewise: {lines}"
            );
            list.push(
                note(&findings::UNIT_BY_SYSTEM, text)
                    .value("system", system)
                    .value("units", units)
                    .hint("give the unit with `--column` if it is another one"),
            );
        }
        list.append(&mut self.findings);
        list
    }
}

/// Units that nothing says and nothing proves, but the other columns suggest.
pub(super) fn taken_alike(mapping: &Mapping, titles: &[Title], place: &Place) -> Option<Finding> {
    let columns = mapping.columns.iter().zip(titles);
    let list: Vec<Line> = columns
        .filter_map(|(meaning, title)| {
            let meaning = meaning.as_ref()?;
            let alike = meaning.word == UnitWord::Nobody && !meaning.assumed;
            let unit = meaning.unit.filter(|_| alike)?;
            Some(Line {
                column: format!("{:.80}", title.name),
                unit: unit.symbol,
                proofs: Vec::new(),
            })
        })
        .collect();
    let (lines, units) = Line::all(&list);
    let text = format!(
        "the file does not state these units; they are the ones that go with its other units: {lines}"
    );
    let note = Finding::new(&findings::UNIT_ALIKE, Severity::Note, place.clone(), text);
    (!list.is_empty()).then(|| note.value("units", units))
}

fn has(equation: &Equation, quantity: usize) -> bool {
    equation.terms.iter().any(|(q, _)| *q == quantity)
}
