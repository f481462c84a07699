//! A transaction that writes. What it makes ready for others is rung by its commit and by nothing else.

use super::connection::Connection;
use super::{ROWS, Sqlite};
use crate::bus::{Bell, Bus};
use crate::clock::now;
use crate::error::Stored;
use crate::store::{Event, NewRun};
use sqlx::QueryBuilder;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Rolled back when it is dropped.
pub(super) struct Writing {
    transaction: Connection,
    pub(super) bell: Bell,
    bus: Arc<dyn Bus>,
}

impl Deref for Writing {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.transaction
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.transaction
    }
}

impl Sqlite {
    /// A transaction that holds the write lock from its beginning.
    pub(super) async fn begin(&self) -> Stored<Writing> {
        Ok(Writing {
            transaction: self.write.begin().await?,
            bell: Bell::default(),
            bus: Arc::clone(&self.bus),
        })
    }
}

impl Writing {
    /// Commits, then rings.
    pub(super) async fn commit(self) -> Stored<()> {
        self.transaction.commit().await?;
        self.bell.ring(self.bus.as_ref()).await;
        Ok(())
    }

    /// Adds a run to the queue.
    pub(super) async fn add_run(&mut self, run: &NewRun) -> Stored<()> {
        let time = now();
        sqlx::query(
            "INSERT INTO runs (id, account_id, user_id, kind, subject, task, state, not_before, created, updated)
             VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?)",
        )
        .bind(&run.id)
        .bind(&run.account_id)
        .bind(&run.user_id)
        .bind(run.kind.name())
        .bind(&run.subject)
        .bind(&run.task)
        .bind(time)
        .bind(time)
        .bind(time)
        .execute(&mut self.transaction)
        .await?;
        self.bell.run();
        Ok(())
    }

    /// Writes events into the outbox; one of the same id is there already.
    pub(super) async fn add_events(&mut self, account: &str, events: &[Event]) -> Stored<()> {
        let time = now();
        for events in events.chunks(ROWS) {
            let mut query =
                QueryBuilder::new("INSERT INTO events (id, account_id, kind, body, created) ");
            query.push_values(events, |mut row, event| {
                row.push_bind(event.id.as_str())
                    .push_bind(account)
                    .push_bind(event.kind)
                    .push_bind(event.body.as_str())
                    .push_bind(time);
            });
            query.push(" ON CONFLICT (id) DO NOTHING");
            let query = query.build().persistent(events.len() == 1);
            query.execute(&mut self.transaction).await?;
            self.bell.events();
        }
        Ok(())
    }
}
