//! The key that seals what the database keeps secret.

use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

/// Bytes of a key.
pub(crate) const BYTES: usize = 32;

/// 256 bits. It is never shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SecretsKey([u8; BYTES]);

impl SecretsKey {
    /// A new one.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    /// As it is written in a file.
    pub(crate) fn hexadecimal(&self) -> String {
        tramline_converter::hexadecimal(&self.0)
    }
}

impl fmt::Debug for SecretsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretsKey")
    }
}

impl TryFrom<String> for SecretsKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for SecretsKey {
    type Err = String;

    /// The refusal does not repeat the text.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || "a key is 64 hexadecimal digits, such as `openssl rand -hex 32` prints".to_owned();
        let digits = text.trim();
        if digits.len() != 2 * BYTES {
            return Err(wrong());
        }
        let mut bytes = [0; BYTES];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_cause| wrong())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_cause| wrong())?;
        }
        Ok(Self(bytes))
    }
}
