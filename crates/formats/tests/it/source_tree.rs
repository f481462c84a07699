//! Folders and single files as trees, look-up by name, and the identity of an input.

use std::io::Write;
use tramline_formats::{Limits, SourceError, Tree};

fn paths(tree: &Tree) -> Vec<&str> {
    tree.entries().iter().map(|e| e.path.as_str()).collect()
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("folder");
    for (path, bytes) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        std::fs::write(path, bytes).expect("file");
    }
    root
}

#[test]
fn a_folder_is_read_without_following_links() {
    let root = folder(&[("b/two.txt", b"2"), ("a.txt", b"1")]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc", root.path().join("link")).expect("link");
    let tree = Tree::open(root.path(), &Limits::default()).expect("opened");
    assert_eq!(paths(&tree), ["a.txt", "b/two.txt"]);
    if cfg!(unix) {
        assert_eq!(
            tree.findings
                .iter()
                .map(|f| f.code.as_ref())
                .collect::<Vec<&str>>(),
            ["source.link-ignored"]
        );
    }
}

#[test]
fn a_folder_is_bounded_in_entries() {
    let root = folder(&[("a", b"1"), ("b", b"1"), ("c", b"1")]);
    let limits = Limits {
        entries: 2,
        ..Limits::default()
    };
    let opened = Tree::open(root.path(), &limits);
    assert!(matches!(
        opened,
        Err(SourceError::Refused { rule: "Z3", .. })
    ));
}

#[test]
fn a_bare_file_is_one_entry_and_a_gzip_its_content() {
    let text = b"x,y\n1,2\n".repeat(100);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&text).expect("memory");
    let gzip = packer.finish().expect("memory");
    let root = folder(&[("a.csv", &text), ("b.csv.gz", &gzip), ("no.zip", &text)]);
    let open = |name: &str| Tree::open(&root.path().join(name), &Limits::default());
    assert_eq!(paths(&open("a.csv").expect("opened")), ["a.csv"]);
    let tree = open("b.csv.gz").expect("opened");
    assert_eq!(paths(&tree), ["b.csv.gz/b.csv"]);
    let id = tree.ids().next().expect("entry");
    assert_eq!(tree.bytes(id, 1 << 20).expect("bytes"), text);
    assert!(open("no.zip").is_err());
    assert!(matches!(open("missing"), Err(SourceError::Io(_))));
}

#[test]
fn siblings_are_found_in_any_letter_case_the_exact_one_first() {
    let files = [
        "T/TLG1.XML",
        "T/tlg1.bin",
        "T/TLG1.bin",
        "t/other.bin",
        "TLG1.XML",
    ];
    let tree = Tree::from_files(files.map(|path| (path.to_owned(), b"x".to_vec())));
    let id = tree.find("T", "TLG1.XML").expect("entry");
    let found = |name: &str| {
        tree.sibling(id, name)
            .map(|id| tree.entry(id).path.as_str())
    };
    assert_eq!(found("TLG1.bin"), Some("T/TLG1.bin"));
    assert_eq!(found("tlg1.bin"), Some("T/tlg1.bin"));
    assert_eq!(found("OTHER.BIN"), Some("t/other.bin"));
    assert_eq!(found("none"), None);
}

#[test]
fn identity_is_of_the_bytes_and_not_of_the_name() {
    // SHA-256 of "abc" by FIPS 180-2, appendix B.1.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let one = folder(&[("a.txt", b"abc"), ("b/c.txt", b"2")]);
    let two = folder(&[("b/c.txt", b"2"), ("a.txt", b"abc")]);
    let file = Tree::identity(&one.path().join("a.txt")).expect("identity");
    assert_eq!(
        (file.sha256.as_str(), file.size, file.name.as_str()),
        (abc, 3, "a.txt")
    );
    let of = |root: &tempfile::TempDir| Tree::identity(root.path()).expect("identity").sha256;
    assert_eq!(of(&one), of(&two));
    std::fs::write(two.path().join("b/c.txt"), b"3").expect("file");
    assert_ne!(of(&one), of(&two));
}
