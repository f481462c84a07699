//! What a person sees while a conversion runs: bars on a terminal, nothing elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, StdoutLock, Write};
use std::time::Duration;
use tramline_convert::{Progress, Step};

/// How much of a run is done: reading is one half of it, and all else the other.
#[derive(Default)]
struct Share {
    /// Bytes of the datasets that may hold work.
    total: u64,
    /// Bytes of which the machine files are complete.
    completed: u64,
    /// Steps of the present machine file that have begun.
    steps: u64,
}

impl Share {
    /// Of twice the total, when so many bytes were read.
    fn position(&self, read: u64) -> u64 {
        let read = read.min(self.total);
        let waiting = read.saturating_sub(self.completed);
        let steps = Step::ALL.len().max(1) as u64;
        read + self.completed + waiting / steps * self.steps.min(steps)
    }
}

/// One line at the bottom of the terminal, told by [`Progress`].
pub(crate) struct Bar {
    bar: ProgressBar,
    name: String,
    share: Share,
    /// Datasets that were begun, and all of them.
    datasets: (usize, usize),
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
        style(&bar, "{spinner} {elapsed:>4} {wide_msg}");
        bar.enable_steady_tick(Duration::from_millis(120));
        Self {
            bar,
            name: String::new(),
            share: Share::default(),
            datasets: (0, 0),
        }
    }

    /// Shows how far a run is; `read` is how many bytes of the input were read.
    pub(crate) fn show(&mut self, progress: &Progress, read: u64) {
        match progress {
            Progress::Detected { found } => {
                let bytes = found.iter().map(|found| found.bytes);
                self.share.total = bytes.fold(0, u64::saturating_add);
                self.datasets = (0, found.len());
                self.bar.set_message(match found.len() {
                    1 => "1 dataset found".to_owned(),
                    count => format!("{count} datasets found"),
                });
                if self.share.total > 0 {
                    self.bar.set_length(self.share.total.saturating_mul(2));
                    style(
                        &self.bar,
                        "{spinner} {bar:20} {percent:>3} %, about {eta} left  {wide_msg}",
                    );
                }
            }
            Progress::Dataset { .. } => {
                self.datasets.0 += 1;
                self.share.steps = 0;
            }
            Progress::File { name, .. } => {
                (*name).clone_into(&mut self.name);
                self.tell("");
            }
            Progress::Points { points, .. } => {
                self.tell(&format!(": {} points", grouped(*points)));
            }
            Progress::Step { step, .. } => {
                self.share.steps += 1;
                self.tell(&format!(": {}", doing(*step)));
            }
            Progress::Done { .. } | Progress::NoWork { .. } => {
                self.share.completed = read.min(self.share.total);
                self.share.steps = 0;
            }
        }
        self.bar.set_position(self.share.position(read));
    }

    fn tell(&self, what: &str) {
        let (begun, all) = self.datasets;
        let place = match all {
            0 | 1 => String::new(),
            _ => format!("{begun} of {all}: "),
        };
        self.bar.set_message(format!("{place}{}{what}", self.name));
    }

    /// Writes a line for a person above the bar.
    pub(crate) fn say(&self, text: &str) {
        self.bar.suspend(|| say(text));
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("#- "));
    }
}

/// What a step does, while it does it.
fn doing(step: Step) -> &'static str {
    match step {
        Step::OriginalFile => "keeping the original",
        Step::RawGeojson => "reading",
        Step::StandardGeojson => "writing the points",
        Step::FilteredGeojson => "filtering",
        Step::Summary => "adding up",
        Step::Units => "listing the units",
        Step::PropertiesPngs | Step::ZippedPngs => "drawing",
    }
}

/// A number with commas between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
