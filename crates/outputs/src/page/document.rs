//! What a page says, before it is HTML or PDF: a tree of closed kinds of blocks.
//!
//! Rules: every text is one line, cut to a most number of characters and free of control, hidden and
//! direction characters; it is not escaped, which is for whoever writes it. Lengths are millimetres
//! on paper. No block holds more than its makers allow, so a page is bounded whatever the input.

use super::text::plain;

/// Width of the text on both papers, in millimetres.
pub const TEXT_WIDTH_MM: f64 = 190.0;
/// Height that one sheet of either paper has room for, in millimetres.
pub const TEXT_HEIGHT_MM: f64 = 257.0;
/// Between the two columns of [`Block::Columns`], in millimetres.
pub const GAP_MM: f64 = 6.0;

/// The paper that a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// 210 × 297 mm.
    A4,
    /// 215.9 × 279.4 mm, where acres are counted.
    Letter,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Tramline's own words and numbers.
    Own(String),
    /// A text of the data, whose direction of writing must not turn what is around it.
    Data(String),
}

/// A text of one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<Span>);

impl Words {
    /// Tramline's own words.
    pub fn own(text: impl Into<String>) -> Self {
        Self(vec![Span::Own(text.into())])
    }

    /// A text of the data, cut to `most` characters.
    pub fn data(text: &str, most: usize) -> Self {
        Self(vec![Span::Data(plain(text, most))])
    }

    /// With more of our own words behind it.
    #[must_use]
    pub fn and(mut self, text: &str) -> Self {
        self.0.push(Span::Own(text.to_owned()));
        self
    }

    /// With another text behind it.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Several, with `between` between them.
    pub fn joined(list: impl IntoIterator<Item = Self>, between: &str) -> Self {
        let mut out = Self::default();
        for (place, words) in list.into_iter().enumerate() {
            if place > 0 {
                out = out.and(between);
            }
            out = out.then(words);
        }
        out
    }

    /// Its pieces.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// The whole text.
    pub fn plain(&self) -> String {
        let text = |span: &Span| match span {
            Span::Own(text) | Span::Data(text) => text.clone(),
        };
        self.0.iter().map(text).collect()
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|span| match span {
            Span::Own(text) | Span::Data(text) => text.is_empty(),
        })
    }

    /// With a capital first.
    #[must_use]
    pub fn capital(mut self) -> Self {
        if let Some(Span::Own(text) | Span::Data(text)) = self.0.first_mut() {
            *text = super::text::capital(text);
        }
        self
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self::own(text)
    }
}

/// A page.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it is printed on.
    pub paper: Paper,
    /// Whether it is one sheet, which its makers see to; an index takes as many as it needs.
    pub one_sheet: bool,
    /// The heading: what it is.
    pub title: Words,
    /// Lines below the heading.
    pub subtitle: Vec<Words>,
    /// From top to bottom.
    pub blocks: Vec<Block>,
    /// Small, at the foot.
    pub foot: Words,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub enum Block {
    /// What must be read before any number, or what was noticed.
    Notices(Vec<Notice>),
    /// A few large numbers in a row over the whole width.
    Figures(Vec<Figure>),
    /// A map with its legend, over the whole width.
    Map(Box<MapBlock>),
    /// A heading and what is below it.
    Section(Section),
    /// Sections that flow through two columns of equal height; one below the other on a narrow screen.
    Columns(Vec<Section>),
    /// A sentence or two.
    Text(Words),
    /// Names and their values.
    Facts(Vec<(Words, Words)>),
    /// Rows of cells.
    Table(Table),
    /// A histogram.
    Bars(Bars),
}

/// A heading and what is below it.
#[derive(Clone, Debug)]
pub struct Section {
    /// The heading.
    pub title: Words,
    /// Whether it may be cut at the end of a column or a sheet.
    pub may_break: bool,
    /// No section in it, no columns.
    pub blocks: Vec<Block>,
}

/// How grave a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// The result is wrong or missing.
    Error,
    /// Something may be wrong.
    Warning,
    /// Good to know.
    Note,
}

/// One thing that was noticed.
#[derive(Clone, Debug)]
pub struct Notice {
    /// How grave it is.
    pub gravity: Gravity,
    /// What was noticed, from a capital.
    pub text: Words,
    /// What the reader can do; empty for nothing.
    pub hint: Words,
    /// The finding's code, small; empty for none.
    pub code: String,
}

/// A large number and what it is.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What it is.
    pub name: Words,
    /// The number with its unit.
    pub value: Words,
}

/// A map with its legend.
#[derive(Clone, Debug)]
pub struct MapBlock {
    /// What it shows, with the unit.
    pub name: Words,
    /// Width and height of the frame of the picture.
    pub frame_mm: [f64; 2],
    /// Whether the legend is at the right of the frame, else below it.
    pub legend_beside: bool,
    /// What is drawn in the frame.
    pub picture: Picture,
    /// At the lower left of the frame; none where distances are not known.
    pub scale_bar: Option<ScaleBar>,
    /// What the colours mean.
    pub legend: Legend,
}

/// A picture of ground, north up, in the middle of a frame.
#[derive(Clone, Debug)]
pub struct Picture {
    /// For those who cannot see it.
    pub description: Words,
    /// What is drawn.
    pub shape: Shape,
}

/// What a picture is made of.
#[derive(Clone, Debug)]
pub enum Shape {
    /// An image at its place in the frame.
    Image {
        /// A whole PNG file.
        png: Vec<u8>,
        /// Left, top, width and height.
        place_mm: [f64; 4],
    },
    /// Rings of the ground, filled by the even-odd rule.
    Ground(Vec<Vec<[f64; 2]>>),
}

/// A scale bar.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleBar {
    /// Its length.
    pub length_mm: f64,
    /// What that is on the ground.
    pub words: String,
}

/// What the colours of a map mean.
#[derive(Clone, Debug)]
pub struct Legend {
    /// Headings over the columns `value`, `area` and `share`.
    pub heads: [Words; 3],
    /// From the greatest to the least.
    pub rows: Vec<LegendRow>,
    /// A sentence below; may be empty.
    pub note: Words,
}

/// A colour and what it means.
#[derive(Clone, Debug)]
pub struct LegendRow {
    /// Red, green, blue.
    pub colour: [u8; 3],
    /// The values.
    pub value: Words,
    /// The ground that has them; empty where it is not known.
    pub area: Words,
    /// Its share of the ground of the map.
    pub share: Words,
}

/// Rows of cells.
#[derive(Clone, Debug)]
pub struct Table {
    /// Headings; as many as each row has cells.
    pub heads: Vec<Words>,
    /// Rows.
    pub rows: Vec<Vec<Cell>>,
    /// Whether each row is a card of its own on a narrow screen.
    pub cards: bool,
}

/// A cell of a table. The first of a row and texts of sentences are at the left, numbers at the right.
#[derive(Clone, Debug)]
pub enum Cell {
    /// A short text or a number, at the right unless it is the first.
    Number(Words),
    /// Text, at the left; with the page that it leads to.
    Text(Words),
    /// A few words, at the left, on one line.
    Short(Words),
    /// Text that leads to a place below the folder of the page.
    Link {
        /// What is read.
        words: Words,
        /// Relative path of segments made by Tramline.
        to: String,
    },
    /// A small picture in a frame of this width and height.
    Picture(Box<Picture>, [f64; 2]),
}

/// A histogram: bars side by side.
#[derive(Clone, Debug)]
pub struct Bars {
    /// What is counted, with the unit.
    pub name: Words,
    /// Height of each bar between 0 and 1.
    pub heights: Vec<f64>,
    /// Where a number stands below: the place as a count of bars from the left, and the number.
    pub marks: Vec<(f64, String)>,
    /// A sentence below.
    pub note: Words,
}
