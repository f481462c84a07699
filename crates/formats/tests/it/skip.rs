//! Tests that need what is not here say so and pass.

/// Tells which test is skipped, and what it needs.
#[expect(
    clippy::print_stderr,
    reason = "a skipped test must not look like a run one"
)]
pub(crate) fn skipped(what: &str) {
    eprintln!("SKIPPED: {what}");
}
