//! Cleaning, the index and the variogram on as many records as a day's harvest has.

use divan::Bencher;
use tramline_analysis::depurate::{Edges, Parameters, depurate};
use tramline_analysis::{classes, moran, variogram};

/// The records of passes 9 m apart, a record every 2 m, in a field of about 800 by 800 m.
fn field(count: u32) -> [Vec<f64>; 3] {
    let (mut x, mut y, mut value) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..count {
        let (pass, along) = (index / 400, index % 400);
        let scatter = |of: u32| f64::from(index.wrapping_mul(of) >> 8) / f64::from(1 << 24);
        x.push(f64::from(pass) * 9.0 + scatter(2_654_435_761));
        y.push(f64::from(along) * 2.0 + scatter(2_246_822_519));
        let wave = (f64::from(pass) / 20.0).sin() + (f64::from(along) / 70.0).cos();
        value.push(6.0 + wave + scatter(3_266_489_917) * 3.0);
    }
    [x, y, value]
}

#[divan::bench(args = [0, 1, 2])]
fn depurate_36869(bencher: Bencher, edges: usize) {
    let [x, y, value] = field(36_869);
    let edges = [Edges::None, Edges::Convex, Edges::Concave][edges].clone();
    let parameters = Parameters {
        edges,
        ..Parameters::default()
    };
    bencher.bench_local(|| depurate(&x, &y, &value, &parameters));
}

#[divan::bench]
fn moran_36869(bencher: Bencher) {
    let [x, y, value] = field(36_869);
    bencher.bench_local(|| moran::global(&x, &y, &value, 40.0));
}

#[divan::bench(args = [30_000, 1_000_000])]
fn variogram_near(bencher: Bencher, count: u32) {
    let [x, y, value] = field(count);
    let parameters = variogram::Parameters::near();
    bencher.bench_local(|| {
        let classes = variogram::empirical(&x, &y, &value, &parameters);
        variogram::fit_exponential(&classes)
    });
}

#[divan::bench]
fn natural_breaks_36869(bencher: Bencher) {
    let [_, _, value] = field(36_869);
    bencher.bench_local(|| classes::natural_breaks(&value, 7));
}

fn main() {
    divan::main();
}
