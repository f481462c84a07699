//! Receiving the bytes of an upload.
//!
//! Rule: they are hashed as they arrive, written, flushed, read back and compared; only then does
//! anybody hear that they are here.

use super::room;
use crate::api::pace::{too_slow, was_too_slow};
use crate::api::problem::Problem;
use crate::blobs::{PartHasher, Parts};
use crate::error::StoreError;
use crate::failpoint::pass;
use crate::faults::Call;
use crate::state::{Slot, State};
use axum::extract::multipart::{Field, Multipart, MultipartError, MultipartRejection};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt;
use tramline_converter::hexadecimal;
use uuid::Uuid;

/// Form parts beside the file, and the bytes of one.
const PARTS: usize = 64;
const PART_BYTES: usize = 64 << 10;
/// Bytes that are gathered before they are written.
const WRITE_BYTES: usize = 1 << 20;

/// A file that arrived whole; removed when this is dropped, unless it was moved.
pub(crate) struct Received {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) sha256: String,
    /// Hashes of its parts.
    pub(crate) parts: Parts,
}

impl Drop for Received {
    fn drop(&mut self) {
        // Gone already when it was taken over.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The file of a form and its other parts.
pub(crate) struct Form {
    pub(crate) file: Received,
    pub(crate) parts: Vec<(String, String)>,
}

pub(crate) fn too_large(limit: u64) -> Problem {
    let detail = format!("the upload is larger than {limit} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
        .key("uploadTooLarge")
        .hint("zip fewer files at once")
}

/// A place among the uploads at once, before a body is taken in.
pub(crate) async fn uploading(state: &State, account: &str) -> Result<Slot, Problem> {
    let refused =
        || Problem::new(StatusCode::TOO_MANY_REQUESTS, "too many uploads at once").after(5);
    Slot::take(state, account).await.ok_or_else(refused)
}

fn broken(cause: &MultipartError) -> Problem {
    if was_too_slow(cause) {
        return too_slow();
    }
    Problem::bad_request(format!("the form cannot be read: {}", cause.body_text()))
        .hint("send `multipart/form-data` with one part named `file`")
}

/// The form of a request, or what to send instead.
pub(crate) fn multipart(read: Result<Multipart, MultipartRejection>) -> Result<Multipart, Problem> {
    read.map_err(|rejection| {
        Problem::bad_request(rejection.body_text())
            .hint("send `multipart/form-data` with a part `file`")
    })
}

/// What the converter said of a file that it does not take: a line, and lines of what to do.
pub(crate) fn refused(name: &str, message: &str) -> Problem {
    let message = message.trim_end();
    let (text, hint) = message.split_once('\n').unwrap_or((message, ""));
    Problem::bad_request(format!("`{name}`: {text}"))
        .key("uploadRefused")
        .hint(hint)
}

const AS_FILE: &str = "send the zip as the part `file`";

/// A file under another name than `file`.
fn misnamed(part: &str, file: &str) -> Problem {
    let part: String = part.chars().filter(|c| !c.is_control()).take(100).collect();
    let message = format!("holds the file `{file}`, and only the part `file` may");
    Problem::field("form", &part, message).hint(AS_FILE)
}

/// Takes in a form.
pub(crate) async fn form(state: &State, mut multipart: Multipart) -> Result<Form, Problem> {
    let (mut file, mut parts) = (None, Vec::new());
    while let Some(mut field) = multipart
        .next_field()
        .await
        .map_err(|cause| broken(&cause))?
    {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            if file.is_some() {
                return Err(
                    Problem::field("form", "file", "comes twice; a request takes one zip").hint(
                        "send each zip in a request of its own, or put their folders into one zip",
                    ),
                );
            }
            file = Some(receive(state, field).await?);
            continue;
        }
        let sent_as = field.file_name().map(file_name_given).unwrap_or_default();
        if !sent_as.is_empty() {
            return Err(misnamed(&name, &sent_as));
        }
        if parts.len() >= PARTS {
            return Err(Problem::bad_request(format!(
                "the form has more than {PARTS} parts"
            )));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|cause| broken(&cause))? {
            if bytes.len() + chunk.len() > PART_BYTES {
                let message = format!("is longer than the {PART_BYTES} bytes of a parameter");
                return Err(Problem::field("form", &name, message).hint(AS_FILE));
            }
            bytes.extend_from_slice(&chunk);
        }
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(Problem::field("form", &name, "is not UTF-8 text").hint(AS_FILE));
        };
        parts.push((name, text));
    }
    let file = file.ok_or_else(|| Problem::field("form", "file", "is required").hint(AS_FILE))?;
    if file.size == 0 {
        return Err(Problem::field("form", "file", "is empty"));
    }
    Ok(Form { file, parts })
}

async fn receive(state: &State, mut field: Field<'_>) -> Result<Received, Problem> {
    let name = file_name(field.file_name().unwrap_or_default());
    let path = state.incoming().join(Uuid::new_v4().to_string());
    let mut received = Received {
        path,
        name,
        size: 0,
        sha256: String::new(),
        parts: Parts::default(),
    };
    let faults = &state.faults;
    let trouble = |cause| {
        let cause = StoreError::io("incoming", cause);
        if cause.is_full() {
            state.disk.failed("uploads under way");
        }
        cause
    };
    faults.pass(Call::Open).map_err(trouble)?;
    let mut file = tokio::fs::File::create_new(&received.path)
        .await
        .map_err(trouble)?;
    let mut hash = PartHasher::default();
    let mut waiting = Vec::with_capacity(WRITE_BYTES);
    let limit = state.settings.upload_bytes;
    while let Some(chunk) = field.chunk().await.map_err(|cause| broken(&cause))? {
        received.size += chunk.len() as u64;
        if received.size > limit {
            return Err(too_large(limit));
        }
        hash.update(&chunk);
        waiting.extend_from_slice(&chunk);
        if waiting.len() >= WRITE_BYTES {
            room::meanwhile(state, received.size).await?;
            faults.pass(Call::Write).map_err(trouble)?;
            file.write_all(&waiting).await.map_err(trouble)?;
            waiting.clear();
        }
    }
    faults.pass(Call::Write).map_err(trouble)?;
    file.write_all(&waiting).await.map_err(trouble)?;
    file.flush().await.map_err(trouble)?;
    pass("upload.written");
    faults.pass(Call::Sync).map_err(trouble)?;
    file.sync_all().await.map_err(trouble)?;
    pass("upload.flushed");
    drop(file);
    (received.sha256, received.parts) = hash.finish();
    let path = received.path.clone();
    let stored = tokio::task::spawn_blocking(move || hash_file(&path))
        .await
        .map_err(|cause| trouble(std::io::Error::other(cause)))?
        .map_err(trouble)?;
    if stored == received.sha256 {
        pass("upload.compared");
        Ok(received)
    } else {
        let cause = std::io::Error::other("the bytes read back differ from those received");
        Err(trouble(cause).into())
    }
}

fn hash_file(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; WRITE_BYTES];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(hexadecimal(&hash.finalize()));
        }
        hash.update(buffer.get(..count).unwrap_or_default());
    }
}

/// The last part of what the client calls the file, without control characters.
fn file_name_given(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    plain.trim().to_owned()
}

/// What the file is called from now on.
fn file_name(given: &str) -> String {
    match file_name_given(given).as_str() {
        "" | "." | ".." => "upload.zip".to_owned(),
        name => name.to_owned(),
    }
}
