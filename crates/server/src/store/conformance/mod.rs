//! What every store of rows owes. A driver is held to it by one line in its tests: `conforms!(make)`, where
//! `make` gives an empty store, and `conforms!(configurations: make)` for a store of that subject alone.
//!
//! Rule: a case asks the traits and nothing else, so that it holds for any driver.

#![allow(clippy::unwrap_used)]

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod configurations;
pub(crate) mod conversions;
pub(crate) mod fields;
pub(crate) mod figures;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod locating;
pub(crate) mod logins;
pub(crate) mod queue;
pub(crate) mod quotas;
pub(crate) mod removals;
pub(crate) mod sweep;
pub(crate) mod uploads;
pub(crate) mod webhooks;
mod world;

pub(crate) use world::World;

/// A test of each case against stores that `$make` gives.
macro_rules! conforms {
    ($make:path) => {
        conforms!(cases $make,
            accounts: [names_are_taken_once, users_are_listed_by_what_is_known_of_them,
                a_key_is_found_by_its_digest_until_it_is_revoked, a_secret_is_the_first_that_was_proposed,
                a_secret_is_replaced_as_it_was,
                a_removed_user_takes_all_along, nobody_sees_the_users_of_another];
            audit: [every_change_writes_its_entry, what_changes_nothing_writes_nothing,
                entries_are_read_by_time_a_page_at_a_time, failed_logins_cannot_fill_the_log,
                old_entries_and_too_many_go];
            conversions: [a_worker_that_wakes_up_late_writes_nothing,
                a_second_conversion_changes_only_what_it_is_about,
                a_file_that_was_removed_meanwhile_does_not_come_back,
                a_run_begun_again_keeps_what_it_published,
                the_last_conversion_that_ends_says_how_the_upload_stands,
                what_its_owner_removed_stays_away_after_a_conversion_that_was_given_up,
                many_files_are_published_together,
                thousands_of_files_end_with_their_run,
                datasets_without_work_are_no_rows_any_more,
                a_merged_file_that_was_removed_does_not_come_back,
                what_a_commit_makes_ready_is_rung_and_nothing_before];
            fields: [a_field_is_made_once_and_goes_with_what_lies_in_it,
                the_boundary_of_before_stays, fields_are_listed_by_filter];
            figures: [bytes_are_those_of_every_blob_once, the_run_that_waits_longest_is_known];
            files: [totals_of_lists_follow_every_change, files_are_found_by_every_filter,
                documents_and_lists_are_those_of_the_file,
                progress_is_asked_again_only_when_files_have_changed,
                a_calibration_goes_with_its_run_and_its_file];
            locating: [what_was_located_of_points_that_are_gone_is_not_written,
                what_was_located_with_boundaries_of_before_is_not_written,
                boundaries_that_changed_meanwhile_add_one_run_for_all_files];
            logins: [a_token_holds_until_it_is_revoked, all_tokens_end_with_their_epoch,
                another_password_ends_all_tokens_but_the_new_one, tokens_that_have_ended_are_forgotten];
            queue: [the_user_with_the_least_work_is_next, a_lease_is_one_workers_until_it_ends,
                a_beat_says_what_is_lost_and_keeps_progress, stops_do_not_count_as_attempts,
                what_is_put_off_waits, what_is_put_back_counts_as_no_attempt,
                what_is_given_up_ends_with_all_that_waits_for_it, runs_end_once];
            health: [a_beat_is_written];
            quotas: [use_follows_every_change, a_removed_user_takes_their_bytes_along,
                limits_are_the_accounts_own_or_none];
            removals: [accounts_are_listed_with_what_they_take_up, a_disabled_account_keeps_what_it_has,
                a_removed_account_is_gone_at_once_and_then_all_of_it];
            sweep: [a_blob_is_owned_by_its_rows_or_by_a_run_at_work, text_of_before_is_forgotten];
            uploads: [the_same_bytes_are_one_upload_and_end_together, a_key_of_the_client_is_one_upload,
                uploads_are_listed_by_filter_and_order,
                a_duplicate_is_listed_where_its_first_stands, a_removed_upload_stops_its_run,
                a_retry_begins_what_failed];
            webhooks: [an_event_has_one_webhook, events_are_delivered_and_forgotten,
                a_failed_call_is_tried_again_or_given_up,
                a_webhooks_secret_is_replaced_as_it_was, forgotten_secrets_take_their_webhooks_along]
        );
        conforms!(configurations: $make);
    };
    (configurations: $make:path) => {
        mod configurations {
            use crate::store::conformance::configurations as cases;

            $crate::store::conformance::conforms!(tests $make, keys_are_set_one_by_one, what_is_expected_is_there,
                changes_at_once_do_not_undo_each_other);
        }
    };
    (cases $make:path, $($subject:ident: [$($case:ident),*]);*) => {
        $(mod $subject {
            use crate::store::conformance::$subject as cases;

            $crate::store::conformance::conforms!(tests $make, $($case),*);
        })*
    };
    (tests $make:path, $($case:ident),*) => {
        $(#[tokio::test]
        async fn $case() {
            cases::$case(&$make().await).await;
        })*
    };
}
pub(crate) use conforms;
