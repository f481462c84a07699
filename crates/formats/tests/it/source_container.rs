//! The container rules Z1 to Z14, each with an archive built for it, field by field after
//! APPNOTE 4.3; good archives are written by the `zip` crate as an outside witness.

use std::io::{Cursor, Read, Write};
use tramline_formats::{Limits, SourceError, Tree};

/// One member, with every header field that a test wants to lie about.
#[derive(Clone)]
struct Member {
    name: Vec<u8>,
    local_name: Vec<u8>,
    body: Vec<u8>,
    size: u32,
    local_size: u32,
    crc: u32,
    method: u16,
    flags: u16,
    mode: u32,
    extra: Vec<u8>,
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn stored(name: &str, data: &[u8]) -> Member {
    Member {
        name: name.into(),
        local_name: name.into(),
        body: data.to_vec(),
        size: data.len() as u32,
        local_size: data.len() as u32,
        crc: crc(data),
        method: 0,
        flags: 0,
        mode: 0,
        extra: Vec::new(),
    }
}

fn deflated(name: &str, data: &[u8]) -> Member {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(data).expect("memory");
    Member {
        body: packer.finish().expect("memory"),
        method: 8,
        ..stored(name, data)
    }
}

/// Local headers, directory and end record; `edit` changes the end record's 22 bytes.
fn archive_with(members: &[Member], edit: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let common = |m: &Member, name: &[u8], size: u32| {
        let mut h = Vec::new();
        h.extend(20_u16.to_le_bytes());
        h.extend(m.flags.to_le_bytes());
        h.extend(m.method.to_le_bytes());
        h.extend([0; 4]);
        h.extend(m.crc.to_le_bytes());
        h.extend((m.body.len() as u32).to_le_bytes());
        h.extend(size.to_le_bytes());
        h.extend((name.len() as u16).to_le_bytes());
        h.extend((m.extra.len() as u16).to_le_bytes());
        h
    };
    for m in members {
        let at = out.len() as u32;
        out.extend(b"PK\x03\x04");
        out.extend(common(m, &m.local_name, m.local_size));
        out.extend(&m.local_name);
        out.extend(&m.extra);
        out.extend(&m.body);
        directory.extend(b"PK\x01\x02");
        directory.extend([20, 3]);
        directory.extend(common(m, &m.name, m.size));
        directory.extend([0; 6]);
        directory.extend((m.mode << 16).to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend(&m.name);
        directory.extend(&m.extra);
    }
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend((members.len() as u16).to_le_bytes());
    end.extend((members.len() as u16).to_le_bytes());
    end.extend((directory.len() as u32).to_le_bytes());
    end.extend((out.len() as u32).to_le_bytes());
    end.extend([0, 0]);
    edit(&mut end);
    out.extend(directory);
    out.extend(end);
    out
}

fn archive(members: &[Member]) -> Vec<u8> {
    archive_with(members, |_| ())
}

fn open(bytes: Vec<u8>) -> Result<Tree, SourceError> {
    Tree::from_zip_bytes("upload.zip", bytes, &Limits::default())
}

/// Asserts that opening is refused by a rule, with a word and a hint.
#[track_caller]
fn refused(rule: &str, word: &str, opened: Result<Tree, SourceError>) {
    match opened {
        Err(SourceError::Refused {
            rule: by,
            text,
            hint,
        }) => {
            assert_eq!(by, rule, "{text}");
            assert!(text.to_lowercase().contains(word), "{text}");
            assert!(!hint.is_empty());
        }
        Err(e) => panic!("{e}"),
        Ok(tree) => panic!("opened: {:?}", paths(&tree)),
    }
}

fn paths(tree: &Tree) -> Vec<&str> {
    tree.entries().iter().map(|e| e.path.as_str()).collect()
}

fn codes(tree: &Tree) -> Vec<&str> {
    tree.findings.iter().map(|f| f.code.as_ref()).collect()
}

/// All bytes of an entry, or the error's text.
fn read(tree: &Tree, path: &str) -> Result<Vec<u8>, String> {
    let id = tree
        .ids()
        .find(|id| tree.entry(*id).path == path)
        .expect("entry");
    tree.bytes(id, 1 << 30).map_err(|e| e.to_string())
}

fn two() -> Vec<Member> {
    vec![
        deflated("a/one.txt", &b"one ".repeat(500)),
        stored("a/two.txt", b"two"),
    ]
}

#[test]
fn what_the_zip_crate_writes_is_read_as_written() {
    let mut files = Vec::new();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let methods = [
        zip::CompressionMethod::Stored,
        zip::CompressionMethod::Deflated,
    ];
    for at in 0..40_usize {
        let data: Vec<u8> = (0..at * at * 100).map(|i| (i / 7 % 256) as u8).collect();
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(methods[at % 2])
            .large_file(at % 3 == 0);
        let name = format!("f{at:02}/ä {at}.bin");
        writer.start_file(&name, options).expect("start");
        writer.write_all(&data).expect("write");
        files.push((name, data));
    }
    let bytes = writer.finish().expect("zip").into_inner();
    for shift in [0, 1, 70_000] {
        let mut moved = vec![b'x'; shift];
        moved.extend(&bytes);
        let tree = open(moved).expect("opened");
        assert_eq!(tree.entries().len(), files.len());
        for (name, data) in &files {
            assert!(read(&tree, name).as_ref() == Ok(data), "{name}");
        }
        assert_eq!(
            codes(&tree),
            if shift > 0 {
                vec!["source.leading-bytes"]
            } else {
                vec![]
            }
        );
    }
}

#[test]
fn z1_the_upload_is_bounded() {
    let limits = Limits {
        upload_bytes: 100,
        ..Limits::default()
    };
    refused(
        "Z1",
        "large",
        Tree::from_zip_bytes("a.zip", archive(&two()), &limits),
    );
}

#[test]
fn z2_what_is_no_whole_zip_is_refused() {
    let good = archive(&two());
    refused("Z2", "empty", open(Vec::new()));
    refused("Z2", "no files", open(archive(&[])));
    refused(
        "Z2",
        "no files",
        open(archive(&[stored("a/", b""), stored("a/b/", b"")])),
    );
    refused(
        "Z2",
        "not a zip",
        open(b"<!DOCTYPE html><title>Log in</title>".to_vec()),
    );
    refused("Z2", "gzip", open(b"\x1f\x8b\x08\0\0\0\0\0".to_vec()));
    for cut in 4..good.len() {
        refused("Z2", "truncated", open(good[..cut].to_vec()));
    }
}

#[test]
fn z2_end_records_that_lie_are_refused() {
    let with = |at: usize, value: u8| open(archive_with(&two(), |end| end[at] = value));
    refused("Z2", "split", with(4, 1));
    refused("Z2", "split", with(8, 1));
    refused("Z2", "directory", with(15, 1));
    refused("Z2", "directory", with(19, 1));
    let count = |count: u8| {
        open(archive_with(&two(), |end| {
            (end[8], end[10]) = (count, count)
        }))
    };
    refused("Z2", "entries", count(1));
    refused("Z2", "entries", count(3));
}

#[test]
fn z2_joined_archives_are_refused_and_other_bytes_around_are_noted() {
    let good = archive(&two());
    let joined = [good.clone(), good.clone()].concat();
    refused("Z2", "ambiguous", open(joined));
    let gap = [good.clone(), vec![0; 5_000], good.clone()].concat();
    refused("Z2", "ambiguous", open(gap));
    let cut_second = [good.clone(), good[..good.len() - 30].to_vec()].concat();
    refused("Z2", "ambiguous", open(cut_second));
    let around = [vec![7; 3_000], good.clone(), vec![9; 2_000]].concat();
    let tree = open(around).expect("opened");
    assert_eq!(
        codes(&tree),
        ["source.leading-bytes", "source.trailing-bytes"]
    );
    assert_eq!(read(&tree, "a/two.txt").as_deref(), Ok(&b"two"[..]));
    let comment = |text: &[u8]| {
        let len = (text.len() as u16).to_le_bytes();
        let mut zip = archive_with(&two(), |end| end[20..].copy_from_slice(&len));
        zip.extend(text);
        open(zip)
    };
    assert!(comment(b"made by hand").is_ok());
    refused("Z2", "comment", comment(&[b'x'; 2_000]));
    refused("Z2", "ambiguous", comment(b"a PK in it"));
}

#[test]
fn a_stored_zip_at_the_end_is_no_second_archive() {
    let inner = archive(&two());
    let outer = archive(&[stored("x.txt", b"x"), stored("in.jdp", &inner)]);
    let tree = open(outer.clone()).expect("opened");
    assert_eq!(
        paths(&tree),
        ["in.jdp/a/one.txt", "in.jdp/a/two.txt", "x.txt"]
    );
    // Cut behind the inner archive, its end record is the last: still no archive of its own.
    let end = outer
        .windows(4)
        .position(|w| w == b"PK\x05\x06")
        .expect("inner end")
        + 22;
    refused("Z2", "ambiguous", open(outer[..end].to_vec()));
}

/// The paths and the one reason of an upload of which something was left out.
fn left_out(bytes: Vec<u8>, limits: &Limits, word: &str) -> Vec<String> {
    let tree = Tree::from_zip_bytes("a.zip", bytes, limits).expect("opened");
    assert_eq!(codes(&tree), ["source.unreadable-entry"], "{word}");
    assert!(
        tree.findings[0].text.contains(word),
        "{}",
        tree.findings[0].text
    );
    let problems: Vec<&str> = tree.ids().filter_map(|id| tree.problem(id)).collect();
    assert_eq!(problems, [tree.findings[0].text.as_str()], "{word}");
    let broken = tree.ids().find(|id| tree.problem(*id).is_some());
    assert!(tree.stream(broken.expect("entry")).is_err(), "{word}");
    paths(&tree).into_iter().map(str::to_owned).collect()
}

#[test]
fn z3_entries_are_counted_over_all_levels() {
    let limits = |entries| Limits {
        entries,
        ..Limits::default()
    };
    let inner = archive(&two());
    let outer = archive(&[stored("a.zip", &inner), stored("b.zip", &inner)]);
    let found = left_out(outer.clone(), &limits(3), "too many entries");
    assert_eq!(found, ["a.zip/a/one.txt", "a.zip/a/two.txt", "b.zip"]);
    assert!(Tree::from_zip_bytes("a.zip", outer, &limits(4)).is_ok());
    // What lies beside an archive comes before what is in it.
    let outer = archive(&[
        stored("a.zip", &inner),
        stored("b.txt", b"b"),
        stored("c.txt", b"c"),
    ]);
    let found = left_out(outer.clone(), &limits(3), "too many entries");
    assert_eq!(found, ["a.zip", "b.txt", "c.txt"]);
    let opened = Tree::from_zip_bytes("a.zip", outer, &limits(2));
    refused("Z3", "too many", opened);
}

#[test]
fn z4_overlapping_members_are_refused() {
    let mut zip = archive(&two());
    // The second directory entry points to the first member as well.
    let second = zip
        .windows(4)
        .rposition(|w| w == b"PK\x01\x02")
        .expect("directory");
    zip[second + 42..second + 46].fill(0);
    refused("Z12", "mismatch", open(zip));
    let same = vec![stored("a", b"12345"), stored("a", b"12345")];
    let mut zip = archive(&same);
    let second = zip
        .windows(4)
        .rposition(|w| w == b"PK\x01\x02")
        .expect("directory");
    zip[second + 42..second + 46].fill(0);
    refused("Z4", "overlap", open(zip));
}

#[test]
fn z5_z6_z7_cost_is_bounded_before_and_while_unpacking() {
    let flat = vec![0; 101 << 20];
    refused("Z5", "ratio", open(archive(&[deflated("a.csv", &flat)])));
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&flat).expect("memory");
    let gzip = archive(&[stored("a.csv.gz", &packer.finish().expect("memory"))]);
    let found = left_out(gzip, &Limits::default(), "ratio");
    assert_eq!(found, ["a.csv.gz"]);
    // Below the bound each, and not together.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&flat[..60 << 20]).expect("memory");
    let half = packer.finish().expect("memory");
    let halves = archive(&[stored("a.csv.gz", &half), stored("b.csv.gz", &half)]);
    let found = left_out(halves, &Limits::default(), "ratio");
    assert_eq!(found, ["a.csv.gz/a.csv", "b.csv.gz"]);
    let bomb = archive(&[deflated("a.csv", &flat)]);
    let outer = archive(&[stored("a.zip", &bomb), stored("b.txt", b"b")]);
    let found = left_out(outer, &Limits::default(), "ratio");
    assert_eq!(found, ["a.zip", "b.txt"]);

    let limits = |unpacked_bytes| Limits {
        unpacked_bytes,
        ..Limits::default()
    };
    let inner = archive(&two());
    let twice = archive(&[stored("a.zip", &inner), stored("b.zip", &inner)]);
    let most = 3_000;
    let found = left_out(twice, &limits(most), "too large");
    assert_eq!(found, ["a.zip/a/one.txt", "a.zip/a/two.txt", "b.zip"]);
    let huge = Member {
        size: 5_000,
        local_size: 5_000,
        ..deflated("a", b"1")
    };
    let huge = archive(&[huge]);
    refused(
        "Z6",
        "size",
        Tree::from_zip_bytes("a.zip", huge.clone(), &limits(most)),
    );
    let outer = archive(&[stored("a.zip", &huge), stored("b.txt", b"b")]);
    let found = left_out(outer, &limits(most), "too large");
    assert_eq!(found, ["a.zip", "b.txt"]);
}

#[test]
fn z7_an_archive_nested_too_deep_costs_nothing_but_itself() {
    let mut nested = archive(&two());
    for level in 1..=4 {
        let file = format!("{level}.txt");
        nested = archive(&[
            stored(&format!("{level}.zip"), &nested),
            stored(&file, b"x"),
        ]);
        if level <= 2 {
            let opened = open(nested.clone()).expect("opened");
            assert_eq!(opened.entries().len(), 2 + level);
            continue;
        }
        let found = left_out(nested.clone(), &Limits::default(), "nested too deep");
        let below = format!("{level}.zip/{}.zip/", level - 1);
        assert!(
            found.contains(&format!("{below}{}.zip", level - 2)),
            "{found:?}"
        );
        assert!(
            found.contains(&format!("{below}{}.txt", level - 2)),
            "{found:?}"
        );
        assert!(found.contains(&file), "{found:?}");
    }
}

#[test]
fn archives_that_are_left_out_may_not_cost_more_than_an_upload_may() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packer.write_all(&[7; 2_000]).expect("memory");
    let gzip = packer.finish().expect("memory");
    let members: Vec<Member> = (0..8)
        .map(|n| stored(&format!("{n}.csv.gz"), &gzip))
        .collect();
    let limits = Limits {
        unpacked_bytes: 8 * gzip.len() as u64 + 1_000,
        ..Limits::default()
    };
    let tree = Tree::from_zip_bytes("a.zip", archive(&members), &limits).expect("opened");
    let problems = tree.ids().filter_map(|id| tree.problem(id));
    assert!(
        problems
            .inspect(|text| assert!(text.contains("too large"), "{text}"))
            .count()
            == 8
    );
}

#[test]
fn z8_z9_names_and_kinds_are_judged() {
    for (name, word) in [
        ("../a", "path"),
        ("/a", "path"),
        ("C:\\a", "name"),
        ("a\\..\\b", "path"),
        ("a\0b", "name"),
    ] {
        refused("Z8", word, open(archive(&[stored(name, b"x")])));
    }
    refused(
        "Z8",
        "name",
        open(archive(&[stored("folder/", b"with data")])),
    );
    for (mode, word) in [
        (0o120_777, "link"),
        (0o010_644, "special"),
        (0o060_644, "special"),
    ] {
        refused(
            "Z9",
            word,
            open(archive(&[Member {
                mode,
                ..stored("a", b"x")
            }])),
        );
    }
    let tree = open(archive(&[Member {
        mode: 0o100_644,
        ..stored("dir\\F\u{fc}r.txt", b"x")
    }]));
    assert_eq!(paths(&tree.expect("opened")), ["dir/F\u{fc}r.txt"]);
}

#[test]
fn z10_z11_unreadable_members_fail_alone() {
    let locked = Member {
        flags: 1,
        ..stored("locked.shp", b"secret")
    };
    refused(
        "Z10",
        "password",
        open(archive(std::slice::from_ref(&locked))),
    );
    let odd = Member {
        method: 14,
        ..stored("lzma.shp", b"x")
    };
    let tree = open(archive(&[locked, odd, stored("good.txt", b"good")])).expect("opened");
    assert!(
        read(&tree, "locked.shp")
            .expect_err("locked")
            .contains("password")
    );
    assert!(
        read(&tree, "lzma.shp")
            .expect_err("method")
            .contains("method 14")
    );
    assert_eq!(read(&tree, "good.txt").as_deref(), Ok(&b"good"[..]));
    assert_eq!(codes(&tree), ["source.unreadable-entry"; 2]);
}

#[test]
fn z12_headers_must_agree() {
    let other = Member {
        local_name: b"b.shp".to_vec(),
        ..stored("a.shp", b"x")
    };
    refused("Z12", "name", open(archive(&[other])));
    let sizes = Member {
        local_size: 5,
        ..deflated("a.shp", b"123456789")
    };
    let tree = open(archive(&[sizes, stored("b", b"x")])).expect("opened");
    assert!(
        read(&tree, "a.shp")
            .expect_err("sizes")
            .contains("mismatch")
    );
    let mut extra = b"up".to_vec();
    let name = b"../evil.shp";
    extra.extend((5 + name.len() as u16).to_le_bytes());
    extra.push(1);
    extra.extend(crc(b"a.shp").to_le_bytes());
    extra.extend(name);
    refused(
        "Z12",
        "name",
        open(archive(&[Member {
            extra,
            ..stored("a.shp", b"x")
        }])),
    );
}

#[test]
fn z13_duplicates_are_joined_or_refused_and_case_clashes_fail_alone() {
    let tree = open(archive(&[stored("a", b"same"), stored("a", b"same")])).expect("opened");
    assert_eq!(paths(&tree), ["a"]);
    assert_eq!(codes(&tree), ["source.duplicate-entry"]);
    refused(
        "Z13",
        "duplicate",
        open(archive(&[stored("a", b"one"), stored("a", b"two")])),
    );

    let clash = [
        stored("T/A.XML", b"one"),
        stored("T/a.xml", b"two"),
        stored("b", b"x"),
    ];
    let tree = open(archive(&clash)).expect("opened");
    assert!(
        read(&tree, "T/A.XML")
            .expect_err("clash")
            .contains("ambiguous")
    );
    assert_eq!(
        tree.ids().map(|id| tree.ambiguous(id)).collect::<Vec<_>>(),
        [true, true, false]
    );
    let same = open(archive(&[
        stored("T/A.XML", b"one"),
        stored("t/a.xml", b"one"),
    ]));
    let same = same.expect("opened");
    assert!(same.ids().all(|id| !same.ambiguous(id)));
}

#[test]
fn z14_streams_end_with_an_error_unless_size_and_checksum_are_right() {
    let data = b"0123456789".repeat(1_000);
    let good = deflated("good", &data);
    let cases = [
        (
            Member {
                crc: 1,
                ..good.clone()
            },
            "crc",
        ),
        (
            Member {
                size: 10_001,
                local_size: 10_001,
                ..good.clone()
            },
            "short",
        ),
        (
            Member {
                size: 9_999,
                local_size: 9_999,
                ..good.clone()
            },
            "size mismatch",
        ),
        (
            Member {
                body: vec![0xff; 40],
                ..good.clone()
            },
            "decompress",
        ),
    ];
    for (bad, word) in cases {
        let tree = open(archive(&[
            Member {
                name: b"bad".to_vec(),
                local_name: b"bad".to_vec(),
                ..bad
            },
            good.clone(),
        ]));
        let tree = tree.expect("opened");
        let error = read(&tree, "bad").expect_err(word);
        assert!(error.to_lowercase().contains(word), "{error}");
        assert!(read(&tree, "good").as_ref() == Ok(&data));
    }
    // A reader that takes exactly the stated bytes learns of a wrong checksum, too.
    let tree = open(archive(&[Member { crc: 1, ..good }])).expect("opened");
    let mut stream = tree
        .stream(tree.ids().next().expect("entry"))
        .expect("stream");
    assert!(stream.read_exact(&mut vec![0; data.len()]).is_err());
}

#[test]
fn a_damaged_archive_inside_fails_alone() {
    let mut inner = archive(&two());
    inner.truncate(60);
    let tree = open(archive(&[
        stored("bad.zip", &inner),
        stored("good.txt", b"x"),
    ]))
    .expect("opened");
    assert_eq!(paths(&tree), ["bad.zip", "good.txt"]);
    assert!(
        read(&tree, "bad.zip")
            .expect_err("damaged")
            .contains("truncated")
    );
}

#[test]
fn mutants_never_panic_and_never_give_more_than_stated() {
    let inner = archive(&two());
    let good = archive(&[
        deflated("a.csv", &b"1,2,3\n".repeat(300)),
        stored("b/in.zip", &inner),
        stored("b/c.txt", b"text"),
    ]);
    let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    for _ in 0..5_000 {
        let mut mutant = good.clone();
        for _ in 0..=next(4) {
            let at = next(mutant.len());
            match next(4) {
                0 => mutant[at] = next(256) as u8,
                1 => mutant[at] ^= 1 << next(8),
                2 => mutant.truncate(at.max(1)),
                _ => mutant[at] = if next(2) == 0 { 0 } else { 0xff },
            }
        }
        let Ok(tree) = open(mutant) else { continue };
        for id in tree.ids() {
            if let Ok(bytes) = tree.bytes(id, 1 << 20) {
                assert_eq!(bytes.len() as u64, tree.entry(id).size);
            }
        }
    }
}
