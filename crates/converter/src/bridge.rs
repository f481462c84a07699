//! Bridges, apart: their commands are programs of the operator, which a converter cannot start any more once it
//! is shut in. A second process, begun before that, starts them and nothing else. It is shut in too, less
//! tightly: its commands read the programs of the system and their own folder, write where the dataset was
//! copied to, and reach no network.
//!
//! It ends with the converter, whose end closes its standard input, and takes a running command with it.

use crate::protocol::BRIDGE_COMMAND;
use crate::shut_in::{Inside, shut_in};
use crate::tell::Failure;
use crate::terms::Terms;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tramline_convert::{Bridge, BridgeError, BridgeHand, Bridges, run_bridge};

const RETRY: &str = "try again; if it happens again, ask the operator to look at the service's log";

/// Its first line: all that it may ever start.
#[derive(Serialize, Deserialize)]
struct Begin {
    bridges: Bridges,
    /// Of the conversion.
    folder: PathBuf,
}

/// A dataset of a closed format, copied into a folder.
#[derive(Serialize, Deserialize)]
struct Wanted {
    file_format: String,
    folder: PathBuf,
}

/// The pipes to the second process.
struct Pipes {
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

/// Begins the second process; it waits for datasets.
pub(crate) fn begin(bridges: &Bridges, folder: &Path, terms: Terms) -> std::io::Result<BridgeHand> {
    let folder = folder.canonicalize()?;
    let mut child = Command::new("/proc/self/exe")
        .arg(BRIDGE_COMMAND)
        .args(terms.arguments())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::Error::other("it has no pipes"));
    };
    let begin = Begin {
        bridges: bridges.clone(),
        folder,
    };
    send(&mut to, &begin)?;
    let from = BufReader::new(from);
    let pipes = Mutex::new(Pipes { to, from });
    Ok(BridgeHand::new(move |file_format, folder| {
        let mut pipes = pipes.lock().unwrap_or_else(PoisonError::into_inner);
        pipes.run(file_format, folder).unwrap_or_else(|cause| {
            Err(BridgeError::new(
                format!("the process that runs bridges does not answer: {cause}"),
                RETRY,
            ))
        })
    }))
}

impl Pipes {
    fn run(
        &mut self,
        file_format: &str,
        folder: &Path,
    ) -> std::io::Result<Result<(), BridgeError>> {
        let wanted = Wanted {
            file_format: file_format.to_owned(),
            folder: folder.to_owned(),
        };
        send(&mut self.to, &wanted)?;
        let mut line = String::new();
        if self.from.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&line)?)
    }
}

fn send(to: &mut impl Write, message: &impl Serialize) -> std::io::Result<()> {
    let mut text = serde_json::to_vec(message)?;
    text.push(b'\n');
    to.write_all(&text)?;
    to.flush()
}

/// The second process itself.
pub(crate) fn run(terms: Terms) -> Result<(), Failure> {
    let trouble = |cause: &dyn std::fmt::Display| (70, format!("bridges cannot be run: {cause}"));
    let mut first = String::new();
    let mut input = BufReader::new(std::io::stdin());
    input
        .read_line(&mut first)
        .map_err(|cause| trouble(&cause))?;
    let begin: Begin = serde_json::from_str(&first).map_err(|cause| trouble(&cause))?;
    let reads = begin
        .bridges
        .values()
        .flat_map(|bridge| reads(bridge, &begin.folder));
    let inside = Inside::Bridge {
        reads: reads.collect(),
    };
    shut_in(&begin.folder, terms, None, &inside)?;
    // The commands have the folder's whole path.
    let reachable = std::fs::metadata(&begin.folder).map(drop);
    let gone = Arc::new(AtomicBool::new(false));
    for wanted in listen(input, Arc::clone(&gone)) {
        let done = serve(&begin, &wanted, reachable.as_ref().err(), &gone);
        send(&mut std::io::stdout().lock(), &done).map_err(|cause| trouble(&cause))?;
    }
    Ok(())
}

/// What is asked, line by line, until the converter has gone.
fn listen(input: impl BufRead + Send + 'static, gone: Arc<AtomicBool>) -> Receiver<Wanted> {
    let (send, wanted) = channel();
    std::thread::spawn(move || {
        for line in input.lines().map_while(Result::ok) {
            let Ok(wanted) = serde_json::from_str(&line) else {
                break;
            };
            if send.send(wanted).is_err() {
                break;
            }
        }
        gone.store(true, Ordering::Release);
    });
    wanted
}

fn serve(
    begin: &Begin,
    wanted: &Wanted,
    unreachable: Option<&std::io::Error>,
    gone: &AtomicBool,
) -> Result<(), BridgeError> {
    if let Some(cause) = unreachable {
        let text = format!("the user that runs bridges cannot reach the service's folder: {cause}");
        let hint = "ask the operator to start the service as a user of its own instead of root, or to set \
                    `converter_user` to an empty text";
        return Err(BridgeError::new(text, hint));
    }
    let known = |(code, _): &(&String, &Bridge)| code.eq_ignore_ascii_case(&wanted.file_format);
    match begin.bridges.iter().find(known) {
        Some((_, bridge)) if wanted.folder.starts_with(&begin.folder) => {
            run_bridge(bridge, &wanted.folder, &|| gone.load(Ordering::Acquire))
        }
        _ => Err(BridgeError::new(
            "the converter asked for a command that is not configured",
            RETRY,
        )),
    }
}

/// What the command of a bridge may read: the folders of its program and of every file that it names, such as a
/// script. Where such a folder holds the service's too, the file alone.
fn reads(bridge: &Bridge, folder: &Path) -> Vec<PathBuf> {
    let own = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let named = bridge.command.iter().map(Path::new);
    let named = named.filter(|word| word.is_absolute());
    let beside = named
        .filter_map(|word| word.canonicalize().ok())
        .filter(|path| path.is_file())
        .map(|file| match file.parent() {
            Some(beside) if !own.starts_with(beside) => beside.to_owned(),
            _ => file,
        });
    bridge.reads.iter().cloned().chain(beside).collect()
}

#[cfg(test)]
mod tests {
    //! What a command may read.

    use super::reads;
    use std::path::{Path, PathBuf};
    use tramline_convert::Bridge;

    #[test]
    fn a_program_beside_the_data_opens_no_data() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["data/work", "plugin"] {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
        let allowed = |program: &str| {
            let program = root.join(program);
            std::fs::write(&program, "").unwrap();
            let mut bridge = Bridge::of_words(program.to_str().unwrap()).unwrap();
            bridge.reads.push(PathBuf::from("/srv/licence"));
            reads(&bridge, &root.join("data/work"))
        };
        let licence = Path::new("/srv/licence");
        let interpreted = format!("/bin/sh {} {{input}}", root.join("plugin/run").display());
        std::fs::write(root.join("plugin/run"), "").unwrap();
        let interpreted = Bridge::of_words(&interpreted).unwrap();
        assert_eq!(
            reads(&interpreted, &root.join("data/work")).last(),
            Some(&root.join("plugin"))
        );
        assert_eq!(allowed("plugin/run"), [licence, &root.join("plugin")]);
        assert_eq!(allowed("run"), [licence, &root.join("run")]);
    }
}
