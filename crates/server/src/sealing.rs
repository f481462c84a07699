//! Secrets as the database keeps them: sealed with a key that lies outside of it.
//!
//! Rules: a copy of the database alone gives away no secret; a sealed one is bound to what it is the secret of,
//! so that no row can pass for another. A key that does not fit ends the start, and nothing is changed.

use crate::error::{StoreError, Stored};
use crate::settings::{SecretsKey, Settings};
use crate::store::Database;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Begins every sealed text.
const MARK: &str = "sealed:1:";
/// Name of the file in the data folder.
const FILE: &str = "secrets.key";
/// Name of the secret that shows whether a key fits, and what it holds.
const PROOF: &str = "seal";
const PROVEN: &[u8] = b"tramline";
/// Name of the secret that signs tokens.
const TOKENS: &str = "tokens";

/// Seals and opens with one key.
pub(crate) struct Seal(LessSafeKey);

impl Seal {
    fn new(key: &SecretsKey) -> Stored<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.bytes());
        let key = key.map_err(|cause| StoreError::defect("key of secrets", cause))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// The secret of `owner` as it is stored.
    pub(crate) fn seal(&self, owner: &str, secret: &[u8]) -> Stored<String> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|cause| StoreError::defect("random numbers", cause))?;
        let mut sealed = secret.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(owner.as_bytes()),
                &mut sealed,
            )
            .map_err(|cause| StoreError::defect("sealing a secret", cause))?;
        let whole = [nonce.as_slice(), &sealed].concat();
        Ok(format!("{MARK}{}", STANDARD.encode(whole)))
    }

    /// The secret of `owner` out of what is stored.
    pub(crate) fn open(&self, owner: &str, stored: &str) -> Stored<Vec<u8>> {
        self.opened(owner, stored).ok_or_else(|| {
            StoreError::corrupt(
                "secret",
                "it is not sealed with this key, or for another owner",
            )
        })
    }

    fn opened(&self, owner: &str, stored: &str) -> Option<Vec<u8>> {
        let mut whole = STANDARD.decode(stored.strip_prefix(MARK)?).ok()?;
        let (nonce, sealed) = whole.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let secret = self
            .0
            .open_in_place(nonce, Aad::from(owner.as_bytes()), sealed);
        secret.ok().map(|secret| secret.to_vec())
    }

    /// The secret of a webhook as it is stored.
    pub(crate) fn seal_webhook(&self, id: &str, secret: &str) -> Stored<String> {
        self.seal(&webhook(id), secret.as_bytes())
    }

    /// The secret of a webhook.
    pub(crate) fn open_webhook(&self, id: &str, stored: &str) -> Stored<String> {
        let secret = self.open(&webhook(id), stored)?;
        String::from_utf8(secret).map_err(|cause| StoreError::corrupt("secret", cause))
    }
}

fn webhook(id: &str) -> String {
    format!("webhook {id}")
}

fn service(name: &str) -> String {
    format!("service {name}")
}

/// Where a key came from, for what is said when it does not fit.
enum Origin {
    Setting,
    File(PathBuf),
}

/// The seal of this database, proven by what it sealed before; secrets that an earlier version stored as they
/// are get sealed. And the secret that signs tokens.
pub(crate) async fn unlock(settings: &Settings, db: &dyn Database) -> Stored<(Seal, Vec<u8>)> {
    let proof = db.known_secret(PROOF).await?;
    let (key, origin) = key(settings, proof.is_some())?;
    let seal = Seal::new(&key)?;
    let owner = service(PROOF);
    match proof {
        Some(proof) => {
            if seal.opened(&owner, &text(proof)?).as_deref() != Some(PROVEN) {
                return Err(StoreError::Refused(does_not_fit(&origin, settings)));
            }
        }
        None => {
            let sealed = seal.seal(&owner, PROVEN)?;
            db.secret(PROOF, sealed.into_bytes()).await?;
        }
    }
    let tokens = tokens(&seal, db).await?;
    seal_webhooks(&seal, db).await?;
    Ok((seal, tokens))
}

/// The secret that signs tokens: made, or sealed where it is not yet.
async fn tokens(seal: &Seal, db: &dyn Database) -> Stored<Vec<u8>> {
    let owner = service(TOKENS);
    let stored = match db.known_secret(TOKENS).await? {
        Some(stored) => stored,
        None => {
            let mut secret = vec![0; 48];
            getrandom::fill(&mut secret)
                .map_err(|cause| StoreError::defect("random numbers", cause))?;
            db.secret(TOKENS, seal.seal(&owner, &secret)?.into_bytes())
                .await?
        }
    };
    if stored.starts_with(MARK.as_bytes()) {
        return seal.open(&owner, &text(stored)?);
    }
    let sealed = seal.seal(&owner, &stored)?.into_bytes();
    db.replace_secret(TOKENS, &stored, &sealed).await?;
    tracing::info!("the secret that signs tokens is sealed now");
    Ok(stored)
}

async fn seal_webhooks(seal: &Seal, db: &dyn Database) -> Stored<()> {
    let mut sealed = 0;
    for (id, stored) in db.webhook_secrets().await? {
        if !stored.starts_with(MARK) {
            let new = seal.seal_webhook(&id, &stored)?;
            db.replace_webhook_secret(&id, &stored, &new).await?;
            sealed += 1;
        }
    }
    if sealed > 0 {
        tracing::info!(webhooks = sealed, "the secrets of webhooks are sealed now");
    }
    Ok(())
}

fn text(stored: Vec<u8>) -> Stored<String> {
    String::from_utf8(stored).map_err(|cause| StoreError::corrupt("secret", cause))
}

/// The key of the settings, else of the file, else a new one in that file, where nothing is sealed yet.
fn key(settings: &Settings, in_use: bool) -> Stored<(SecretsKey, Origin)> {
    if let Some(key) = &settings.secrets_key {
        return Ok((key.clone(), Origin::Setting));
    }
    let path = settings.data.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => match text.parse() {
            Ok(key) => Ok((key, Origin::File(path))),
            Err(wrong) => Err(StoreError::Refused(format!(
                "`{}` is no key of secrets ({wrong}): put back the file that belongs to this database",
                path.display()
            ))),
        },
        Err(cause) if cause.kind() == ErrorKind::NotFound && in_use => {
            Err(StoreError::Refused(format!(
                "`{}` is missing, and the secrets in this database are sealed with its key: put the file back from where \
                 you keep it apart from the backups, or give the key as `TRAMLINE_SECRETS_KEY`; {LOST}",
                path.display()
            )))
        }
        Err(cause) if cause.kind() == ErrorKind::NotFound => {
            let key = SecretsKey::random()
                .map_err(|cause| StoreError::defect("random numbers", cause))?;
            write(&settings.data, &key).map_err(|cause| StoreError::io(&path, cause))?;
            Ok((key, Origin::File(path)))
        }
        Err(cause) => Err(StoreError::io(&path, cause)),
    }
}

/// What is left to do without the key.
const LOST: &str =
    "if it is lost, `tramline migrate --forget-secrets` removes the webhooks and ends all tokens";

fn does_not_fit(origin: &Origin, settings: &Settings) -> String {
    let (what, instead) = match origin {
        Origin::Setting => (
            "the key that `secrets_key` (`TRAMLINE_SECRETS_KEY`) gives".to_owned(),
            if settings.data.join(FILE).exists() {
                "give the right one, or none to use the file `secrets.key` of the data folder"
            } else {
                "give the right one"
            },
        ),
        Origin::File(path) => (
            format!("the key in `{}`", path.display()),
            "put back the file that belongs to this database",
        ),
    };
    format!("{what} is not the one that seals the secrets in this database: {instead}; {LOST}")
}

/// A crash leaves the whole file or none.
fn write(data: &Path, key: &SecretsKey) -> std::io::Result<()> {
    let (new, path) = (data.join("secrets.key.new"), data.join(FILE));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&new)?;
    file.write_all(format!("{}\n", key.hexadecimal()).as_bytes())?;
    file.sync_all()?;
    std::fs::rename(new, path)?;
    File::open(data)?.sync_all()
}

/// Forgets what nobody can open any more: the key, tokens, and the webhooks with what waits for them.
/// How many webhooks those were.
pub(crate) async fn forget(data: &Path, db: &dyn Database) -> Stored<u64> {
    let webhooks = db.forget_secrets().await?;
    let path = data.join(FILE);
    match std::fs::remove_file(&path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(StoreError::io(&path, cause)),
        _ => Ok(webhooks),
    }
}

#[cfg(test)]
mod tests {
    //! What a seal holds, and what is said when the key is another or none.

    #![allow(clippy::unwrap_used)]

    use super::{FILE, MARK, Seal, forget, unlock};
    use crate::settings::{SecretsKey, Settings};
    use crate::store::conformance::World;
    use crate::store::conformance::webhooks::{hook, register};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn settings(data: &Path, key: Option<&str>) -> Settings {
        Settings {
            data: data.to_owned(),
            secrets_key: key.map(|key| key.repeat(32).parse().unwrap()),
            ..Settings::default()
        }
    }

    #[test]
    fn a_secret_opens_for_its_owner_and_key_alone() {
        let (one, two) = (SecretsKey::random().unwrap(), SecretsKey::random().unwrap());
        let (one, two) = (Seal::new(&one).unwrap(), Seal::new(&two).unwrap());
        let stored = one.seal_webhook("a", "swordfish").unwrap();
        assert!(stored.starts_with(MARK) && !stored.contains("swordfish"));
        assert_ne!(stored, one.seal_webhook("a", "swordfish").unwrap());
        assert_eq!(one.open_webhook("a", &stored).unwrap(), "swordfish");
        assert!(one.open_webhook("b", &stored).is_err());
        assert!(two.open_webhook("a", &stored).is_err());
        for broken in [
            "",
            MARK,
            "sealed:1:AAAA",
            "swordfish",
            &stored[..stored.len() - 4],
        ] {
            assert!(one.open_webhook("a", broken).is_err(), "{broken}");
        }
    }

    async fn world() -> World {
        crate::store::sqlite_for_tests().await
    }

    #[tokio::test]
    async fn what_an_earlier_version_stored_is_sealed_once() {
        let (world, data) = (world().await, tempfile::tempdir().unwrap());
        let db = world.db.as_ref();
        db.secret("tokens", b"plain".to_vec()).await.unwrap();
        register(&world, &hook("one", &["fieldCreated"]))
            .await
            .unwrap();
        let settings = settings(data.path(), None);
        let (seal, tokens) = unlock(&settings, db).await.unwrap();
        assert_eq!(tokens, b"plain");
        let stored = db.webhook_secrets().await.unwrap();
        assert!(stored[0].1.starts_with(MARK));
        assert_eq!(seal.open_webhook("one", &stored[0].1).unwrap(), "secret");
        let file = std::fs::metadata(data.path().join(FILE)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
        let (_, again) = unlock(&settings, db).await.unwrap();
        assert_eq!(again, b"plain");
        assert_eq!(db.webhook_secrets().await.unwrap(), stored);
    }

    #[tokio::test]
    async fn another_key_or_none_ends_the_start() {
        let (world, data) = (world().await, tempfile::tempdir().unwrap());
        let db = world.db.as_ref();
        let refused = async |settings: Settings| match unlock(&settings, db).await {
            Ok(_) => String::new(),
            Err(cause) => cause.to_string(),
        };
        assert_eq!(refused(settings(data.path(), None)).await, "");
        let wrong = refused(settings(data.path(), Some("ab"))).await;
        assert!(
            wrong.contains("`TRAMLINE_SECRETS_KEY`") && wrong.contains("or none"),
            "{wrong}"
        );
        let path = data.path().join(FILE);
        let right = std::fs::read(&path).unwrap();
        std::fs::write(&path, "cd".repeat(32)).unwrap();
        let wrong = refused(settings(data.path(), None)).await;
        assert!(
            wrong.contains(&path.display().to_string()) && wrong.contains("put back"),
            "{wrong}"
        );
        std::fs::write(&path, "swordfish").unwrap();
        let wrong = refused(settings(data.path(), None)).await;
        assert!(
            wrong.contains("64 hexadecimal digits") && !wrong.contains("swordfish"),
            "{wrong}"
        );
        std::fs::remove_file(&path).unwrap();
        let wrong = refused(settings(data.path(), None)).await;
        assert!(
            wrong.contains("is missing") && wrong.contains("--forget-secrets"),
            "{wrong}"
        );
        assert!(
            !path.exists(),
            "no key is made beside what another one sealed"
        );
        // The right key as a setting opens it, too.
        let key = String::from_utf8(right).unwrap();
        let mut given = settings(data.path(), None);
        given.secrets_key = Some(key.parse().unwrap());
        assert_eq!(refused(given).await, "");
    }

    #[tokio::test]
    async fn without_the_key_a_fresh_start_is_possible() {
        let (world, data) = (world().await, tempfile::tempdir().unwrap());
        let db = world.db.as_ref();
        let settings = settings(data.path(), None);
        let (_, before) = unlock(&settings, db).await.unwrap();
        register(&world, &hook("one", &["fieldCreated"]))
            .await
            .unwrap();
        std::fs::remove_file(data.path().join(FILE)).unwrap();
        assert!(unlock(&settings, db).await.is_err());
        assert_eq!(forget(data.path(), db).await.unwrap(), 1);
        let (_, after) = unlock(&settings, db).await.unwrap();
        assert_ne!(before, after);
        assert!(db.webhook_secrets().await.unwrap().is_empty());
    }
}
