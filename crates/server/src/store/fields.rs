//! Fields and their boundaries.

use super::{Event, FieldShare, Listed, NewArtifact, NewRun, Page, Run};
use crate::blobs::Key;
use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;
use tramline_model::{BoundaryStatus, FieldKind, FieldStatus};

/// A field of a user.
#[derive(Clone, Debug)]
pub struct FieldRow {
    pub id: String,
    pub user_id: String,
    pub name: Option<String>,
    pub kind: FieldKind,
    pub status: FieldStatus,
    pub farm_id: Option<i64>,
    pub created: Micros,
    pub updated: Micros,
    /// Newest first.
    pub boundaries: Vec<BoundaryRow>,
    /// Machine files that have points in it.
    pub files: Vec<String>,
}

/// A boundary, active or of earlier times.
#[derive(Clone, Debug)]
pub struct BoundaryRow {
    pub id: String,
    pub status: BoundaryStatus,
    pub wkb: Vec<u8>,
    pub area_ha: f64,
    pub created: Micros,
    pub updated: Micros,
}

/// A boundary to be stored.
#[derive(Clone, Debug)]
pub struct NewBoundary {
    pub id: String,
    pub wkb: Vec<u8>,
    pub area_ha: f64,
    /// West, south, east, north.
    pub bounds: [f64; 4],
}

/// A field to be stored.
#[derive(Clone, Debug)]
pub struct NewField {
    pub id: String,
    pub name: Option<String>,
    pub farm_id: Option<i64>,
    pub boundary: NewBoundary,
}

/// What fields can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldSort {
    Id,
    Name,
    Type,
    Status,
    FarmId,
    LeafUserId,
    CreatedTime,
    UpdatedTime,
}

/// What fields are filtered by; all that are given must hold.
#[derive(Clone, Debug, Default)]
pub struct FieldFilter {
    /// What they are sorted by, and whether each rises; the newest first without any.
    pub sort: Vec<(FieldSort, bool)>,
    pub user: Option<String>,
    pub id: Option<String>,
    pub name: Option<String>,
    pub kind: Option<FieldKind>,
    pub status: Option<FieldStatus>,
    pub farm_id: Option<i64>,
    pub created_from: Option<Micros>,
    pub created_to: Option<Micros>,
    pub updated_from: Option<Micros>,
    pub updated_to: Option<Micros>,
}

/// An active boundary of a user.
#[derive(Clone, Debug)]
pub struct ActiveBoundary {
    pub field_id: String,
    pub wkb: Vec<u8>,
}

/// A file by field, as a run found it.
#[derive(Clone, Debug)]
pub struct Located {
    pub file: String,
    /// Blob of the standard points that were read.
    pub standard_key: Key,
    /// Instant of the last change of the boundaries that it was located with.
    pub fields_changed: Micros,
    pub shares: Vec<FieldShare>,
    pub outside_points: u64,
    pub outside: Option<NewArtifact>,
    /// The finding that points outside count as inside, in place of one of before. JSON.
    pub tolerated: Option<serde_json::Value>,
}

/// Fields, their boundaries, and the files within them.
#[async_trait]
pub trait Fields: Send + Sync {
    /// `false` when the user has a field of that id. Field, run and events in one transaction.
    async fn add_field(
        &self,
        account: &str,
        user: &str,
        field: &NewField,
        run: &NewRun,
        events: &[Event],
    ) -> Stored<bool>;
    /// A field of a user.
    async fn field(&self, account: &str, user: &str, id: &str) -> Stored<Option<FieldRow>>;
    /// Fields of the account, a page at a time, the newest first.
    async fn fields(
        &self,
        account: &str,
        filter: &FieldFilter,
        page: Page,
    ) -> Stored<Listed<FieldRow>>;
    /// Name and farm, where given.
    async fn change_field(
        &self,
        account: &str,
        user: &str,
        id: &str,
        name: Option<&str>,
        farm_id: Option<i64>,
    ) -> Stored<()>;
    /// The old boundary becomes inactive; it is never deleted.
    async fn set_boundary(
        &self,
        account: &str,
        user: &str,
        field: &str,
        boundary: &NewBoundary,
        run: &NewRun,
        events: &[Event],
    ) -> Stored<()>;
    /// `false` when there is none. Files lose the field at once.
    async fn remove_field(&self, account: &str, user: &str, id: &str, run: &NewRun)
    -> Stored<bool>;
    /// Active boundaries of a user, by field id, and the instant of the last change: each field that is
    /// added or removed and each new boundary is one, and no two have the same.
    async fn active_boundaries(&self, user: &str) -> Stored<(Vec<ActiveBoundary>, Micros)>;
    /// Processed files of a user whose points may lie in these bounds.
    async fn files_within(&self, user: &str, bounds: [f64; 4]) -> Stored<Vec<String>>;
    /// Writes where the points of a file lie, if the run is still this worker's and the file has
    /// the points that were read. `false` when a boundary changed meanwhile: nothing is written,
    /// the file is to be located again.
    async fn set_located(&self, run: &Run, located: &Located) -> Stored<bool>;
}
