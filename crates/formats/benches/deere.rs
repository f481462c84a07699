//! How fast Deere logs become points: synthetic logs of `tramline_samples`, read whole, with both raw rows and
//! points counted. Compare with `time_log`, which has a peer in the same run.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use tramline_formats::{Limits, ReadOptions, Tree, registry};
use tramline_model::{Ending, Finding, OperationDescription, ReadError, Receiver, Stop};
use tramline_samples::{Files, Operation, Plan, simulate, write};

fn main() {
    divan::main();
}

/// Counts rows.
#[derive(Default)]
struct Counter {
    points: usize,
    raw: usize,
}

impl Receiver for Counter {
    fn begin(&mut self, _: OperationDescription) -> Result<(), Stop> {
        Ok(())
    }

    fn raw(&mut self, batch: &arrow_array::RecordBatch) -> Result<(), Stop> {
        self.raw += batch.num_rows();
        Ok(())
    }

    fn points(&mut self, batch: &arrow_array::RecordBatch) -> Result<(), Stop> {
        self.points += batch.num_rows();
        Ok(())
    }

    fn finish(&mut self, _: Ending) -> Result<(), Stop> {
        Ok(())
    }

    fn failed(&mut self, _: Option<OperationDescription>, error: ReadError) -> Result<(), Stop> {
        Err(Stop(error.to_string()))
    }

    fn finding(&mut self, _: Finding) {}
}

fn read(tree: &Tree, format: &str) -> usize {
    let reader = registry::by_id(format).expect("known");
    let mut counter = Counter::default();
    for claim in (reader.claim)(tree, &ReadOptions::default()) {
        let (limits, options) = (Limits::default(), ReadOptions::default());
        (reader.read)(tree, &claim, &limits, &options, &mut counter).expect("reads");
    }
    assert!(counter.points > 0 && counter.raw > 0);
    counter.points
}

fn bench(bencher: Bencher<'_, '_>, format: &str, files: Files) {
    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let tree = Tree::from_files(files);
    let points = read(&tree, format);
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(points))
        .bench_local(|| black_box(read(&tree, format)));
}

fn plan(operation: Operation) -> Plan {
    Plan {
        passes: 200,
        pass_records: 500,
        sections: 16,
        ..Plan::new(operation)
    }
}

#[divan::bench(sample_count = 10)]
fn gen4_harvest(bencher: Bencher<'_, '_>) {
    let run = simulate(&plan(Operation::Harvest));
    bench(bencher, "deere_gen4", write::deere_gen4::card(&run));
}

#[divan::bench(sample_count = 10)]
fn greenstar_harvest(bencher: Bencher<'_, '_>) {
    let run = simulate(&plan(Operation::Harvest));
    bench(
        bencher,
        "deere_greenstar",
        write::deere_greenstar::card(&run),
    );
}

#[divan::bench(sample_count = 10)]
fn adm_harvest(bencher: Bencher<'_, '_>) {
    let run = simulate(&Plan {
        passes: 20,
        ..plan(Operation::Harvest)
    });
    let card = write::adm::card(&run, write::adm::Version::Two);
    bench(bencher, "adm", card);
}
