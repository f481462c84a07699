//! What libFuzzer drives: the target that `TRAMLINE_FUZZ_TARGET` names.
//!
//! One executable has all targets, so that a format in the registry needs no file here and is linked once.

#![no_main]

use std::sync::OnceLock;
use tramline_fuzz::Target;

static TARGET: OnceLock<Target> = OnceLock::new();

fn chosen() -> Target {
    let name = std::env::var("TRAMLINE_FUZZ_TARGET").unwrap_or_default();
    *TARGET.get_or_init(|| {
        Target::named(&name)
            .unwrap_or_else(|| panic!("TRAMLINE_FUZZ_TARGET names no target: `{name}`"))
    })
}

libfuzzer_sys::fuzz_target!(init: chosen(), |data: &[u8]| TARGET.get().copied().unwrap_or_else(chosen).run(data));
