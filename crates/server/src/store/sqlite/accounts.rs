//! Accounts and users in SQLite.

use super::{Sqlite, signed, unsigned};
use crate::clock::now;
use crate::error::Stored;
use crate::store::{Account, Accounts, Listed, NewUser, Page, User, UserFilter};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite as Driver};
use uuid::Uuid;

const ACCOUNT: &str = "SELECT id, username, password_hash, tokens_from FROM accounts WHERE ";

fn account(row: &SqliteRow) -> Result<Account, sqlx::Error> {
    Ok(Account {
        id: row.try_get("id")?,
        username: row.try_get("username")?,
        password_hash: row.try_get("password_hash")?,
        tokens_from: row.try_get("tokens_from")?,
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
        let mut query = QueryBuilder::<Driver>::new(ACCOUNT);
        query.push(column).push(" = ").push_bind(value);
        let row = query.build().fetch_optional(&self.read).await?;
        Ok(row.as_ref().map(account).transpose()?)
    }
}

#[async_trait]
impl Accounts for Sqlite {
    async fn add_account(&self, username: &str, password_hash: &str) -> Stored<bool> {
        let done = sqlx::query(
            "INSERT INTO accounts (id, username, password_hash, created) VALUES (?, ?, ?, ?)
             ON CONFLICT (username) DO NOTHING",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(username)
        .bind(password_hash)
        .bind(now())
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn account_by_name(&self, username: &str) -> Stored<Option<Account>> {
        self.one_account("username", username).await
    }

    async fn account(&self, id: &str) -> Stored<Option<Account>> {
        self.one_account("id", id).await
    }

    async fn any_account(&self) -> Stored<bool> {
        let row = sqlx::query("SELECT 1 FROM accounts LIMIT 1")
            .fetch_optional(&self.read)
            .await?;
        Ok(row.is_some())
    }

    async fn add_user(&self, account: &str, new: &NewUser) -> Stored<User> {
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
        .execute(&self.write)
        .await?;
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
            .push(" ORDER BY created DESC, id LIMIT ")
            .push_bind(signed(page.size))
            .push(" OFFSET ")
            .push_bind(signed(page.page.saturating_mul(page.size)));
        let rows = query.build().fetch_all(&self.read).await?;
        Ok(Listed {
            items: rows.iter().map(user).collect::<Result<_, _>>()?,
            total: unsigned(total),
        })
    }

    async fn change_user(&self, account: &str, id: &str, new: &NewUser) -> Stored<Option<User>> {
        sqlx::query(
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
        .execute(&self.write)
        .await?;
        self.user(account, id).await
    }

    async fn remove_user(&self, account: &str, id: &str) -> Stored<bool> {
        let done = sqlx::query("DELETE FROM users WHERE account_id = ? AND id = ?")
            .bind(account)
            .bind(id)
            .execute(&self.write)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
