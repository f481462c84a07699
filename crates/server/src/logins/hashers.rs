//! The threads that hash passwords: as many as there are cores, and no others.
//!
//! Rule: a thread keeps the memory of its last hash for the next one, so few threads are little memory. Those of the
//! runtime for work that blocks are hundreds.

use super::argon::Memory;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// Threads that end with the last owner.
pub(super) struct Hashers(Sender<Job>);

impl Hashers {
    pub(super) fn start(threads: usize) -> std::io::Result<Self> {
        let (sender, jobs) = channel::<Job>();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..threads {
            let jobs = Arc::clone(&jobs);
            std::thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || work(&jobs))?;
        }
        Ok(Self(sender))
    }

    /// Does a piece of work; an error where it stopped on a defect.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> std::io::Result<T> {
        let (sender, result) = oneshot::channel();
        let job = Box::new(move |memory: &mut Memory| {
            // Nobody waits any more where the client is gone.
            let _ = sender.send(work(memory));
        });
        let ended = |_job| std::io::Error::other("the threads that hash have ended");
        self.0.send(job).map_err(ended)?;
        result.await.map_err(std::io::Error::other)
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    let mut memory = Memory::default();
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else {
            return;
        };
        // A defect ends the job, not the thread: the next login needs it.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(&mut memory)));
    }
}
