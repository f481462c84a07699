//! Tokens and passwords: what ends which.

use super::World;
use crate::clock::{SECOND, now};
use crate::store::{Actor, By, Page, Token};

const PAGE: Page = Page { page: 0, size: 10 };

fn token(id: &str, seconds: i64) -> Token {
    let issued = now();
    Token {
        id: id.to_owned(),
        issued,
        expires: issued + seconds * SECOND,
        client: Some([192, 0, 2, 7].into()),
    }
}

fn by(id: &str) -> By {
    By {
        actor: Actor::Owner(Some(id.to_owned())),
        client: None,
        request: None,
    }
}

async fn log_in(world: &World, id: &str) {
    let new = token(id, 60);
    let by = by(id);
    let done = world.db.log_in(&world.account, &new, &by);
    done.await.unwrap();
}

async fn holds(world: &World, id: &str) -> bool {
    let holder = world.db.holder(&world.account, Some(id)).await.unwrap();
    holder.is_some()
}

async fn listed(world: &World) -> Vec<String> {
    let list = world.db.tokens(&world.account, PAGE).await.unwrap();
    assert_eq!(list.total, list.items.len() as u64);
    list.items.into_iter().map(|token| token.id).collect()
}

pub(crate) async fn a_token_holds_until_it_is_revoked(world: &World) {
    let db = &world.db;
    let before = db.account(&world.account).await.unwrap().unwrap();
    assert_eq!((before.last_login, before.epoch), (None, 0));
    assert!(!holds(world, "first").await, "nobody wrote it down");
    log_in(world, "first").await;
    log_in(world, "second").await;
    assert_eq!(listed(world).await, ["second", "first"]);
    let account = db.holder(&world.account, Some("first")).await.unwrap();
    assert!(account.unwrap().last_login.is_some());

    db.add_account("other", "no hash").await.unwrap();
    let other = db.account_by_name("other").await.unwrap().unwrap().id;
    assert!(db.holder(&other, Some("first")).await.unwrap().is_none());
    assert!(
        !db.revoke_token(&other, "first", By::operator())
            .await
            .unwrap()
    );
    assert!(db.tokens(&other, PAGE).await.unwrap().items.is_empty());

    let second = by("second");
    let gone = db.revoke_token(&world.account, "first", &second);
    assert!(gone.await.unwrap());
    assert!(!holds(world, "first").await);
    assert!(holds(world, "second").await);
    let again = db.revoke_token(&world.account, "first", &second);
    assert!(!again.await.unwrap());
}

pub(crate) async fn all_tokens_end_with_their_epoch(world: &World) {
    let db = &world.db;
    log_in(world, "first").await;
    assert!(
        db.revoke_tokens(&world.account, By::operator())
            .await
            .unwrap()
    );
    assert!(!holds(world, "first").await);
    assert_eq!(listed(world).await, Vec::<String>::new());
    // One without a row is told by its epoch.
    let account = db.holder(&world.account, None).await.unwrap().unwrap();
    assert_eq!(account.epoch, 1);
    assert!(!db.revoke_tokens("nobody", By::operator()).await.unwrap());
}

pub(crate) async fn another_password_ends_all_tokens_but_the_new_one(world: &World) {
    let db = &world.db;
    log_in(world, "first").await;
    let new = token("new", 60);
    let first = by("first");
    let change = async |before, hash| {
        let changed = db.change_password(&world.account, before, hash, Some(&new), &first);
        changed.await.unwrap()
    };
    assert!(change(Some("another hash"), "new hash").await.is_none());
    assert!(holds(world, "first").await);
    let account = change(Some("no hash"), "new hash").await.unwrap();
    assert_eq!(
        (account.password_hash.as_str(), account.epoch),
        ("new hash", 1)
    );
    assert_eq!(listed(world).await, ["new"]);
    assert!(!holds(world, "first").await);
    let nobody = db.change_password("nobody", None, "hash", None, By::operator());
    assert!(nobody.await.unwrap().is_none());
}

pub(crate) async fn tokens_that_have_ended_are_forgotten(world: &World) {
    let ended = token("ended", -60);
    let by = by("ended");
    let done = world.db.log_in(&world.account, &ended, &by);
    done.await.unwrap();
    assert_eq!(listed(world).await, Vec::<String>::new());
    log_in(world, "next").await;
    assert_eq!(listed(world).await, ["next"]);
    assert!(!holds(world, "ended").await);
}
