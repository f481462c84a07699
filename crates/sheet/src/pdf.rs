//! A PDF of documents, each beginning on a sheet of its own.
//!
//! Rules: text is text (searchable, in the order in which it is written), fonts are embedded as the letters that
//! are used, maps are images with a palette. No clock and no chance: the same documents give the same bytes.

use crate::SheetError;
use crate::canvas::{Colour, Item, Sheet};
use crate::fonts::{Fonts, Glyph, Weight};
use crate::layout;
use crate::raster::Raster;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use std::collections::HashMap;
use std::io::Write;
use std::rc::Rc;
use subsetter::GlyphRemapper;
use tramline_outputs::page::document::Document;

/// Points in a millimetre.
const POINT: f64 = 72.0 / 25.4;
const SYSTEM: SystemInfo<'static> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// The PDF of these documents in their order; `title` names the whole.
///
/// # Errors
/// [`SheetError::Font`] if the embedded font cannot be used.
pub fn pdf(title: &str, documents: &[Document]) -> Result<Vec<u8>, SheetError> {
    let fonts = Fonts::new()?;
    let mut out = Out::new(&fonts);
    for document in documents {
        for sheet in layout::sheets(&fonts, document) {
            out.sheet(sheet);
        }
    }
    out.end(title)
}

/// The letters that were used of a weight: each glyph with what it stands for has a number.
#[derive(Default)]
struct Used {
    numbers: HashMap<(u16, String), u16>,
    list: Vec<(u16, String)>,
}

impl Used {
    /// `None` only after 65,535 of them.
    fn number(&mut self, glyph: &Glyph) -> Option<u16> {
        let key = (glyph.id, glyph.text.clone());
        if let Some(number) = self.numbers.get(&key) {
            return Some(*number);
        }
        // Number 0 is what a font lacks.
        let number = u16::try_from(self.list.len() + 1).ok()?;
        self.list.push(key.clone());
        self.numbers.insert(key, number);
        Some(number)
    }
}

struct Out<'a> {
    known: &'a Fonts,
    pdf: Pdf,
    next: i32,
    pages: Vec<Ref>,
    tree: Ref,
    fonts: [Ref; 2],
    used: [Used; 2],
}

impl<'a> Out<'a> {
    fn new(known: &'a Fonts) -> Self {
        let mut out = Self {
            known,
            pdf: Pdf::new(),
            next: 0,
            pages: Vec::new(),
            tree: Ref::new(1),
            fonts: [Ref::new(1); 2],
            used: [Used::default(), Used::default()],
        };
        out.tree = out.reference();
        out.fonts = [out.reference(), out.reference()];
        out
    }

    fn reference(&mut self) -> Ref {
        self.next += 1;
        Ref::new(self.next)
    }

    fn sheet(&mut self, sheet: Sheet) {
        let [width, height] = sheet.size;
        let mut content = Content::new();
        let mut images: Vec<(Rc<Raster>, Ref)> = Vec::new();
        for item in &sheet.items {
            match item {
                Item::Text {
                    at,
                    size,
                    weight,
                    colour,
                    line,
                } => self.text(
                    &mut content,
                    [at[0], height - at[1]],
                    *size,
                    (*weight, *colour),
                    &line.glyphs,
                ),
                Item::Rect([left, top, wide, tall], colour) => {
                    fill(&mut content, *colour);
                    let bottom = height - top - tall;
                    content.rect(pt(*left), pt(bottom), pt(*wide), pt(*tall));
                    content.fill_nonzero();
                }
                Item::Rings(rings, colour) => {
                    fill(&mut content, *colour);
                    for ring in rings {
                        for (place, [x, y]) in ring.iter().enumerate() {
                            let (x, y) = (pt(*x), pt(height - y));
                            if place == 0 {
                                content.move_to(x, y);
                            } else {
                                content.line_to(x, y);
                            }
                        }
                        if !ring.is_empty() {
                            content.close_path();
                        }
                    }
                    content.fill_even_odd();
                }
                Item::Image(raster, [left, top, wide, tall]) => {
                    let image = self.reference();
                    self.image(image, raster);
                    images.push((Rc::clone(raster), image));
                    content.save_state();
                    let bottom = height - top - tall;
                    content.transform([pt(*wide), 0.0, 0.0, pt(*tall), pt(*left), pt(bottom)]);
                    content.x_object(Name(format!("I{}", images.len()).as_bytes()));
                    content.restore_state();
                }
            }
        }
        let (page, stream) = (self.reference(), self.reference());
        let bytes = deflated(&content.finish());
        self.pdf.stream(stream, &bytes).filter(Filter::FlateDecode);
        let mut written = self.pdf.page(page);
        written.media_box(Rect::new(0.0, 0.0, pt(width), pt(height)));
        written.parent(self.tree);
        written.contents(stream);
        let mut resources = written.resources();
        let mut dictionary = resources.fonts();
        for (name, font) in [b"F0", b"F1"].into_iter().zip(self.fonts) {
            dictionary.pair(Name(name), font);
        }
        dictionary.finish();
        let mut dictionary = resources.x_objects();
        for (place, (_, image)) in images.iter().enumerate() {
            dictionary.pair(Name(format!("I{}", place + 1).as_bytes()), *image);
        }
        dictionary.finish();
        resources.finish();
        written.finish();
        self.pages.push(page);
    }

    fn text(
        &mut self,
        content: &mut Content,
        [x, y]: [f64; 2],
        size: f64,
        (weight, colour): (Weight, Colour),
        glyphs: &[Glyph],
    ) {
        let known = self.known;
        let (name, used) = match (weight, &mut self.used) {
            (Weight::Regular, [regular, _]) => (b"F0", regular),
            (Weight::Bold, [_, bold]) => (b"F1", bold),
        };
        fill(content, colour);
        content.begin_text();
        content.set_font(Name(name), pt(size));
        content.set_text_matrix([1.0, 0.0, 0.0, 1.0, pt(x), pt(y)]);
        let mut show = content.show_positioned();
        let mut items = show.items();
        let mut part: Vec<u8> = Vec::new();
        let mut rise: Vec<(usize, f64, f64)> = Vec::new();
        for (place, glyph) in glyphs.iter().enumerate() {
            if glyph.right.abs() > 1e-6 || glyph.up.abs() > 1e-6 {
                rise.push((place, glyph.right, glyph.up));
            }
        }
        // Marks above and below letters are placed one by one.
        if rise.is_empty() {
            for glyph in glyphs {
                if let Some(number) = used.number(glyph) {
                    part.extend(number.to_be_bytes());
                    let kerned = glyph.advance - known.advance(weight, glyph.id);
                    if kerned.abs() > 5e-4 {
                        items.show(Str(&part));
                        part.clear();
                        items.adjust((-kerned * 1000.0) as f32);
                    }
                }
            }
            if !part.is_empty() {
                items.show(Str(&part));
            }
            items.finish();
            show.finish();
        } else {
            items.finish();
            show.finish();
            let mut at = x;
            for glyph in glyphs {
                if let Some(number) = used.number(glyph) {
                    let (right, up) = (at + glyph.right * size, y + glyph.up * size);
                    content.set_text_matrix([1.0, 0.0, 0.0, 1.0, pt(right), pt(up)]);
                    content.show(Str(&number.to_be_bytes()));
                }
                at += glyph.advance * size;
            }
        }
        content.end_text();
    }

    fn image(&mut self, image: Ref, raster: &Raster) {
        let bytes = deflated(&raster.pixels);
        let palette: Vec<u8> = raster.palette.concat();
        let most = raster.palette.len().saturating_sub(1);
        let mut written = self.pdf.image_xobject(image, &bytes);
        written.filter(Filter::FlateDecode);
        written.width(i32::try_from(raster.width).unwrap_or(i32::MAX));
        written.height(i32::try_from(raster.height).unwrap_or(i32::MAX));
        written.bits_per_component(8);
        let space = written.color_space();
        space.indexed(
            Name(b"DeviceRGB"),
            i32::try_from(most).unwrap_or(255),
            &palette,
        );
        written.finish();
    }

    fn end(mut self, title: &str) -> Result<Vec<u8>, SheetError> {
        let used = std::mem::take(&mut self.used);
        for ((weight, used), font) in Weight::ALL.into_iter().zip(used).zip(self.fonts) {
            self.font(weight, &used, font)?;
        }
        let (catalog, about) = (self.reference(), self.reference());
        self.pdf
            .catalog(catalog)
            .pages(self.tree)
            .lang(TextStr("en"));
        let count = i32::try_from(self.pages.len()).unwrap_or(i32::MAX);
        let pages = std::mem::take(&mut self.pages);
        self.pdf.pages(self.tree).kids(pages).count(count);
        let mut written = self.pdf.document_info(about);
        written.title(TextStr(title)).producer(TextStr("Tramline"));
        written.finish();
        Ok(self.pdf.finish())
    }

    fn font(&mut self, weight: Weight, used: &Used, font: Ref) -> Result<(), SheetError> {
        let broken = |cause: &dyn std::fmt::Display| SheetError::Font(cause.to_string());
        let mut glyphs = GlyphRemapper::new();
        for (glyph, _) in &used.list {
            glyphs.remap(*glyph);
        }
        let file = subsetter::subset(weight.file(), 0, &glyphs).map_err(|cause| broken(&cause))?;
        let name = match weight {
            Weight::Regular => "TRAMLN+DejaVuSans",
            Weight::Bold => "TRAMLN+DejaVuSans-Bold",
        };
        let refs: [Ref; 5] = std::array::from_fn(|_| self.reference());
        let [cid, descriptor, data, unicode, map] = refs;
        let mut written = self.pdf.type0_font(font);
        written.base_font(Name(name.as_bytes()));
        written.encoding_predefined(Name(b"Identity-H"));
        written.descendant_font(cid).to_unicode(unicode);
        written.finish();

        let mut places: Vec<u8> = vec![0, 0];
        let mut widths: Vec<f32> = vec![600.0];
        let mut texts = UnicodeCmap::<u16>::new(Name(b"Custom"), SYSTEM);
        for (number, (glyph, text)) in (1_u16..).zip(&used.list) {
            places.extend(glyphs.get(*glyph).unwrap_or(0).to_be_bytes());
            widths.push((self.known.advance(weight, *glyph) * 1000.0) as f32);
            if !text.is_empty() {
                texts.pair_with_multiple(number, text.chars());
            }
        }
        let mut written = self.pdf.cid_font(cid);
        written
            .subtype(CidFontType::Type2)
            .base_font(Name(name.as_bytes()));
        written
            .system_info(SYSTEM)
            .font_descriptor(descriptor)
            .default_width(0.0);
        written.cid_to_gid_map_stream(map);
        written.widths().consecutive(0, widths);
        written.finish();

        let face = self.known.face(weight);
        let em = f32::from(u16::try_from(face.units_per_em()).unwrap_or(2048));
        let part = |units: i16| f32::from(units) / em * 1000.0;
        let bounds = face.global_bounding_box();
        let mut written = self.pdf.font_descriptor(descriptor);
        written
            .name(Name(name.as_bytes()))
            .flags(FontFlags::SYMBOLIC);
        written.bbox(Rect::new(
            part(bounds.x_min),
            part(bounds.y_min),
            part(bounds.x_max),
            part(bounds.y_max),
        ));
        written.italic_angle(0.0).ascent(part(face.ascender()));
        written.descent(part(face.descender()));
        written.cap_height(part(face.capital_height().unwrap_or(1493)));
        written.stem_v(if weight == Weight::Bold { 140.0 } else { 80.0 });
        written.font_file2(data);
        written.finish();

        let length = i32::try_from(file.len()).unwrap_or(i32::MAX);
        let bytes = deflated(&file);
        let mut written = self.pdf.stream(data, &bytes);
        written.filter(Filter::FlateDecode);
        written.pair(Name(b"Length1"), length);
        written.finish();
        let bytes = deflated(&texts.finish());
        self.pdf.cmap(unicode, &bytes).filter(Filter::FlateDecode);
        let bytes = deflated(&places);
        self.pdf.stream(map, &bytes).filter(Filter::FlateDecode);
        Ok(())
    }
}

fn pt(mm: f64) -> f32 {
    // A hundredth of a point is finer than any printer.
    ((mm * POINT * 100.0).round() / 100.0) as f32
}

fn fill(content: &mut Content, [red, green, blue]: Colour) {
    let part = |part: u8| f32::from(part) / 255.0;
    content.set_fill_rgb(part(red), part(green), part(blue));
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    let written = out.write_all(bytes).and_then(|()| out.finish());
    written.unwrap_or_default()
}
