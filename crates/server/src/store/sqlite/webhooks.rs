//! Webhooks and deliveries in SQLite.

use super::connection::Connection;
use super::{Sqlite, list_of};
use crate::clock::{Micros, now};
use crate::error::{StoreError, Stored};
use crate::store::rules::{receivers, registered_twice};
use crate::store::{Action, By, Due, Event, FailedCall, Webhook, Webhooks};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Executor, Row, Sqlite as Driver};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;
use uuid::Uuid;

fn webhook(row: &SqliteRow) -> Result<Webhook, StoreError> {
    let events: String = row.try_get("events")?;
    Ok(Webhook {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        secret: row.try_get("secret")?,
        url: row.try_get("url")?,
        events: serde_json::from_str(&events)
            .map_err(|cause| StoreError::corrupt("events of a webhook", cause))?,
    })
}

/// Some of each webhook, so that none waits behind the many of another.
const DUE: &str =
    "SELECT d.id, d.attempt, w.id AS webhook_id, e.id AS event_id, e.account_id, e.body,
        w.url, w.secret
    FROM webhooks w
    JOIN accounts o ON o.id = w.account_id AND o.disabled IS NULL
    JOIN deliveries d ON d.id IN (SELECT n.id FROM deliveries n
        WHERE n.webhook_id = w.id AND n.state = 'waiting' AND n.not_before <= ?1
        ORDER BY n.not_before, n.id LIMIT ?2)
    JOIN events e ON e.id = d.event_id
    WHERE w.id NOT IN (SELECT value FROM json_each(?3))
    ORDER BY d.not_before, d.id LIMIT ?4";

fn due(row: &SqliteRow) -> Result<Due, sqlx::Error> {
    Ok(Due {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        webhook_id: row.try_get("webhook_id")?,
        event_id: row.try_get("event_id")?,
        body: row.try_get("body")?,
        url: row.try_get("url")?,
        secret: row.try_get("secret")?,
        attempt: u32::try_from(row.try_get::<i64, _>("attempt")?).unwrap_or(u32::MAX),
    })
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

async fn insert_delivery(
    connection: &mut Connection,
    event: &str,
    webhook: &str,
) -> Result<(), sqlx::Error> {
    let time = now();
    sqlx::query(
        "INSERT INTO deliveries (id, event_id, webhook_id, state, not_before, created, updated)
         VALUES (?, ?, ?, 'waiting', ?, ?, ?) ON CONFLICT (event_id, webhook_id) DO NOTHING",
    )
    .bind(Uuid::now_v7().to_string())
    .bind(event)
    .bind(webhook)
    .bind(time)
    .bind(time)
    .bind(time)
    .execute(connection)
    .await?;
    Ok(())
}

async fn of_account(
    connection: impl Executor<'_, Database = Driver>,
    account: &str,
) -> Stored<Vec<Webhook>> {
    let rows = sqlx::query("SELECT * FROM webhooks WHERE account_id = ? ORDER BY created, id")
        .bind(account)
        .fetch_all(connection)
        .await?;
    rows.iter().map(webhook).collect()
}

#[async_trait]
impl Webhooks for Sqlite {
    async fn add_webhook(
        &self,
        account: &str,
        new: &Webhook,
        confirmation: &Event,
        by: &By,
    ) -> Stored<Result<(), String>> {
        let mut transaction = self.begin().await?;
        let known = of_account(&mut *transaction, account).await?;
        if let Some(twice) = registered_twice(&known, new) {
            return Ok(Err(twice));
        }
        let events = serde_json::to_string(&new.events)
            .map_err(|cause| StoreError::defect("events of a webhook", cause))?;
        sqlx::query(
            "INSERT INTO webhooks (id, account_id, name, secret, url, events, created)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&new.id)
        .bind(account)
        .bind(&new.name)
        .bind(&new.secret)
        .bind(&new.url)
        .bind(events)
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO events (id, account_id, kind, body, created, spread) VALUES (?, ?, ?, ?, ?, 1)",
        )
        .bind(&confirmation.id)
        .bind(account)
        .bind(confirmation.kind)
        .bind(&confirmation.body)
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        insert_delivery(&mut transaction, &confirmation.id, &new.id).await?;
        transaction.bell.events();
        let (action, id) = (Action::WebhookMade, Some(new.id.as_str()));
        transaction.record(account, by, action, id).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    async fn webhooks(&self, account: &str) -> Stored<Vec<Webhook>> {
        of_account(&self.read, account).await
    }

    async fn webhook(&self, account: &str, id: &str) -> Stored<Option<Webhook>> {
        let row = sqlx::query("SELECT * FROM webhooks WHERE account_id = ? AND id = ?")
            .bind(account)
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(webhook).transpose()
    }

    async fn webhook_secrets(&self) -> Stored<Vec<(String, String)>> {
        let rows = sqlx::query("SELECT id, secret FROM webhooks ORDER BY id")
            .fetch_all(&self.read)
            .await?;
        let pair = |row: &SqliteRow| Ok((row.try_get(0)?, row.try_get(1)?));
        rows.iter().map(pair).collect()
    }

    async fn replace_webhook_secret(&self, id: &str, before: &str, after: &str) -> Stored<()> {
        let sql = "UPDATE webhooks SET secret = ? WHERE id = ? AND secret = ?";
        let query = sqlx::query(sql).bind(after).bind(id).bind(before);
        self.overwrite(query).await
    }

    async fn remove_webhook(&self, account: &str, id: &str, by: &By) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("DELETE FROM webhooks WHERE account_id = ? AND id = ?")
            .bind(account)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        let action = Action::WebhookRemoved;
        transaction
            .committed(done.rows_affected(), account, by, action, id)
            .await
    }

    async fn failed_calls(&self, account: &str, most: u64) -> Stored<Vec<FailedCall>> {
        let rows = sqlx::query(
            "SELECT url, status, response, request_body, connection_error, created FROM failed_calls
             WHERE account_id = ? ORDER BY created DESC, id DESC LIMIT ?",
        )
        .bind(account)
        .bind(super::signed(most))
        .fetch_all(&self.read)
        .await?;
        let call = |row: &SqliteRow| {
            let status: Option<i64> = row.try_get("status")?;
            Ok(FailedCall {
                url: row.try_get("url")?,
                status: status.and_then(|status| u16::try_from(status).ok()),
                response: row.try_get("response")?,
                request_body: row.try_get("request_body")?,
                connection_error: row.try_get("connection_error")?,
                created: row.try_get("created")?,
            })
        };
        rows.iter().map(call).collect()
    }

    async fn spread_events(&self) -> Stored<u64> {
        let waiting = sqlx::query("SELECT 1 FROM events WHERE spread = 0 LIMIT 1")
            .fetch_optional(&self.read)
            .await?;
        if waiting.is_none() {
            return Ok(0);
        }
        let mut transaction = self.begin().await?;
        let rows = sqlx::query(
            "SELECT id, account_id, kind FROM events WHERE spread = 0 ORDER BY created, rowid LIMIT 500",
        )
        .fetch_all(&mut *transaction)
        .await?;
        let count = rows.len() as u64;
        let mut webhooks: HashMap<String, Vec<Webhook>> = HashMap::new();
        for row in rows {
            let (id, account, kind): (String, String, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let known = match webhooks.entry(account) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let list = of_account(&mut *transaction, new.key()).await?;
                    new.insert(list)
                }
            };
            for webhook in receivers(known, &kind) {
                insert_delivery(&mut transaction, &id, &webhook.id).await?;
            }
            sqlx::query("UPDATE events SET spread = 1 WHERE id = ?")
                .bind(&id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(count)
    }

    async fn due_deliveries(
        &self,
        most: u64,
        each: u64,
        busy: &[String],
        hold: Duration,
    ) -> Stored<Vec<Due>> {
        let busy = list_of(busy)?;
        let time = now();
        let rows = sqlx::query(DUE)
            .bind(time)
            .bind(super::signed(each))
            .bind(&busy)
            .bind(super::signed(most))
            .fetch_all(&self.read)
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let mut transaction = self.begin().await?;
        let mut list = Vec::with_capacity(rows.len());
        for row in &rows {
            let due = due(row)?;
            // Another server may have been faster.
            let taken = sqlx::query(
                "UPDATE deliveries SET not_before = ?, updated = ?
                 WHERE id = ? AND state = 'waiting' AND not_before <= ?",
            )
            .bind(time.saturating_add(micros(hold)))
            .bind(time)
            .bind(&due.id)
            .bind(time)
            .execute(&mut *transaction)
            .await?;
            if taken.rows_affected() == 1 {
                list.push(due);
            }
        }
        transaction.commit().await?;
        Ok(list)
    }

    async fn delivered(&self, id: &str) -> Stored<()> {
        sqlx::query("UPDATE deliveries SET state = 'delivered', attempt = attempt + 1, updated = ? WHERE id = ?")
            .bind(now())
            .bind(id)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    async fn not_delivered(
        &self,
        due: &Due,
        call: &FailedCall,
        again: Option<Duration>,
    ) -> Stored<()> {
        let mut transaction = self.begin().await?;
        let time = now();
        sqlx::query(
            "UPDATE deliveries SET state = ?, attempt = attempt + 1, not_before = ?, updated = ? WHERE id = ?",
        )
        .bind(if again.is_some() { "waiting" } else { "given up" })
        .bind(time.saturating_add(micros(again.unwrap_or_default())))
        .bind(time)
        .bind(&due.id)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO failed_calls (id, account_id, delivery_id, url, status, response, request_body,
                connection_error, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(&due.account_id)
        .bind(&due.id)
        .bind(&call.url)
        .bind(call.status.map(i64::from))
        .bind(&call.response)
        .bind(&call.request_body)
        .bind(&call.connection_error)
        .bind(call.created)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn forget(&self, events: Micros, calls: Micros) -> Stored<u64> {
        let mut transaction = self.begin().await?;
        let mut gone = 0;
        for (sql, before) in [
            (
                "DELETE FROM events WHERE id IN (SELECT e.id FROM events e
                 WHERE e.spread = 1 AND e.created < ? AND NOT EXISTS (SELECT 1 FROM deliveries d
                     WHERE d.event_id = e.id AND d.state = 'waiting') LIMIT 1000)",
                events,
            ),
            (
                "DELETE FROM failed_calls WHERE id IN (SELECT id FROM failed_calls
                 WHERE created < ? LIMIT 1000)",
                calls,
            ),
        ] {
            let done = sqlx::query(sql).bind(before).execute(&mut *transaction);
            gone += done.await?.rows_affected();
        }
        transaction.commit().await?;
        Ok(gone)
    }
}
