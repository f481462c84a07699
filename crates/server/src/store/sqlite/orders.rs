//! Pages of lists are found along an index, without sorting, in every order that clients can ask for.

#![allow(clippy::unwrap_used)]

use super::{Sqlite, files, uploads};
use crate::bus::LocalBus;
use crate::store::{FileFilter, FileSort, UploadFilter, UploadSort};
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite as Driver};
use std::sync::Arc;

const FILES: [FileSort; 10] = [
    FileSort::Id,
    FileSort::FileName,
    FileSort::CreatedTime,
    FileSort::UpdatedTime,
    FileSort::Origin,
    FileSort::LeafUserId,
    FileSort::SizeInBytes,
    FileSort::Provider,
    FileSort::OrganizationId,
    FileSort::FileFormat,
];
const UPLOADS: [UploadSort; 6] = [
    UploadSort::Id,
    UploadSort::FileName,
    UploadSort::Size,
    UploadSort::Status,
    UploadSort::Provider,
    UploadSort::UploadTimestamp,
];

async fn has_an_index(db: &Sqlite, query: QueryBuilder<Driver>, what: &str) {
    let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", query.sql().as_str()));
    let rows = sqlx::query(sql).fetch_all(&db.read).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
    let plan = plan.join("; ");
    assert!(plan.contains(" INDEX "), "{what}: {plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{what}: {plan}");
}

#[tokio::test]
async fn every_order_of_a_list_has_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tramline.db");
    let db = Sqlite::open(&path, Arc::new(LocalBus::default())).await;
    let db = db.unwrap();
    for user in [None, Some("user".to_owned())] {
        for rises in [true, false] {
            for sort in FILES {
                let filter = FileFilter {
                    user: user.clone(),
                    ..FileFilter::default()
                };
                let mut query = QueryBuilder::new("SELECT id");
                files::narrow(&mut query, "account", &filter);
                files::order(&mut query, &[(sort, rises)]);
                has_an_index(&db, query, &format!("{sort:?} {rises} {user:?}")).await;
            }
            for sort in UPLOADS {
                let filter = UploadFilter {
                    user: user.clone(),
                    ..UploadFilter::default()
                };
                let mut query = QueryBuilder::new("SELECT u.id");
                uploads::narrow(&mut query, "account", &filter);
                uploads::order(&mut query, &[(sort, rises)]);
                has_an_index(&db, query, &format!("{sort:?} {rises} {user:?}")).await;
            }
        }
    }
}
