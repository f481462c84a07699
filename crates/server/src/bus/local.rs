//! The bus within one process.

use super::{Bus, Call, Topic};
use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast};

/// Messages that a follower may be behind.
const BEHIND: usize = 64;

/// Bells and news of one process.
#[derive(Debug, Default)]
pub struct LocalBus {
    work: Arc<Notify>,
    events: Arc<Notify>,
    topics: Mutex<HashMap<Topic, broadcast::Sender<Bytes>>>,
}

impl LocalBus {
    fn bell(&self, call: Call) -> &Arc<Notify> {
        match call {
            Call::Work => &self.work,
            Call::Events => &self.events,
        }
    }
}

#[async_trait]
impl Bus for LocalBus {
    async fn ring(&self, call: Call, count: usize) {
        for _ in 0..count {
            self.bell(call).notify_one();
        }
    }

    async fn hear(&self, call: Call) -> BoxFuture<'static, ()> {
        let mut rung = Box::pin(Arc::clone(self.bell(call)).notified_owned());
        rung.as_mut().enable();
        rung
    }

    async fn tell(&self, topic: &Topic, body: Bytes) {
        let topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(followers) = topics.get(topic) {
            // Nobody follows any more: it is forgotten with the next who does.
            let _ = followers.send(body);
        }
    }

    async fn listen(&self, topic: Topic) -> BoxStream<'static, Bytes> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.retain(|_, followers| followers.receiver_count() > 0);
        let followers = topics
            .entry(topic)
            .or_insert_with(|| broadcast::Sender::new(BEHIND));
        let told = followers.subscribe();
        stream::unfold(told, |mut told| async move {
            match told.recv().await {
                Ok(body) => Some((body, told)),
                Err(RecvError::Lagged(_)) => Some((Bytes::new(), told)),
                Err(RecvError::Closed) => None,
            }
        })
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    //! Nothing that is said after somebody began to listen is lost.

    #![allow(clippy::unwrap_used)]

    use super::{BEHIND, LocalBus};
    use crate::bus::{Bell, Bus, Call, Topic};
    use bytes::Bytes;
    use futures::{FutureExt, StreamExt};

    #[tokio::test]
    async fn a_ring_between_the_look_and_the_wait_is_heard_by_one() {
        let bus = LocalBus::default();
        let (first, second) = (bus.hear(Call::Work).await, bus.hear(Call::Work).await);
        let mut bell = Bell::default();
        bell.run();
        bell.ring(&bus).await;
        assert_eq!(first.now_or_never(), Some(()));
        assert_eq!(second.now_or_never(), None);
        // Rung while nobody waited.
        bus.ring(Call::Work, 1).await;
        assert_eq!(bus.hear(Call::Work).await.now_or_never(), Some(()));
        assert_eq!(bus.hear(Call::Events).await.now_or_never(), None);
    }

    #[tokio::test]
    async fn a_ring_that_its_hearer_does_not_wait_for_wakes_another() {
        let bus = LocalBus::default();
        let (busy, idle) = (bus.hear(Call::Work).await, bus.hear(Call::Work).await);
        bus.ring(Call::Work, 1).await;
        // It found work when it looked.
        drop(busy);
        assert_eq!(idle.now_or_never(), Some(()));
    }

    #[tokio::test]
    async fn all_who_follow_hear_and_the_slow_one_is_told_to_look() {
        let bus = LocalBus::default();
        let topic = Topic::Subject("upload".to_owned());
        bus.tell(&topic, Bytes::from("before")).await;
        let mut one = bus.listen(topic.clone()).await;
        let mut two = bus.listen(topic.clone()).await;
        bus.tell(&topic, Bytes::from("after")).await;
        assert_eq!(one.next().await.unwrap(), "after");
        for _ in 0..=BEHIND {
            bus.tell(&topic, Bytes::from("more")).await;
        }
        assert_eq!(two.next().await.unwrap(), "");
        assert_eq!(two.next().await.unwrap(), "more");
        let mut other = bus.listen(Topic::Run("upload".to_owned())).await;
        assert_eq!(other.next().now_or_never(), None);
    }
}
