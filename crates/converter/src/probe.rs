//! A probe: a converter without an upload, which tells how it is shut in and tries to get out.

use crate::protection::Standing;
use crate::protocol::{Probe, Probed};
use crate::tell::Failure;
use std::io::Write;

pub(crate) fn run(task: &Probe, standing: Vec<Standing>) -> Result<(), Failure> {
    // A converter that cannot use its own folder is of no use.
    tempfile::tempfile()
        .map_err(|cause| (74, format!("its own folder cannot be used: {cause}")))?;
    say(&Probed::Standing(standing));
    if let Some(attempt) = &task.attempt {
        say(&Probed::Tried(
            attempt.make().err().map(|cause| cause.to_string()),
        ));
    }
    Ok(())
}

fn say(probed: &Probed) {
    if let Ok(text) = serde_json::to_string(probed) {
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }
}
