//! Fields, their boundaries, and the files in them.

use super::World;
use super::world::{ONE, boundary, event, field, file};
use crate::store::{FieldFilter, FieldShare, FieldSort, Page};
use tramline_model::BoundaryStatus;

pub(crate) async fn a_field_is_made_once_and_goes_with_what_lies_in_it(world: &World) {
    let db = &world.db;
    let (account, user) = (&world.account, &world.user);
    let add = async |id: &str, name: &str| {
        let events = [event(name, "fieldCreated")];
        let run = world.change_of_fields();
        db.add_field(account, user, &field(id), &run, &events)
            .await
            .unwrap()
    };
    assert!(add("north", "first").await);
    assert!(!add("north", "second").await);
    assert_eq!(
        db.spread_events().await.unwrap(),
        1,
        "no event of a field that is not made"
    );
    assert_eq!(db.run_counts().await.unwrap(), (1, 0, 0));
    let changed = world.changed().await;
    world.lease(60).await;
    world.upload("one").await;
    let run = world.lease(60).await;
    let mut file = file(ONE, &run);
    file.fields = ["north", "gone"]
        .map(|id| FieldShare {
            field_id: id.to_owned(),
            points: 7,
            area_m2: 1.5,
        })
        .to_vec();
    world.convert(&run, vec![file]).await;
    let fields = async || db.file(account, ONE).await.unwrap().unwrap().fields;
    assert_eq!(
        fields().await,
        ["north"],
        "a field that is gone has no files"
    );
    let found = db.field(account, user, "north").await.unwrap().unwrap();
    assert_eq!(found.files, [ONE]);
    let run = world.change_of_fields();
    let removed = db.remove_field(account, user, "north", &run);
    assert!(removed.await.unwrap());
    assert!(world.changed().await > changed);
    assert!(fields().await.is_empty());
    let run = world.change_of_fields();
    let again = db.remove_field(account, user, "north", &run);
    assert!(!again.await.unwrap());
}

pub(crate) async fn the_boundary_of_before_stays(world: &World) {
    let db = &world.db;
    let (account, user) = (&world.account, &world.user);
    let run = world.change_of_fields();
    db.add_field(account, user, &field("north"), &run, &[])
        .await
        .unwrap();
    let before = world.changed().await;
    let new = boundary(9.0);
    let run = world.change_of_fields();
    let set = db.set_boundary(account, user, "north", &new, &run, &[]);
    set.await.unwrap();
    let found = db.field(account, user, "north").await.unwrap().unwrap();
    let states: Vec<_> = found.boundaries.iter().map(|row| row.status).collect();
    assert_eq!(
        states,
        [BoundaryStatus::Active, BoundaryStatus::Inactive],
        "the newest first"
    );
    assert_eq!(found.boundaries[0].id, new.id);
    let (active, changed) = db.active_boundaries(user).await.unwrap();
    assert_eq!((active.len(), active[0].field_id.as_str()), (1, "north"));
    assert!(changed > before);
}

pub(crate) async fn fields_are_listed_by_filter(world: &World) {
    let db = &world.db;
    let (account, user) = (&world.account, &world.user);
    for id in ["north", "south"] {
        let run = world.change_of_fields();
        db.add_field(account, user, &field(id), &run, &[])
            .await
            .unwrap();
    }
    let renamed = db.change_field(account, user, "south", Some("Süd"), Some(7));
    renamed.await.unwrap();
    db.change_field(account, user, "south", None, None)
        .await
        .unwrap();
    let list = async |filter: FieldFilter| {
        let page = Page { page: 0, size: 9 };
        let found = db.fields(account, &filter, page).await.unwrap();
        let mut ids: Vec<String> = found.items.into_iter().map(|row| row.id).collect();
        ids.sort();
        (ids, found.total)
    };
    for (sort, rises, first) in [
        (FieldSort::Id, true, "north"),
        (FieldSort::Id, false, "south"),
        (FieldSort::Name, false, "north"),
        (FieldSort::FarmId, false, "south"),
        (FieldSort::UpdatedTime, false, "south"),
    ] {
        let sorted = FieldFilter {
            sort: vec![(sort, rises)],
            ..FieldFilter::default()
        };
        let page = Page { page: 0, size: 1 };
        let found = db.fields(account, &sorted, page).await.unwrap();
        assert_eq!(found.items[0].id, first, "{sort:?} {rises}");
    }
    let none = FieldFilter::default();
    assert_eq!(
        list(none.clone()).await,
        (vec!["north".to_owned(), "south".to_owned()], 2)
    );
    let named = FieldFilter {
        name: Some("Süd".to_owned()),
        farm_id: Some(7),
        ..none.clone()
    };
    assert_eq!(list(named).await, (vec!["south".to_owned()], 1));
    let later = FieldFilter {
        created_from: Some(i64::MAX),
        ..none
    };
    assert_eq!(list(later).await, (vec![], 0));
}
