//! The container, names and bomb cases of the hostile corpus, as far as opening decides them:
//! `TRAMLINE_HOSTILE` names the folder with `manifest.json`.

use std::io::Read;
use std::path::PathBuf;
use std::time::Instant;
use tramline_formats::{Limits, SourceError, Tree};

/// What opening or reading one may take, on a slow machine that does other work.
const LONG_MS: u128 = 60_000;

fn has_word(case: &serde_json::Value, text: &str) -> bool {
    let text = text.to_lowercase();
    let words = case["message_has_one_of"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    words.is_empty()
        || words
            .iter()
            .filter_map(|w| w.as_str())
            .any(|word| text.contains(word))
}

/// Errors of reading every entry to its end, and the bytes read.
fn read_all(tree: &Tree) -> (Vec<String>, u64) {
    let mut errors = Vec::new();
    let mut total = 0;
    for id in tree.ids() {
        let result = tree
            .stream(id)
            .map_err(|e| e.to_string())
            .and_then(|mut stream| {
                let mut chunk = vec![0; 64 << 10];
                loop {
                    match stream.read(&mut chunk).map_err(|e| e.to_string())? {
                        0 => return Ok(()),
                        n => total += n as u64,
                    }
                }
            });
        errors.extend(result.err());
    }
    (errors, total)
}

#[test]
fn hostile_uploads_are_refused_or_opened_as_the_manifest_says() {
    let Some(root) = std::env::var_os("TRAMLINE_HOSTILE").map(PathBuf::from) else {
        crate::skip::skipped("hostile uploads: set TRAMLINE_HOSTILE");
        return;
    };
    let manifest = std::fs::read(root.join("manifest.json")).expect("manifest.json");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("json");
    let mut wrong = Vec::new();
    for case in manifest["cases"].as_array().expect("cases") {
        let file = case["file"].as_str().expect("file");
        let allowed = |outcome: &str| {
            case["expect"] == outcome
                || case["also_acceptable"]
                    .as_array()
                    .is_some_and(|a| a.iter().any(|o| o == outcome))
        };
        let begin = Instant::now();
        let opened = Tree::open(&root.join(file), &Limits::default());
        let (open_ms, begin) = (begin.elapsed().as_millis(), Instant::now());
        if open_ms > LONG_MS {
            wrong.push(format!("{file}: opened in {open_ms} ms"));
        }
        let ours = matches!(case["group"].as_str(), Some("container" | "names" | "bomb"));
        match opened {
            Err(SourceError::Io(text)) => wrong.push(format!("{file}: io {text}")),
            Err(e) => {
                let refused =
                    allowed("reject upload with 4xx") || allowed("batch FAILED with reason");
                if !refused || !has_word(case, &e.to_string()) {
                    wrong.push(format!("{file}: refused: {e}"));
                }
            }
            Ok(tree) => {
                let (errors, total) = read_all(&tree);
                let ms = begin.elapsed().as_millis();
                if ms > LONG_MS || total > 1 << 30 {
                    wrong.push(format!("{file}: read {total} bytes in {ms} ms"));
                }
                let findings = tree.findings.iter().map(|f| &f.text);
                let texts = errors
                    .iter()
                    .chain(findings)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join("\n");
                let only_refused =
                    !allowed("processed") && !allowed("file failed with message, others processed");
                if ours
                    && only_refused
                    && !(errors.len() == tree.entries().len() && has_word(case, &texts))
                {
                    wrong.push(format!("{file}: opened, must be refused"));
                }
                let must_fail = ours && !allowed("processed") && !file.contains("scripts");
                if must_fail && !has_word(case, &texts) {
                    wrong.push(format!("{file}: no reason: {texts}"));
                }
                if file.contains("good_") && !errors.is_empty() {
                    wrong.push(format!("{file}: {texts}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
