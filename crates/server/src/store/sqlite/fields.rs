//! Fields and boundaries in SQLite.

use super::connection::Connection;
use super::conversion::check;
use super::publish::{insert_artifacts, insert_shares};
use super::writing::Writing;
use super::{Sqlite, ordered, signed, unsigned, word};
use crate::clock::{Micros, now};
use crate::error::Stored;
use crate::store::rules::retold;
use crate::store::{
    ActiveBoundary, BoundaryRow, Event, FieldFilter, FieldRow, FieldSort, Fields, Listed, Located,
    NewBoundary, NewField, NewRun, Page, Run,
};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Executor, QueryBuilder, Row, Sqlite as Driver};
use tramline_model::{BoundaryStatus, FieldKind, FieldStatus};

fn field(row: &SqliteRow) -> Stored<FieldRow> {
    Ok(FieldRow {
        id: row.try_get("id")?,
        user_id: row.try_get("user_id")?,
        name: row.try_get("name")?,
        kind: word(row, "kind", FieldKind::from_name)?,
        status: word(row, "status", FieldStatus::from_name)?,
        farm_id: row.try_get("farm_id")?,
        created: row.try_get("created")?,
        updated: row.try_get("updated")?,
        boundaries: Vec::new(),
        files: Vec::new(),
    })
}

async fn insert_boundary(
    connection: &mut Connection,
    user: &str,
    field: &str,
    boundary: &NewBoundary,
) -> Result<(), sqlx::Error> {
    let time = now();
    let [west, south, east, north] = boundary.bounds;
    sqlx::query(
        "INSERT INTO boundaries (id, user_id, field_id, status, wkb, area_ha, west, south, east, north,
            created, updated) VALUES (?, ?, ?, 'ACTIVE', ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&boundary.id)
    .bind(user)
    .bind(field)
    .bind(&boundary.wkb)
    .bind(boundary.area_ha)
    .bind(west)
    .bind(south)
    .bind(east)
    .bind(north)
    .bind(time)
    .bind(time)
    .execute(connection)
    .await?;
    Ok(())
}

fn narrow(query: &mut QueryBuilder<Driver>, account: &str, filter: &FieldFilter) {
    query
        .push(" FROM fields WHERE account_id = ")
        .push_bind(account.to_owned());
    for (condition, value) in [
        (" AND user_id = ", filter.user.as_deref()),
        (" AND id = ", filter.id.as_deref()),
        (" AND name = ", filter.name.as_deref()),
        (" AND kind = ", filter.kind.map(FieldKind::name)),
        (" AND status = ", filter.status.map(FieldStatus::name)),
    ] {
        if let Some(value) = value {
            query.push(condition).push_bind(value.to_owned());
        }
    }
    for (condition, value) in [
        (" AND farm_id = ", filter.farm_id),
        (" AND created >= ", filter.created_from),
        (" AND created <= ", filter.created_to),
        (" AND updated >= ", filter.updated_from),
        (" AND updated <= ", filter.updated_to),
    ] {
        if let Some(value) = value {
            query.push(condition).push_bind(value);
        }
    }
}

impl Sqlite {
    async fn complete_field(&self, field: &mut FieldRow) -> Stored<()> {
        let rows = sqlx::query(
            "SELECT id, status, wkb, area_ha, created, updated FROM boundaries
             WHERE user_id = ? AND field_id = ? ORDER BY created DESC, id DESC",
        )
        .bind(&field.user_id)
        .bind(&field.id)
        .fetch_all(&self.read)
        .await?;
        for row in rows {
            field.boundaries.push(BoundaryRow {
                id: row.try_get("id")?,
                status: word(&row, "status", BoundaryStatus::from_name)?,
                wkb: row.try_get("wkb")?,
                area_ha: row.try_get("area_ha")?,
                created: row.try_get("created")?,
                updated: row.try_get("updated")?,
            });
        }
        let rows = sqlx::query(
            "SELECT f.id FROM file_fields s JOIN files f ON f.id = s.file_id
             WHERE f.user_id = ? AND s.field_id = ? ORDER BY f.created, f.id",
        )
        .bind(&field.user_id)
        .bind(&field.id)
        .fetch_all(&self.read)
        .await?;
        for row in rows {
            field.files.push(row.try_get(0)?);
        }
        Ok(())
    }
}

fn column(sort: FieldSort) -> &'static str {
    match sort {
        FieldSort::Id => "id",
        FieldSort::Name => "name",
        FieldSort::Type => "kind",
        FieldSort::Status => "status",
        FieldSort::FarmId => "farm_id",
        FieldSort::LeafUserId => "user_id",
        FieldSort::CreatedTime => "created",
        FieldSort::UpdatedTime => "updated",
    }
}

#[async_trait]
impl Fields for Sqlite {
    async fn add_field(
        &self,
        account: &str,
        user: &str,
        field: &NewField,
        run: &NewRun,
        events: &[Event],
    ) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let time = now();
        let done = sqlx::query(
            "INSERT INTO fields (id, account_id, user_id, name, farm_id, created, updated)
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, id) DO NOTHING",
        )
        .bind(&field.id)
        .bind(account)
        .bind(user)
        .bind(&field.name)
        .bind(field.farm_id)
        .bind(time)
        .bind(time)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        insert_boundary(&mut transaction, user, &field.id, &field.boundary).await?;
        change_fields(&mut transaction, user).await?;
        transaction.add_run(run).await?;
        transaction.add_events(account, events).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn field(&self, account: &str, user: &str, id: &str) -> Stored<Option<FieldRow>> {
        let row =
            sqlx::query("SELECT * FROM fields WHERE account_id = ? AND user_id = ? AND id = ?")
                .bind(account)
                .bind(user)
                .bind(id)
                .fetch_optional(&self.read)
                .await?;
        let Some(row) = row else { return Ok(None) };
        let mut found = field(&row)?;
        self.complete_field(&mut found).await?;
        Ok(Some(found))
    }

    async fn fields(
        &self,
        account: &str,
        filter: &FieldFilter,
        page: Page,
    ) -> Stored<Listed<FieldRow>> {
        let mut count = QueryBuilder::<Driver>::new("SELECT COUNT(*)");
        narrow(&mut count, account, filter);
        let total: i64 = count.build().fetch_one(&self.read).await?.try_get(0)?;
        let mut query = QueryBuilder::<Driver>::new("SELECT *");
        narrow(&mut query, account, filter);
        query
            .push(ordered(
                filter
                    .sort
                    .iter()
                    .map(|(sort, rises)| (column(*sort), *rises)),
                "created",
                "id",
            ))
            // A client may have given two users a field of one id.
            .push(", user_id LIMIT ")
            .push_bind(signed(page.size))
            .push(" OFFSET ")
            .push_bind(signed(page.page.saturating_mul(page.size)));
        let rows = query.build().fetch_all(&self.read).await?;
        let mut items: Vec<FieldRow> = rows.iter().map(field).collect::<Result<_, _>>()?;
        for item in &mut items {
            self.complete_field(item).await?;
        }
        Ok(Listed {
            items,
            total: unsigned(total),
        })
    }

    async fn change_field(
        &self,
        account: &str,
        user: &str,
        id: &str,
        name: Option<&str>,
        farm_id: Option<i64>,
    ) -> Stored<()> {
        sqlx::query(
            "UPDATE fields SET name = COALESCE(?, name), farm_id = COALESCE(?, farm_id), updated = ?
             WHERE account_id = ? AND user_id = ? AND id = ?",
        )
        .bind(name)
        .bind(farm_id)
        .bind(now())
        .bind(account)
        .bind(user)
        .bind(id)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    async fn set_boundary(
        &self,
        account: &str,
        user: &str,
        field: &str,
        boundary: &NewBoundary,
        run: &NewRun,
        events: &[Event],
    ) -> Stored<()> {
        let mut transaction = self.begin().await?;
        let time = now();
        sqlx::query(
            "UPDATE boundaries SET status = 'INACTIVE', updated = ?
             WHERE user_id = ? AND field_id = ? AND status = 'ACTIVE'",
        )
        .bind(time)
        .bind(user)
        .bind(field)
        .execute(&mut *transaction)
        .await?;
        insert_boundary(&mut transaction, user, field, boundary).await?;
        sqlx::query("UPDATE fields SET updated = ? WHERE user_id = ? AND id = ?")
            .bind(time)
            .bind(user)
            .bind(field)
            .execute(&mut *transaction)
            .await?;
        change_fields(&mut transaction, user).await?;
        transaction.add_run(run).await?;
        transaction.add_events(account, events).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn remove_field(
        &self,
        account: &str,
        user: &str,
        id: &str,
        run: &NewRun,
    ) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let done =
            sqlx::query("DELETE FROM fields WHERE account_id = ? AND user_id = ? AND id = ?")
                .bind(account)
                .bind(user)
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(
            "DELETE FROM file_fields WHERE field_id = ?
             AND file_id IN (SELECT id FROM files WHERE user_id = ?)",
        )
        .bind(id)
        .bind(user)
        .execute(&mut *transaction)
        .await?;
        change_fields(&mut transaction, user).await?;
        transaction.add_run(run).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn active_boundaries(&self, user: &str) -> Stored<(Vec<ActiveBoundary>, Micros)> {
        // The instant first: a change between the two reads is then noticed, not missed.
        let mut connection = self.read.acquire().await?;
        let changed = fields_changed(&mut *connection, user).await?;
        let rows = sqlx::query(
            "SELECT field_id, wkb FROM boundaries WHERE user_id = ? AND status = 'ACTIVE'
             ORDER BY field_id",
        )
        .bind(user)
        .fetch_all(&mut *connection)
        .await?;
        let mut active = Vec::with_capacity(rows.len());
        for row in rows {
            active.push(ActiveBoundary {
                field_id: row.try_get(0)?,
                wkb: row.try_get(1)?,
            });
        }
        Ok((active, changed))
    }

    async fn files_within(&self, user: &str, bounds: [f64; 4]) -> Stored<Vec<String>> {
        let [west, south, east, north] = bounds;
        let rows = sqlx::query(
            "SELECT id FROM files WHERE user_id = ? AND status = 'processed'
             AND west <= ? AND east >= ? AND south <= ? AND north >= ? ORDER BY created, id",
        )
        .bind(user)
        .bind(east)
        .bind(west)
        .bind(north)
        .bind(south)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    async fn set_located(&self, run: &Run, located: &Located) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        check(&mut transaction, run).await?;
        if fields_changed(&mut *transaction, &run.user_id).await? != located.fields_changed {
            return Ok(false);
        }
        let done = sqlx::query(
            "UPDATE files SET outside_points = ?, located_with = ?, updated = ? WHERE id = ? AND status = 'processed'
             AND EXISTS (SELECT 1 FROM artifacts WHERE file_id = files.id
                AND kind = 'standardGeoparquet' AND blob_key = ?)",
        )
        .bind(signed(located.outside_points))
        .bind(located.fields_changed)
        .bind(now())
        .bind(&located.file)
        .bind(located.standard_key.to_string())
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            // Deleted or converted again: nothing to say of it.
            return Ok(true);
        }
        tell_tolerated(&mut transaction, located).await?;
        let shares = located
            .shares
            .iter()
            .map(|share| (located.file.as_str(), share));
        sqlx::query("DELETE FROM file_fields WHERE file_id = ?")
            .bind(&located.file)
            .execute(&mut *transaction)
            .await?;
        insert_shares(&mut transaction, &shares.collect::<Vec<_>>()).await?;
        sqlx::query(
            "DELETE FROM artifacts WHERE file_id = ?
             AND kind IN ('outsideFieldGeoparquet', 'outsideFieldGeojson')",
        )
        .bind(&located.file)
        .execute(&mut *transaction)
        .await?;
        if let Some(artifact) = &located.outside {
            let outside = [(located.file.as_str(), artifact)];
            insert_artifacts(&mut transaction, &outside).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

/// Puts the finding of points that count as inside in place of the one of before.
async fn tell_tolerated(connection: &mut Connection, located: &Located) -> Stored<()> {
    let row = sqlx::query("SELECT report FROM files WHERE id = ?")
        .bind(&located.file)
        .fetch_one(&mut *connection)
        .await?;
    let text: String = row.try_get(0)?;
    let Some(report) = retold(&text, located)? else {
        return Ok(());
    };
    sqlx::query("UPDATE files SET report = ? WHERE id = ?")
        .bind(report)
        .bind(&located.file)
        .execute(connection)
        .await?;
    Ok(())
}

/// Instant of the last change of a user's boundaries.
pub(super) async fn fields_changed(
    connection: impl Executor<'_, Database = Driver>,
    user: &str,
) -> Result<Micros, sqlx::Error> {
    let row = sqlx::query("SELECT fields_changed FROM users WHERE id = ?")
        .bind(user)
        .fetch_optional(connection)
        .await?;
    row.map_or(Ok(0), |row| row.try_get(0))
}

/// What was located before is located with boundaries of before.
async fn change_fields(writing: &mut Writing, user: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE users SET fields_changed = MAX(fields_changed + 1, ?) WHERE id = ?")
        .bind(now())
        .bind(user)
        .execute(&mut **writing)
        .await?;
    Ok(())
}
