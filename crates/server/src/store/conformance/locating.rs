//! Where points lie, while boundaries change.

use super::World;
use super::world::{ONE, THREE, TWO, announced, converted, file, made, published};
use crate::blobs::Key;
use crate::store::{FieldShare, Located, Published, Run};
use serde_json::{Value, json};
use tramline_convert::findings::WITHIN_TOLERANCE;

fn located(points: &Key, outside_points: u64, fields_changed: i64) -> Located {
    Located {
        file: ONE.to_owned(),
        standard_key: points.clone(),
        fields_changed,
        shares: Vec::new(),
        outside_points,
        outside: None,
        tolerated: None,
    }
}

async fn outside(world: &World) -> Option<u64> {
    let row = world.db.file(&world.account, ONE).await.unwrap();
    row.unwrap().outside_points
}

/// A processed file; its points.
async fn processed(world: &World) -> Key {
    world.upload("one").await;
    let run = world.lease(60).await;
    let mut file = file(ONE, &run);
    file.report = json!({
        "entries": ["TASKDATA/TLG00001.BIN"],
        "findings": [{"code": "isoxml.other"}],
    })
    .to_string();
    world.convert(&run, vec![file]).await;
    made(&run, &format!("{ONE}/standard.parquet"))
}

async fn change(world: &World) -> Run {
    world.change_fields().await;
    world.lease(60).await
}

pub(crate) async fn what_was_located_of_points_that_are_gone_is_not_written(world: &World) {
    let db = &world.db;
    let points = processed(world).await;
    let run = change(world).await;
    let changed = world.changed().await;
    let gone = made(&run, "standard.parquet");
    assert!(
        db.set_located(&run, &located(&gone, 7, changed))
            .await
            .unwrap()
    );
    assert_eq!(outside(world).await, None);
    assert!(
        db.set_located(&run, &located(&points, 7, changed))
            .await
            .unwrap()
    );
    assert_eq!(outside(world).await, Some(7));
    // The finding of points that count as inside is told once, at the file's place.
    let finding = json!({"code": WITHIN_TOLERANCE.name, "place": ""});
    for tolerated in [Some(finding.clone()), Some(finding), None] {
        let told = usize::from(tolerated.is_some());
        let located = Located {
            tolerated,
            shares: vec![FieldShare {
                field_id: "no field of the user".to_owned(),
                points: 1,
                area_m2: 1.0,
            }],
            ..located(&points, 7, changed)
        };
        assert!(db.set_located(&run, &located).await.unwrap());
        let row = db.file(&world.account, ONE).await.unwrap().unwrap();
        assert!(row.fields.is_empty(), "a field that is gone");
        let report: Value = serde_json::from_str(&row.report).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let places = findings
            .iter()
            .filter(|finding| finding["code"] == WITHIN_TOLERANCE.name);
        let places: Vec<&Value> = places.map(|finding| &finding["place"]).collect();
        assert_eq!(places, vec!["TASKDATA/TLG00001.BIN"; told]);
        assert_eq!(findings.len(), 1 + told, "others stay");
    }
}

pub(crate) async fn what_was_located_with_boundaries_of_before_is_not_written(world: &World) {
    let db = &world.db;
    let points = processed(world).await;
    let run = change(world).await;
    let known = world.changed().await;
    let set = async |outside, changed| {
        let located = located(&points, outside, changed);
        db.set_located(&run, &located).await.unwrap()
    };
    // A run that locates again is no change of boundaries itself.
    db.add_run(&world.change_of_fields()).await.unwrap();
    assert!(set(1, known).await);
    assert_eq!(outside(world).await, Some(1));
    world.change_fields().await;
    assert!(!set(2, known).await);
    assert_eq!(outside(world).await, Some(1));
    assert!(set(3, world.changed().await).await);
    assert_eq!(outside(world).await, Some(3));
}

pub(crate) async fn boundaries_that_changed_meanwhile_add_one_run_for_all_files(world: &World) {
    let db = &world.db;
    for (changes, expected) in [(false, 0), (true, 2)] {
        let bytes = format!("changes: {changes}");
        world.upload(&bytes).await;
        let run = world.lease(60).await;
        let files = [ONE, TWO, THREE].map(|id| {
            let mut file = file(id, &run);
            // The third has no points that could lie anywhere.
            file.bounds = (id != THREE).then_some([0.0, 0.0, 1.0, 1.0]);
            file
        });
        db.announce(&run, &announced(&files)).await.unwrap();
        let known = world.changed().await;
        let made = files.map(|file| Published {
            located_with: known,
            ..published(file)
        });
        assert_eq!(db.publish(&run, &made).await.unwrap().len(), 3);
        if changes {
            world.change_fields().await;
        }
        world.finish(&run, &converted(None)).await;
        let (queued, _, _) = db.run_counts().await.unwrap();
        assert_eq!(queued, expected);
        for id in [ONE, TWO, THREE].iter().filter(|_| !changes) {
            db.remove_file(&world.account, id).await.unwrap();
        }
    }
    world.lease(60).await;
    let again = world.lease(60).await;
    let task: serde_json::Value = serde_json::from_str(&again.task).unwrap();
    assert_eq!(task["again"], json!([ONE, TWO]));
}
