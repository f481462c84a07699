//! `settings!`: makes the table and the typed structs from the rows of `table.rs`.
//!
//! Rows stand in the order of the complete set, in blocks that say who uses them. A row of a typed
//! block is `"key" field: Type = default, Shape;`, one of a stored block is `"key" = default,
//! Shape;`. `| "spelling"` after the key is an alias; `unlisted` after the shape keeps a row out of
//! the complete set. The lines of documentation become those of the field and of the page.

macro_rules! settings {
    // Blocks are gathered one by one: the rows of each struct, and all rows for the table.
    (@gather [$($conversion:tt)*] [$($fields:tt)*] [$($all:tt)*]
        Conversion { $($rows:tt)* } $($rest:tt)*
    ) => {
        settings! { @gather [$($conversion)* $($rows)*] [$($fields)*]
            [$($all)* Conversion false { $($rows)* }] $($rest)* }
    };
    (@gather [$($conversion:tt)*] [$($fields:tt)*] [$($all:tt)*]
        Fields { $($rows:tt)* } $($rest:tt)*
    ) => {
        settings! { @gather [$($conversion)*] [$($fields)* $($rows)*]
            [$($all)* Fields false { $($rows)* }] $($rest)* }
    };
    (@gather [$($conversion:tt)*] [$($fields:tt)*] [$($all:tt)*]
        stored $use:ident { $($rows:tt)* } $($rest:tt)*
    ) => {
        settings! { @gather [$($conversion)*] [$($fields)*]
            [$($all)* $use true { $($rows)* }] $($rest)* }
    };
    (@gather [$($conversion:tt)*] [$($fields:tt)*] [$($all:tt)*]) => {
        settings! { @struct
            /// What steers a conversion. Absent keys have their default.
            Configuration [$($conversion)*] {
                /// Keys that do not steer a conversion, as given.
                #[serde(flatten)]
                other: BTreeMap<String, Value>
            }
        }
        settings! { @struct
            /// What steers the search for the fields in which points lie. Absent keys have their
            /// default.
            FieldSettings [$($fields)*] {}
        }
        settings! { @table $($all)* }
    };

    (@struct $(#[$about:meta])+ $struct:ident [$(
        $(#[doc = $doc:literal])+
        $name:literal $(| $alias:literal)? $field:ident: $type:ty = $default:expr,
        $shape:expr $(, $unlisted:ident)?;
    )*] { $($(#[$more_about:meta])+ $more:ident: $more_type:ty)? }) => {
        $(#[$about])+
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[serde(default)]
        pub struct $struct {
            $(
                $(#[doc = $doc])+
                #[serde(rename = $name $(, alias = $alias)?)]
                pub $field: $type,
            )*
            $($(#[$more_about])+ pub $more: $more_type,)?
        }

        impl Default for $struct {
            fn default() -> Self {
                Self {
                    $($field: $default,)*
                    $($more: Default::default(),)?
                }
            }
        }
    };

    (@table $($use:ident $stored_only:literal { $(
        $(#[doc = $doc:literal])+
        $name:literal $(| $alias:literal)? $($field:ident: $type:ty)? = $default:expr,
        $shape:expr $(, $unlisted:ident)?;
    )* })*) => {
        /// Every setting, in the order of the complete set.
        pub static SETTINGS: &[Setting] = &[$($(Setting {
            name: $name,
            alias: settings!(@alias $($alias)?),
            shape: $shape,
            used_by: Use::$use,
            stored_only: $stored_only,
            listed: settings!(@listed $($unlisted)?),
            doc: concat!($($doc),+),
            default: || {
                let value $(: $type)? = $default;
                plain(value)
            },
        },)*)*];
    };

    (@alias) => { None };
    (@alias $alias:literal) => { Some($alias) };
    (@listed) => { true };
    (@listed unlisted) => { false };

    ($($blocks:tt)*) => { settings! { @gather [] [] [] $($blocks)* } };
}

pub(super) use settings;
