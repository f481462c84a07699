//! The closed lists of words that travel between the crates, the database and the wire: each is an
//! enum here and a text only at the edge.
//!
//! Rule: Rust code spells a word here only; SQL statements repeat those that they compare. Databases,
//! JSON documents and URLs hold `name()`. Whoever reads one asks `from_name()` and reports a word that
//! is not on the list.

mod artifact;
mod drop_reason;
mod field;
mod file;
mod job;

pub use artifact::Artifact;
pub use drop_reason::{DropReason, FilterReason, RefusedStandard};
pub use field::{BoundaryStatus, FieldKind, FieldStatus};
pub use file::{FileOrigin, FileStatus};
pub use job::JobKind;

/// Declares an enum of words: `ALL`, `name`, `from_name`, `Display`, and serde as the word.
macro_rules! words {
    ($(#[$about:meta])* $list:ident { $( $(#[$doc:meta])* $variant:ident = $word:literal, )* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $list { $( $(#[$doc])* $variant, )* }

        impl $list {
            /// Every word, in the order of the list.
            pub const ALL: &[Self] = &[ $( Self::$variant, )* ];

            /// The word as it is stored and sent.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }

            /// Reads the word, letter by letter; `None` for any other text.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $( $word => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }

        impl std::hash::Hash for $list {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.name().hash(state);
            }
        }

        impl std::borrow::Borrow<str> for $list {
            /// Maps by word can be asked with the text.
            fn borrow(&self) -> &str {
                self.name()
            }
        }

        impl std::fmt::Display for $list {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        $crate::words::text_on_the_wire!($list);
    };
}

/// Serde for an enum that has `from_name` and `Display`.
macro_rules! text_on_the_wire {
    ($list:ty) => {
        impl serde::Serialize for $list {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $list {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::from_name(&text).ok_or_else(|| {
                    let expected = concat!("a word of ", stringify!($list));
                    serde::de::Error::invalid_value(serde::de::Unexpected::Str(&text), &expected)
                })
            }
        }
    };
}

use {text_on_the_wire, words};

#[cfg(test)]
mod tests {
    //! Every word comes back as what it was.

    use super::*;

    #[test]
    fn words_are_read_back() {
        macro_rules! check {
            ($($list:ty),*) => {$(
                for word in <$list>::ALL {
                    assert_eq!(<$list>::from_name(word.name()), Some(*word));
                    let json = serde_json::to_value(word).expect("a text");
                    assert_eq!(json, word.name());
                    assert_eq!(serde_json::from_value::<$list>(json).ok(), Some(*word));
                }
                assert_eq!(<$list>::from_name(""), None);
            )*};
        }
        check!(Artifact, FileStatus, FileOrigin, FieldKind, FieldStatus);
        check!(BoundaryStatus, JobKind, FilterReason, RefusedStandard);
    }

    #[test]
    fn an_unknown_word_names_its_list() {
        let refused = serde_json::from_str::<FileStatus>("\"done\"").expect_err("no such word");
        assert!(refused.to_string().contains("FileStatus"), "{refused}");
    }
}
