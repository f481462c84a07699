//! What a text of the environment says, by the kind of its setting.

use super::{Listen, SecretsKey, ShutIn};
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use tramline_convert::Bridges;

/// A value that can be given as text.
pub(super) trait Given: Sized {
    /// The value, or why it is none.
    fn given(text: &str) -> Result<Self, String>;

    /// The number that it is, if it is one.
    fn number(&self) -> Option<u64> {
        None
    }
}

fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.trim()
        .parse()
        .map_err(|cause: T::Err| cause.to_string())
}

macro_rules! given_as_parsed {
    ($($kind:ty $(: $number:expr)?),*) => {
        $(impl Given for $kind {
            fn given(text: &str) -> Result<Self, String> {
                parsed(text)
            }

            $(fn number(&self) -> Option<u64> {
                let number: fn(&Self) -> u64 = $number;
                Some(number(self))
            })?
        })*
    };
}

given_as_parsed!(
    u32: |number| u64::from(*number),
    u64: |number| *number,
    usize: |number| u64::try_from(*number).unwrap_or(u64::MAX),
    Listen,
    SecretsKey,
    ShutIn
);

impl Given for bool {
    fn given(text: &str) -> Result<Self, String> {
        match text.trim() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("it is `true` or `false`".to_owned()),
        }
    }
}

impl Given for PathBuf {
    fn given(text: &str) -> Result<Self, String> {
        Ok(Self::from(text))
    }
}

impl Given for String {
    fn given(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl<T: Given> Given for Option<T> {
    fn given(text: &str) -> Result<Self, String> {
        T::given(text).map(Some)
    }
}

impl Given for Bridges {
    fn given(_: &str) -> Result<Self, String> {
        Err("each bridge has a variable of its own, `TRAMLINE_BRIDGE_CODE`".to_owned())
    }
}
