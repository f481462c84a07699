//! Accounts and users in SQLite.

use super::quotas::{quota, usage};
use super::{Sqlite, ordered, signed, unsigned};
use crate::clock::now;
use crate::error::Stored;
use crate::store::{
    Account, Accounts, Action, By, Listed, NewUser, Overview, Page, User, UserFilter, UserSort,
};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite as Driver};
use uuid::Uuid;

/// Columns of an account `a`.
pub(super) const COLUMNS: &str =
    "a.id, a.username, a.password_hash, a.epoch, a.disabled, a.created, a.last_login";

/// Of accounts that are not being removed: nobody sees those.
const OVERVIEW: &str = ", a.quota_bytes, a.quota_files, a.quota_uploads_per_day,
        g.upload_bytes, g.artifact_bytes, g.files, g.day, g.day_uploads,
        (SELECT COUNT(*) FROM users u WHERE u.account_id = a.id) AS users
    FROM accounts a JOIN account_usage g ON g.account_id = a.id
    WHERE a.removing IS NULL AND (?1 IS NULL OR a.id = ?1) ORDER BY a.username";

pub(super) fn account(row: &SqliteRow) -> Result<Account, sqlx::Error> {
    Ok(Account {
        id: row.try_get("id")?,
        username: row.try_get("username")?,
        password_hash: row.try_get("password_hash")?,
        epoch: row.try_get("epoch")?,
        disabled: row.try_get("disabled")?,
        created: row.try_get("created")?,
        last_login: row.try_get("last_login")?,
    })
}

fn overview(row: &SqliteRow) -> Result<Overview, sqlx::Error> {
    Ok(Overview {
        account: account(row)?,
        users: unsigned(row.try_get("users")?),
        quota: quota(row)?,
        usage: usage(row)?,
    })
}

fn user(row: &SqliteRow) -> Result<User, sqlx::Error> {
    Ok(User {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        phone: row.try_get("phone")?,
        address: row.try_get("address")?,
        external_id: row.try_get("external_id")?,
        created: row.try_get("created")?,
    })
}

impl Sqlite {
    async fn one_account(&self, column: &'static str, value: &str) -> Stored<Option<Account>> {
        let mut query = QueryBuilder::<Driver>::new("SELECT ");
        query
            .push(COLUMNS)
            .push(" FROM accounts a WHERE a.removing IS NULL AND a.")
            .push(column)
            .push(" = ")
            .push_bind(value);
        let row = query.build().fetch_optional(&self.read).await?;
        Ok(row.as_ref().map(account).transpose()?)
    }
}

fn column(sort: UserSort) -> &'static str {
    match sort {
        UserSort::Id => "id",
        UserSort::Name => "name",
        UserSort::Email => "email",
        UserSort::Phone => "phone",
        UserSort::Address => "address",
        UserSort::ExternalId => "external_id",
        UserSort::CreatedTime => "created",
    }
}

#[async_trait]
impl Accounts for Sqlite {
    async fn add_account(&self, username: &str, password_hash: &str) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let id = Uuid::now_v7().to_string();
        let done = sqlx::query(
            "INSERT INTO accounts (id, username, password_hash, created) VALUES (?, ?, ?, ?)
             ON CONFLICT (username) DO NOTHING",
        )
        .bind(&id)
        .bind(username)
        .bind(password_hash)
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        let (made, by) = (done.rows_affected(), By::operator());
        transaction
            .committed(made, &id, by, Action::AccountMade, None)
            .await
    }

    async fn account_by_name(&self, username: &str) -> Stored<Option<Account>> {
        self.one_account("username", username).await
    }

    async fn account(&self, id: &str) -> Stored<Option<Account>> {
        self.one_account("id", id).await
    }

    async fn any_account(&self) -> Stored<bool> {
        let row = sqlx::query("SELECT 1 FROM accounts WHERE removing IS NULL LIMIT 1")
            .fetch_optional(&self.read)
            .await?;
        Ok(row.is_some())
    }

    async fn overview(&self, only: Option<&str>) -> Stored<Vec<Overview>> {
        let mut query = QueryBuilder::<Driver>::new("SELECT ");
        query.push(COLUMNS).push(OVERVIEW);
        let rows = query.build().bind(only).fetch_all(&self.read).await?;
        Ok(rows.iter().map(overview).collect::<Result<_, _>>()?)
    }

    async fn set_disabled(&self, account: &str, disabled: bool, by: &By) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query("SELECT disabled FROM accounts WHERE id = ? AND removing IS NULL")
            .bind(account)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(row) = row else { return Ok(false) };
        if row.try_get::<Option<i64>, _>(0)?.is_some() == disabled {
            return Ok(true);
        }
        sqlx::query("UPDATE accounts SET disabled = ? WHERE id = ?")
            .bind(disabled.then(now))
            .bind(account)
            .execute(&mut *transaction)
            .await?;
        let action = if disabled {
            Action::AccountDisabled
        } else {
            Action::AccountEnabled
        };
        transaction.record(account, by, action, None).await?;
        // What waited for it can go on.
        transaction.bell.events();
        transaction.commit().await?;
        Ok(true)
    }

    async fn add_user(&self, account: &str, new: &NewUser, by: &By) -> Stored<User> {
        let mut transaction = self.begin().await?;
        let id = Uuid::now_v7().to_string();
        let created = now();
        sqlx::query(
            "INSERT INTO users (id, account_id, name, email, phone, address, external_id, created, updated)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&id)
        .bind(account)
        .bind(&new.name)
        .bind(&new.email)
        .bind(&new.phone)
        .bind(&new.address)
        .bind(&new.external_id)
        .bind(created)
        .bind(created)
        .execute(&mut *transaction)
        .await?;
        transaction
            .record(account, by, Action::UserMade, Some(&id))
            .await?;
        transaction.commit().await?;
        let new = new.clone();
        Ok(User {
            id,
            name: new.name,
            email: new.email,
            phone: new.phone,
            address: new.address,
            external_id: new.external_id,
            created,
        })
    }

    async fn user(&self, account: &str, id: &str) -> Stored<Option<User>> {
        let row = sqlx::query("SELECT * FROM users WHERE account_id = ? AND id = ?")
            .bind(account)
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
        Ok(row.as_ref().map(user).transpose()?)
    }

    async fn users(&self, account: &str, filter: &UserFilter, page: Page) -> Stored<Listed<User>> {
        let narrow = |query: &mut QueryBuilder<Driver>| {
            query
                .push(" FROM users WHERE account_id = ")
                .push_bind(account.to_owned());
            for (column, value) in [
                (" AND name = ", &filter.name),
                (" AND email = ", &filter.email),
                (" AND external_id = ", &filter.external_id),
            ] {
                if let Some(value) = value {
                    query.push(column).push_bind(value.clone());
                }
            }
        };
        let mut count = QueryBuilder::<Driver>::new("SELECT COUNT(*)");
        narrow(&mut count);
        let total: i64 = count.build().fetch_one(&self.read).await?.try_get(0)?;
        let mut query = QueryBuilder::<Driver>::new("SELECT *");
        narrow(&mut query);
        query
            .push(ordered(
                filter
                    .sort
                    .iter()
                    .map(|(sort, rises)| (column(*sort), *rises)),
                "created",
                "id",
            ))
            .push(" LIMIT ")
            .push_bind(signed(page.size))
            .push(" OFFSET ")
            .push_bind(signed(page.page.saturating_mul(page.size)));
        let rows = query.build().fetch_all(&self.read).await?;
        Ok(Listed {
            items: rows.iter().map(user).collect::<Result<_, _>>()?,
            total: unsigned(total),
        })
    }

    async fn change_user(
        &self,
        account: &str,
        id: &str,
        new: &NewUser,
        by: &By,
    ) -> Stored<Option<User>> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE users SET name = ?, email = ?, phone = ?, address = ?, external_id = ?, updated = ?
             WHERE account_id = ? AND id = ?",
        )
        .bind(&new.name)
        .bind(&new.email)
        .bind(&new.phone)
        .bind(&new.address)
        .bind(&new.external_id)
        .bind(now())
        .bind(account)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        transaction
            .committed(done.rows_affected(), account, by, Action::UserChanged, id)
            .await?;
        self.user(account, id).await
    }

    async fn remove_user(&self, account: &str, id: &str, by: &By) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("DELETE FROM users WHERE account_id = ? AND id = ?")
            .bind(account)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction
            .committed(done.rows_affected(), account, by, Action::UserRemoved, id)
            .await
    }
}
