//! How well the converter is shut in on this machine: a probe tells which protections it holds, and others try
//! to get out.

use super::program::{Converter, user};
use crate::settings::{Settings, ShutIn};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tramline_converter::protocol::{Order, Probe, Probed};
use tramline_converter::{Attempt, Protection, Standing, State, Terms, User};

/// A probe takes milliseconds.
const LONGEST: Duration = Duration::from_secs(30);
/// The kernel ends a process for a call that it may not make.
const FORBIDDEN_CALL: i32 = 31;

/// What was found.
#[derive(Debug)]
pub(crate) struct Examined {
    /// How each protection stands.
    pub(crate) standing: Vec<Standing>,
    /// What was tried, and whether it was refused.
    pub(crate) tried: Vec<(&'static str, Refused)>,
    /// The terms on which converters work on this machine.
    pub(crate) terms: Terms,
}

/// Whether an attempt to get out was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It was.
    Yes,
    /// It went well.
    No,
    /// It could not be tried.
    Untried(String),
}

impl Examined {
    /// What is lacking, each in a sentence.
    pub(crate) fn lacking(&self) -> Vec<String> {
        let standing = self.standing.iter().filter_map(|one| match &one.state {
            State::Held => None,
            State::Lacking(why) => Some(format!("not so: {}: {why}", one.protection.text())),
        });
        let tried = self
            .tried
            .iter()
            .filter_map(|(what, refused)| match refused {
                Refused::Yes => None,
                Refused::No => Some(format!("a converter can {what}")),
                Refused::Untried(why) => Some(format!(
                    "it is not known whether a converter can {what}: {why}"
                )),
            });
        standing.chain(tried).collect()
    }

    /// What keeps a service from starting that requires its converter to be shut in.
    pub(crate) fn forbids(&self) -> Option<String> {
        let lacking = self.standing.iter().find_map(|one| match &one.state {
            State::Lacking(why) if one.protection.can_be_required() => {
                Some(format!("not so: {}: {why}", one.protection.text()))
            }
            _ => None,
        });
        lacking.or_else(|| {
            let mut tried = self.tried.iter();
            let (what, _) = tried.find(|(_, refused)| *refused == Refused::No)?;
            Some(format!("a converter can {what}"))
        })
    }
}

/// Examines the converter that these settings name, in a folder below their data folder.
pub(crate) async fn examine(settings: &Settings, program: PathBuf) -> std::io::Result<Examined> {
    let ground = tempfile::Builder::new()
        .prefix("probe-")
        .tempdir_in(&settings.data)?;
    let required = settings.converter_shut_in == ShutIn::Required;
    let (user, mut no_user) = match chosen_user(settings) {
        Ok(user) => (user, None),
        Err(why) => (None, Some(why)),
    };
    let mut converter = Converter {
        program,
        terms: Terms { required, user },
    };
    let mut standing = probe(&converter, ground.path(), None).await;
    if let (Err(why), Some(_)) = (&standing, user) {
        // Better as root than not at all; then it tells itself that it is root.
        no_user = Some(format!(
            "as the user of `converter_user` it cannot work: {why}"
        ));
        converter.terms.user = None;
        standing = probe(&converter, ground.path(), None).await;
    }
    let mut standing = match standing {
        Ok(said) => said.0,
        Err(why) => {
            converter.terms.user = None;
            let lacking = |protection| Standing {
                protection,
                state: State::Lacking(format!("the converter does not tell: {why}")),
            };
            Protection::ALL.map(lacking).into()
        }
    };
    for one in &mut standing {
        if let (Protection::NoRoot, State::Lacking(why), Some(no_user)) =
            (one.protection, &mut one.state, &no_user)
        {
            no_user.clone_into(why);
        }
    }
    let tried = attempts(&converter, settings, ground.path()).await?;
    Ok(Examined {
        standing,
        tried,
        terms: converter.terms,
    })
}

/// The user that converters become; the commands of bridges run as that user and have whole paths.
fn chosen_user(settings: &Settings) -> Result<Option<User>, String> {
    let found = user(&settings.converter_user)?;
    if let Some(user) = found
        && !settings.bridges.is_empty()
        && let Some(closed) = closed_to(user, &settings.data)
    {
        return Err(format!(
            "bridges are configured, and the user of `converter_user` cannot pass `{}`; let it (`chmod o+x`), or \
             start the service as a user of its own",
            closed.display()
        ));
    }
    Ok(found)
}

/// The first folder on the way that the user cannot pass.
fn closed_to(user: User, folder: &Path) -> Option<PathBuf> {
    let whole = folder.canonicalize().ok()?;
    let passes = |folder: &Path| {
        std::fs::metadata(folder).is_ok_and(|found| {
            let bit = if found.uid() == user.uid {
                0o100
            } else if found.gid() == user.gid {
                0o010
            } else {
                0o001
            };
            found.mode() & bit != 0
        })
    };
    let work = whole.join("work");
    let way = whole
        .ancestors()
        .chain(work.is_dir().then_some(work.as_path()));
    way.filter(|folder| !passes(folder))
        .last()
        .map(Path::to_owned)
}

type Said = (Vec<Standing>, Option<Refused>);

/// Runs a probe to its end.
async fn probe(
    converter: &Converter,
    ground: &Path,
    attempt: Option<Attempt>,
) -> Result<Said, String> {
    let wrong = |cause: std::io::Error| cause.to_string();
    let own = tempfile::Builder::new()
        .prefix("own-")
        .tempdir_in(ground)
        .map_err(wrong)?;
    let order = Order::Probe(Probe {
        out: own.path().canonicalize().map_err(wrong)?,
        attempt,
        memory_bytes: 1 << 30,
    });
    let text = serde_json::to_vec(&order).map_err(|cause| cause.to_string())?;
    let mut child = converter.command().spawn().map_err(wrong)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that reads nothing says nothing either.
        let _ = stdin.write_all(&text).await;
    }
    let Ok(ended) = tokio::time::timeout(LONGEST, child.wait_with_output()).await else {
        return Err("it does not end".to_owned());
    };
    let ended = ended.map_err(wrong)?;
    let (mut standing, mut tried) = (Vec::new(), None);
    for line in String::from_utf8_lossy(&ended.stdout).lines() {
        match serde_json::from_str(line) {
            Ok(Probed::Standing(said)) => standing = said,
            Ok(Probed::Tried(None)) => tried = Some(Refused::No),
            Ok(Probed::Tried(Some(_))) => tried = Some(Refused::Yes),
            Err(_) => {}
        }
    }
    if standing.is_empty() {
        let words = String::from_utf8_lossy(&ended.stderr);
        let words = words.trim();
        return Err(if words.is_empty() {
            format!("it is not a converter of this version ({})", ended.status)
        } else {
            words.chars().take(500).collect()
        });
    }
    Ok((standing, tried.or_else(|| killed(ended.status))))
}

/// The verdict on a probe that says nothing of its attempt.
fn killed(status: ExitStatus) -> Option<Refused> {
    (status.signal() == Some(FORBIDDEN_CALL)).then_some(Refused::Yes)
}

/// Several probes, each with one attempt.
async fn attempts(
    converter: &Converter,
    settings: &Settings,
    ground: &Path,
) -> std::io::Result<Vec<(&'static str, Refused)>> {
    let ground = ground.canonicalize()?;
    let other = ground.join("other-upload");
    std::fs::write(&other, "of somebody else")?;
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let mut list = vec![
        Attempt::Read(other),
        Attempt::Write(ground.join("written")),
        Attempt::Network(listener.local_addr()?),
        Attempt::Signal(own),
    ];
    let database = settings.data.join("tramline.db");
    if let Ok(database) = database.canonicalize() {
        list.push(Attempt::Read(database));
    }
    let programs = ["/bin/true", "/usr/bin/true", "/bin/sh"].map(Path::new);
    if let Some(program) = programs.into_iter().find(|program| program.exists()) {
        list.push(Attempt::Program(program.to_owned()));
    }
    let probes = list.into_iter().map(|attempt| {
        let (what, ground) = (attempt.text(), &ground);
        async move {
            let refused = match probe(converter, ground, Some(attempt)).await {
                Ok((_, Some(refused))) => refused,
                Ok((_, None)) => Refused::Untried("the probe ended early".to_owned()),
                Err(why) => Refused::Untried(why),
            };
            (what, refused)
        }
    });
    Ok(futures::future::join_all(probes).await)
}
