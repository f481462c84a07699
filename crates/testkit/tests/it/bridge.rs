//! The bridge with a converter of our own: what it makes is read, how it misbehaves is told, and nothing
//! of it harms a neighbour.

use crate::common::{check_report, convert};
use tramline_convert::{Bridge, FileStatus, Options, Report};
use tramline_formats::Tree;
use tramline_samples::{Operation, Plan, simulate, write};

/// A CN1 card beside an ISOXML task set, with the sample converter in a mode.
fn run(mode: &str, change: impl Fn(&mut Bridge)) -> Report {
    let plan = Plan {
        pass_records: 20,
        passes: 1,
        ..Plan::new(Operation::Planting)
    };
    let mut files = write::isoxml::task_set(&[&simulate(&plan)]);
    files.push(("Card.cn1/index.vy1".to_owned(), b"closed".to_vec()));
    files.push(("Card.cn1/shared/A.FMD".to_owned(), b"closed".to_vec()));
    let tree = Tree::from_files(files);
    let mut bridge = Bridge::of_words(env!("CARGO_BIN_EXE_bridge-sample")).unwrap();
    bridge.command.push(mode.to_owned());
    bridge.seconds = 60;
    change(&mut bridge);
    let mut options = Options::default();
    options.bridges.insert("cn1".to_owned(), bridge);
    let report = convert(&tree, mode, &options).0;
    check_report(&report, mode);
    let neighbour = report
        .files
        .iter()
        .find(|file| file.file_format == "ISO11783")
        .unwrap();
    assert_eq!(
        neighbour.status,
        FileStatus::Processed,
        "{mode}: the neighbour"
    );
    report
}

fn said(report: &Report) -> String {
    let file = report
        .files
        .iter()
        .find(|file| file.file_format == "CN1")
        .unwrap();
    assert_eq!(file.status, FileStatus::Failed);
    format!("{:?}", file.steps)
}

#[test]
fn what_the_command_makes_is_a_machine_file_of_the_closed_format() {
    for mode in ["good", "flood"] {
        let report = run(mode, |_| {});
        let file = report
            .files
            .iter()
            .find(|file| file.file_format == "CN1")
            .unwrap();
        assert_eq!(file.status, FileStatus::Processed, "{:?}", file.steps);
        assert_eq!(file.provider, "CNHI");
        assert_eq!(file.operation_type, "harvested");
        assert!(file.name.contains("Card.cn1"), "{}", file.name);
        assert!(file.points.standard > 20);
        let note = file
            .findings
            .iter()
            .find(|f| f.code == "convert.bridged")
            .unwrap();
        assert!(note.text.contains("bridge-sample"), "{}", note.text);
    }
}

#[test]
fn each_way_to_misbehave_has_its_words() {
    let cases = [
        (
            "fails",
            "exit code 3; its message: this card is of a year that I do not know",
        ),
        ("nothing", "wrote nothing to its output folder"),
        ("rubbish", "wrote nothing that Tramline can read"),
        ("link", "`Catalog.adm` is not a plain file"),
    ];
    for (mode, words) in cases {
        let said = said(&run(mode, |_| {}));
        assert!(said.contains(words), "{mode}: {said}");
    }
    let slow = said(&run("hangs", |bridge| bridge.seconds = 1));
    assert!(slow.contains("took more than 1 s"), "{slow}");
    let many = said(&run("many", |bridge| bridge.output_files = 100));
    assert!(many.contains("more than 100 files"), "{many}");
    let none = said(&run("good", |bridge| {
        bridge.command = vec!["/no/such/program".to_owned()]
    }));
    assert!(none.contains("cannot be started"), "{none}");
    let small = said(&run("good", |bridge| bridge.memory_bytes = 1 << 20));
    assert!(small.contains("bridge-sample"), "{small}");
}

#[test]
fn without_a_bridge_the_format_is_named() {
    let tree = Tree::from_files([("Card.cn1/index.vy1".to_owned(), b"closed".to_vec())]);
    let report = convert(&tree, "no bridge", &Options::default()).0;
    let said = said(&report);
    assert!(said.contains("Voyager 2"), "{said}");
}
