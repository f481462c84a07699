//! A folder of results, as the commands write it.
//!
//! Rule: what is being written has a name that ends in `.partial` and gets its own name when it is
//! complete, by renaming. Results of an earlier run stay as they are until the run that replaces them
//! has ended: then all change places at once, and `report.json` comes last. So a name without
//! `.partial` is always complete, and a report always belongs to the folders beside it.

mod earlier;
mod kept;
mod lock;
mod names;
mod partials;
mod sink;
mod stale;
mod swap;

pub(crate) use kept::EXPORTS;
pub(crate) use partials::Partials;
pub(crate) use sink::PartialSink;

use crate::sheets::pdf_name;
use crate::trouble::size;
use anyhow::{Context, bail};
use earlier::Earlier;
use names::{REPORT, partial};
use std::io;
use std::path::{Path, PathBuf};
use tramline_convert::Input;
use tramline_outputs::disk;
use tramline_outputs::page::INDEX;

/// A folder of results in the making. Dropped before its end, it leaves what is complete.
pub(crate) struct Results {
    out: PathBuf,
    partials: Partials,
    /// Folders that this run made: they go if nothing comes into them.
    made: Vec<PathBuf>,
    /// Results of a run that ended: they are replaced at the end.
    earlier: Option<Earlier>,
    /// Folders that are complete and wait for the end, because of that.
    waiting: Vec<String>,
    /// Folders that are complete and have their names.
    finished: usize,
    _lock: Option<std::fs::File>,
}

/// What becomes of results that are in the folder.
#[derive(Clone, Copy)]
pub(crate) enum Replacing<'a> {
    /// Any are replaced.
    All,
    /// Those of the same input are replaced, others refused.
    OfInput(&'a Input),
}

impl Results {
    /// Makes the folder if it is not there, and takes away what a run that was killed left.
    pub(crate) fn open(
        out: &Path,
        partials: &Partials,
        replacing: Replacing<'_>,
    ) -> anyhow::Result<Self> {
        if out.is_file() {
            bail!(
                "`{}` is a file: give a folder for the results with `--out`",
                out.display()
            );
        }
        let cannot = || format!("cannot create `{}`", out.display());
        let missing = out.ancestors().take_while(|folder| {
            let named = !folder.as_os_str().is_empty();
            named && std::fs::symlink_metadata(folder).is_err()
        });
        let made: Vec<PathBuf> = missing.map(Path::to_path_buf).collect();
        partials.making(&made);
        disk::create_folder(out).with_context(cannot)?;
        let lock = lock::of(out)?;
        let earlier = Earlier::read(out)?;
        if let (Some(earlier), Replacing::OfInput(input)) = (&earlier, replacing) {
            earlier.check(out, input)?;
        }
        let results = Self {
            out: out.to_owned(),
            partials: partials.clone(),
            made,
            earlier,
            waiting: Vec::new(),
            finished: 0,
            _lock: lock,
        };
        stale::remove(out).with_context(|| {
            format!(
                "cannot remove what an interrupted run left in `{}`",
                out.display()
            )
        })?;
        Ok(results)
    }

    pub(crate) fn out(&self) -> &Path {
        &self.out
    }

    /// Where artifacts go.
    pub(crate) fn sink(&self) -> PartialSink {
        PartialSink::new(&self.out, &self.partials)
    }

    /// Where a folder is until it is complete.
    pub(crate) fn partial(&self, name: &str) -> PathBuf {
        self.out.join(partial(name))
    }

    /// A folder is complete.
    pub(crate) fn complete(&mut self, name: &str) -> io::Result<()> {
        if self.earlier.is_some() {
            self.waiting.push(name.to_owned());
            return Ok(());
        }
        let old = {
            let mut named = self.partials.lock();
            swap::into_place(&self.out, name, &mut named)?
        };
        self.finished += 1;
        old.map_or(Ok(()), |old| self.partials.remove(&old))
    }

    /// Never returns in a process that a signal is ending.
    pub(crate) fn wait_if_ending(&self) {
        drop(self.partials.lock());
    }

    /// Writes a file beside the folders.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.written(name, bytes)?;
        let mut named = self.partials.lock();
        swap::rename(&path, &self.out.join(name))?;
        named.forget(&path);
        Ok(())
    }

    /// Where a complete folder is now: with its own name, or waiting for the end.
    pub(crate) fn current(&self, name: &str) -> PathBuf {
        match self.waiting.iter().any(|waiting| waiting == name) {
            true => self.partial(name),
            false => self.out.join(name),
        }
    }

    /// Writes a file beside the folders that gets its name at the end, with all that waits.
    pub(crate) fn at_end(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.written(name, bytes)?;
        self.waiting.push(name.to_owned());
        Ok(())
    }

    /// The run has ended: what waits takes the places of what was there, and the report comes last.
    pub(crate) fn end(mut self, report: &[u8]) -> io::Result<()> {
        let path = self.written(REPORT, report)?;
        let waiting = std::mem::take(&mut self.waiting);
        let old = {
            let mut named = self.partials.lock();
            swap::all(&self.out, &waiting, &path, &mut named)?
        };
        self.finished += waiting.len();
        // What was there before is of no use to anybody: a rest that cannot be removed does no harm.
        for old in old {
            let _ = self.partials.remove(&old);
        }
        if self.earlier.is_some() && !waiting.iter().any(|new| new == INDEX) {
            kept::remove_index(&self.out)?;
        }
        let earlier = self.earlier.as_ref();
        let pdf = earlier.map(|earlier| pdf_name(earlier.input()));
        if let Some(name) = pdf.filter(|name| !waiting.contains(name)) {
            match std::fs::remove_file(self.out.join(&name)) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
                _ => {}
            }
        }
        let gone = earlier.into_iter().flat_map(Earlier::folders);
        for name in gone.filter(|name| !waiting.iter().any(|new| new == name)) {
            kept::remove(&self.out.join(name), name)?;
        }
        Ok(())
    }

    fn written(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let path = self.out.join(partial(name));
        self.partials.lock().add(&path);
        disk::write(&path, bytes)?;
        Ok(path)
    }

    /// What a run that fails now leaves, for a person.
    pub(crate) fn left(&self) -> String {
        let out = self.out.display();
        match (self.earlier.is_some(), self.finished) {
            (true, _) => format!("the earlier results in `{out}` are as they were"),
            (false, 0) => format!("nothing of this run is left in `{out}`"),
            (false, 1) => {
                format!("one machine file was finished and is in `{out}`, without {REPORT}")
            }
            (false, many) => {
                format!("{many} machine files were finished and are in `{out}`, without {REPORT}")
            }
        }
    }

    /// A warning where the disk is too small by its looks. Results can be smaller than the input.
    pub(crate) fn warning(&self, input_bytes: u64) -> Option<String> {
        let free = disk::free(&self.out)?;
        (free.bytes < input_bytes).then(|| {
            format!(
                "`{}` has {} free, and the input has {}: the results may not fit",
                self.out.display(),
                size(free.bytes),
                size(input_bytes)
            )
        })
    }
}

impl Drop for Results {
    fn drop(&mut self) {
        self.partials.remove_below(&self.out);
        for folder in &self.made {
            // One that has something in it stays.
            let _ = std::fs::remove_dir(folder);
        }
        self.partials.made(&self.made);
    }
}
