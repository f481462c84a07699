//! What keeps a converter from the rest of the machine, and how it stands.

use serde::{Deserialize, Serialize};

/// What keeps a converter from the rest of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Protection {
    /// It runs as a user that owns nothing else, or at least not as root.
    NoRoot,
    /// No program could give it more rights.
    NoNewRights,
    /// Its own folder is all that it can open.
    Paths,
    /// The kernel refuses it networks, programs, other processes and the like.
    Calls,
    /// It stands in a network without any interface.
    Network,
}

impl Protection {
    /// Each.
    pub const ALL: [Self; 5] = [
        Self::NoRoot,
        Self::NoNewRights,
        Self::Paths,
        Self::Calls,
        Self::Network,
    ];

    /// For people: what holds where it holds.
    pub fn text(self) -> &'static str {
        match self {
            Self::NoRoot => "the converter has no rights of root",
            Self::NoNewRights => "the converter can gain no rights",
            Self::Paths => "the converter opens nothing outside its folder (landlock)",
            Self::Calls => "the converter uses only harmless system calls (seccomp)",
            Self::Network => "the converter has a network of its own, which is empty",
        }
    }

    /// The operator may demand it.
    pub fn can_be_required(self) -> bool {
        matches!(self, Self::Paths | Self::Calls)
    }
}

/// Whether a protection is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// The system took it.
    Held,
    /// It did not: why, and what to do.
    Lacking(String),
}

/// A protection and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Which.
    pub protection: Protection,
    /// How.
    pub state: State,
}
