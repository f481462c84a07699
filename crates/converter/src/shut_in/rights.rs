//! The rights of the user that the service runs as: a converter keeps none of root's.

use crate::terms::User;
use rustix::process::{Gid, Uid, geteuid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs, set_thread_groups,
    set_thread_res_gid, set_thread_res_uid,
};
use std::path::Path;

/// Where it was started as root, the folder becomes the user's and this process that user's too.
pub(super) fn give_up_root(folder: &Path, user: Option<User>) -> Result<(), String> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let Some(user) = user else {
        return Err(
            "the service runs as root and `converter_user` names no other user; start the service as a user \
             of its own"
                .to_owned(),
        );
    };
    let failed = |what: &str, cause: std::io::Error| {
        format!("{what} ({cause}); start the service as a user of its own instead of root")
    };
    let to = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
    std::os::unix::fs::chown(folder, Some(user.uid), Some(user.gid))
        .map_err(|cause| failed("its folder cannot be given to another user", cause))?;
    set_thread_groups(&[])
        .and_then(|()| set_thread_res_gid(to.1, to.1, to.1))
        .and_then(|()| set_thread_res_uid(to.0, to.0, to.0))
        .map_err(|cause| failed("it cannot become another user", cause.into()))
}

/// What a user namespace, or a service with capabilities, gave it.
pub(super) fn give_up_capabilities() {
    let none = CapabilitySet::empty();
    // One that has none cannot fail at this; what it may do is measured by the attempts of a probe.
    let _ = set_capabilities(
        None,
        CapabilitySets {
            effective: none,
            permitted: none,
            inheritable: none,
        },
    );
}

/// No file that it starts, with whatever bits, raises its rights.
pub(super) fn gain_nothing() -> Result<(), String> {
    set_no_new_privs(true).map_err(|cause| format!("the kernel refuses `no_new_privs`: {cause}"))
}
