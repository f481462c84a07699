//! What an operator should know of a machine before a service runs on it, and when it runs badly: each check
//! with what to do.

use crate::bind::reachable_by_others;
use crate::converter::{Examined, Refused, examine};
use crate::settings::{Settings, ShutIn};
use futures::future::BoxFuture;
use rustix::process::{Resource, getrlimit};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tramline_converter::State;

/// How a check came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is to do: what was found.
    Good(String),
    /// The service runs; this could be better, and how.
    Weak(String),
    /// To be mended, and how.
    Bad(String),
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Check {
    /// What, in words.
    pub what: String,
    /// How it came out.
    pub verdict: Verdict,
}

impl Check {
    fn new(what: impl Into<String>, verdict: Verdict) -> Self {
        Self {
            what: what.into(),
            verdict,
        }
    }
}

/// Open files that a busy service has.
const OPEN_FILES: u64 = 4_096;
/// 1 January 2026: no clock that is right shows less.
const RELEASED: Duration = Duration::from_secs(1_767_225_600);
/// What clocks of one machine may differ by.
const DRIFT: Duration = Duration::from_secs(60);

/// Looks at the machine and these settings. Nothing is changed: what is written for it is removed again.
pub fn doctor(settings: &Settings) -> BoxFuture<'_, Vec<Check>> {
    Box::pin(async move {
        let mut checks = vec![
            data_folder(&settings.data),
            free_space(settings),
            open_files(),
            memory(settings),
            clock(&settings.data),
            secrets_key(settings),
        ];
        checks.extend(unsafe_settings(settings).await);
        checks.extend(converter(settings).await);
        checks
    })
}

/// The folder, or the nearest one above it that exists.
fn existing(folder: &Path) -> PathBuf {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let found = whole.ancestors().find(|folder| folder.is_dir());
    found.unwrap_or(Path::new("/")).to_owned()
}

fn data_folder(data: &Path) -> Check {
    let folder = existing(data);
    let verdict = match tempfile::tempfile_in(&folder) {
        Ok(_) if data.is_dir() => Verdict::Good(format!("`{}`", data.display())),
        Ok(_) => Verdict::Good(format!(
            "`{}` is created at the first start",
            data.display()
        )),
        Err(cause) => Verdict::Bad(format!(
            "`{}`: {cause}; let the user of the service write there, or name another folder with `data`",
            folder.display()
        )),
    };
    Check::new("the data folder can be written", verdict)
}

fn free_space(settings: &Settings) -> Check {
    let what = "there is room for the largest upload";
    let folder = existing(&settings.data);
    let verdict = match rustix::fs::statvfs(&folder) {
        Ok(found) => {
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            let said = format!("{} MiB are free", free >> 20);
            let (least, wanted) = (settings.free_bytes_min, settings.upload_bytes);
            if free < least {
                Verdict::Bad(format!(
                    "{said}, less than `free_bytes_min` ({} MiB): every upload is refused and nothing is converted; \
                     make room",
                    least >> 20
                ))
            } else if free < wanted {
                let wanted = wanted >> 20;
                Verdict::Bad(format!(
                    "{said}, and one upload may take {wanted}; free space, or lower `upload_bytes`"
                ))
            } else if free < wanted.saturating_mul(4) {
                Verdict::Weak(format!(
                    "{said}; results take 1 to 25 times the upload, so leave more room"
                ))
            } else {
                Verdict::Good(said)
            }
        }
        Err(cause) => Verdict::Bad(format!("`{}`: {cause}", folder.display())),
    };
    Check::new(what, verdict)
}

/// Without its key, a database whose secrets are sealed is not opened.
fn secrets_key(settings: &Settings) -> Check {
    let is_given = settings.secrets_key.is_some() || settings.data.join("secrets.key").exists();
    let verdict = if is_given {
        Verdict::Good("there".to_owned())
    } else if settings.data.join("tramline.db").exists() {
        let text = "`secrets.key` is not in the data folder: if the service has had one, put back your copy; else the next \
                    start makes it";
        Verdict::Weak(text.to_owned())
    } else {
        Verdict::Good("the first start makes it".to_owned())
    };
    Check::new("the key of the secrets is there", verdict)
}

fn open_files() -> Check {
    let verdict = match getrlimit(Resource::Nofile).maximum {
        Some(most) if most < OPEN_FILES => Verdict::Weak(format!(
            "{most}; raise the hard limit to {OPEN_FILES} or more (`LimitNOFILE=` of systemd, `ulimit -Hn`)"
        )),
        Some(most) => Verdict::Good(most.to_string()),
        None => Verdict::Good("no limit".to_owned()),
    };
    Check::new("enough files may be open at once", verdict)
}

/// Bytes behind a name in `/proc/meminfo`.
fn total_memory(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    kibibytes.checked_mul(1_024)
}

fn memory(settings: &Settings) -> Check {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    // What a container may use can be less than what the machine has.
    let group = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let group = group.and_then(|text| text.trim().parse::<u64>().ok());
    let own = total_memory(&text).into_iter().chain(group).min();
    let at_once = u64::try_from(settings.workers).unwrap_or(u64::MAX);
    let wanted = settings.convert_memory_bytes.saturating_mul(at_once);
    let verdict = match own {
        None => Verdict::Weak("the memory of this machine is not known".to_owned()),
        Some(own) if own < wanted => Verdict::Weak(format!(
            "{} MiB, and `workers` times `convert_memory_bytes` are {}; lower one of them, or the system may kill \
             conversions of large files",
            own >> 20,
            wanted >> 20
        )),
        Some(own) => Verdict::Good(format!("{} MiB, {} needed", own >> 20, wanted >> 20)),
    };
    Check::new("there is memory for all conversions at once", verdict)
}

fn clock(data: &Path) -> Check {
    let now = SystemTime::now();
    let wrong = |why: &str| {
        Verdict::Bad(format!(
            "{why}; set it (`timedatectl set-ntp true`), since leases, tokens and dates rest on it"
        ))
    };
    let since = now.duration_since(SystemTime::UNIX_EPOCH);
    let ahead = |name: &str| {
        let changed = std::fs::metadata(data.join(name)).and_then(|found| found.modified());
        changed.is_ok_and(|changed| changed > now + DRIFT)
    };
    let verdict = if since.map_or(true, |since| since < RELEASED) {
        wrong("it is before 2026")
    } else if ["tramline.db", "tramline.db-wal"].into_iter().any(ahead) {
        wrong("it is behind the last change of the database")
    } else {
        Verdict::Good("plausible".to_owned())
    };
    Check::new("the clock is right", verdict)
}

async fn unsafe_settings(settings: &Settings) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut weak = |what: &str, hint: &str| {
        checks.push(Check::new(what, Verdict::Weak(hint.to_owned())));
    };
    let listens = settings.listen.addresses().await.unwrap_or_default();
    if let Some(told) = reachable_by_others(&listens, settings.public_url.as_deref()) {
        weak("nobody else reads what crosses the network", &told);
    }
    if settings.webhooks_allow_private {
        weak(
            "`webhooks_allow_private` is off",
            "whoever has an account can have the service call private addresses; turn it off unless all are trusted",
        );
    }
    if settings.bootstrap_password.is_some() && settings.data.join("tramline.db").exists() {
        weak(
            "`bootstrap_password` is not kept in the settings",
            "it is used only while there is no account; remove it once the service has started",
        );
    }
    if checks.is_empty() {
        let found = Verdict::Good("none found".to_owned());
        checks.push(Check::new("no setting is unsafe", found));
    }
    checks
}

async fn converter(settings: &Settings) -> Vec<Check> {
    let examined = match settings.converter_program() {
        Ok(program) => {
            let ground = Settings {
                data: existing(&settings.data),
                ..settings.clone()
            };
            examine(&ground, program).await
        }
        Err(cause) => Err(std::io::Error::other(cause.to_string())),
    };
    match examined {
        Ok(examined) => protections(settings, &examined),
        Err(cause) => vec![Check::new(
            "the converter can be tried",
            Verdict::Bad(cause.to_string()),
        )],
    }
}

fn protections(settings: &Settings, examined: &Examined) -> Vec<Check> {
    let required = settings.converter_shut_in == ShutIn::Required;
    let standing = examined.standing.iter().map(|one| {
        let verdict = match &one.state {
            State::Held => Verdict::Good("held".to_owned()),
            State::Lacking(why) if required && one.protection.can_be_required() => {
                Verdict::Bad(format!("{why}; `converter_shut_in` requires it"))
            }
            State::Lacking(why) => Verdict::Weak(format!("lacking: {why}")),
        };
        Check::new(one.protection.text(), verdict)
    });
    let tried = examined.tried.iter().map(|(what, refused)| {
        let verdict = match refused {
            Refused::Yes => Verdict::Good("refused".to_owned()),
            Refused::No => {
                Verdict::Bad("allowed: a damaged or hostile file might do it".to_owned())
            }
            Refused::Untried(why) => Verdict::Weak(format!("not known: {why}")),
        };
        Check::new(format!("a converter that tries to {what}"), verdict)
    });
    standing.chain(tried).collect()
}

#[cfg(test)]
mod tests {
    //! What is weak or bad, and that it says what to do.

    use super::*;

    fn text(verdict: &Verdict) -> &str {
        match verdict {
            Verdict::Good(text) | Verdict::Weak(text) | Verdict::Bad(text) => text,
        }
    }

    #[tokio::test]
    async fn each_unsafe_setting_says_what_to_do() {
        assert!(matches!(
            unsafe_settings(&Settings::default()).await.as_slice(),
            [Check {
                verdict: Verdict::Good(_),
                ..
            }]
        ));
        let open = Settings {
            listen: ([0, 0, 0, 0], 80).into(),
            webhooks_allow_private: true,
            ..Settings::default()
        };
        let found = unsafe_settings(&open).await;
        assert_eq!(found.len(), 2);
        assert!(
            found
                .iter()
                .all(|one| matches!(one.verdict, Verdict::Weak(_)))
        );
        assert!(text(&found[0].verdict).contains("`public_url`"));
    }

    #[test]
    fn space_and_memory_are_held_against_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let settings = |upload_bytes, convert_memory_bytes| Settings {
            data: folder.path().to_owned(),
            upload_bytes,
            convert_memory_bytes,
            ..Settings::default()
        };
        assert!(matches!(
            free_space(&settings(1, 1)).verdict,
            Verdict::Good(_)
        ));
        assert!(matches!(
            free_space(&settings(u64::MAX, 1)).verdict,
            Verdict::Bad(_)
        ));
        assert!(matches!(memory(&settings(1, 1)).verdict, Verdict::Good(_)));
        let much = memory(&settings(1, u64::MAX)).verdict;
        assert!(text(&much).contains("`workers`"), "{much:?}");
        let kibibytes = "MemFree: 3 kB\nMemTotal:       24683520 kB\n";
        assert_eq!(total_memory(kibibytes), Some(24_683_520 * 1_024));
    }

    #[test]
    fn a_database_from_the_future_means_a_wrong_clock() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(clock(folder.path()).verdict, Verdict::Good(_)));
        let database = std::fs::File::create(folder.path().join("tramline.db")).unwrap();
        let later = SystemTime::now() + Duration::from_secs(86_400);
        database.set_modified(later).unwrap();
        assert!(matches!(clock(folder.path()).verdict, Verdict::Bad(_)));
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_made_in_the_one_above() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("a/b");
        assert_eq!(existing(&data), folder.path());
        assert!(matches!(data_folder(&data).verdict, Verdict::Good(_)));
        std::fs::write(folder.path().join("a"), "").unwrap();
        assert_eq!(existing(&data), folder.path());
    }
}
