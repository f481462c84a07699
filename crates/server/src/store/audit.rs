//! What was done with an account, by whom and from where: ids and words, no names and no secrets.

use super::{Listed, Page};
use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;
use std::net::IpAddr;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The owner, with the token of this id where it has one.
    Owner(Option<String>),
    /// The API key of this id.
    Key(String),
    /// The operator, on the machine itself.
    Operator,
    /// Somebody without the right password.
    Unknown,
}

impl Actor {
    /// The word in the database and on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Owner(_) => "owner",
            Self::Key(_) => "key",
            Self::Operator => "operator",
            Self::Unknown => "unknown",
        }
    }

    /// Of the token or key.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Owner(id) => id.as_deref(),
            Self::Key(id) => Some(id),
            Self::Operator | Self::Unknown => None,
        }
    }

    pub(crate) fn parse(name: &str, id: Option<String>) -> Option<Self> {
        match (name, id) {
            ("owner", id) => Some(Self::Owner(id)),
            ("key", Some(id)) => Some(Self::Key(id)),
            ("operator", _) => Some(Self::Operator),
            ("unknown", _) => Some(Self::Unknown),
            _ => None,
        }
    }
}

/// Who does something, from where and with which request.
#[derive(Clone, Debug)]
pub struct By {
    pub actor: Actor,
    /// Where the client is known.
    pub client: Option<IpAddr>,
    /// Id of the request.
    pub request: Option<String>,
}

impl By {
    /// The operator's command line.
    pub fn operator() -> &'static Self {
        static OPERATOR: By = By {
            actor: Actor::Operator,
            client: None,
            request: None,
        };
        &OPERATOR
    }
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $action:ident = $name:literal,)*) => {
        /// What was done. The id of what it was done with stands beside it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($(#[doc = $doc])* $action,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &[Self] = &[$(Self::$action,)*];

            /// The word in the database and on the wire.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }
        }
    };
}

actions! {
    AccountMade = "accountMade",
    AccountDisabled = "accountDisabled",
    AccountEnabled = "accountEnabled",
    QuotaChanged = "quotaChanged",
    Login = "login",
    /// A wrong password; of an hour and an address all together.
    LoginFailed = "loginFailed",
    PasswordChanged = "passwordChanged",
    TokenRevoked = "tokenRevoked",
    /// All of them.
    TokensRevoked = "tokensRevoked",
    KeyMade = "keyMade",
    KeyRevoked = "keyRevoked",
    UserMade = "userMade",
    UserChanged = "userChanged",
    UserRemoved = "userRemoved",
    Upload = "upload",
    BatchRetried = "batchRetried",
    BatchRemoved = "batchRemoved",
    FileRemoved = "fileRemoved",
    FieldRemoved = "fieldRemoved",
    /// Of the user that is the subject, or of the owner where there is none.
    ConfigurationChanged = "configurationChanged",
    ConfigurationRemoved = "configurationRemoved",
    WebhookMade = "webhookMade",
    WebhookRemoved = "webhookRemoved",
}

impl Action {
    /// Reads the word.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|action| action.name() == name)
    }
}

/// An entry of the log.
#[derive(Clone, Debug)]
pub struct Entry {
    pub time: Micros,
    pub by: By,
    pub action: Action,
    pub subject: Option<String>,
    /// Of failed logins: how many they were, from `time` to the end of the hour.
    pub times: u64,
}

/// From when to when; both count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    pub from: Option<Micros>,
    pub to: Option<Micros>,
}

/// Addresses of failed logins of an account that have an entry of their own in an hour; all others share one.
pub const FAILED_ADDRESSES: usize = 20;

/// The log of what was done. Changes of other subjects write their entry in their own transaction.
#[async_trait]
pub trait Audit: Send + Sync {
    /// An entry of its own, for what another store does not write down.
    async fn record(
        &self,
        account: &str,
        by: &By,
        action: Action,
        subject: Option<&str>,
    ) -> Stored<()>;
    /// A failed login. Those of an hour and an address are one entry, and of an hour there are at most
    /// [`FAILED_ADDRESSES`] and one, so that nobody can fill the log from outside.
    async fn record_failed_login(&self, account: &str, client: Option<IpAddr>) -> Stored<()>;
    /// Entries of the account, the newest first.
    async fn audit(&self, account: &str, span: Span, page: Page) -> Stored<Listed<Entry>>;
    /// Removes some entries of before the instant, and of accounts with more than `most` entries some of
    /// the oldest; how many went.
    async fn forget_audit(&self, before: Micros, most: u64) -> Stored<u64>;
}

#[cfg(test)]
mod tests {
    use super::{Action, Actor};

    #[test]
    fn every_word_is_read_as_it_is_written() {
        for action in Action::ALL {
            assert_eq!(Action::from_name(action.name()), Some(*action));
        }
        for actor in [
            Actor::Owner(None),
            Actor::Owner(Some("t".to_owned())),
            Actor::Key("k".to_owned()),
            Actor::Operator,
            Actor::Unknown,
        ] {
            let id = actor.id().map(str::to_owned);
            assert_eq!(Actor::parse(actor.name(), id), Some(actor));
        }
        assert_eq!(Actor::parse("key", None), None);
    }
}
