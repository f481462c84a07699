//! The cryptography of bearer tokens: HMAC with SHA-256, and nothing else.
//!
//! Rule: `jsonwebtoken` is built without a cryptography library of its own; it signs and verifies
//! with the HMAC that webhooks are signed with. Signatures are compared in constant time.

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result, new_error};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey};
use sha2::Sha256;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Chooses the cryptography of tokens, once for the process.
pub(crate) fn use_hmac() {
    // A second call finds it chosen already.
    let _ = PROVIDER.install_default();
}

/// HMAC with SHA-256 under one key.
struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: Algorithm, family: AlgorithmFamily, key: &[u8]) -> Result<Self> {
        if algorithm != Algorithm::HS256 {
            return Err(new_error(ErrorKind::UnsupportedAlgorithm));
        }
        if family != AlgorithmFamily::Hmac {
            return Err(new_error(ErrorKind::InvalidKeyFormat));
        }
        let keyed = Hmac::new_from_slice(key);
        Ok(Self(keyed.map_err(|_cause| {
            new_error(ErrorKind::InvalidKeyFormat)
        })?))
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    let keyed = Hs256::new(*algorithm, key.family(), key.as_bytes())?;
    Ok(Box::new(keyed))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let keyed = Hs256::new(*algorithm, key.family(), key.try_get_as_bytes()?)?;
    Ok(Box::new(keyed))
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> signature::Result<Vec<u8>> {
        let mut mac = self.0.clone();
        mac.update(message);
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> signature::Result<()> {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.verify_slice(signature)
            .map_err(|_cause| signature::Error::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::use_hmac;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};

    /// RFC 7515, appendix A.1.
    const KEY: &str =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const MESSAGE: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const SIGNATURE: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn signs_the_example_of_the_standard() {
        use_hmac();
        let sign = EncodingKey::from_secret(&URL_SAFE_NO_PAD.decode(KEY).unwrap());
        let signed = crypto::sign(MESSAGE.as_bytes(), &sign, Algorithm::HS256).unwrap();
        assert_eq!(signed, SIGNATURE);
    }

    #[test]
    fn tells_a_signature_from_a_changed_message() {
        use_hmac();
        let read = DecodingKey::from_secret(&URL_SAFE_NO_PAD.decode(KEY).unwrap());
        let verify = |message: &str| {
            crypto::verify(SIGNATURE, message.as_bytes(), &read, Algorithm::HS256).unwrap()
        };
        assert!(verify(MESSAGE));
        assert!(!verify(&MESSAGE.replace("eyJ0", "eyJ1")));
    }

    #[test]
    fn refuses_another_algorithm() {
        use_hmac();
        let sign = EncodingKey::from_secret(b"secret");
        assert!(crypto::sign(b"message", &sign, Algorithm::HS512).is_err());
    }
}
