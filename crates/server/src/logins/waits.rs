//! How long somebody who gave wrong passwords waits. No clock of its own: the caller says what time it is.
//!
//! Rules: after five failures of a pair of name and address each further one costs a wait of 1, 2, 4 … 300
//! seconds; fifty failures within an hour close an address until the oldest is an hour old. A name alone never
//! waits, so that nobody can lock somebody else out from elsewhere.

use crate::network::Network;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Failures of a pair that cost no wait.
const FREE: u32 = 5;
const LONGEST: Duration = Duration::from_secs(300);
/// Failures of an address within [`MEMORY`].
const OF_ADDRESS: usize = 50;
/// After so long a failure counts no more.
const MEMORY: Duration = Duration::from_secs(3_600);
/// Pairs, and addresses, that are remembered; beyond it the one that failed longest ago is forgotten.
const REMEMBERED: usize = 20_000;

/// A name at an address; the name as a digest, which is short however long the name is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    name: [u8; 32],
    origin: Network,
}

impl Pair {
    pub(super) fn new(name: &str, origin: Network) -> Self {
        let name = Sha256::digest(name.as_bytes()).into();
        Self { name, origin }
    }
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Failures {
    fn wait(self) -> Duration {
        match self.count.checked_sub(FREE) {
            None => Duration::ZERO,
            Some(beyond) => LONGEST.min(Duration::from_secs(1_u64 << beyond.min(9))),
        }
    }
}

/// Failures of the last hour.
#[derive(Default)]
pub(super) struct Waits {
    pairs: HashMap<Pair, Failures>,
    addresses: HashMap<Network, VecDeque<Instant>>,
}

impl Waits {
    /// How long the pair has to wait before its next try; `None` when it may try now.
    pub(super) fn wait(&self, pair: &Pair, now: Instant) -> Option<Duration> {
        let of_pair = self
            .pairs
            .get(pair)
            .map(|failures| failures.last + failures.wait());
        let of_address = self.addresses.get(&pair.origin).and_then(|times| {
            let decisive = times.len().checked_sub(OF_ADDRESS)?;
            times.get(decisive).map(|oldest| *oldest + MEMORY)
        });
        let until = of_pair.max(of_address)?;
        let wait = until.saturating_duration_since(now);
        (!wait.is_zero()).then_some(wait)
    }

    /// A wrong password: how many the pair has given.
    pub(super) fn failed(&mut self, pair: Pair, now: Instant) -> u32 {
        let fresh = |last: &Instant| now.saturating_duration_since(*last) < MEMORY;
        make_room(&mut self.pairs, &pair, |failures| failures.last, fresh);
        let failures = self.pairs.entry(pair).or_insert(Failures {
            count: 0,
            last: now,
        });
        if !fresh(&failures.last) {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
        let count = failures.count;
        let last = |times: &VecDeque<Instant>| times.back().copied().unwrap_or(now);
        make_room(&mut self.addresses, &pair.origin, last, fresh);
        let times = self.addresses.entry(pair.origin).or_default();
        while times.front().is_some_and(|time| !fresh(time)) || times.len() >= OF_ADDRESS {
            times.pop_front();
        }
        times.push_back(now);
        count
    }

    /// The right password: the pair begins anew. What its address did stays, or an attacker would wash it clean
    /// with an account of their own.
    pub(super) fn succeeded(&mut self, pair: &Pair) {
        self.pairs.remove(pair);
    }
}

/// Forgets what is old where a new key has no room, and then the oldest.
fn make_room<K: Copy + Eq + Hash, V>(
    known: &mut HashMap<K, V>,
    new: &K,
    last: impl Fn(&V) -> Instant,
    fresh: impl Fn(&Instant) -> bool,
) {
    if known.len() < REMEMBERED || known.contains_key(new) {
        return;
    }
    known.retain(|_, value| fresh(&last(value)));
    if known.len() >= REMEMBERED
        && let Some(oldest) = known.iter().min_by_key(|(_, value)| last(value))
    {
        let oldest = *oldest.0;
        known.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::{Pair, REMEMBERED, Waits};
    use crate::network::Network;
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::{Duration, Instant};

    fn origin(last: u8) -> Network {
        Network::from(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)))
    }

    fn seconds(waits: &Waits, pair: &Pair, now: Instant) -> u64 {
        waits.wait(pair, now).map_or(0, |wait| wait.as_secs())
    }

    #[test]
    fn a_pair_waits_longer_each_time_from_its_fifth_failure_on() {
        let (mut waits, mut now) = (Waits::default(), Instant::now());
        let pair = Pair::new("adviser", origin(1));
        let mut waited = Vec::new();
        for _ in 0..16 {
            waits.failed(pair, now);
            let wait = waits.wait(&pair, now).unwrap_or_default();
            waited.push(wait.as_secs());
            now += wait;
            assert_eq!(waits.wait(&pair, now), None);
        }
        assert_eq!(
            waited,
            [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
        );
        waits.succeeded(&pair);
        waits.failed(pair, now);
        assert_eq!(waits.wait(&pair, now), None, "begins anew");
    }

    #[test]
    fn neither_another_address_nor_another_name_waits() {
        let (mut waits, now) = (Waits::default(), Instant::now());
        for _ in 0..10 {
            waits.failed(Pair::new("adviser", origin(1)), now);
        }
        assert_eq!(seconds(&waits, &Pair::new("adviser", origin(1)), now), 32);
        assert_eq!(seconds(&waits, &Pair::new("adviser", origin(2)), now), 0);
        assert_eq!(seconds(&waits, &Pair::new("other", origin(1)), now), 0);
    }

    #[test]
    fn an_address_has_fifty_failures_within_an_hour() {
        let (mut waits, start) = (Waits::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for number in 0..50 {
            let pair = Pair::new(&format!("name {number}"), origin(1));
            assert_eq!(waits.wait(&pair, at(number)), None, "{number}");
            waits.failed(pair, at(number));
        }
        let next = Pair::new("another name", origin(1));
        assert_eq!(seconds(&waits, &next, at(50)), 3_550);
        assert_eq!(
            seconds(&waits, &Pair::new("another name", origin(2)), at(50)),
            0
        );
        // The first is an hour old, the second is not.
        assert_eq!(seconds(&waits, &next, at(3_600)), 0);
        waits.failed(next, at(3_600));
        assert_eq!(seconds(&waits, &next, at(3_600)), 1);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_oldest_goes() {
        let (mut waits, start) = (Waits::default(), Instant::now());
        let pair = |number: usize| {
            let bits = u32::try_from(number).unwrap();
            Pair::new(
                "adviser",
                Network::from(IpAddr::V4(Ipv4Addr::from_bits(bits))),
            )
        };
        for number in 0..REMEMBERED + 3 {
            let now = start + Duration::from_millis(number as u64);
            waits.failed(pair(number), now);
        }
        assert_eq!(waits.pairs.len(), REMEMBERED);
        assert_eq!(waits.addresses.len(), REMEMBERED);
        assert!(!waits.pairs.contains_key(&pair(2)) && waits.pairs.contains_key(&pair(3)));
    }
}
