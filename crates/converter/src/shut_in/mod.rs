//! A converter shuts itself in before it looks at a stranger's byte: no rights of root, no path but its own
//! folder, no network, no new program. What it has to read is open by then.
//!
//! Rules: each protection stands by itself, so a system that lacks one still gives the others; which ones hold
//! is known and told. All of it happens while the process has one thread: what the kernel holds for a thread
//! holds for those that it starts.

mod calls;
mod inside;
mod network;
mod paths;
mod rights;

use crate::confine::confine;
use crate::protection::{Protection, Standing, State};
use crate::protocol::Allowance;
use crate::tell::Failure;
use crate::terms::Terms;
pub(crate) use inside::Inside;
use std::path::Path;

/// Shuts this process into the folder, which becomes its working directory and the place of its temporary
/// files. Returns how each protection stands.
pub(crate) fn shut_in(
    folder: &Path,
    terms: Terms,
    allowance: Option<Allowance>,
    inside: &Inside,
) -> Result<Vec<Standing>, Failure> {
    let trouble = |what: &str, cause: &dyn std::fmt::Display| (71, format!("{what}: {cause}"));
    // Before it gives up the rights of root.
    let network = network::apart();
    // While it still may: the folders above it may be closed to its user. From here on its paths are relative.
    std::env::set_current_dir(folder)
        .map_err(|cause| trouble("the converter's folder cannot be entered", &cause))?;
    let root = rights::give_up_root(Path::new("."), terms.user);
    let _ = tempfile::env::override_temp_dir(Path::new("."));
    rights::give_up_capabilities();
    if let Some(allowance) = allowance {
        confine(allowance).map_err(|cause| trouble("limits cannot be set", &cause))?;
    }
    let states = [
        (Protection::NoRoot, root),
        (Protection::Network, network),
        (Protection::NoNewRights, rights::gain_nothing()),
        (Protection::Paths, paths::close(inside)),
        // The last: the others need calls that it takes away.
        (Protection::Calls, calls::close(inside)),
    ];
    let mut standing: Vec<Standing> = states
        .into_iter()
        .map(|(protection, state)| Standing {
            protection,
            state: state.map_or_else(State::Lacking, |()| State::Held),
        })
        .collect();
    standing.sort_by_key(|one| one.protection);
    let needed = |one: &&Standing| terms.required && one.protection.can_be_required();
    for one in standing.iter().filter(needed) {
        if let State::Lacking(why) = &one.state {
            let text = format!(
                "`converter_shut_in` is `required`, and not so: {}",
                one.protection.text()
            );
            return Err(trouble(&text, why));
        }
    }
    Ok(standing)
}
