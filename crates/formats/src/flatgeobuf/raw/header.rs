//! The header: columns, coordinate system, and how many bytes the index takes.

use super::table::Table;

/// Longest name, and longest definition of a coordinate system.
const NAME_BYTES: usize = 1 << 10;
const WKT_BYTES: usize = 64 << 10;

/// A column: name and code of its type.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: u8,
}

/// What a file says before its features.
#[derive(Debug, Default)]
pub(crate) struct Header {
    pub(crate) name: String,
    /// Kind of all geometries; 0 when each tells its own.
    pub(crate) geometry: u8,
    pub(crate) columns: Vec<Column>,
    /// 0 when it is not known.
    pub(crate) features: u64,
    node_size: u16,
    pub(crate) organisation: String,
    pub(crate) code: i64,
    pub(crate) wkt: String,
}

impl Header {
    /// Reads a header; at most `most` columns, `None` when it is none.
    pub(crate) fn read(bytes: &[u8], most: usize) -> Option<Self> {
        let table = Table::root(bytes)?;
        let crs = table.table(10);
        let of_crs = |field, most| {
            crs.and_then(|crs| crs.text(field, most))
                .unwrap_or_default()
        };
        Some(Self {
            name: table.text(0, NAME_BYTES).unwrap_or_default(),
            geometry: table.u8(2).unwrap_or(0),
            columns: columns(&table, 7, most),
            features: table.u64(8).unwrap_or(0),
            node_size: table.u16(9).unwrap_or(16),
            organisation: of_crs(0, NAME_BYTES),
            code: crs.and_then(|crs| crs.i32(1)).unwrap_or(0).into(),
            wkt: of_crs(4, WKT_BYTES),
        })
    }

    /// What is wrong when the file ends after so many features.
    pub(crate) fn missing(&self, count: u64) -> Option<String> {
        let stated = self.features;
        (count < stated)
            .then(|| format!("the header states {stated} features, but the file has {count}"))
    }

    /// Whether the features stand in the order of an index, and not in that of the drive.
    pub(crate) fn is_indexed(&self) -> bool {
        self.node_size > 0 && self.features > 1
    }

    /// Bytes of the index between header and features; `None` when no index can be so large.
    pub(crate) fn index_bytes(&self) -> Option<u64> {
        const NODE_BYTES: u64 = 40;
        let size = u64::from(self.node_size);
        if size == 0 || self.features == 0 {
            return Some(0);
        }
        if size < 2 {
            return None;
        }
        let (mut level, mut nodes) = (self.features, self.features);
        loop {
            level = level.div_ceil(size);
            nodes = nodes.checked_add(level)?;
            if level == 1 {
                return nodes.checked_mul(NODE_BYTES);
            }
        }
    }
}

/// Columns of a header or of a feature.
pub(crate) fn columns(table: &Table<'_>, field: usize, most: usize) -> Vec<Column> {
    let columns = table.tables(field).take(most);
    columns
        .map(|column| Column {
            name: column.text(0, NAME_BYTES).unwrap_or_default(),
            kind: column.u8(1).unwrap_or(0),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_has_a_node_for_each_feature_and_each_sixteen_below() {
        let bytes = |features, node_size| {
            let header = Header {
                features,
                node_size,
                ..Header::default()
            };
            header.index_bytes()
        };
        assert_eq!(bytes(1, 16), Some(80));
        assert_eq!(bytes(17, 16), Some((17 + 2 + 1) * 40));
        assert_eq!((bytes(17, 0), bytes(0, 16)), (Some(0), Some(0)));
        assert_eq!((bytes(17, 1), bytes(u64::MAX, 2)), (None, None));
    }
}
