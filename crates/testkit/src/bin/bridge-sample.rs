//! A converter for the tests of the bridge: turns any dataset into an ADM card of a simulated harvest, or
//! misbehaves as its first argument says.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::exit,
    reason = "a program for tests"
)]

use std::path::Path;
use tramline_samples::{Operation, Plan, simulate, write};

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [mode, input, output] = words.as_slice() else {
        eprintln!("usage: bridge-sample MODE INPUT OUTPUT");
        std::process::exit(2);
    };
    let output = Path::new(output);
    match mode.as_str() {
        "good" => card(Path::new(input), output),
        "fails" => {
            eprintln!("this card is of a year that I do not know");
            std::process::exit(3);
        }
        "hangs" => loop {
            std::thread::park();
        },
        "nothing" => Ok(()),
        "rubbish" => std::fs::write(output.join("a.bin"), [7; 5_000]),
        "link" => std::os::unix::fs::symlink("/etc/hostname", output.join("Catalog.adm")),
        "flood" => {
            for _ in 0..200_000 {
                println!("working, working, working");
            }
            card(Path::new(input), output)
        }
        "many" => (0..500).try_for_each(|n| std::fs::write(output.join(format!("{n}.txt")), "x")),
        other => {
            eprintln!("unknown mode {other}");
            std::process::exit(2);
        }
    }
}

/// A card whose field has the name of the dataset's first folder or file.
fn card(input: &Path, output: &Path) -> std::io::Result<()> {
    let mut names: Vec<String> = std::fs::read_dir(input)?
        .filter_map(|item| Some(item.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    let plan = Plan {
        pass_records: 30,
        passes: 2,
        field: names.first().cloned().unwrap_or_default(),
        ..Plan::new(Operation::Harvest)
    };
    for (path, bytes) in write::adm::card(&simulate(&plan), write::adm::Version::Two) {
        let path = output.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, bytes)?;
    }
    Ok(())
}
