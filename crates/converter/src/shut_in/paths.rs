//! Which paths can be opened: landlock, a part of Linux since 5.13.

use super::inside::Inside;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus,
    PathBeneath, PathFd, RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope, path_beneath_rules,
};

/// All that this version of the kernel's rules can forbid is forbidden; an older kernel knows less.
const RULES: ABI = ABI::V6;

/// Programs, libraries and what these look up.
const SYSTEM: [&str; 12] = [
    "/bin",
    "/sbin",
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/opt",
    "/etc",
    "/proc",
    "/sys",
    "/nix/store",
];
/// Devices that harm nobody.
const DEVICES: [&str; 5] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];

pub(super) fn close(inside: &Inside) -> Result<(), String> {
    let own = PathFd::new(".").map_err(|cause| format!("its folder: {cause}"))?;
    let restricted = restrict(own, inside).map_err(|cause| format!("landlock: {cause}"))?;
    match (restricted.ruleset, restricted.landlock) {
        (RulesetStatus::NotEnforced, LandlockStatus::NotEnabled) => Err(
            "the kernel has landlock and does not use it; add `landlock` to the kernel's parameter `lsm=`"
                .to_owned(),
        ),
        (RulesetStatus::NotEnforced, _) => Err(
            "the kernel has no landlock, or the container forbids it; it needs Linux 5.13 or later".to_owned(),
        ),
        _ => Ok(()),
    }
}

fn restrict(own: PathFd, inside: &Inside) -> Result<RestrictionStatus, RulesetError> {
    let rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(RULES))?
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::from_all(RULES))?
        .create()?;
    match inside {
        // No links and no devices: what it leaves is files and folders.
        Inside::Converter => rules.add_rule(PathBeneath::new(own, files_and_folders()))?,
        Inside::Bridge { reads } => {
            let look = AccessFs::from_read(RULES);
            rules
                .add_rule(PathBeneath::new(own, AccessFs::from_all(RULES)))?
                .add_rules(path_beneath_rules(SYSTEM, look))?
                .add_rules(path_beneath_rules(reads, look))?
                .add_rules(path_beneath_rules(
                    DEVICES,
                    AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate,
                ))?
        }
    }
    .restrict_self()
}

fn files_and_folders() -> BitFlags<AccessFs> {
    AccessFs::ReadFile
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::ReadDir
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir
        | AccessFs::Refer
}
