//! Passwords, bearer tokens and API keys.
//!
//! Rules: passwords are kept as Argon2id; keys as SHA-256; a token names its account and ends after
//! 24 hours, or 30 days when the client asks to be remembered. It carries an id and the account's epoch, so
//! that one or all can be revoked before.

use crate::clock::{Micros, SECOND, now};
use crate::store::{Account, Token};
use argon2::{Argon2, PasswordHasher};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use tramline_converter::hexadecimal;
use uuid::Uuid;

const HOUR: Micros = 3_600 * SECOND;
const DAY: Micros = 24 * HOUR;

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    /// Account id.
    sub: String,
    /// Seconds.
    iat: i64,
    exp: i64,
    /// Of the row that holds while the token does; tokens without one hold by their epoch alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// Tokens of before have none: theirs is the first.
    #[serde(default)]
    epoch: i64,
}

/// Signs and reads tokens.
#[derive(Clone)]
pub struct Tokens {
    sign: EncodingKey,
    read: DecodingKey,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

/// Whose token it is, which one, and when it was issued.
#[derive(Clone, Debug)]
pub struct Bearer {
    pub account: String,
    pub token: Option<String>,
    pub epoch: i64,
    pub issued: Micros,
}

/// How long a token holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// While nothing can be written down.
    Hour,
    Day,
    /// For a client that asks to be remembered.
    Month,
}

/// A token that begins now.
pub(crate) fn new_token(life: Life, client: Option<IpAddr>) -> Token {
    let issued = now();
    let life = match life {
        Life::Hour => HOUR,
        Life::Day => DAY,
        Life::Month => 30 * DAY,
    };
    Token {
        id: Uuid::now_v7().to_string(),
        issued,
        expires: issued.saturating_add(life),
        client,
    }
}

impl Tokens {
    /// Signs and reads with this secret.
    pub fn new(secret: &[u8]) -> Self {
        crate::signing::use_hmac();
        Self {
            sign: EncodingKey::from_secret(secret),
            read: DecodingKey::from_secret(secret),
        }
    }

    /// The text of a token that has a row; `None` only when the signer fails.
    pub(crate) fn issue(&self, account: &Account, token: &Token) -> Option<String> {
        self.sign(account, token, Some(token.id.clone()))
    }

    /// The text of a token without a row: only another epoch revokes it.
    pub(crate) fn issue_unlisted(&self, account: &Account, token: &Token) -> Option<String> {
        self.sign(account, token, None)
    }

    fn sign(&self, account: &Account, token: &Token, jti: Option<String>) -> Option<String> {
        let claims = Claims {
            sub: account.id.clone(),
            iat: token.issued / SECOND,
            exp: token.expires / SECOND,
            jti,
            epoch: account.epoch,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign).ok()
    }

    /// Whose token it is; `None` where it is not ours or has ended.
    pub fn read(&self, token: &str) -> Option<Bearer> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        let data = jsonwebtoken::decode::<Claims>(token, &self.read, &validation).ok()?;
        Some(Bearer {
            account: data.claims.sub,
            token: data.claims.jti,
            epoch: data.claims.epoch,
            issued: data.claims.iat.saturating_mul(SECOND),
        })
    }
}

/// Argon2id in PHC form. Slow on purpose: call it off the async threads.
pub fn hash_password(password: &str) -> Result<String, argon2::password_hash::Error> {
    let hash: argon2::password_hash::phc::PasswordHash =
        Argon2::default().hash_password(password.as_bytes())?;
    Ok(hash.to_string())
}

/// SHA-256 in lower case hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, EncodingKey, Header, Life, Tokens, new_token};
    use crate::clock::{SECOND, now};
    use crate::store::Account;

    fn account(epoch: i64) -> Account {
        Account {
            id: "an account".to_owned(),
            username: "adviser".to_owned(),
            password_hash: String::new(),
            epoch,
            disabled: None,
            created: 0,
            last_login: None,
        }
    }

    #[test]
    fn a_token_says_which_it_is_and_of_which_epoch() {
        let tokens = Tokens::new(b"a secret");
        let token = new_token(Life::Day, None);
        let read = tokens.read(&tokens.issue(&account(3), &token).unwrap());
        let read = read.unwrap();
        assert_eq!((read.epoch, read.token), (3, Some(token.id.clone())));
        let unlisted = tokens.issue_unlisted(&account(3), &token).unwrap();
        assert_eq!(tokens.read(&unlisted).unwrap().token, None);
        assert!(Tokens::new(b"another").read(&unlisted).is_none());
    }

    #[test]
    fn a_token_of_before_is_of_the_first_epoch() {
        let tokens = Tokens::new(b"a secret");
        let seconds = now() / SECOND;
        let claims = serde_json::json!({"sub": "an account", "iat": seconds, "exp": seconds + 60});
        let key = EncodingKey::from_secret(b"a secret");
        let text = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
        let read = tokens.read(&text).unwrap();
        assert_eq!((read.epoch, read.token), (0, None));
    }
}
