//! Passwords, bearer tokens and API keys.
//!
//! Rules: passwords are kept as Argon2id; keys as SHA-256; a token names its account and ends after
//! 24 hours, or 30 days when the client asks to be remembered.

use crate::clock::{Micros, SECOND, now};
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tramline_converter::hexadecimal;

const DAY: Micros = 86_400 * SECOND;

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    /// Account id.
    sub: String,
    /// Seconds.
    iat: i64,
    exp: i64,
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

/// Whose token it is, and when it was issued.
#[derive(Clone, Debug)]
pub struct Bearer {
    pub account: String,
    pub issued: Micros,
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

    /// A token for the account; `None` only when the signer fails.
    pub fn issue(&self, account: &str, remember: bool) -> Option<String> {
        let issued = now();
        let life = if remember { 30 * DAY } else { DAY };
        let claims = Claims {
            sub: account.to_owned(),
            iat: issued / SECOND,
            exp: issued.saturating_add(life) / SECOND,
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

/// Slow on purpose, and as slow for a hash that cannot be read.
pub(crate) fn password_matches(password: &str, hash: &str) -> bool {
    let Ok(hash) = argon2::password_hash::phc::PasswordHash::new(hash) else {
        let _ = hash_password(password);
        return false;
    };
    Argon2::default()
        .verify_password(password.as_bytes(), &hash)
        .is_ok()
}

/// SHA-256 in lower case hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}
