//! On which terms a converter works: what the service told it beside its order.

use std::ffi::OsString;

/// What an operator decides about the protections of a converter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// A converter that cannot shut itself in does not begin.
    pub required: bool,
    /// The user that it becomes where it is started as root.
    pub user: Option<User>,
}

/// A user of the system and its group, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct User {
    /// Of the user.
    pub uid: u32,
    /// Of its group.
    pub gid: u32,
}

impl std::str::FromStr for User {
    type Err = String;

    /// `UID:GID`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not UID:GID, as in 65534:65534");
        let (uid, gid) = text.split_once(':').ok_or_else(wrong)?;
        let number = |text: &str| text.parse().ok();
        number(uid)
            .zip(number(gid))
            .map(|(uid, gid)| Self { uid, gid })
            .ok_or_else(wrong)
    }
}

/// Option of the hidden commands.
pub const REQUIRED: &str = "required";
/// Option of the hidden commands.
pub const USER: &str = "user";

impl Terms {
    /// Options of the hidden commands that say these terms.
    pub fn arguments(&self) -> Vec<OsString> {
        let required = self.required.then(|| format!("--{REQUIRED}"));
        let user = self
            .user
            .map(|user| format!("--{USER}={}:{}", user.uid, user.gid));
        required
            .into_iter()
            .chain(user)
            .map(OsString::from)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    //! What is told is what is read.

    use super::{Terms, User};

    #[test]
    fn a_user_is_two_numbers() {
        let user = "65534:12".parse();
        assert_eq!(
            user,
            Ok(User {
                uid: 65_534,
                gid: 12
            })
        );
        for wrong in [
            "",
            "nobody",
            "1",
            "1:",
            ":1",
            "1:-1",
            "1:2:3",
            "4294967296:0",
        ] {
            assert!(wrong.parse::<User>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_usual_terms_need_no_option() {
        assert!(Terms::default().arguments().is_empty());
        let user = "1:2".parse().ok();
        let strict = Terms {
            required: true,
            user,
        };
        assert_eq!(strict.arguments(), ["--required", "--user=1:2"]);
    }
}
