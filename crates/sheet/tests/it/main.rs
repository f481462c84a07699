//! Documents as PDF and pictures: size, sheets, the same bytes, and hostile texts.

use std::io::Cursor;
use tramline_outputs::page::document::{
    Block, Document, Figure, Gravity, Legend, LegendRow, MapBlock, Notice, Paper, Picture, Section,
    Shape, Words,
};
use tramline_sheet::{pdf::pdf, picture};

const GREEN: [u8; 3] = [0x20, 0x90, 0x40];

fn map() -> Block {
    let ring = vec![[10.0, 10.0], [90.0, 10.0], [90.0, 60.0], [10.0, 60.0]];
    let row = LegendRow {
        colour: GREEN,
        value: Words::own("6 to 7"),
        area: Words::own("1.5"),
        share: Words::own("100 %"),
    };
    Block::Map(Box::new(MapBlock {
        name: Words::own("Map: Yield, t/ha"),
        frame_mm: [126.0, 80.0],
        legend_beside: true,
        picture: Picture {
            description: Words::own("Map"),
            shape: Shape::Ground(vec![ring]),
        },
        scale_bar: None,
        legend: Legend {
            heads: ["t/ha", "ha", "share"].map(Words::own),
            rows: vec![row],
            note: Words::default(),
        },
    }))
}

fn document(paper: Paper, title: &str, notices: usize) -> Document {
    let notice = |number: usize| Notice {
        gravity: Gravity::Warning,
        text: Words::own(format!("Notice {number}: {title}")),
        hint: Words::own("do something about it"),
        code: "some.code".to_owned(),
    };
    Document {
        paper,
        one_sheet: notices < 50,
        title: Words::data(title, 400),
        subtitle: vec![Words::own("Below")],
        blocks: vec![
            Block::Figures(vec![Figure {
                name: Words::own("Yield"),
                value: Words::own("6.47 t/ha"),
            }]),
            map(),
            Block::Columns(vec![Section {
                title: Words::own("What was noticed"),
                may_break: true,
                blocks: vec![Block::Notices((0..notices).map(notice).collect())],
            }]),
        ],
        foot: Words::own("Foot"),
    }
}

fn count(bytes: &[u8], what: &[u8]) -> usize {
    bytes
        .windows(what.len())
        .filter(|part| *part == what)
        .count()
}

#[test]
fn a_page_is_a_sheet_of_its_paper_and_the_same_bytes_each_time() {
    for (paper, size) in [(Paper::A4, "595.28 841.89"), (Paper::Letter, "612 792")] {
        let pages = [
            document(paper, "North forty: harvest", 3),
            document(paper, "Ґанок żółć Ωμέγα حقل", 3),
        ];
        let all = [vec![document(paper, "stick", 1)], pages.to_vec()].concat();
        let made = pdf("stick", &all).expect("a PDF");
        assert!(made.starts_with(b"%PDF-") && made.trim_ascii_end().ends_with(b"%%EOF"));
        assert_eq!(count(&made, size.as_bytes()), 3);
        assert_eq!(made, pdf("stick", &all).expect("a PDF"));
    }
}

#[test]
fn what_does_not_fit_goes_on_on_further_sheets() {
    let made = pdf("much", &[document(Paper::A4, "Much", 5_000)]).expect("a PDF");
    assert!(count(&made, b"/MediaBox") > 50);
}

#[test]
fn hostile_texts_are_drawn_all_the_same() {
    let long = "W".repeat(5_000);
    let piled = "a\u{301}\u{302}\u{303}".repeat(100);
    for title in [
        "",
        &long,
        &piled,
        "\u{202E}abc\u{0}\n",
        "👩‍🌾🚜",
        "田野",
        "حقل 12 شمال",
        "\u{FFFF}",
    ] {
        let one = document(Paper::A4, title, 2);
        assert!(pdf(title, std::slice::from_ref(&one)).is_ok());
        assert!(picture::picture(&one).expect("a picture").is_some());
    }
}

#[test]
fn a_picture_has_its_size_the_ground_and_the_colours_of_the_legend() {
    let png = picture::picture(&document(Paper::A4, "North forty: harvest, 3 May 2024", 0));
    let png = png.expect("a picture").expect("a map");
    let mut reader = png::Decoder::new(Cursor::new(png))
        .read_info()
        .expect("a PNG");
    assert_eq!([reader.info().width, reader.info().height], picture::SIZE);
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut bytes).expect("pixels");
    let of = |colour: [u8; 3]| {
        bytes
            .chunks_exact(3)
            .filter(|pixel| **pixel == colour)
            .count()
    };
    assert!(of(GREEN) > 500, "swatch of the legend");
    assert!(of([0xb9, 0xc7, 0x9f]) > 100_000, "the ground");
    assert!(of([255; 3]) > 300_000, "paper");
}
