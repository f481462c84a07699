//! Where a new password comes from: a person at a terminal, twice and unseen, or standard input. Never an
//! argument: those are seen by everybody on the machine.

use anyhow::{Context, bail};
use std::io::{IsTerminal, Read};

/// Bytes that are read: more is refused anyway.
const MOST_BYTES: u64 = 64 << 10;

/// A new password for an account; refused before anything is asked of the database.
pub(super) fn new(account: &str, from_stdin: bool) -> anyhow::Result<String> {
    let password = if from_stdin {
        read()?
    } else if std::io::stdin().is_terminal() {
        ask(account)?
    } else {
        bail!(
            "there is no terminal to ask for the password: give it on standard input, with `--password-stdin`"
        );
    };
    tramline_server::judge_password(&password, account)?;
    Ok(password)
}

fn read() -> anyhow::Result<String> {
    let mut password = String::new();
    std::io::stdin()
        .take(MOST_BYTES)
        .read_to_string(&mut password)
        .context("cannot read the password")?;
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}

fn ask(account: &str) -> anyhow::Result<String> {
    let ask =
        |prompt: String| rpassword::prompt_password(prompt).context("cannot ask for the password");
    let password = ask(format!(
        "new password for `{account}`, at least 12 characters: "
    ))?;
    tramline_server::judge_password(&password, account)?;
    if ask("the same once more: ".to_owned())? != password {
        bail!("the two passwords differ: nothing was changed");
    }
    Ok(password)
}
