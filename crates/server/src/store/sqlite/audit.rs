//! The log of what was done, in SQLite.

use super::writing::Writing;
use super::{Sqlite, signed, unsigned, word};
use crate::clock::{Micros, SECOND, now};
use crate::error::{StoreError, Stored};
use crate::store::{Action, Actor, Audit, By, Entry, FAILED_ADDRESSES, Listed, Page, Span};
use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::net::IpAddr;

const HOUR: Micros = 3_600 * SECOND;

const SPAN: &str = " FROM audit WHERE account_id = ?1 AND time >= ?2 AND time <= ?3";

const FORGET_OLD: &str = "DELETE FROM audit WHERE id IN (
    SELECT id FROM audit WHERE time < ?1 ORDER BY time LIMIT 1000)";

const FORGET_MANY: &str = "DELETE FROM audit WHERE id IN (
    SELECT id FROM audit WHERE account_id = ?1 ORDER BY time, id LIMIT min(1000, ?2))";

/// Stands among the addresses of an hour for all that have no entry of their own.
const OTHERS: &str = "others";

fn entry(row: &SqliteRow) -> Stored<Entry> {
    let actor: String = row.try_get("actor")?;
    let actor = Actor::parse(&actor, row.try_get("actor_id")?)
        .ok_or_else(|| StoreError::corrupt("actor", format!("no such word: `{actor}`")))?;
    let client: Option<String> = row.try_get("client")?;
    Ok(Entry {
        time: row.try_get("time")?,
        by: By {
            actor,
            client: client.and_then(|client| client.parse().ok()),
            request: row.try_get("request")?,
        },
        action: word(row, "action", Action::from_name)?,
        subject: row.try_get("subject")?,
        times: unsigned(row.try_get("times")?),
    })
}

impl Writing {
    /// Writes an entry with what it tells of.
    pub(super) async fn record(
        &mut self,
        account: &str,
        by: &By,
        action: Action,
        subject: Option<&str>,
    ) -> Stored<()> {
        sqlx::query(
            "INSERT INTO audit (account_id, time, actor, actor_id, action, subject, client, request)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(account)
        .bind(now())
        .bind(by.actor.name())
        .bind(by.actor.id())
        .bind(action.name())
        .bind(subject)
        .bind(by.client.map(|client| client.to_string()))
        .bind(&by.request)
        .execute(&mut **self)
        .await?;
        Ok(())
    }

    /// Commits a change that touched so many rows, with its entry; `false` when it touched none.
    pub(super) async fn committed<'a>(
        mut self,
        rows: u64,
        account: &str,
        by: &By,
        action: Action,
        subject: impl Into<Option<&'a str>>,
    ) -> Stored<bool> {
        if rows == 0 {
            return Ok(false);
        }
        self.record(account, by, action, subject.into()).await?;
        self.commit().await?;
        Ok(true)
    }
}

#[async_trait]
impl Audit for Sqlite {
    async fn record(
        &self,
        account: &str,
        by: &By,
        action: Action,
        subject: Option<&str>,
    ) -> Stored<()> {
        let mut transaction = self.begin().await?;
        transaction.record(account, by, action, subject).await?;
        transaction.commit().await
    }

    async fn record_failed_login(&self, account: &str, client: Option<IpAddr>) -> Stored<()> {
        let mut transaction = self.begin().await?;
        let time = now();
        let rows = sqlx::query(
            "SELECT id, client, subject FROM audit WHERE account_id = ? AND time >= ? AND action = ?",
        )
        .bind(account)
        .bind(time - time.rem_euclid(HOUR))
        .bind(Action::LoginFailed.name())
        .fetch_all(&mut *transaction)
        .await?;
        let mut own = None;
        let mut others = None;
        let wanted = client.map(|client| client.to_string());
        for row in &rows {
            let id: i64 = row.try_get(0)?;
            if row.try_get::<Option<&str>, _>(2)? == Some(OTHERS) {
                others = Some(id);
            } else if row.try_get::<Option<String>, _>(1)? == wanted {
                own = Some(id);
            }
        }
        let full = rows.len() >= FAILED_ADDRESSES;
        if let Some(id) = own.or(others.filter(|_| full)) {
            sqlx::query("UPDATE audit SET times = times + 1 WHERE id = ?")
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        } else {
            let by = By {
                actor: Actor::Unknown,
                client: client.filter(|_| !full),
                request: None,
            };
            let subject = full.then_some(OTHERS);
            let action = Action::LoginFailed;
            transaction.record(account, &by, action, subject).await?;
        }
        transaction.commit().await
    }

    async fn audit(&self, account: &str, span: Span, page: Page) -> Stored<Listed<Entry>> {
        let from = span.from.unwrap_or(Micros::MIN);
        let to = span.to.unwrap_or(Micros::MAX);
        let mut count = sqlx::QueryBuilder::<sqlx::Sqlite>::new("SELECT COUNT(*)");
        count.push(SPAN);
        let count = count.build().bind(account).bind(from).bind(to);
        let total: i64 = count.fetch_one(&self.read).await?.try_get(0)?;
        let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("SELECT *");
        query
            .push(SPAN)
            .push(" ORDER BY time DESC, id DESC LIMIT ?4 OFFSET ?5");
        let rows = query
            .build()
            .bind(account)
            .bind(from)
            .bind(to)
            .bind(signed(page.size))
            .bind(signed(page.page.saturating_mul(page.size)))
            .fetch_all(&self.read)
            .await?;
        Ok(Listed {
            items: rows.iter().map(entry).collect::<Stored<_>>()?,
            total: unsigned(total),
        })
    }

    async fn forget_audit(&self, before: Micros, most: u64) -> Stored<u64> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(FORGET_OLD)
            .bind(before)
            .execute(&mut *transaction)
            .await?;
        let mut gone = done.rows_affected();
        let rows = sqlx::query(
            "SELECT account_id, COUNT(*) FROM audit GROUP BY account_id HAVING COUNT(*) > ?",
        )
        .bind(signed(most))
        .fetch_all(&mut *transaction)
        .await?;
        for row in rows {
            let more = row.try_get::<i64, _>(1)? - signed(most);
            let done = sqlx::query(FORGET_MANY)
                .bind(row.try_get::<&str, _>(0)?)
                .bind(more)
                .execute(&mut *transaction)
                .await?;
            gone += done.rows_affected();
        }
        transaction.commit().await?;
        Ok(gone)
    }
}
