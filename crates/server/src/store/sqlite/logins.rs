//! Tokens and passwords in SQLite.

use super::accounts::{COLUMNS, account};
use super::writing::Writing;
use super::{Sqlite, signed, unsigned};
use crate::clock::now;
use crate::error::Stored;
use crate::store::{Account, Action, By, Listed, Logins, Page, Token};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite as Driver};

const HOLDER: &str = " FROM accounts a WHERE a.id = ?1 AND a.removing IS NULL
    AND (?2 IS NULL OR EXISTS (SELECT 1 FROM tokens t WHERE t.id = ?2 AND t.account_id = a.id))";

fn token(row: &SqliteRow) -> Result<Token, sqlx::Error> {
    let client: Option<String> = row.try_get("client")?;
    Ok(Token {
        id: row.try_get("id")?,
        issued: row.try_get("issued")?,
        expires: row.try_get("expires")?,
        client: client.and_then(|client| client.parse().ok()),
    })
}

impl Writing {
    async fn add_token(&mut self, account: &str, token: &Token) -> Stored<()> {
        sqlx::query("DELETE FROM tokens WHERE expires < ?")
            .bind(token.issued)
            .execute(&mut **self)
            .await?;
        sqlx::query(
            "INSERT INTO tokens (id, account_id, issued, expires, client) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(&token.id)
        .bind(account)
        .bind(token.issued)
        .bind(token.expires)
        .bind(token.client.map(|client| client.to_string()))
        .execute(&mut **self)
        .await?;
        sqlx::query("UPDATE accounts SET last_login = ? WHERE id = ?")
            .bind(token.issued)
            .bind(account)
            .execute(&mut **self)
            .await?;
        Ok(())
    }

    /// All tokens of the account end.
    async fn end_tokens(&mut self, account: &str) -> Stored<()> {
        for sql in [
            "UPDATE accounts SET epoch = epoch + 1 WHERE id = ?",
            "DELETE FROM tokens WHERE account_id = ?",
        ] {
            sqlx::query(sql).bind(account).execute(&mut **self).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Logins for Sqlite {
    async fn log_in(&self, account: &str, token: &Token, by: &By) -> Stored<()> {
        let mut transaction = self.begin().await?;
        transaction.add_token(account, token).await?;
        let id = Some(token.id.as_str());
        transaction.record(account, by, Action::Login, id).await?;
        transaction.commit().await
    }

    async fn holder(&self, id: &str, token: Option<&str>) -> Stored<Option<Account>> {
        let mut query = QueryBuilder::<Driver>::new("SELECT ");
        query.push(COLUMNS).push(HOLDER);
        let query = query.build().bind(id).bind(token);
        let row = query.fetch_optional(&self.read).await?;
        Ok(row.as_ref().map(account).transpose()?)
    }

    async fn tokens(&self, account: &str, page: Page) -> Stored<Listed<Token>> {
        let time = now();
        let count = sqlx::query("SELECT COUNT(*) FROM tokens WHERE account_id = ? AND expires > ?")
            .bind(account)
            .bind(time);
        let total: i64 = count.fetch_one(&self.read).await?.try_get(0)?;
        let rows = sqlx::query(
            "SELECT * FROM tokens WHERE account_id = ? AND expires > ?
             ORDER BY issued DESC, id DESC LIMIT ? OFFSET ?",
        )
        .bind(account)
        .bind(time)
        .bind(signed(page.size))
        .bind(signed(page.page.saturating_mul(page.size)))
        .fetch_all(&self.read)
        .await?;
        Ok(Listed {
            items: rows.iter().map(token).collect::<Result<_, _>>()?,
            total: unsigned(total),
        })
    }

    async fn revoke_token(&self, account: &str, id: &str, by: &By) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("DELETE FROM tokens WHERE account_id = ? AND id = ?")
            .bind(account)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        let (gone, action) = (done.rows_affected(), Action::TokenRevoked);
        transaction.committed(gone, account, by, action, id).await
    }

    async fn revoke_tokens(&self, account: &str, by: &By) -> Stored<bool> {
        if self.holder(account, None).await?.is_none() {
            return Ok(false);
        }
        let mut transaction = self.begin().await?;
        transaction.end_tokens(account).await?;
        let action = Action::TokensRevoked;
        transaction.record(account, by, action, None).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn change_password(
        &self,
        account: &str,
        before: Option<&str>,
        hash: &str,
        new: Option<&Token>,
        by: &By,
    ) -> Stored<Option<Account>> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE accounts SET password_hash = ?1
             WHERE id = ?2 AND removing IS NULL AND (?3 IS NULL OR password_hash = ?3)",
        )
        .bind(hash)
        .bind(account)
        .bind(before)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(None);
        }
        transaction.end_tokens(account).await?;
        if let Some(token) = new {
            transaction.add_token(account, token).await?;
        }
        let action = Action::PasswordChanged;
        transaction.record(account, by, action, None).await?;
        transaction.commit().await?;
        self.holder(account, None).await
    }
}
