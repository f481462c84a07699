//! Codes of findings: each is declared once, beside what notices it, with its cause and its cure in words for
//! people. The page of all findings is made from these declarations.

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `<format or step>.<what-is-wrong>`.
    pub name: &'static str,
    /// What makes it appear: one or two sentences for an adviser who has never seen the code.
    pub cause: &'static str,
    /// What the person can do about it; says so where nothing needs to be done.
    pub cure: &'static str,
}

/// Declares codes, and `CODES`, the list of those declared in one call.
///
/// ```
/// mod findings {
///     tramline_model::codes! {
///         TIME_LOG_TRUNCATED = "isoxml.time-log-truncated",
///             "A time log ends in the middle of a record: the stick was pulled out while the display wrote.",
///             "Copy the data from the display again if it still has them.";
///     }
/// }
/// assert_eq!(findings::CODES[0].name, "isoxml.time-log-truncated");
/// ```
#[macro_export]
macro_rules! codes {
    ($($NAME:ident = $name:literal, $cause:literal, $cure:literal;)*) => {
        $(
            #[doc = $cause]
            pub static $NAME: $crate::Code = $crate::Code {
                name: $name,
                cause: $cause,
                cure: $cure,
            };
        )*
        /// Every code declared here.
        pub static CODES: &[&$crate::Code] = &[$(&$NAME),*];
    };
}
