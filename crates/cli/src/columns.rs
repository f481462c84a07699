//! What the caller says of the columns of a table, on the command line.

use anyhow::{Context, bail};
use clap::Args;
use std::collections::BTreeMap;
use tramline_formats::columns::given;

#[derive(Args)]
pub(crate) struct ColumnArguments {
    /// Meaning of a column, such as `Rendement=dryMassPerArea:t/ha` or `X=longitude`, or the coordinate
    /// system: `crs=EPSG:28355`. Repeat the option for further columns
    #[arg(long = "column", value_name = "TITLE=PROPERTY[:UNIT]")]
    columns: Vec<String>,
}

impl ColumnArguments {
    /// Source title to `property[:unit]`.
    pub(crate) fn map(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let mut map = BTreeMap::new();
        for column in &self.columns {
            let (title, meaning) = column
                .split_once('=')
                .with_context(|| format!("`{column}` is not TITLE=PROPERTY[:UNIT]"))?;
            map.insert(title.trim().to_owned(), meaning.trim().to_owned());
        }
        if let Err(refused) = given::check(&map) {
            bail!("--column: {}", refused.join("\n--column: "));
        }
        Ok(map)
    }
}
