//! The log of what was done: what writes into it, how it is read, and that nobody fills it from outside.

use super::World;
use super::world::{ONE, event, file};
use crate::store::{
    Action, Actor, ApiKey, Before, By, Entry, FAILED_ADDRESSES, Keys, NewUser, Page, Span, Webhook,
};

async fn page(world: &World, span: Span, page: u64, size: u64) -> (Vec<Entry>, u64) {
    let list = world.db.audit(&world.account, span, Page { page, size });
    let list = list.await.unwrap();
    (list.items, list.total)
}

async fn all(world: &World) -> Vec<Entry> {
    page(world, Span::default(), 0, 1_000).await.0
}

/// Actions and subjects, the oldest first.
async fn told(world: &World) -> Vec<(Action, Option<String>)> {
    let entries = all(world).await.into_iter().rev();
    entries.map(|entry| (entry.action, entry.subject)).collect()
}

pub(crate) async fn every_change_writes_its_entry(world: &World) {
    let db = &world.db;
    let owner = By {
        actor: Actor::Owner(Some("a token".to_owned())),
        client: Some([192, 0, 2, 7].into()),
        request: Some("a request".to_owned()),
    };
    let (account, user) = (&world.account, &world.user);
    let key = ApiKey {
        id: "a key".to_owned(),
        account_id: account.clone(),
        user_id: user.clone(),
        masked: String::new(),
        description: None,
        expires: i64::MAX,
        revoked: None,
        last_used: None,
    };
    let hook = Webhook {
        id: "a webhook".to_owned(),
        name: "a name".to_owned(),
        secret: "a secret".to_owned(),
        url: "https://example.org/".to_owned(),
        events: vec!["fieldCreated".to_owned()],
    };
    db.add_api_key(&key, "digest", &owner).await.unwrap();
    db.revoke_api_key(account, "a key", &owner).await.unwrap();
    db.add_webhook(account, &hook, &event("an event", "confirmation"), &owner)
        .await
        .unwrap()
        .unwrap();
    db.remove_webhook(account, "a webhook", &owner)
        .await
        .unwrap();
    let keys = Keys::new();
    let change = db.change_configuration(account, Some(user), Before::Either, &keys, &owner);
    change.await.unwrap();
    db.remove_configuration(account, user, &owner)
        .await
        .unwrap();
    let upload = world.upload("one").await;
    let run = world.lease(60).await;
    world.convert(&run, vec![file(ONE, &run)]).await;
    let again = world.convert_of(&upload.id);
    db.retry_upload(&upload, &again, &owner).await.unwrap();
    let new = NewUser::default();
    let changed = db.change_user(account, user, &new, &owner);
    changed.await.unwrap();
    db.set_disabled(account, true, &owner).await.unwrap();
    db.set_disabled(account, true, &owner).await.unwrap();
    db.set_disabled(account, false, &owner).await.unwrap();
    db.set_quota(account, Default::default(), &owner)
        .await
        .unwrap();
    db.record(account, &owner, Action::FileRemoved, Some(ONE))
        .await
        .unwrap();
    db.remove_user(account, user, &owner).await.unwrap();
    let subject = |text: &str| Some(text.to_owned());
    let expected = [
        (Action::AccountMade, None),
        (Action::UserMade, subject(user)),
        (Action::KeyMade, subject("a key")),
        (Action::KeyRevoked, subject("a key")),
        (Action::WebhookMade, subject("a webhook")),
        (Action::WebhookRemoved, subject("a webhook")),
        (Action::ConfigurationChanged, subject(user)),
        (Action::ConfigurationRemoved, subject(user)),
        (Action::Upload, subject(&upload.id)),
        (Action::BatchRetried, subject(&upload.id)),
        (Action::UserChanged, subject(user)),
        (Action::AccountDisabled, None),
        (Action::AccountEnabled, None),
        (Action::QuotaChanged, None),
        (Action::FileRemoved, subject(ONE)),
        (Action::UserRemoved, subject(user)),
    ];
    assert_eq!(told(world).await, expected);
    let last = all(world).await.swap_remove(0);
    assert_eq!(last.by.actor, owner.actor);
    assert_eq!(
        (last.by.client, last.by.request),
        (owner.client, owner.request)
    );
}

pub(crate) async fn what_changes_nothing_writes_nothing(world: &World) {
    let db = &world.db;
    let before = told(world).await;
    let nothing = [
        db.revoke_api_key(&world.account, "nothing", By::operator())
            .await,
        db.remove_webhook(&world.account, "nothing", By::operator())
            .await,
        db.remove_configuration(&world.account, &world.user, By::operator())
            .await,
        db.remove_user(&world.account, "nobody", By::operator())
            .await,
        db.revoke_token(&world.account, "nothing", By::operator())
            .await,
    ];
    assert!(nothing.into_iter().all(|done| !done.unwrap()));
    assert_eq!(told(world).await, before);
}

pub(crate) async fn entries_are_read_by_time_a_page_at_a_time(world: &World) {
    let db = &world.db;
    for _ in 0..5 {
        let done = db.record(&world.account, By::operator(), Action::Upload, None);
        done.await.unwrap();
    }
    let everything = all(world).await;
    assert!(everything.is_sorted_by(|one, next| one.time >= next.time));
    let (second, total) = page(world, Span::default(), 1, 3).await;
    assert_eq!(total, everything.len() as u64);
    let times =
        |entries: &[Entry]| -> Vec<i64> { entries.iter().map(|entry| entry.time).collect() };
    assert_eq!(times(&second), times(&everything[3..6]));
    let instant = everything[2].time;
    let span = Span {
        from: Some(instant),
        to: Some(instant),
    };
    let (found, _) = page(world, span, 0, 100).await;
    assert!(!found.is_empty() && found.iter().all(|entry| entry.time == instant));
    db.add_account("other", "no hash").await.unwrap();
    let other = db.account_by_name("other").await.unwrap().unwrap().id;
    let theirs = db.audit(&other, Span::default(), Page { page: 0, size: 9 });
    assert_eq!(theirs.await.unwrap().total, 1, "that it was made");
}

pub(crate) async fn failed_logins_cannot_fill_the_log(world: &World) {
    let db = &world.db;
    let many = FAILED_ADDRESSES + 30;
    for round in 0..3 {
        for address in 0..many {
            let client = [198, 51, 100, u8::try_from(address).unwrap()];
            let done = db.record_failed_login(&world.account, Some(client.into()));
            done.await.unwrap();
        }
        db.record_failed_login(&world.account, None).await.unwrap();
        let failed = all(world).await;
        let failed: Vec<&Entry> = failed
            .iter()
            .filter(|entry| entry.action == Action::LoginFailed)
            .collect();
        // The hour may turn once meanwhile.
        assert!(
            failed.len() <= 2 * (FAILED_ADDRESSES + 1),
            "{}",
            failed.len()
        );
        let times: u64 = failed.iter().map(|entry| entry.times).sum();
        assert_eq!(times, (round + 1) * (many as u64 + 1), "each is counted");
        assert!(failed.iter().all(|entry| entry.by.actor == Actor::Unknown));
    }
}

pub(crate) async fn old_entries_and_too_many_go(world: &World) {
    let db = &world.db;
    for _ in 0..8 {
        let done = db.record(&world.account, By::operator(), Action::Upload, None);
        done.await.unwrap();
    }
    let kept = all(world).await;
    assert_eq!(db.forget_audit(0, 1_000).await.unwrap(), 0);
    assert_eq!(db.forget_audit(0, 4).await.unwrap(), kept.len() as u64 - 4);
    let left: Vec<i64> = all(world).await.iter().map(|entry| entry.time).collect();
    let newest: Vec<i64> = kept[..4].iter().map(|entry| entry.time).collect();
    assert_eq!(left, newest);
    assert_eq!(db.forget_audit(i64::MAX, 4).await.unwrap(), 4);
    assert!(all(world).await.is_empty());
}
