//! The configuration that holds for a user: the defaults, over them the owner's keys, over them
//! the user's own keys. Which keys there are stands in the table of `tramline_model::settings`.
//!
//! Rules: each key is inherited by itself, and an object such as `cleanupRules` as a whole; nothing
//! is cached, so that a change holds for whatever is processed after it; what is stored was checked.

mod check;

pub(crate) use check::checked;

use crate::error::{StoreError, Stored};
use crate::state::State;
use crate::store::{Keys, Users};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tramline_convert::Configuration;
use tramline_model::settings::{FieldSettings, defaults};

/// All keys that hold for a user; without a user, those that hold for the owner.
pub(crate) async fn effective(state: &State, account: &str, user: Option<&str>) -> Stored<Keys> {
    let mut keys = defaults();
    let owner = state.db.configuration(account, None).await?;
    let own = match user {
        None => None,
        Some(user) => state.db.configuration(account, Some(user)).await?,
    };
    for layer in [owner, own].into_iter().flatten() {
        keys.extend(layer);
    }
    Ok(keys)
}

/// What a user's files are converted with, as it is now.
pub(crate) async fn for_user(state: &State, account: &str, user: &str) -> Stored<Configuration> {
    typed(state, account, user).await
}

/// How the fields of a user's files are found, as it is now.
pub(crate) async fn fields_for_user(
    state: &State,
    account: &str,
    user: &str,
) -> Stored<FieldSettings> {
    typed(state, account, user).await
}

/// The users of an account whose points outside fields are shown.
pub(crate) async fn users_who_show_outside(state: &State, account: &str) -> Stored<Users> {
    let owner = effective(state, account, None).await?;
    let shows = |keys: Keys| {
        let fields = serde_json::from_value::<FieldSettings>(Value::Object(keys));
        let fields = fields.map_err(|cause| StoreError::corrupt("configuration", cause));
        Stored::Ok(fields?.shows_outside())
    };
    let most = shows(owner.clone())?;
    let mut others = Vec::new();
    for (user, own) in state.db.own_configurations(account).await? {
        let mut keys = owner.clone();
        keys.extend(own);
        if shows(keys)? != most {
            others.push(user);
        }
    }
    Ok(match most {
        true => Users::AllBut(others),
        false => Users::Only(others),
    })
}

async fn typed<T: DeserializeOwned>(state: &State, account: &str, user: &str) -> Stored<T> {
    let keys = effective(state, account, Some(user)).await?;
    serde_json::from_value(Value::Object(keys))
        .map_err(|cause| StoreError::corrupt("configuration", cause))
}

#[cfg(test)]
mod tests {
    //! What may be stored, and what holds for whom.
    #![allow(clippy::unwrap_used)]

    use super::{checked, fields_for_user, for_user};
    use crate::store::{Accounts, Before, By, Configurations, NewUser};
    use crate::{Settings, State, open_database};
    use serde_json::{Map, Value, json};
    use std::sync::Arc;
    use tramline_model::settings::FieldSettings;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    /// What is sent, and the key that the answer must name; none where it is fine.
    #[test]
    fn values_are_checked_by_key() {
        let rule = |property: &str, operator: &str, value: Value| json!({"cleanupRules": {property: [{"operator": operator, "value": value}]}});
        let cases = [
            (json!({}), None),
            (json!({"cleanupStandardGeojson": false}), None),
            (
                json!({"cleanupStandardGeojson": "false"}),
                Some("cleanupStandardGeojson"),
            ),
            (
                json!({"cleanupStandardGeojson": null}),
                Some("cleanupStandardGeojson"),
            ),
            (json!({"whatever": null}), Some("whatever")),
            (json!({"whatever": {"any": [1, "thing"]}}), None),
            (json!({"unitMeasurement": "metric"}), None),
            (
                json!({"unitMeasurement": "FURLONGS"}),
                Some("unitMeasurement"),
            ),
            (json!({"unitMeasurement": 1}), Some("unitMeasurement")),
            (json!({"operationsOutliersLimit": 2.5}), None),
            (
                json!({"operationsOutliersLimit": 0}),
                Some("operationsOutliersLimit"),
            ),
            (
                json!({"operationsOutliersLimit": "3"}),
                Some("operationsOutliersLimit"),
            ),
            (json!({"fieldsAttachIntersection": 100}), None),
            (
                json!({"fieldsAttachIntersection": 100.1}),
                Some("fieldsAttachIntersection"),
            ),
            (
                json!({"fieldsMergeIntersection": -1}),
                Some("fieldsMergeIntersection"),
            ),
            (
                json!({"operationsMergeRange": 2.5}),
                Some("operationsMergeRange"),
            ),
            (json!({"cropOptional": "optional"}), None),
            (json!({"cropOptional": true}), None),
            (
                json!({"cropOptional": {"standardGeoJson": {"planted": {"crop": "optional"}}}}),
                None,
            ),
            (
                json!({"cropOptional": {"standardGeoJson": {"planted": {"crop": 7}}}}),
                Some("cropOptional"),
            ),
            (
                json!({"seedRateOptional": "maybe"}),
                Some("seedRateOptional"),
            ),
            (json!({"outofStandardOperations": true}), None),
            (
                json!({"outofStandardOperations": true, "outOfStandardOperations": true}),
                Some("outOfStandardOperations"),
            ),
            (json!({"imageRamp": "accessible"}), None),
            (json!({"imageRamp": "blue"}), Some("imageRamp")),
            (json!({"cropNumbers": {"Oats": {}}}), None),
            (json!({"cropNumbers": 7}), Some("cropNumbers")),
            (json!({"filterParameters": [1]}), Some("filterParameters")),
            (json!({"filterProfile": "none"}), None),
            (json!({"filterProfile": "best"}), Some("filterProfile")),
            (
                json!({"operationsImageAttributeCreation": {"harvested": {"speed": true}}}),
                None,
            ),
            (
                json!({"operationsImageAttributeCreation": {"harvested": {"speed": "yes"}}}),
                Some("operationsImageAttributeCreation"),
            ),
            (
                json!({"geoimagesColorRamp": {"0%": [200, 0, 0], "nv": [0, 0, 0, 0]}}),
                None,
            ),
            (
                json!({"geoimagesColorRamp": {"0%": [256, 0, 0]}}),
                Some("geoimagesColorRamp"),
            ),
            (json!({"cleanupRules": {}}), None),
            (json!({"cleanupRules": []}), Some("cleanupRules")),
            (json!({"cleanupRules": {"area": {}}}), Some("cleanupRules")),
            (rule("area", "GTE", json!(0.5)), None),
            (rule("products", "LT", json!(9)), None),
            (rule("crop", "EQ", json!("corn")), None),
            (rule("crop", "GT", json!("corn")), Some("cleanupRules")),
            (rule("crop", "EQ", json!(1)), Some("cleanupRules")),
            (rule("area", "EQ", json!(1)), Some("cleanupRules")),
            (rule("area", "gt", json!(1)), Some("cleanupRules")),
            (rule("area", "GT", json!("1")), Some("cleanupRules")),
            (rule("speed", "GT", json!(1)), Some("cleanupRules")),
            (json!({"x".repeat(101): 1}), Some("name")),
        ];
        for (sent, wrong) in cases {
            let found = checked(object(sent.clone())).err();
            assert_eq!(
                found.as_ref().map(|fault| fault.key.as_str()),
                wrong,
                "{sent}: {found:?}"
            );
        }
    }

    #[test]
    fn other_spellings_become_one() {
        let stored = checked(object(json!({
            "outofStandardOperations": true, "unitMeasurement": "imperial",
            "apiOwnerUsername": "someone", "leafUserId": "",
        })));
        let expected =
            object(json!({"outOfStandardOperations": true, "unitMeasurement": "IMPERIAL"}));
        assert_eq!(stored.unwrap(), expected);
    }

    /// What is written to whom, and what then holds for the user: system of units, limit of
    /// outliers, number of cleanup rules.
    #[tokio::test]
    async fn each_key_is_inherited_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let db = open_database(folder.path()).await.unwrap();
        db.add_account("adviser", "no hash").await.unwrap();
        let account = db.account_by_name("adviser").await.unwrap().unwrap().id;
        let user = db
            .add_user(&account, &NewUser::default(), By::operator())
            .await
            .unwrap()
            .id;
        let other = db
            .add_user(&account, &NewUser::default(), By::operator())
            .await
            .unwrap()
            .id;
        let settings = Settings {
            data: folder.path().to_owned(),
            ..Settings::default()
        };
        let state = State::open(settings, Arc::new(db.clone()), db.bus())
            .await
            .unwrap();
        let rule = json!({"cleanupRules": {"area": [{"operator": "GT", "value": 1}]}});
        let steps = [
            (None, json!({}), ("default", 3.0, 11)),
            (
                None,
                json!({"operationsOutliersLimit": 2}),
                ("default", 2.0, 11),
            ),
            (
                Some(&user),
                json!({"unitMeasurement": "METRIC"}),
                ("metric", 2.0, 11),
            ),
            (
                None,
                json!({"unitMeasurement": "IMPERIAL"}),
                ("metric", 2.0, 11),
            ),
            (
                None,
                json!({"operationsOutliersLimit": 4}),
                ("metric", 4.0, 11),
            ),
            (Some(&user), rule, ("metric", 4.0, 1)),
            (None, json!({"cleanupRules": {}}), ("metric", 4.0, 1)),
        ];
        for (whose, keys, expected) in steps {
            let keys = checked(object(keys)).unwrap();
            let whose = whose.map(String::as_str);
            db.change_configuration(&account, whose, Before::Either, &keys, By::operator())
                .await
                .unwrap();
            let holds = for_user(&state, &account, &user).await.unwrap();
            let found = (
                holds.unit_measurement.name(),
                holds.operations_outliers_limit,
                holds.cleanup_rules.0.len(),
            );
            assert_eq!(found, expected, "{whose:?} {keys:?}");
        }
        let holds = for_user(&state, &account, &other).await.unwrap();
        assert_eq!(holds.unit_measurement.name(), "imperial");
        assert!(
            db.remove_configuration(&account, &user, By::operator())
                .await
                .unwrap()
        );
        let holds = for_user(&state, &account, &user).await.unwrap();
        assert_eq!(holds.unit_measurement.name(), "imperial");
        assert!(holds.cleanup_rules.0.is_empty());
        let before = fields_for_user(&state, &account, &user).await.unwrap();
        assert_eq!(json!(before), json!(FieldSettings::default()));
        let keys = json!({"splitOperationsByField": false, "fieldsAttachIntersection": 5});
        let keys = checked(object(keys)).unwrap();
        db.change_configuration(&account, None, Before::Either, &keys, By::operator())
            .await
            .unwrap();
        let after = fields_for_user(&state, &account, &user).await.unwrap();
        assert!(!after.split_operations_by_field && !after.enable_outside_field_geojson);
        assert_eq!(after.fields_attach_intersection, 5.0);
    }
}
