//! Accounts, users, keys and secrets.

use super::World;
use super::world::{ONE, file};
use crate::store::{ApiKey, By, NewUser, Page, UserFilter, UserSort};

pub(crate) async fn names_are_taken_once(world: &World) {
    let db = &world.db;
    assert!(!db.add_account("adviser", "another hash").await.unwrap());
    assert!(db.add_account("Adviser", "a hash").await.unwrap());
    let first = db.account(&world.account).await.unwrap().unwrap();
    assert_eq!(
        (first.username.as_str(), first.password_hash.as_str()),
        ("adviser", "no hash")
    );
    assert!(db.any_account().await.unwrap());
    assert!(db.account_by_name("nobody").await.unwrap().is_none());
}

pub(crate) async fn users_are_listed_by_what_is_known_of_them(world: &World) {
    let db = &world.db;
    let mut new = NewUser {
        name: Some("North Farm".to_owned()),
        external_id: Some("7".to_owned()),
        ..NewUser::default()
    };
    let north = db
        .add_user(&world.account, &new, By::operator())
        .await
        .unwrap();
    let page = |page| Page { page, size: 1 };
    let names = |list: Vec<crate::store::User>| -> Vec<_> {
        list.into_iter().map(|user| user.name).collect()
    };
    let all = UserFilter::default();
    let newest = db.users(&world.account, &all, page(0)).await.unwrap();
    assert_eq!(
        (names(newest.items), newest.total),
        (vec![new.name.clone()], 2)
    );
    let oldest = db.users(&world.account, &all, page(1)).await.unwrap();
    assert_eq!((names(oldest.items), oldest.total), (vec![None], 2));
    // A user without a name comes before all names, and behind them in the other direction.
    for (sort, rises, first) in [
        (UserSort::Name, true, None),
        (UserSort::Name, false, new.name.clone()),
        (UserSort::CreatedTime, true, None),
        (UserSort::ExternalId, false, new.name.clone()),
    ] {
        let sorted = UserFilter {
            sort: vec![(sort, rises)],
            ..UserFilter::default()
        };
        let found = db.users(&world.account, &sorted, page(0)).await.unwrap();
        assert_eq!(names(found.items), [first], "{sort:?} {rises}");
    }
    let seventh = UserFilter {
        external_id: Some("7".to_owned()),
        ..UserFilter::default()
    };
    let found = db.users(&world.account, &seventh, page(0)).await.unwrap();
    assert_eq!(found.total, 1);
    new.name = None;
    let changed = db
        .change_user(&world.account, &north.id, &new, By::operator())
        .await;
    let changed = changed.unwrap().unwrap();
    assert_eq!(
        (changed.name, changed.external_id.as_deref()),
        (None, Some("7"))
    );
    assert_eq!(changed.created, north.created);
}

pub(crate) async fn nobody_sees_the_users_of_another(world: &World) {
    let db = &world.db;
    db.add_account("other", "no hash").await.unwrap();
    let other = db.account_by_name("other").await.unwrap().unwrap().id;
    let page = Page { page: 0, size: 9 };
    let found = db
        .users(&other, &UserFilter::default(), page)
        .await
        .unwrap();
    assert_eq!((found.items.len(), found.total), (0, 0));
    assert!(db.user(&other, &world.user).await.unwrap().is_none());
    let new = NewUser::default();
    let changed = db
        .change_user(&other, &world.user, &new, By::operator())
        .await
        .unwrap();
    assert!(changed.is_none());
    assert!(
        !db.remove_user(&other, &world.user, By::operator())
            .await
            .unwrap()
    );
    assert!(
        db.user(&world.account, &world.user)
            .await
            .unwrap()
            .is_some()
    );
    let upload = world.upload("one").await;
    assert!(db.upload(&other, &upload.id).await.unwrap().is_none());
    assert!(
        db.remove_upload(&other, &upload.id)
            .await
            .unwrap()
            .is_none()
    );
    let run = world.lease(60).await;
    world.convert(&run, vec![file(ONE, &run)]).await;
    assert!(db.file(&other, ONE).await.unwrap().is_none());
    assert!(db.artifacts(&other, ONE).await.unwrap().is_empty());
    assert!(db.remove_file(&other, ONE).await.unwrap().is_none());
    let again = world.convert_of(&upload.id);
    assert!(!db.reprocess_file(&other, ONE, &again).await.unwrap());
}

pub(crate) async fn a_key_is_found_by_its_digest_until_it_is_revoked(world: &World) {
    let db = &world.db;
    let key = |id: &str, user: &str| ApiKey {
        id: id.to_owned(),
        account_id: world.account.clone(),
        user_id: user.to_owned(),
        masked: "tl_12345…".to_owned(),
        description: None,
        expires: 7,
        revoked: None,
        last_used: None,
    };
    let other = world.another_user().await;
    db.add_api_key(&key("first", &world.user), "digest 1", By::operator())
        .await
        .unwrap();
    db.add_api_key(&key("second", &other), "digest 2", By::operator())
        .await
        .unwrap();
    let found = db.api_key_by_digest("digest 2").await.unwrap().unwrap();
    assert_eq!(
        (found.id.as_str(), found.user_id, found.revoked),
        ("second", other.clone(), None)
    );
    let list = async |user| db.api_keys(&world.account, user).await.unwrap().len();
    assert_eq!((list(None).await, list(Some(other.as_str())).await), (2, 1));
    assert!(
        !db.revoke_api_key("another", "second", By::operator())
            .await
            .unwrap()
    );
    assert!(
        db.revoke_api_key(&world.account, "second", By::operator())
            .await
            .unwrap()
    );
    let revoked = db
        .api_key_by_digest("digest 2")
        .await
        .unwrap()
        .unwrap()
        .revoked;
    assert!(revoked.is_some());
    assert!(
        db.revoke_api_key(&world.account, "second", By::operator())
            .await
            .unwrap()
    );
    let again = db
        .api_key_by_digest("digest 2")
        .await
        .unwrap()
        .unwrap()
        .revoked;
    assert_eq!(again, revoked, "the first instant counts");
}

pub(crate) async fn a_secret_is_the_first_that_was_proposed(world: &World) {
    let db = &world.db;
    assert_eq!(
        db.secret("name", b"first".to_vec()).await.unwrap(),
        b"first"
    );
    assert_eq!(
        db.secret("name", b"second".to_vec()).await.unwrap(),
        b"first"
    );
    assert_eq!(
        db.secret("other", b"second".to_vec()).await.unwrap(),
        b"second"
    );
}

pub(crate) async fn a_removed_user_takes_all_along(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let run = world.lease(60).await;
    world.convert(&run, vec![file(ONE, &run)]).await;
    assert!(
        db.remove_user(&world.account, &world.user, By::operator())
            .await
            .unwrap()
    );
    assert!(
        !db.remove_user(&world.account, &world.user, By::operator())
            .await
            .unwrap()
    );
    assert!(
        db.upload(&world.account, &upload.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(db.file(&world.account, ONE).await.unwrap().is_none());
    assert_eq!(db.run_counts().await.unwrap(), (0, 0, 0));
    let key = upload.blob_key.to_string();
    let unowned = db.unowned_blobs(std::slice::from_ref(&key)).await.unwrap();
    assert_eq!(unowned, [key]);
}

pub(crate) async fn a_secret_is_replaced_as_it_was(world: &World) {
    let db = &world.db;
    assert_eq!(db.known_secret("name").await.unwrap(), None);
    db.secret("name", b"plain".to_vec()).await.unwrap();
    db.replace_secret("name", b"plain", b"sealed")
        .await
        .unwrap();
    db.replace_secret("name", b"plain", b"late").await.unwrap();
    let known = db.known_secret("name").await.unwrap();
    assert_eq!(known.as_deref(), Some(b"sealed".as_slice()));
}
