//! What a person sees while a conversion runs: bars on a terminal, nothing elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, StdoutLock, Write};
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

    /// Writes a line for a person above the bar.
    pub(crate) fn say(&self, text: &str) {
        self.bar.suspend(|| say(text));
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Writes an error for a person.
pub(crate) fn say_error(text: &str) {
    say(&format!("error: {text}"));
}

/// Writes a line for a person. That nobody can read it is no reason to end.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Standard output, whose errors say what they are of.
pub(crate) fn stdout() -> Stdout {
    Stdout(std::io::stdout().lock())
}

/// See [`stdout`].
pub(crate) struct Stdout(StdoutLock<'static>);

fn of_stdout(cause: std::io::Error) -> std::io::Error {
    let text = format!("cannot write to standard output: {cause}");
    std::io::Error::new(cause.kind(), text)
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes).map_err(of_stdout)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush().map_err(of_stdout)
    }
}
