//! Settings: one TOML file, then `TRAMLINE_…` variables, then options of the command.

use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tramline_convert::{Bridge, Bridges};

/// Everything that an operator can set. Sizes in bytes, times in seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where the service listens.
    pub listen: SocketAddr,
    /// Folder of database, blobs and working files.
    pub data: PathBuf,
    /// Where clients reach the service, for links; without it the request's own host is used.
    pub public_url: Option<String>,
    /// `GET /files` answers `{"message", "operations"}` instead of a bare array.
    pub files_envelope: bool,
    /// Conversions at once in this process; 0 makes it an API server only.
    pub workers: usize,
    /// Largest upload.
    pub upload_bytes: u64,
    /// Uploads that are received at once.
    pub uploads_at_once: usize,
    /// Of one account.
    pub uploads_at_once_per_account: usize,
    /// A body that sends nothing for so long is cut off.
    pub idle_body_seconds: u64,
    /// Conversion: processor time of a dataset, memory, bytes of one written file.
    pub convert_cpu_seconds: u64,
    /// Conversion of one upload by the clock on the wall.
    pub convert_seconds: u64,
    /// Memory of a converter.
    pub convert_memory_bytes: u64,
    /// Largest file that a converter may write.
    pub convert_file_bytes: u64,
    /// Renderings of stored points that are kept for the next request.
    pub rendering_cache_bytes: u64,
    /// Points and ground that are kept in memory for the next tile or map.
    pub memory_cache_bytes: u64,
    /// A worker that is silent for so long loses its run.
    pub lease_seconds: u64,
    /// How often the sweeper looks for what has no owner.
    pub sweep_seconds: u64,
    /// The sweeper leaves alone what is younger.
    pub sweep_safety_seconds: u64,
    /// Webhooks may go to private addresses.
    pub webhooks_allow_private: bool,
    /// The executable whose `convert-child` converts; by default the running one.
    pub converter: Option<PathBuf>,
    /// Commands for closed formats, by `fileFormat` code.
    pub bridges: Bridges,
    /// Name of the account that is made at the first start.
    pub bootstrap_user: Option<String>,
    /// Its password.
    #[serde(skip_serializing)]
    pub bootstrap_password: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data: PathBuf::from("tramline-data"),
            public_url: None,
            files_envelope: false,
            workers: 2,
            upload_bytes: 3 << 30,
            uploads_at_once: 100,
            uploads_at_once_per_account: 10,
            idle_body_seconds: 60,
            convert_cpu_seconds: 3_600,
            convert_seconds: 21_600,
            convert_memory_bytes: 4 << 30,
            convert_file_bytes: 64 << 30,
            rendering_cache_bytes: 2 << 30,
            memory_cache_bytes: 256 << 20,
            lease_seconds: 60,
            sweep_seconds: 600,
            sweep_safety_seconds: 3_600,
            webhooks_allow_private: false,
            converter: None,
            bridges: Bridges::new(),
            bootstrap_user: None,
            bootstrap_password: None,
        }
    }
}

/// A setting that cannot be used: which, and why.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file of settings cannot be read.
    #[error("cannot read settings `{path}`: {cause}")]
    Unreadable {
        /// Of the file.
        path: String,
        /// Why.
        cause: String,
    },
    /// A variable of the environment has a value that it cannot have.
    #[error("`{name}` cannot be `{value}`: {cause}")]
    Variable {
        /// Of the variable.
        name: String,
        /// What it is set to.
        value: String,
        /// Why that cannot be.
        cause: String,
    },
}

impl Settings {
    /// Reads the file, if one is named, and then the variables whose names begin with `TRAMLINE_`.
    pub fn load(
        file: Option<&Path>,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let mut settings = match file {
            None => Self::default(),
            Some(path) => {
                let unreadable = |cause: String| SettingsError::Unreadable {
                    path: path.display().to_string(),
                    cause,
                };
                let text = std::fs::read_to_string(path).map_err(|e| unreadable(e.to_string()))?;
                toml::from_str(&text).map_err(|e| unreadable(e.message().to_owned()))?
            }
        };
        for (name, value) in variables {
            if let Some(key) = name.strip_prefix("TRAMLINE_") {
                settings.set(&name, key, &value)?;
            }
        }
        Ok(settings)
    }

    /// Names that other parts of Tramline use are left alone.
    fn set(&mut self, name: &str, key: &str, value: &str) -> Result<(), SettingsError> {
        fn take<T: std::str::FromStr>(
            slot: &mut T,
            name: &str,
            value: &str,
        ) -> Result<(), SettingsError>
        where
            T::Err: std::fmt::Display,
        {
            *slot = value
                .parse()
                .map_err(|cause: T::Err| SettingsError::Variable {
                    name: name.to_owned(),
                    value: value.to_owned(),
                    cause: cause.to_string(),
                })?;
            Ok(())
        }
        match key {
            "LISTEN" => take(&mut self.listen, name, value),
            "DATA" => take(&mut self.data, name, value),
            "PUBLIC_URL" => {
                self.public_url = Some(value.trim_end_matches('/').to_owned());
                Ok(())
            }
            "FILES_ENVELOPE" => take(&mut self.files_envelope, name, value),
            "WORKERS" => take(&mut self.workers, name, value),
            "UPLOAD_BYTES" => take(&mut self.upload_bytes, name, value),
            "UPLOADS_AT_ONCE" => take(&mut self.uploads_at_once, name, value),
            "UPLOADS_AT_ONCE_PER_ACCOUNT" => {
                take(&mut self.uploads_at_once_per_account, name, value)
            }
            "IDLE_BODY_SECONDS" => take(&mut self.idle_body_seconds, name, value),
            "CONVERT_CPU_SECONDS" => take(&mut self.convert_cpu_seconds, name, value),
            "CONVERT_SECONDS" => take(&mut self.convert_seconds, name, value),
            "CONVERT_MEMORY_BYTES" => take(&mut self.convert_memory_bytes, name, value),
            "CONVERT_FILE_BYTES" => take(&mut self.convert_file_bytes, name, value),
            "RENDERING_CACHE_BYTES" => take(&mut self.rendering_cache_bytes, name, value),
            "MEMORY_CACHE_BYTES" => take(&mut self.memory_cache_bytes, name, value),
            "LEASE_SECONDS" => take(&mut self.lease_seconds, name, value),
            "SWEEP_SECONDS" => take(&mut self.sweep_seconds, name, value),
            "SWEEP_SAFETY_SECONDS" => take(&mut self.sweep_safety_seconds, name, value),
            "WEBHOOKS_ALLOW_PRIVATE" => take(&mut self.webhooks_allow_private, name, value),
            _ if key.starts_with("BRIDGE_") => {
                let code = key.trim_start_matches("BRIDGE_").to_owned();
                if let Some(bridge) = Bridge::of_words(value) {
                    self.bridges.insert(code, bridge);
                }
                Ok(())
            }
            "CONVERTER" => {
                self.converter = Some(PathBuf::from(value));
                Ok(())
            }
            "BOOTSTRAP_USER" => {
                self.bootstrap_user = Some(value.to_owned());
                Ok(())
            }
            "BOOTSTRAP_PASSWORD" => {
                self.bootstrap_password = Some(value.to_owned());
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
