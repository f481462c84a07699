//! Deere logs that lie: each says what, where and what to do, and none takes long.

use crate::collect::{Collected, claims, read_with};
use std::time::{Duration, Instant};
use tramline_formats::{ReadOptions, Tree, Verdict};
use tramline_samples::{Files, Operation, Plan, simulate, write};

fn plan(operation: Operation) -> Plan {
    Plan {
        pass_records: 40,
        passes: 2,
        sections: 4,
        ..Plan::new(operation)
    }
}

fn card() -> Files {
    write::deere_greenstar::card(&simulate(&plan(Operation::Planting)))
}

fn greenstar(files: Files) -> Collected {
    read_with(
        &Tree::from_files(files),
        "deere_greenstar",
        &ReadOptions::default(),
    )
}

/// The card with a change to its description.
fn described(change: impl Fn(String) -> String) -> Files {
    let changed = card().into_iter().map(|(path, bytes)| {
        if path.ends_with(".fdl") {
            let text = change(String::from_utf8(bytes).expect("text"));
            (path, text.into_bytes())
        } else {
            (path, bytes)
        }
    });
    changed.collect()
}

#[test]
fn a_description_without_rows_and_rows_without_one_say_what_is_missing() {
    let all = card();
    let only = |end: &str| -> Tree {
        let files = all
            .iter()
            .filter(|(path, _)| path.to_lowercase().ends_with(end));
        Tree::from_files(files.cloned())
    };
    let got = read_with(&only(".fdl"), "deere_greenstar", &ReadOptions::default());
    assert!(
        got.failures[0].contains(".fdd` is not beside it"),
        "{:?}",
        got.failures
    );
    let claim = &claims(&only(".fdd"), "deere_greenstar")[0];
    let Verdict::Recognised { text, hint, .. } = &claim.verdict else {
        panic!("{:?}", claim.verdict);
    };
    assert!(
        text.contains(".fdl` is not beside it") && hint.contains("RCD"),
        "{text} {hint}"
    );
}

#[test]
fn positions_that_lie_cost_the_blocks_behind_them() {
    let whole = greenstar(card());
    let rows = whole.rows();
    assert!(
        whole.findings.is_empty() && rows > 60,
        "{:?}",
        whole.findings
    );
    // Both blocks at the same place, far beyond the end, and within a row.
    for place in ["0", "99999999", "777"] {
        let got = greenstar(described(|text| {
            let at = text.rfind("filePosition=\"").expect("there") + 14;
            let end = at + text[at..].find('"').expect("closed");
            format!("{}{place}{}", &text[..at], &text[end..])
        }));
        assert!(got.has("greenstar.damaged"), "{place}: {:?}", got.findings);
        assert!(
            got.rows() > 0 && got.rows() < rows,
            "{place}: {}",
            got.rows()
        );
    }
}

#[test]
fn a_log_that_describes_nothing_is_an_error_with_a_hint() {
    let got = greenstar(described(|text| text.replace("RCDLogBlock", "Nothing")));
    assert!(
        got.failures[0].contains("describes no work"),
        "{:?}",
        got.failures
    );
    let got = greenstar(described(|text| text.replace("Lat_0", "Nowhere")));
    assert_eq!(got.operations.len(), 1, "rows without a place are rows");
}

#[test]
fn time_that_stands_still_or_runs_back_ends() {
    // Rows of one instant, with a latency of ten minutes to wait for.
    let run = simulate(&Plan {
        pass_records: 20_000,
        passes: 2,
        ..Plan::new(Operation::Harvest)
    });
    let files = write::deere_greenstar::card_with_latency(&run, 600);
    let still = files.into_iter().map(|(path, bytes)| {
        if path.ends_with(".fdl") {
            let text = String::from_utf8(bytes).expect("text");
            (
                path,
                text.replace("timeColumnID=\"ElapsedTime\"", "timeColumnID=\"None\"")
                    .into_bytes(),
            )
        } else {
            (path, bytes)
        }
    });
    let begin = Instant::now();
    let got = greenstar(still.collect());
    assert_eq!(got.rows() as u64, run.truth.records);
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn latency_puts_mass_where_it_grew() {
    // The sensor is ten seconds late and the display says so.
    let late = simulate(&Plan {
        lag_s: 10,
        noise: 0.0,
        ..Plan::new(Operation::Harvest)
    });
    let card = write::deere_greenstar::card_with_latency(&late, 10);
    let got = greenstar(card);
    let (mass, on) = (
        got.numbers(tramline_model::Property::WetMass),
        got.texts(tramline_model::Property::RecordingStatus),
    );
    let mut with = 0;
    let mut without = 0;
    for (mass, on) in mass.iter().zip(&on) {
        if on.as_deref() == Some("On") {
            if mass.is_some_and(|kg| kg > 0.0) {
                with += 1;
            } else {
                without += 1;
            }
        }
    }
    // What comes out after the header is up is not logged as mass by this card: ten rows a pass.
    let passes = u64::from(late.plan.passes);
    assert!(
        without <= 11 * passes,
        "{without} of {} rows without mass",
        with + without
    );
    assert!(with + 11 * passes >= late.truth.working_records);
}

#[test]
fn a_gen4_log_cut_anywhere_keeps_what_was_before() {
    let run = simulate(&plan(Operation::Harvest));
    let log = write::deere_gen4::log(&run);
    let mut last = 0;
    for share in [30, 50, 70, 90, 100] {
        let cut = log[..log.len() * share / 100].to_vec();
        let tree = Tree::from_files([("a.jdl".to_owned(), cut)]);
        let got = read_with(&tree, "deere_gen4", &ReadOptions::default());
        let points: usize = got
            .points
            .iter()
            .map(arrow_array::RecordBatch::num_rows)
            .sum();
        assert!(points >= last, "{share} %: {points} after {last}");
        last = points;
        if share < 100 {
            let told =
                got.has("gen4.damaged") || got.has("gen4.cut-short") || !got.failures.is_empty();
            assert!(told, "{share} %: {:?}", got.findings);
        }
    }
    assert_eq!(last as u64, run.truth.records);
}

#[test]
fn of_two_copies_of_a_log_the_longer_is_read() {
    let run = simulate(&plan(Operation::Spraying));
    let log = write::deere_gen4::log(&run);
    let short = log[..log.len() * 2 / 3].to_vec();
    let tree = Tree::from_files([
        ("JD-Data/log/x/early.jdl".to_owned(), short),
        ("JD-Data/log/x/late.jdl".to_owned(), log),
    ]);
    let got = read_with(&tree, "deere_gen4", &ReadOptions::default());
    assert_eq!(got.operations.len(), 1);
    let reasons: Vec<String> = claims(&tree, "deere_gen4")
        .iter()
        .filter_map(|claim| match &claim.verdict {
            Verdict::NotMachineData { reason } => Some(reason.clone()),
            _ => None,
        })
        .collect();
    assert!(
        reasons.len() == 1 && reasons[0].contains("late.jdl"),
        "{reasons:?}"
    );
}
