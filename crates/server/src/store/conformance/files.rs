//! Machine files as they are asked for.

use super::World;
use super::world::{ONE, TWO, converted, file};
use crate::store::{By, FileDocument, FileFilter, FileSort, NewFile, Page, Run, Upload, Users};
use tramline_model::{Artifact, FileOrigin, FileStatus, OperationType};

const ALL: Page = Page { page: 0, size: 99 };

pub(crate) async fn totals_of_lists_follow_every_change(world: &World) {
    let db = &world.db;
    world.upload("one").await;
    let run = world.lease(60).await;
    world
        .convert(&run, [ONE, TWO].map(|id| file(id, &run)).to_vec())
        .await;
    let page = Page { page: 0, size: 1 };
    let list = async || {
        let all = FileFilter::default();
        let found = db.files(&world.account, &all, &[], page).await.unwrap();
        (found.items.len(), found.total)
    };
    assert_eq!(list().await, (1, 2));
    assert_eq!(list().await, (1, 2));
    db.remove_file(&world.account, ONE).await.unwrap();
    assert_eq!(list().await, (1, 1));
    db.remove_user(&world.account, &world.user, By::operator())
        .await
        .unwrap();
    assert_eq!(list().await, (0, 0));
}

/// An upload with a processed and a failed file.
async fn two_files(world: &World) -> (Upload, Run) {
    let upload = world.upload("one").await;
    let run = world.lease(60).await;
    let one = NewFile {
        provider: "JohnDeere".to_owned(),
        detected_provider: Some("AgLeader".to_owned()),
        report: r#"{"name": "North Forty", "entries": ["a/b.shp", "a/b.dbf"]}"#.to_owned(),
        file_format: Some("SHAPEFILE".to_owned()),
        operation_type: Some(OperationType::Harvested),
        started: Some(10),
        ended: Some(20),
        area_m2: Some(500.0),
        ..file(ONE, &run)
    };
    let two = NewFile {
        status: FileStatus::Failed,
        artifacts: Vec::new(),
        ..file(TWO, &run)
    };
    world.convert(&run, vec![one, two]).await;
    (upload, run)
}

pub(crate) async fn files_are_found_by_every_filter(world: &World) {
    let db = &world.db;
    let (upload, _) = two_files(world).await;
    let (whole, duplicate) = (upload.id.clone(), world.upload("one").await.id);
    let (user, both) = (world.user.clone(), &[ONE, TWO][..]);
    let (one_user, other_user) = (user.clone(), user.clone());
    type Narrowing = Box<dyn Fn(&mut FileFilter)>;
    let case = |narrow: Narrowing, expected: &'static [&'static str]| (narrow, expected);
    let cases = [
        case(Box::new(move |of| of.user = Some(user.clone())), both),
        case(Box::new(|of| of.user = Some("nobody".to_owned())), &[]),
        case(
            Box::new(move |of| of.users = Some(Users::Only(vec![one_user.clone()]))),
            both,
        ),
        case(Box::new(|of| of.users = Some(Users::Only(Vec::new()))), &[]),
        case(
            Box::new(|of| of.users = Some(Users::AllBut(Vec::new()))),
            both,
        ),
        case(
            Box::new(move |of| of.users = Some(Users::AllBut(vec![other_user.clone()]))),
            &[],
        ),
        case(
            Box::new(|of| of.provider = Some("JohnDeere".to_owned())),
            &[ONE],
        ),
        case(Box::new(|of| of.status = Some(FileStatus::Failed)), &[TWO]),
        case(Box::new(|of| of.origin = Some(FileOrigin::Merged)), &[]),
        case(Box::new(move |of| of.upload = Some(whole.clone())), both),
        case(
            Box::new(move |of| of.upload = Some(duplicate.clone())),
            both,
        ),
        case(Box::new(|of| of.file = Some(TWO.to_owned())), &[TWO]),
        case(
            Box::new(|of| of.file_format = Some("SHAPEFILE".to_owned())),
            &[ONE],
        ),
        case(
            Box::new(|of| of.operation_type = Some(OperationType::Harvested)),
            &[ONE],
        ),
        case(
            Box::new(|of| of.operation_type = Some(OperationType::Planted)),
            &[],
        ),
        case(Box::new(|of| of.started_from = Some(10)), &[ONE]),
        case(Box::new(|of| of.started_from = Some(11)), &[]),
        case(Box::new(|of| of.ended_to = Some(20)), &[ONE]),
        case(Box::new(|of| of.min_area_m2 = Some(500.0)), &[ONE]),
        case(Box::new(|of| of.min_area_m2 = Some(500.1)), &[]),
        case(Box::new(|of| of.standard = Some(true)), &[ONE]),
        case(Box::new(|of| of.standard = Some(false)), &[TWO]),
        case(
            Box::new(|of| of.artifact = Some(Artifact::StandardGeoparquet)),
            &[ONE],
        ),
        case(
            Box::new(|of| of.artifact = Some(Artifact::StandardGeojson)),
            &[ONE],
        ),
        case(Box::new(|of| of.artifact = Some(Artifact::ZippedPngs)), &[]),
        case(Box::new(|of| of.created_from = Some(i64::MAX)), &[]),
        case(Box::new(|of| of.updated_from = Some(0)), both),
    ];
    let by_id = [(FileSort::Id, true)];
    for (narrow, expected) in cases {
        let mut filter = FileFilter::default();
        narrow(&mut filter);
        let found = db
            .files(&world.account, &filter, &by_id, ALL)
            .await
            .unwrap();
        let ids: Vec<String> = found.items.into_iter().map(|row| row.id).collect();
        assert_eq!(ids, expected, "{filter:?}");
        assert_eq!(found.total, expected.len() as u64, "{filter:?}");
    }
}

pub(crate) async fn documents_and_lists_are_those_of_the_file(world: &World) {
    let db = &world.db;
    let (upload, _) = two_files(world).await;
    let duplicate = world.upload("one").await;
    let none = FileFilter::default();
    let down = db
        .files(&world.account, &none, &[(FileSort::Id, false)], ALL)
        .await;
    assert_eq!(down.unwrap().items[0].id, TWO);
    let one = db.file(&world.account, ONE).await.unwrap().unwrap();
    assert_eq!(one.provider, "JohnDeere");
    assert_eq!(one.detected_provider.as_deref(), Some("AgLeader"));
    assert_eq!(one.name.as_deref(), Some("North Forty"));
    assert_eq!(one.source_entry.as_deref(), Some("a/b.shp"));
    let two = db.file(&world.account, TWO).await.unwrap().unwrap();
    assert_eq!(
        (two.detected_provider, two.name, two.source_entry),
        (None, None, None)
    );
    let groups = async |sort: &[(FileSort, bool)], page| {
        let found = db.file_groups(&world.account, &upload.id, sort, page);
        let found = found.await.unwrap();
        let ids: Vec<String> = found.files.into_iter().map(|(id, ..)| id).collect();
        (ids, found.total)
    };
    let page = |page| Some(Page { page, size: 1 });
    let [one, two] = [ONE, TWO].map(str::to_owned);
    let both = vec![one.clone(), two.clone()];
    assert_eq!(groups(&[], None).await, (both, 2));
    let down = [(FileSort::Id, false)];
    assert_eq!(
        groups(&down, None).await,
        (vec![two.clone(), one.clone()], 2)
    );
    assert_eq!(groups(&down, page(0)).await, (vec![two.clone()], 2));
    assert_eq!(groups(&down, page(1)).await, (vec![one.clone()], 2));
    assert_eq!(groups(&[], page(2)).await, (Vec::new(), 2));
    let by_format = [(FileSort::FileFormat, false)];
    assert_eq!(groups(&by_format, page(0)).await, (vec![one], 2));
    let uncovered = db.uncovered_files(&world.account, &world.user).await;
    assert_eq!(uncovered.unwrap(), [ONE], "processed, and in no field");
    for (document, text) in [
        (FileDocument::Summary, None),
        (FileDocument::Units, Some("{}")),
        (FileDocument::Steps, Some("{}")),
    ] {
        let found = db
            .file_document(&world.account, ONE, document)
            .await
            .unwrap();
        let found = found.unwrap();
        assert_eq!(found, (FileStatus::Processed, text.map(str::to_owned)));
    }
    let both = [upload.id.clone(), duplicate.id.clone()];
    let files = db.file_ids_of_uploads(&world.account, &both);
    let files = files.await.unwrap();
    assert_eq!(files[&upload.id], files[&duplicate.id]);
}

pub(crate) async fn progress_is_asked_again_only_when_files_have_changed(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let run = world.lease(60).await;
    let files = world.announce(&run, [ONE]).await;
    let ask = async |known| {
        let asked = db.file_progress(&world.account, &upload.id, known).await;
        asked.unwrap()
    };
    let (version, found) = ask(None).await.unwrap();
    let first = &found[0];
    assert_eq!(
        (first.name.as_deref(), first.points),
        (Some("a dataset"), None)
    );
    assert!(ask(Some(version)).await.is_none());
    let mut made = files[0].clone();
    r#"{"name":"field 7","points":{"read":12}}"#.clone_into(&mut made.report);
    assert!(world.publish(&run, &made).await);
    let (_, found) = ask(Some(version)).await.unwrap();
    let first = &found[0];
    assert_eq!(
        (first.name.as_deref(), first.points),
        (Some("field 7"), Some(12))
    );
}

pub(crate) async fn a_calibration_goes_with_its_run_and_its_file(world: &World) {
    let db = &world.db;
    let upload = world.upload("one").await;
    let run = world.lease(60).await;
    world.convert(&run, vec![file(ONE, &run)]).await;
    let text = r#"{"factor":1.1}"#;
    let calibrate = async |text| {
        let run = world.convert_of(&upload.id);
        db.calibrate_file(&world.account, ONE, text, &run)
            .await
            .unwrap()
    };
    let known = async || db.calibration(&world.account, ONE).await.unwrap();
    assert!(calibrate(Some(text)).await);
    assert_eq!(known().await.as_deref(), Some(text));
    assert!(!calibrate(None).await, "the file is under way");
    assert_eq!(known().await.as_deref(), Some(text));
    let all = db.calibrations_of_upload(&world.account, &upload.id).await;
    assert_eq!(all.unwrap(), [(ONE.to_owned(), text.to_owned())]);
    let again = world.lease(60).await;
    assert!(world.publish(&again, &file(ONE, &again)).await);
    world
        .finish(&again, &converted(Some(vec![ONE.to_owned()])))
        .await;
    assert_eq!(
        known().await.as_deref(),
        Some(text),
        "it stays with the file"
    );
    assert!(calibrate(None).await);
    assert_eq!(known().await, None);
    assert_eq!(db.calibration("another", ONE).await.unwrap(), None);
}
