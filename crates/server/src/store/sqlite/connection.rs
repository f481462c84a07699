//! The one connection that writes, and who may use it when.
//!
//! Rules: whoever takes it gives it back only after a statement or a commit that went well; after anything
//! else it is closed, so that nobody inherits a transaction that is half done. Nobody waits for it, or for
//! the disk, without an end.

use crate::faults::{Call, Faults};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqlitePool, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{Either, Error, Execute, Executor, SqlStr, Sqlite as Driver};
use std::time::Duration;

/// How long the connection and the lock of the database are waited for, and how long a commit may take.
const PATIENCE: Duration = Duration::from_secs(7);

/// Gives the connection that writes. A statement run on this itself is a transaction alone; its lock is taken
/// before, so that one whose answer nobody waited for does not happen later.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    pool: SqlitePool,
    faults: Faults,
}

/// The connection that writes, closed when this is dropped unless it was given back.
#[derive(Debug)]
pub(super) struct Connection {
    inner: PoolConnection<Driver>,
    faults: Faults,
    is_sound: bool,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.is_sound {
            self.inner.close_on_drop();
        }
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.unwrap_or(Err(Error::PoolTimedOut))
}

impl Writer {
    pub(super) fn new(pool: SqlitePool, faults: Faults) -> Self {
        Self { pool, faults }
    }

    async fn take(&self) -> Result<Connection, Error> {
        Ok(Connection {
            inner: self.pool.acquire().await?,
            faults: self.faults.clone(),
            is_sound: false,
        })
    }

    /// A connection within a transaction that holds the write lock from its beginning.
    pub(super) async fn begin(&self) -> Result<Connection, Error> {
        in_time(async {
            let mut connection = self.take().await?;
            sqlx::query("BEGIN IMMEDIATE")
                .execute(&mut connection)
                .await?;
            Ok(connection)
        })
        .await
    }

    /// A connection without a transaction, for what SQLite does outside of one.
    pub(super) async fn alone(&self) -> Result<Connection, Error> {
        in_time(self.take()).await
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

impl Connection {
    /// Gives a connection back that is in no transaction.
    pub(super) fn give_back(mut self) {
        self.is_sound = true;
    }

    /// Ends the transaction, and gives the connection back.
    pub(super) async fn commit(mut self) -> Result<(), Error> {
        in_time(async { sqlx::query("COMMIT").execute(&mut self).await }).await?;
        self.is_sound = true;
        Ok(())
    }

    fn pass(&self) -> Result<(), Error> {
        self.faults.pass(Call::Database).map_err(Error::Io)
    }
}

type Answer = Result<Either<SqliteQueryResult, SqliteRow>, Error>;

impl<'c> Executor<'c> for &'c mut Connection {
    type Database = Driver;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Answer>
    where
        'c: 'e,
        E: 'q + Execute<'q, Driver>,
    {
        match self.pass() {
            Ok(()) => self.inner.fetch_many(query),
            Err(cause) => stream::iter([Err(cause)]).boxed(),
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Option<SqliteRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Driver>,
    {
        match self.pass() {
            Ok(()) => self.inner.fetch_optional(query),
            Err(cause) => Box::pin(std::future::ready(Err(cause))),
        }
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement, Error>>
    where
        'c: 'e,
    {
        self.inner.prepare_with(sql, parameters)
    }
}

impl<'c> Executor<'c> for &'c Writer {
    type Database = Driver;

    /// A statement that changes something answers with few rows: they are gathered, so that it has ended
    /// before the connection is given back.
    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Answer>
    where
        'c: 'e,
        E: 'q + Execute<'q, Driver>,
    {
        let answers = async move {
            let mut connection = self.begin().await?;
            let answers = (&mut connection).fetch_many(query);
            let answers: Vec<_> = answers.try_collect().await?;
            connection.commit().await?;
            Ok::<_, Error>(stream::iter(answers.into_iter().map(Ok)))
        };
        stream::once(answers).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Option<SqliteRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Driver>,
    {
        Box::pin(async move {
            let mut rows = self.fetch(query);
            let first = rows.try_next().await;
            while rows.try_next().await?.is_some() {}
            first
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement, Error>>
    where
        'c: 'e,
    {
        Box::pin(async move {
            let mut connection = self.take().await?;
            let statement = (&mut connection).prepare_with(sql, parameters).await?;
            connection.is_sound = true;
            Ok(statement)
        })
    }
}
