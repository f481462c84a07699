//! The tables of `docs/limits.md` are those of the data. To write them anew:
//! `TRAMLINE_WRITE_DOCS=1 cargo test -p tramline-model --test it limits_page`.

use crate::page::keep;
use std::fmt::Write;
use tramline_model::limits::{Interval, limit_sources, limits, sentinels};

const PAGE: &str = "docs/limits.md";

fn interval(values: &Interval) -> String {
    if *values == Interval::ALL {
        return String::new();
    }
    let end = |value: f64| match value {
        value if value.is_finite() => value.to_string(),
        _ => String::new(),
    };
    let (open, close) = (
        if values.with_low { '[' } else { '(' },
        if values.with_high && values.high.is_finite() {
            ']'
        } else {
            ')'
        },
    );
    format!("{open}{}, {}{close}", end(values.low), end(values.high))
}

#[test]
fn tables_of_the_page_are_those_of_the_data() {
    let mut table = String::from(
        "| quantity | work | crops or products | unit | values | low | high | usual | source |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for limit in limits() {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            limit.quantity.word(),
            limit.work,
            limit.subjects.join(", "),
            limit.unit.symbol,
            interval(&limit.possible),
            limit.low,
            limit.high,
            limit.typical,
            limit.source.key,
        );
    }
    keep(PAGE, "limits", &table);
    let mut table = String::from("| number | tenths | meaning | known from |\n|---|---|---|---|\n");
    for sentinel in sentinels() {
        let number = if sentinel.value.abs() >= 1e15 {
            format!("{:e}", sentinel.value)
        } else {
            sentinel.value.to_string()
        };
        let _ = writeln!(
            table,
            "| {number} | {} | {} | {} |",
            sentinel.powers, sentinel.says, sentinel.source
        );
    }
    keep(PAGE, "sentinels", &table);
    let mut table = String::from(
        "| key | status | title | publisher | what it says |\n|---|---|---|---|---|\n",
    );
    for source in limit_sources() {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} |",
            source.key,
            source.status.word(),
            source.title,
            source.publisher,
            source.says
        );
    }
    keep(PAGE, "sources", &table);
}
