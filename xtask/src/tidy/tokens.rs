//! Source text as tokens: words, `::` and single signs, each with its line.
//!
//! Comments and the contents of strings are left out, so that a word in a message is no word of the code. Rule: what
//! the compiler accepts is cut into the right words; of what it refuses nothing is promised.

/// A word, a number, a lifetime, `::`, one sign, or `"` in place of a whole string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    /// Counted from 1.
    pub(crate) line: usize,
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn first(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Goes on by so many bytes, and gives them.
    fn take(&mut self, bytes: usize) -> &'a str {
        let end = (self.at + bytes).min(self.text.len());
        let taken = self.text.get(self.at..end).unwrap_or_default();
        self.line += taken.matches('\n').count();
        self.at = end;
        taken
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let bytes = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.take(bytes)
    }

    /// Behind a block comment; they nest.
    fn skip_block_comment(&mut self) {
        let mut depth = 0_usize;
        while !self.rest().is_empty() {
            if self.rest().starts_with("/*") {
                depth += 1;
                self.take(2);
            } else if self.rest().starts_with("*/") {
                depth -= 1;
                self.take(2);
                if depth == 0 {
                    return;
                }
            } else {
                self.take(self.first().map_or(1, char::len_utf8));
            }
        }
    }

    /// Behind a string whose opening quote comes next.
    fn skip_string(&mut self) {
        self.take(1);
        while let Some(c) = self.first() {
            self.take(c.len_utf8());
            if c == '\\' {
                self.take(self.first().map_or(1, char::len_utf8));
            } else if c == '"' {
                return;
            }
        }
    }

    /// Behind a raw string whose `#` or opening quote comes next; whether it is one.
    fn skip_raw_string(&mut self) -> bool {
        let rest = self.rest();
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        if !rest.get(hashes..).unwrap_or_default().starts_with('"') {
            return false;
        }
        self.take(hashes + 1);
        let end = format!("\"{}", "#".repeat(hashes));
        let bytes = self
            .rest()
            .find(&end)
            .map_or(self.rest().len(), |at| at + end.len());
        self.take(bytes);
        true
    }

    /// A character such as `'a'`, or a lifetime.
    fn quote(&mut self) -> &'a str {
        let mut inside = self.rest().chars().skip(1);
        let (first, second) = (inside.next(), inside.next());
        if first == Some('\\') {
            self.take(3);
            self.take_while(|c| c != '\'');
            self.take(1);
            return "'";
        }
        if second == Some('\'') {
            self.take(2 + first.map_or(0, char::len_utf8));
            return "'";
        }
        let begin = self.at;
        self.take(1);
        self.take_while(is_word);
        self.text.get(begin..self.at).unwrap_or_default()
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The tokens of a source file.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut cursor = Cursor {
        text,
        at: 0,
        line: 1,
    };
    let mut found = Vec::new();
    while let Some(c) = cursor.first() {
        let line = cursor.line;
        let token = if c.is_whitespace() {
            cursor.take_while(char::is_whitespace);
            continue;
        } else if cursor.rest().starts_with("//") {
            cursor.take_while(|c| c != '\n');
            continue;
        } else if cursor.rest().starts_with("/*") {
            cursor.skip_block_comment();
            continue;
        } else if c == '"' {
            cursor.skip_string();
            "\""
        } else if c == '\'' {
            cursor.quote()
        } else if is_word(c) {
            let word = cursor.take_while(is_word);
            match word {
                // A raw string, or a name such as `r#type`.
                "r" | "br" | "cr" if cursor.skip_raw_string() => "\"",
                "b" | "c" if cursor.first() == Some('"') => {
                    cursor.skip_string();
                    "\""
                }
                "b" if cursor.first() == Some('\'') => cursor.quote(),
                "r" if cursor.first() == Some('#') => {
                    cursor.take(1);
                    cursor.take_while(is_word)
                }
                word => word,
            }
        } else if cursor.rest().starts_with("::") {
            cursor.take(2)
        } else {
            cursor.take(c.len_utf8())
        };
        found.push(Token { text: token, line });
    }
    found
}

/// Position behind the bracket that closes the one at `open`; the end, where none does.
pub(crate) fn behind(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return position + 1;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// Position of the first `{` or `;` from `from` on that is in no round or square bracket.
pub(crate) fn body_or_end(tokens: &[Token<'_>], from: usize) -> usize {
    let mut position = from;
    while let Some(token) = tokens.get(position) {
        match token.text {
            "{" | ";" => return position,
            "(" | "[" => position = behind(tokens, position),
            _ => position += 1,
        }
    }
    tokens.len()
}

/// The tokens without items that are for tests only: what `#[test]` or `#[cfg(test)]` stands before.
pub(crate) fn without_tests<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut position = 0;
    while let Some(token) = tokens.get(position) {
        let is_attribute = token.text == "#"
            && tokens
                .get(position + 1)
                .is_some_and(|next| next.text == "[");
        if !is_attribute {
            kept.push(*token);
            position += 1;
            continue;
        }
        let end = behind(tokens, position + 1);
        let attribute = tokens.get(position..end).unwrap_or_default();
        if !is_for_tests(attribute) {
            kept.extend_from_slice(attribute);
            position = end;
            continue;
        }
        position = end;
        while tokens.get(position).is_some_and(|token| token.text == "#") {
            position = behind(tokens, position + 1);
        }
        let stop = body_or_end(tokens, position);
        let has_body = tokens.get(stop).is_some_and(|token| token.text == "{");
        let is_use = tokens
            .get(position)
            .is_some_and(|token| token.text == "use");
        position = match (has_body, is_use) {
            (true, false) => behind(tokens, stop),
            // The braces of a `use` end with a semicolon.
            (true, true) => behind(tokens, stop) + 1,
            (false, _) => stop + 1,
        };
    }
    kept
}

fn is_for_tests(attribute: &[Token<'_>]) -> bool {
    let words: Vec<&str> = attribute.iter().map(|token| token.text).collect();
    matches!(
        words.as_slice(),
        ["#", "[", "test", "]"] | ["#", "[", "cfg", "(", "test", ")", "]"]
    )
}

#[cfg(test)]
mod tests {
    use super::{tokens, without_tests};

    fn words(text: &str) -> String {
        let found = tokens(text);
        found
            .iter()
            .map(|token| token.text)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn strings_and_comments_are_no_words() {
        let cases = [
            ("a::b // c", "a :: b"),
            ("a /* b /* c */ d */ e", "a e"),
            (r#"x("fn f() {}", 'a', '\'', b'{')"#, "x ( \" , ' , ' , ' )"),
            ("r#\"fn \" {\"# + r#type + br\"{\"", "\" + type + \""),
            ("fn f<'a>(x: &'a str)", "fn f < 'a > ( x : & 'a str )"),
            ("'\\u{7d}' '}'", "' '"),
            ("\"\\\"{\" 1.5e3", "\" 1 . 5e3"),
        ];
        for (text, wanted) in cases {
            assert_eq!(words(text), wanted, "{text}");
        }
    }

    #[test]
    fn lines_are_counted_through_strings() {
        let found = tokens("a \"\n\n\" b\n/*\n*/ c");
        let lines: Vec<_> = found.iter().map(|token| (token.text, token.line)).collect();
        assert_eq!(lines, [("a", 1), ("\"", 1), ("b", 3), ("c", 5)]);
    }

    #[test]
    fn items_for_tests_are_left_out() {
        let cases = [
            ("a #[cfg(test)] mod tests { use super::*; } b", "a b"),
            ("a #[cfg(test)] #[path = \"x\"] mod tests; b", "a b"),
            ("a #[cfg(test)] use x::{y, z}; b", "a b"),
            ("#[test] fn f(x: [u8; 2]) -> u8 { { } } b", "b"),
            (
                "#[derive(Debug)] struct S; b",
                "# [ derive ( Debug ) ] struct S ; b",
            ),
        ];
        for (text, wanted) in cases {
            let all = tokens(text);
            let kept = without_tests(&all);
            let kept: Vec<_> = kept.iter().map(|token| token.text).collect();
            assert_eq!(kept.join(" "), wanted, "{text}");
        }
    }
}
