//! A network of its own, in which there is no interface that is up.

use rustix::process::geteuid;
use rustix::thread::UnshareFlags;

/// Leaves the network of the machine. Where it is not root, this needs a user namespace.
#[expect(
    deprecated,
    reason = "the safe form is deprecated for the sake of flags about file descriptors, which are not used"
)]
pub(super) fn apart() -> Result<(), String> {
    let flags = if geteuid().is_root() {
        UnshareFlags::NEWNET
    } else {
        UnshareFlags::NEWUSER | UnshareFlags::NEWNET
    };
    rustix::thread::unshare(flags).map_err(|cause| {
        format!(
            "the system allows no network namespace ({cause}); containers and some distributions forbid it, \
             and the list of system calls keeps it from the network all the same"
        )
    })
}
