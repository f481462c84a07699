//! Accounts that are disabled or removed.

use super::World;
use super::world::{ONE, event, file};
use crate::store::{
    Action, ApiKey, Beat, Before, By, Keys, Page, Span, Token, UserFilter, Webhook,
};
use std::time::Duration;

const PAGE: Page = Page { page: 0, size: 9 };

pub(crate) async fn accounts_are_listed_with_what_they_take_up(world: &World) {
    let db = &world.db;
    db.add_account("a neighbour", "no hash").await.unwrap();
    world.upload("one").await;
    let all = db.overview(None).await.unwrap();
    let names: Vec<&str> = all
        .iter()
        .map(|one| one.account.username.as_str())
        .collect();
    assert_eq!(names, ["a neighbour", "adviser"]);
    let counts = |place: usize| {
        (
            all[place].users,
            all[place].usage.bytes,
            all[place].usage.files,
        )
    };
    assert_eq!((counts(0), counts(1)), ((0, 0, 0), (1, 3, 0)));
    let one = db.overview(Some(&world.account)).await.unwrap();
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].account.username, "adviser");
    assert!(db.overview(Some("nobody")).await.unwrap().is_empty());
}

pub(crate) async fn a_disabled_account_keeps_what_it_has(world: &World) {
    let db = &world.db;
    let hook = Webhook {
        id: "hook".to_owned(),
        name: "a name".to_owned(),
        secret: "a secret".to_owned(),
        url: "https://example.org/".to_owned(),
        events: vec!["fieldCreated".to_owned()],
    };
    db.add_webhook(
        &world.account,
        &hook,
        &event("hello", "confirmation"),
        By::operator(),
    )
    .await
    .unwrap()
    .unwrap();
    let upload = world.upload("one").await;
    let off = db.set_disabled(&world.account, true, By::operator());
    assert!(off.await.unwrap());
    let account = db.account_by_name("adviser").await.unwrap().unwrap();
    assert!(account.disabled.is_some());
    let due = async || {
        let due = db.due_deliveries(9, 9, &[], Duration::ZERO);
        due.await.unwrap().len()
    };
    assert_eq!(due().await, 0, "nothing leaves it");
    let run = world.lease(60).await;
    world.convert(&run, vec![file(ONE, &run)]).await;
    assert!(
        db.file(&world.account, ONE).await.unwrap().is_some(),
        "its work goes on"
    );
    let on = db.set_disabled(&world.account, false, By::operator());
    assert!(on.await.unwrap());
    assert_eq!(due().await, 1, "what waited goes on");
    assert!(
        db.upload(&world.account, &upload.id)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        !db.set_disabled("nobody", true, By::operator())
            .await
            .unwrap()
    );
}

pub(crate) async fn a_removed_account_is_gone_at_once_and_then_all_of_it(world: &World) {
    let db = &world.db;
    let account = &world.account;
    let upload = world.upload("one").await;
    let run = world.lease(60).await;
    world.convert(&run, vec![file(ONE, &run)]).await;
    world.upload("two").await;
    let at_work = world.lease(60).await;
    world.upload("three").await;
    let token = Token {
        id: "token".to_owned(),
        issued: 0,
        expires: i64::MAX,
        client: None,
    };
    db.log_in(account, &token, By::operator()).await.unwrap();
    let key = ApiKey {
        id: "key".to_owned(),
        account_id: account.clone(),
        user_id: world.user.clone(),
        masked: String::new(),
        description: None,
        expires: i64::MAX,
        revoked: None,
        last_used: None,
    };
    db.add_api_key(&key, "digest", By::operator())
        .await
        .unwrap();
    let keys = Keys::new();
    let set = db.change_configuration(account, None, Before::Either, &keys, By::operator());
    set.await.unwrap();
    db.add_account("other", "no hash").await.unwrap();
    let other = db.account_by_name("other").await.unwrap().unwrap().id;

    assert!(db.begin_removal(account).await.unwrap());
    assert!(!db.begin_removal(account).await.unwrap());
    assert!(db.account(account).await.unwrap().is_none());
    assert!(db.holder(account, None).await.unwrap().is_none());
    assert!(db.api_key_by_digest("digest").await.unwrap().is_none());
    assert_eq!(db.overview(None).await.unwrap().len(), 1);
    assert!(db.any_account().await.unwrap());
    assert!(
        db.add_account("adviser", "a hash").await.unwrap(),
        "the name is free"
    );
    let lease = Duration::from_secs(60);
    assert!(db.lease_run("worker", lease).await.unwrap().is_none());
    let beat = Beat {
        run: at_work.id.clone(),
        fence: at_work.fence,
        progress: None,
    };
    let lost = db.renew(std::slice::from_ref(&beat), lease).await.unwrap();
    assert_eq!(lost, std::slice::from_ref(&at_work.id));

    let mut steps = 0;
    while db.continue_removal().await.unwrap() {
        steps += 1;
        assert!(steps < 50);
    }
    assert!(db.file(account, ONE).await.unwrap().is_none());
    assert!(db.upload(account, &upload.id).await.unwrap().is_none());
    let users = db
        .users(account, &UserFilter::default(), PAGE)
        .await
        .unwrap();
    assert_eq!(users.total, 0);
    let log = db.audit(account, Span::default(), PAGE).await.unwrap();
    assert_eq!(log.total, 0);
    assert!(db.configuration(account, None).await.unwrap().is_none());
    assert_eq!(db.run_counts().await.unwrap(), (0, 0, 0));
    let lost = db.renew(&[beat], lease).await.unwrap();
    assert_eq!(lost, [at_work.id]);
    let keys = [upload.blob_key.to_string()];
    assert_eq!(db.unowned_blobs(&keys).await.unwrap(), keys);
    let left = db.audit(&other, Span::default(), PAGE).await.unwrap();
    assert_eq!(left.items[0].action, Action::AccountMade);
}
