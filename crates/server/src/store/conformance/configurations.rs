//! Keys of owners and users. These cases need nothing but this subject.

use crate::store::{Before, By, Change, Configurations, Keys};
use serde_json::json;

/// A store of configurations with an account and a user of it.
pub(crate) trait Ground {
    fn store(&self) -> &dyn Configurations;
    fn owner(&self) -> (&str, &str);
}

impl Ground for super::World {
    fn store(&self) -> &dyn Configurations {
        self.db.as_ref()
    }

    fn owner(&self) -> (&str, &str) {
        (&self.account, &self.user)
    }
}

fn keys(value: serde_json::Value) -> Keys {
    value.as_object().cloned().unwrap_or_default()
}

pub(crate) async fn keys_are_set_one_by_one(ground: &impl Ground) {
    let (db, (account, user)) = (ground.store(), ground.owner());
    assert_eq!(db.configuration(account, None).await.unwrap(), None);
    let set = async |user, new| {
        let new = keys(new);
        let change = db.change_configuration(account, user, Before::Either, &new, By::operator());
        change.await.unwrap()
    };
    set(None, json!({"a": 1, "b": {"x": 1}})).await;
    set(Some(user), json!({"a": 2})).await;
    let merged = set(None, json!({"b": {"y": 2}, "c": []})).await;
    let expected = keys(json!({"a": 1, "b": {"y": 2}, "c": []}));
    assert_eq!(merged, Change::Done(expected.clone()));
    let found = db.configuration(account, None).await.unwrap();
    assert_eq!(found, Some(expected));
    let found = db.configuration(account, Some(user)).await.unwrap();
    assert_eq!(found, Some(keys(json!({"a": 2}))));
    assert_eq!(db.configuration("another", Some(user)).await.unwrap(), None);
    let own = db.own_configurations(account).await.unwrap();
    assert_eq!(own, [(user.to_owned(), keys(json!({"a": 2})))]);
    assert_eq!(db.own_configurations("another").await.unwrap(), []);
    assert!(
        db.remove_configuration(account, user, By::operator())
            .await
            .unwrap()
    );
    assert!(
        !db.remove_configuration(account, user, By::operator())
            .await
            .unwrap()
    );
    assert_eq!(db.configuration(account, Some(user)).await.unwrap(), None);
    assert!(db.configuration(account, None).await.unwrap().is_some());
}

pub(crate) async fn what_is_expected_is_there(ground: &impl Ground) {
    let (db, (account, user)) = (ground.store(), ground.owner());
    let set = async |before, new: &Keys| {
        let change = db.change_configuration(account, Some(user), before, new, By::operator());
        change.await.unwrap()
    };
    let one = keys(json!({"a": 1}));
    assert_eq!(set(Before::Something, &one).await, Change::Missing);
    assert_eq!(set(Before::Nothing, &one).await, Change::Done(one.clone()));
    assert_eq!(set(Before::Nothing, &one).await, Change::Exists);
    assert_eq!(
        set(Before::Something, &one).await,
        Change::Done(one.clone())
    );
    let large = keys(json!({"a": 2, "text": "x".repeat(64 << 10)}));
    assert_eq!(set(Before::Either, &large).await, Change::TooLarge);
    let found = db.configuration(account, Some(user)).await.unwrap();
    assert_eq!(found, Some(one), "a refused change changes nothing");
}

pub(crate) async fn changes_at_once_do_not_undo_each_other(ground: &impl Ground) {
    let (db, (account, user)) = (ground.store(), ground.owner());
    let changes = (0..20).map(async |number| {
        let new = keys(json!({ format!("key{number}"): number }));
        let change =
            db.change_configuration(account, Some(user), Before::Either, &new, By::operator());
        change.await.unwrap()
    });
    futures::future::join_all(changes).await;
    let found = db.configuration(account, Some(user)).await.unwrap();
    assert_eq!(found.map(|keys| keys.len()), Some(20));
}
