//! The one table of settings: of a row come the key of the file, the `TRAMLINE_…` variable, the field, its
//! default and the line of `docs/operating.md`.
//!
//! Rule: a setting is added here and nowhere else; its comment is what the operator reads.

use super::given::Given;
use super::{Listen, Proxies, SecretsKey, ShutIn};
use serde::Deserialize;
use std::path::PathBuf;
use tramline_convert::Bridges;

macro_rules! settings {
    ($($(#[doc = $meaning:literal])+ $key:ident: $kind:ty = $default:expr, $shown:literal;)*) => {
        /// Everything that an operator can set. Sizes in bytes, times in seconds.
        #[derive(Clone, Debug, Deserialize)]
        #[serde(default)]
        pub struct Settings {
            $($(#[doc = $meaning])+ pub $key: $kind,)*
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($key: $default,)* }
            }
        }

        /// The keys of all settings, in the order of the documentation.
        pub(super) const KEYS: &[&str] = &[$(stringify!($key),)*];

        /// Key, default and meaning of each, as the documentation has them.
        #[cfg(test)]
        const ROWS: &[(&str, &str, &[&str])] = &[
            $((stringify!($key), $shown, &[$($meaning),+]),)*
        ];

        impl Settings {
            /// Every setting that is a number.
            pub(super) fn numbers(&self) -> Vec<(&'static str, u64)> {
                let all = [$((stringify!($key), self.$key.number()),)*];
                let all = all.into_iter();
                all.filter_map(|(key, number)| Some((key, number?))).collect()
            }

            /// Sets what has that key to what the text says; `None` where no setting has it.
            pub(super) fn set(&mut self, key: &str, text: &str) -> Option<Result<(), String>> {
                match key {
                    $(stringify!($key) => Some(Given::given(text).map(|value| self.$key = value)),)*
                    _ => None,
                }
            }
        }
    };
}

settings! {
    /// Where to listen: an address or a name, and a port. A name stands for all addresses that it has on this machine;
    /// an IPv6 address is in brackets.
    listen: Listen = Listen::default(), "`127.0.0.1:8080`";
    /// Where to answer `/metrics`, written as for `listen`. Without it there are no figures; the address of the API
    /// never has them.
    metrics_listen: Option<Listen> = None, "none";
    /// The data folder.
    data: PathBuf = PathBuf::from("tramline-data"), "`tramline-data`";
    /// The address at which clients reach the service, used in links.
    public_url: Option<String> = None, "the request's own host";
    /// `GET /files` answers `{"message", "operations"}` instead of a bare array.
    files_envelope: bool = false, "`false`";
    /// Conversions that run at once; with 0, nothing is converted and uploads wait.
    workers: usize = 2, "2";
    /// Largest upload.
    upload_bytes: u64 = 3 << 30, "3 GiB";
    /// Free disk space below which no upload is taken and no conversion begins; with 0, only a disk that is full counts;
    /// see [below](#when-the-disk-is-full).
    free_bytes_min: u64 = 2 << 30, "2 GiB";
    /// Limit for all accounts together; beyond it 429.
    uploads_at_once: usize = 100, "100";
    /// Limit for one account; beyond it 429.
    uploads_at_once_per_account: usize = 10, "10";
    /// The body of an upload that sends nothing for this long is cut off with 408.
    idle_body_seconds: u64 = 55, "55";
    /// Bytes per second that such a body must reach after that time.
    least_body_rate: u64 = 1_000, "1,000";
    /// Connections open at once; at most half of the open files that the system allows.
    connections: usize = 10_000, "10,000";
    /// Of one address (of IPv6: one network of 64 bits), unless it is a trusted proxy.
    connections_per_address: usize = 5_000, "5,000";
    /// Addresses or networks of proxies (`["10.0.0.0/8", "127.0.0.1"]`, as a variable with commas). Only their
    /// `X-Forwarded-For` and `X-Forwarded-Proto` count.
    trusted_proxies: Proxies = Proxies::default(), "none";
    /// Processor time for one dataset.
    convert_cpu_seconds: u64 = 3_600, "3,600";
    /// Wall-clock limit for one conversion.
    convert_seconds: u64 = 21_600, "21,600";
    /// Memory of one conversion; the machine must have `workers` times this.
    convert_memory_bytes: u64 = 4 << 30, "4 GiB";
    /// Largest file that a conversion may write.
    convert_file_bytes: u64 = 64 << 30, "64 GiB";
    /// Total GeoJSON kept on disk after rendering, for later requests.
    rendering_cache_bytes: u64 = 2 << 30, "2 GiB";
    /// Bytes of points and footprints kept in memory for later tiles and maps; the features of a single file may use
    /// all of it.
    memory_cache_bytes: u64 = 256 << 20, "256 MiB";
    /// A worker loses its lease after this long without a heartbeat.
    lease_seconds: u64 = 60, "60";
    /// How often the sweeper looks for files without an owner.
    sweep_seconds: u64 = 600, "600";
    /// The sweeper leaves younger files alone.
    sweep_safety_seconds: u64 = 3_600, "3,600";
    /// What an account may have stored, uploads and results together; 0 is no limit.
    account_bytes: u64 = 500_000_000_000, "500 GB";
    /// Machine files of an account; 0 is no limit.
    account_files: u64 = 100_000, "100,000";
    /// Uploads of an account on one day (UTC); 0 is no limit.
    account_uploads_per_day: u64 = 10_000, "10,000";
    /// Days for which the log of an account is kept.
    audit_days: u32 = 400, "400";
    /// Webhooks may call private addresses.
    webhooks_allow_private: bool = false, "`false`";
    /// The key that seals secrets in the database: 64 hexadecimal digits, such as `openssl rand -hex 32` prints.
    /// Without it the key is in the file `secrets.key` of the data folder.
    secrets_key: Option<SecretsKey> = None, "the file `secrets.key`";
    /// The program whose `convert-child` command converts.
    converter: Option<PathBuf> = None, "this executable";
    /// With `required`, the service does not start without landlock and seccomp; see
    /// [below](#the-converter-is-shut-in).
    converter_shut_in: ShutIn = ShutIn::WherePossible, "`where possible`";
    /// If the service runs as root: the user whose rights its converters have, a name or `UID:GID`; an empty text
    /// keeps root.
    converter_user: String = "nobody".to_owned(), "`nobody`";
    /// Commands for closed formats, by code: `TRAMLINE_BRIDGE_CN1="/opt/cn1 {input} {output}"`, or `[bridges.CN1]` with
    /// `command = ["…"]`, `seconds`, `memory_bytes`, `output_bytes`, `output_files`; see [bridge](bridge.md).
    bridges: Bridges = Bridges::new(), "none";
    /// Name of the first account, created when there is none.
    bootstrap_user: Option<String> = None, "none";
    /// Its password, which must be [good enough](#accounts); otherwise the service does not start.
    bootstrap_password: Option<String> = None, "none";
}

#[cfg(test)]
mod tests {
    //! The table against its documentation.

    #![allow(clippy::unwrap_used)]

    use super::ROWS;

    fn documented() -> String {
        let rows = ROWS.iter().map(|(key, default, meaning)| {
            let meaning = meaning.concat();
            let meaning = meaning.trim().trim_end_matches('.');
            format!("| `{key}` | {default} | {meaning} |\n")
        });
        rows.collect()
    }

    #[test]
    fn the_documentation_has_every_setting_as_it_is() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operating.md");
        let page = std::fs::read_to_string(path).unwrap();
        let head = "| key | default | meaning |\n|---|---|---|\n";
        let (before, rest) = page.split_once(head).unwrap();
        let (table, after) = rest.split_once("\n\n").unwrap();
        if std::env::var_os("BLESS").is_some() {
            let text = format!("{before}{head}{}\n{after}", documented());
            std::fs::write(path, text).unwrap();
            return;
        }
        assert_eq!(
            format!("{table}\n"),
            documented(),
            "`BLESS=1 cargo test -p tramline-server --lib settings` rewrites the table"
        );
    }
}
