//! Writes the sample stick into a folder and as a zip: `cargo run -p tramline-samples --example
//! write_stick -- DIR`.

fn main() -> std::io::Result<()> {
    let folder = std::path::PathBuf::from(std::env::args_os().nth(1).unwrap_or("stick".into()));
    let files = tramline_samples::sample_stick();
    for (path, bytes) in &files {
        let path = folder.join("stick").join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, bytes)?;
    }
    std::fs::write(folder.join("stick.zip"), tramline_samples::zip(&files))
}
