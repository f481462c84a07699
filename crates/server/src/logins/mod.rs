//! Passwords that are tried: how many at once, and what a wrong one costs.
//!
//! Rules: hashing takes 19 MiB and a core for some tens of milliseconds on purpose, so at most as many are hashed at
//! once as there are cores; a few wait for their turn, the rest is sent away before anything is hashed.
//! Whoever has to wait ([`waits`]) is sent away before anything is hashed, too. What is said to a client never tells
//! whether the name exists.

mod argon;
mod hashers;
mod waits;

use crate::error::{StoreError, Stored};
use crate::network::Network;
use crate::tokens::hash_password;
use hashers::Hashers;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use waits::{Pair, Waits};

/// Tries that wait for a core, by core: what is hashed within two seconds or so.
const WAITING: usize = 64;
/// Of these those of one address, so that one leaves room for others.
const WAITING_OF_ONE: usize = 8;
/// How long somebody is told to stay away who found no room.
const BUSY: Duration = Duration::from_secs(2);

/// A password that was not looked at, and when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    pub(crate) wait: Duration,
    /// Somebody gave too many wrong ones; else the server has too many to look at.
    pub(crate) failed_before: bool,
}

/// Who is trying.
pub(crate) struct Attempt<'a> {
    name: &'a str,
    origin: Network,
}

impl<'a> Attempt<'a> {
    /// A client without an address is one of our own tests.
    pub(crate) fn new(name: &'a str, client: Option<IpAddr>) -> Self {
        let client = client.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        Self {
            name,
            origin: client.into(),
        }
    }
}

/// Shared by all requests.
pub(crate) struct Logins {
    cores: usize,
    hashers: Hashers,
    hashing: Arc<Semaphore>,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    waits: Waits,
    /// Tries that are hashed or wait for it, in their order.
    inside: HashMap<Network, Vec<Place>>,
    places: u64,
}

/// The place of a try. Whose place is dropped has to go.
struct Place {
    id: u64,
    _stay: oneshot::Sender<()>,
}

/// A try that is hashed or waits for it.
struct Inside<'a> {
    logins: &'a Logins,
    origin: Network,
    id: u64,
    /// Ends when another takes the place.
    stay: oneshot::Receiver<()>,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let mut known = self.logins.lock();
        if let Some(places) = known.inside.get_mut(&self.origin) {
            places.retain(|place| place.id != self.id);
            if places.is_empty() {
                known.inside.remove(&self.origin);
            }
        }
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a try came to.
fn keep(known: &Mutex<Known>, pair: Pair, origin: Network, matches: bool) {
    if matches {
        lock(known).waits.succeeded(&pair);
    } else {
        let failures = lock(known).waits.failed(pair, Instant::now());
        tracing::warn!(client = %origin, failures, "a wrong name or password");
    }
}

impl Logins {
    pub(crate) fn start() -> Stored<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self {
            cores,
            hashers: Hashers::start(cores).map_err(|cause| StoreError::io("threads", cause))?,
            hashing: Arc::new(Semaphore::new(cores)),
            known: Arc::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }

    /// Whether the password is the one of that hash; of a name that nobody has, the hash is empty.
    pub(crate) async fn try_password(
        &self,
        attempt: &Attempt<'_>,
        password: String,
        hash: String,
    ) -> Result<bool, TooMany> {
        let pair = Pair::new(attempt.name, attempt.origin);
        let mut inside = self.enter(&pair, attempt.origin)?;
        let turn = tokio::select! {
            biased;
            turn = self.turn() => turn?,
            _ = &mut inside.stay => return Err(self.busy()),
        };
        // Others of the pair may have failed while this one waited.
        self.may_try(&pair)?;
        let (known, origin) = (Arc::clone(&self.known), attempt.origin);
        let tried = self.hashers.run(move |memory| {
            let matches = memory.matches(&password, &hash);
            // Before the turn ends, also where the client is gone by then.
            keep(&known, pair, origin, matches);
            drop(turn);
            matches
        });
        tried.await.map_err(|_ended| self.busy())
    }

    /// The hash of a new password, in its turn; refused where no memory can be had.
    pub(crate) async fn hash(&self, password: String) -> Result<String, TooMany> {
        let turn = self.turn().await?;
        let hash = self.hashers.run(move |_| {
            let hash = hash_password(&password);
            drop(turn);
            hash
        });
        hash.await
            .ok()
            .and_then(Result::ok)
            .ok_or_else(|| self.busy())
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, TooMany> {
        let turn = Arc::clone(&self.hashing).acquire_owned().await;
        turn.map_err(|_closed| self.busy())
    }

    fn may_try(&self, pair: &Pair) -> Result<(), TooMany> {
        match self.lock().waits.wait(pair, Instant::now()) {
            None => Ok(()),
            Some(wait) => Err(TooMany {
                wait,
                failed_before: true,
            }),
        }
    }

    fn busy(&self) -> TooMany {
        TooMany {
            wait: BUSY,
            failed_before: false,
        }
    }

    /// A place among those that are hashed or wait for it. Where all are taken, an address that has fewer than
    /// another takes the other's last.
    fn enter(&self, pair: &Pair, origin: Network) -> Result<Inside<'_>, TooMany> {
        self.may_try(pair)?;
        let mut known = self.lock();
        let all: usize = known.inside.values().map(Vec::len).sum();
        let own = known.inside.get(&origin).map_or(0, Vec::len);
        if own >= self.cores * WAITING_OF_ONE {
            return Err(self.busy());
        }
        if all >= self.cores * WAITING {
            let others = known.inside.values_mut();
            let more = others.filter(|places| places.len() > own + 1);
            let most = more.max_by_key(|places| places.len());
            most.and_then(Vec::pop).ok_or_else(|| self.busy())?;
        }
        known.places += 1;
        let id = known.places;
        let (sender, stay) = oneshot::channel();
        known
            .inside
            .entry(origin)
            .or_default()
            .push(Place { id, _stay: sender });
        drop(known);
        Ok(Inside {
            logins: self,
            origin,
            id,
            stay,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempt, Logins, Pair, WAITING, WAITING_OF_ONE};
    use crate::network::Network;
    use crate::tokens::hash_password;
    use futures::FutureExt;
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::{Duration, Instant};

    fn origin(last: u8) -> Network {
        Network::from(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)))
    }

    fn pair(last: u8) -> Pair {
        Pair::new("adviser", origin(last))
    }

    /// So many failures that the wait is longer than any machine takes for a test.
    fn fail_for_long(logins: &Logins, last: u8) {
        for _ in 0..15 {
            logins.lock().waits.failed(pair(last), Instant::now());
        }
    }

    async fn tried(logins: &Logins, origin: Network, password: &str, hash: &str) -> Option<bool> {
        let attempt = Attempt {
            name: "adviser",
            origin,
        };
        let tried = logins.try_password(&attempt, password.to_owned(), hash.to_owned());
        tried.await.ok()
    }

    #[tokio::test]
    async fn the_sixth_try_waits_even_with_the_right_password_but_not_from_elsewhere() {
        let logins = Logins::start().unwrap();
        let hash = hash_password("meadow gate nine").unwrap();
        let begin = Instant::now();
        for _ in 0..5 {
            assert_eq!(logins.lock().waits.wait(&pair(1), Instant::now()), None);
            assert_eq!(tried(&logins, origin(1), "wrong", &hash).await, Some(false));
        }
        let wait = logins.lock().waits.wait(&pair(1), begin);
        assert!(wait.is_some_and(|wait| wait >= Duration::from_secs(1)));
        fail_for_long(&logins, 1);
        let right = "meadow gate nine";
        assert_eq!(tried(&logins, origin(1), right, &hash).await, None);
        assert_eq!(tried(&logins, origin(2), right, &hash).await, Some(true));
    }

    #[tokio::test]
    async fn many_at_once_are_sent_away_at_once_and_leave_room_for_others() {
        let logins = Logins::start().unwrap();
        // Nobody gets a turn, so that all who may wait do.
        let held = logins
            .hashing
            .clone()
            .acquire_many_owned(logins.cores as u32);
        let held = held.await.unwrap();
        let flood =
            futures::future::join_all((0..200).map(|_| tried(&logins, origin(1), "wrong", "")));
        tokio::pin!(flood);
        assert!((&mut flood).now_or_never().is_none());
        let waiting = logins.lock().inside.get(&origin(1)).map(Vec::len);
        assert_eq!(waiting, Some(logins.cores * WAITING_OF_ONE));
        let other = tried(&logins, origin(2), "wrong", "");
        tokio::pin!(other);
        assert!((&mut other).now_or_never().is_none(), "waits for its turn");
        // Others of the pair fail while they wait.
        fail_for_long(&logins, 1);
        drop(held);
        let flood = flood.await;
        assert!(flood.iter().all(Option::is_none), "nothing is hashed");
        assert_eq!(other.await, Some(false));
        assert!(logins.lock().inside.is_empty());
    }

    #[tokio::test]
    async fn a_crowd_of_addresses_leaves_room_for_one_that_has_little() {
        let logins = Logins::start().unwrap();
        let held = logins.hashing.clone();
        let held = held.acquire_many_owned(logins.cores as u32).await.unwrap();
        // Eight addresses fill the room: each has all that one may have.
        let crowd =
            (1..=8).flat_map(|last| std::iter::repeat_n(last, logins.cores * WAITING_OF_ONE));
        let crowd = crowd.map(|last| tried(&logins, origin(last), "wrong", ""));
        let crowd = futures::future::join_all(crowd);
        tokio::pin!(crowd);
        assert!((&mut crowd).now_or_never().is_none());
        let all = || logins.lock().inside.values().map(Vec::len).sum::<usize>();
        assert_eq!(all(), logins.cores * WAITING);
        let hash = hash_password("meadow gate nine").unwrap();
        let honest = tried(&logins, origin(100), "meadow gate nine", &hash);
        tokio::pin!(honest);
        assert!((&mut honest).now_or_never().is_none(), "has a place");
        assert_eq!(all(), logins.cores * WAITING);
        drop(held);
        let (_, honest) = futures::future::join(crowd, honest).await;
        assert_eq!(honest, Some(true));
    }
}
