//! Machines, and the files that they worked in.

use super::body::{Machine, MachineWork};
use super::known::{Origin, unknown};
use crate::api::accounts::users::known_user;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Id, Number, Paging, Sort, Text, Time, Word, Words, path_id, query};
use crate::state::State;
use axum::extract::{self, Path};
use axum::http::HeaderMap;

/// What machines can be sorted by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MachineSort;

impl Words for MachineSort {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        let words = [
            "id",
            "leafUserId",
            "name",
            "provider",
            "providerOrganizationId",
            "providerMachineId",
            "serialNumber",
            "vin",
            "model",
            "make",
            "category",
            "modelYear",
        ];
        words.map(|word| (word, Self)).to_vec()
    }
}

query! {
    /// The filters of the list; all that are given must hold.
    #[expect(dead_code, reason = "read to be judged: no machine can match")]
    MachineQuery {
        /// Machines of this name.
        name: Text = "name",
        /// Machines of this maker.
        provider: Text = "provider",
        /// Machines of this organization at the maker's service.
        organization: Text = "providerOrganizationId",
        /// Machines with this serial number.
        serial_number: Text = "serialNumber",
        /// Machines that are known from there.
        origin: Word<Origin> = "originType",
        /// Machines with this vehicle identification number.
        vin: Text = "vin",
        /// ISO 8601: machines that are known since exactly then.
        created: Time = "createdTime",
        /// ISO 8601: machines that are known since then or before.
        created_to: Time = "beforeCreatedTime",
        /// ISO 8601: machines that are known since then or later.
        created_from: Time = "afterCreatedTime",
        /// What the list is sorted by.
        sort: Sort<MachineSort> = "sort",
        paging: Paging = "page" | "size",
    }
}

/// Machines of a user: none yet, as this version keeps none
#[utoipa::path(get, path = "/services/beta/api/users/{leafUserId}/machines", operation_id = "listMachines", tag = "machines",
    params(("leafUserId" = String, Path, description = "The user's id", format = "uuid"), MachineQuery),
    responses((status = 200, body = [Machine], description = "An empty list, with the headers of every list")))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(user): Path<String>,
    query: MachineQuery,
) -> Result<(HeaderMap, axum::Json<Vec<Machine>>), Problem> {
    known_user(&state, &caller, &path_id(&user)?).await?;
    Ok((query.paging.headers(&base, 0), axum::Json(Vec::new())))
}

/// One machine of the user
#[utoipa::path(get, path = "/services/beta/api/users/{leafUserId}/machines/{id}", operation_id = "getMachine", tag = "machines",
    params(("leafUserId" = String, Path, description = "The user's id", format = "uuid"),
        ("id" = String, Path, description = "The machine's id", format = "uuid")),
    responses((status = 200, body = Machine, description = "The machine: not yet, as there are none")))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Result<Problem, Problem> {
    unknown(&state, &caller, &user, &id, "machine").await
}

query! {
    /// The filters of the list; all that are given must hold.
    #[expect(dead_code, reason = "read to be judged: no machine can match")]
    MachineWorkQuery {
        /// Work in this machine file.
        file: Id = "leafFileId",
        /// Work of machines that are known from there.
        origin: Word<Origin> = "originType",
        /// ISO 8601: work that began exactly then.
        started: Time = "startTime",
        /// ISO 8601: work that ended exactly then.
        ended: Time = "endTime",
        /// ISO 8601: work that began before.
        started_to: Time = "beforeStartTime",
        /// ISO 8601: work that began later.
        started_from: Time = "afterStartTime",
        /// ISO 8601: work that ended before.
        ended_to: Time = "beforeEndTime",
        /// ISO 8601: work that ended later.
        ended_from: Time = "afterEndTime",
        /// Work over exactly this distance, metres.
        distance: Number = "distanceValue",
        /// Work over more than this distance, metres.
        distance_above: Number = "greaterThanDistanceValue",
        /// Work over less than this distance, metres.
        distance_below: Number = "lessThanDistanceValue",
        paging: Paging = "page" | "size",
    }
}

/// Files that a machine worked in: none yet, as this version keeps no machines
#[utoipa::path(get, path = "/services/beta/api/users/{leafUserId}/machines/{id}/files", operation_id = "listMachineWork", tag = "machines",
    params(("leafUserId" = String, Path, description = "The user's id", format = "uuid"),
        ("id" = String, Path, description = "The machine's id", format = "uuid"), MachineWorkQuery),
    responses((status = 200, body = [MachineWork], description = "The files: not yet, as there are no machines")))]
pub(crate) async fn files(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
    _: MachineWorkQuery,
) -> Result<Problem, Problem> {
    unknown(&state, &caller, &user, &id, "machine").await
}
