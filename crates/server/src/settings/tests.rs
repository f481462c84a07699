//! What is set, and what is said of what cannot be.

#![allow(clippy::unwrap_used)]

use super::Settings;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

fn variables(pairs: &[(&str, &str)]) -> Result<Settings, String> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    Settings::load(None, pairs).map_err(|wrong| wrong.to_string())
}

fn file(text: &str) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, text).unwrap();
    let loaded = Settings::load(Some(&path), std::iter::empty());
    loaded.map_err(|wrong| {
        wrong
            .to_string()
            .replace(&path.display().to_string(), "FILE")
    })
}

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

#[test]
fn variables_set_what_is_called_as_they_are() {
    let settings = variables(&[
        ("TRAMLINE_LISTEN", "localhost:0"),
        ("TRAMLINE_METRICS_LISTEN", "[::1]:9000"),
        ("TRAMLINE_WORKERS", "7"),
        ("TRAMLINE_FILES_ENVELOPE", "true"),
        ("TRAMLINE_PUBLIC_URL", "https://tramline.example/base/"),
        ("TRAMLINE_BRIDGE_CN1", "/opt/cn1 {input} {output}"),
        ("TRAMLINE_SECRETS_KEY", KEY),
        ("TRAMLINE_LOG", "debug"),
        ("TRAMLINE_SETTINGS", "x"),
        ("PATH", "/bin"),
    ])
    .unwrap();
    assert_eq!(settings.listen.to_string(), "localhost:0");
    assert_eq!(settings.metrics_listen.unwrap().to_string(), "[::1]:9000");
    assert_eq!((settings.workers, settings.files_envelope), (7, true));
    assert_eq!(
        settings.public_url.as_deref(),
        Some("https://tramline.example/base")
    );
    assert!(settings.bridges.contains_key("CN1"));
    assert_eq!(
        settings.secrets_key.unwrap().hexadecimal(),
        KEY.to_lowercase()
    );
}

#[test]
fn what_nobody_knows_is_listed_with_the_nearest_name() {
    let wrong = variables(&[
        ("TRAMLINE_WORKER", "1"),
        ("TRAMLINE_listen", "x"),
        ("TRAMLINE_SUNSHINE", "1"),
        ("TRAMLINE_LOGS", "info"),
        ("TRAMLINE_DATA", "x"),
    ])
    .unwrap_err();
    assert_eq!(
        wrong,
        "no setting is called `TRAMLINE_LOGS`; did you mean `TRAMLINE_LOG`?\n\
         no setting is called `TRAMLINE_SUNSHINE`; docs/operating.md lists all; remove it from the environment\n\
         no setting is called `TRAMLINE_WORKER`; did you mean `TRAMLINE_WORKERS`?\n\
         no setting is called `TRAMLINE_listen`; did you mean `TRAMLINE_LISTEN`?"
    );
    let wrong = file("workers = 1\nlease_second = 4\nsunshine = true\n").unwrap_err();
    assert_eq!(
        wrong,
        "cannot read settings `FILE`: no setting is called `lease_second`; did you mean `lease_seconds`?\n\
         no setting is called `sunshine`"
    );
}

#[test]
fn a_value_that_cannot_be_is_told_with_its_place() {
    for (name, value, wrong) in [
        (
            "TRAMLINE_WORKERS",
            "two",
            "`TRAMLINE_WORKERS` cannot be `two`: invalid digit found in string",
        ),
        (
            "TRAMLINE_FILES_ENVELOPE",
            "yes",
            "`TRAMLINE_FILES_ENVELOPE` cannot be `yes`: it is `true` or `false`",
        ),
        (
            "TRAMLINE_LISTEN",
            "8080",
            "`TRAMLINE_LISTEN` cannot be `8080`: it is an address and a port, such as `127.0.0.1:8080`",
        ),
        (
            "TRAMLINE_PUBLIC_URL",
            "tramline.example",
            "`public_url` cannot be `tramline.example`: relative URL without a base; \
             it is written like `https://tramline.example.com`",
        ),
        (
            "TRAMLINE_UPLOADS_AT_ONCE",
            "18446744073709551615",
            "`uploads_at_once` cannot be `18446744073709551615`: it is at most 100000",
        ),
        (
            "TRAMLINE_LEASE_SECONDS",
            "60000000000",
            "`lease_seconds` cannot be `60000000000`: it is at most 315360000",
        ),
        (
            "TRAMLINE_BRIDGES",
            "x",
            "`TRAMLINE_BRIDGES` cannot be `x`: each bridge has a variable of its own, `TRAMLINE_BRIDGE_CODE`",
        ),
    ] {
        assert_eq!(variables(&[(name, value)]).unwrap_err(), wrong);
    }
    let wrong = file("workers = 1\nlease_seconds = \"long\"\n").unwrap_err();
    assert!(
        wrong.starts_with("cannot read settings `FILE`: line 2: invalid type"),
        "{wrong}"
    );
    let wrong = file("workers = 1\n\nlisten = \"8080\"\n").unwrap_err();
    assert!(
        wrong.contains("line 3: it is an address and a port"),
        "{wrong}"
    );
    assert!(file("workers = = 1").unwrap_err().contains("line 1"));
    assert!(
        file("public_url = \"https://a.example/\"")
            .unwrap()
            .public_url
            .unwrap()
            .ends_with("example")
    );
}

#[test]
fn a_secret_is_not_repeated() {
    let wrong = variables(&[("TRAMLINE_SECRETS_KEY", "swordfish")]).unwrap_err();
    assert!(
        wrong.contains("64 hexadecimal digits") && !wrong.contains("swordfish"),
        "{wrong}"
    );
    let wrong = file("secrets_key = \"swordfish\"").unwrap_err();
    assert!(
        wrong.contains("64 hexadecimal digits") && !wrong.contains("swordfish"),
        "{wrong}"
    );
    let wrong =
        variables(&[("TRAMLINE_PUBLIC_URL", "https://me:swordfish@a.example")]).unwrap_err();
    assert!(!wrong.contains("swordfish"), "{wrong}");
    let bytes = OsString::from_vec(b"sword\xfffish".to_vec());
    let wrong = Settings::load(
        None,
        std::iter::once(("TRAMLINE_BOOTSTRAP_PASSWORD".into(), bytes)),
    );
    let wrong = wrong.unwrap_err().to_string();
    assert!(
        wrong.contains("not UTF-8") && !wrong.contains("sword"),
        "{wrong}"
    );
}
