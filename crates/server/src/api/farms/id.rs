//! Ids of farms and growers.

use crate::api::problem::Problem;

/// Refuses what is no id of a farm or grower: those are whole numbers.
pub(super) fn whole(id: &str) -> Result<(), Problem> {
    match id.parse::<i64>() {
        Ok(_) => Ok(()),
        Err(_) => Err(Problem::field("path", "id", "is not a whole number")),
    }
}
