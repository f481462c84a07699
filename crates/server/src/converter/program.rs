//! The program that converts, and on which terms it is started.

use std::path::PathBuf;
use std::process::Stdio;
use tokio::process::Command;
use tramline_converter::protocol::COMMAND;
use tramline_converter::{Terms, User};

/// What is started for an order.
#[derive(Clone, Debug)]
pub(crate) struct Converter {
    pub(crate) program: PathBuf,
    pub(crate) terms: Terms,
}

impl Converter {
    /// Without an environment, in pipes. Its temporary files go where it works: it enters its own folder.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg(COMMAND)
            .args(self.terms.arguments())
            .env_clear()
            .env("TMPDIR", ".")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

/// The user of a name, or of `UID:GID`. Only root can make a process another user's; an empty name means that
/// it is not wanted.
pub(super) fn user(name: &str) -> Result<Option<User>, String> {
    if name.is_empty() || !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    if name.contains(':') {
        return name.parse().map(Some);
    }
    let users = std::fs::read_to_string("/etc/passwd")
        .map_err(|cause| format!("`/etc/passwd` cannot be read: {cause}"))?;
    match listed(&users, name) {
        Some(user) => Ok(Some(user)),
        None => Err(format!("`/etc/passwd` has no user `{name}`")),
    }
}

fn listed(users: &str, name: &str) -> Option<User> {
    users.lines().find_map(|line| {
        let mut parts = line.split(':');
        let (found, _, uid, gid) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let user = User {
            uid: uid.parse().ok()?,
            gid: gid.parse().ok()?,
        };
        (found == name).then_some(user)
    })
}

#[cfg(test)]
mod tests {
    //! Users by name.

    use super::listed;
    use tramline_converter::User;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/sh\n\nbroken\nnobody2:x:1:1::/:\nnobody:x:65534:65533:n:/:/no\n";
        let nobody = User {
            uid: 65_534,
            gid: 65_533,
        };
        assert_eq!(listed(users, "nobody"), Some(nobody));
        assert_eq!(listed(users, "broken"), None);
        assert_eq!(listed(users, "no"), None);
    }
}
