//! What a person sees while a conversion runs: bars on a terminal, nothing elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::time::Duration;
use tramline_convert::Progress;

/// One line at the bottom of the terminal, told by [`Progress`].
pub(crate) struct Bar {
    bar: ProgressBar,
    name: String,
}

impl Bar {
    /// Draws only on a terminal and only when `quiet` is off.
    pub(crate) fn new(quiet: bool) -> Self {
        let target = if quiet || !std::io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed:>4} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self {
            bar,
            name: String::new(),
        }
    }

    pub(crate) fn show(&mut self, progress: &Progress) {
        match progress {
            Progress::Detected { found } => {
                let count = found.len();
                self.bar.set_message(format!("{count} datasets found"));
            }
            Progress::File { name, .. } => {
                (*name).clone_into(&mut self.name);
                self.bar.set_message(self.name.clone());
            }
            Progress::Points { points, .. } => {
                self.bar
                    .set_message(format!("{}: {points} points", self.name));
            }
            Progress::Step { step, .. } => {
                self.bar
                    .set_message(format!("{}: {}", self.name, step.name()));
            }
            Progress::Dataset { .. } | Progress::NoWork { .. } | Progress::Done { .. } => {}
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Writes an error for a person.
pub(crate) fn say_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "error: {text}");
}
