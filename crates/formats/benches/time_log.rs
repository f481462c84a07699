//! Decoding of a time log shaped like a combine's: 58 values in the header, 4.5 of them in a
//! record, 100 MB in all, built in code.

use divan::counter::BytesCount;
use tramline_formats::isoxml::raw::{Header, HeaderValue, decode};

const BYTES: usize = 100_000_000;

fn main() {
    divan::main();
}

fn header() -> Header {
    Header {
        time_in_record: true,
        position_in_record: ('A'..='I').collect(),
        values: (0..58)
            .map(|ddi| HeaderValue {
                ddi,
                ..HeaderValue::default()
            })
            .collect(),
        record_bytes: 31,
        ..Header::default()
    }
}

fn records() -> Vec<u8> {
    let mut bytes = Vec::with_capacity(BYTES + 64);
    let mut i = 0_u32;
    while bytes.len() < BYTES {
        // About nine records a second; a log of this size runs over some days.
        let ms = u64::from(i) * 110;
        bytes.extend(
            u32::try_from(ms % 86_400_000)
                .unwrap_or_default()
                .to_le_bytes(),
        );
        bytes.extend(
            u16::try_from(14_000 + ms / 86_400_000)
                .unwrap_or_default()
                .to_le_bytes(),
        );
        bytes.extend((520_000_000 + i).to_le_bytes());
        bytes.extend((90_000_000 + i).to_le_bytes());
        bytes.extend(100_000_u32.to_le_bytes());
        bytes.extend([4, 10, 0, 8, 0, 14]);
        bytes.extend(
            u32::try_from(ms % 86_400_000)
                .unwrap_or_default()
                .to_le_bytes(),
        );
        bytes.extend(14_000_u16.to_le_bytes());
        let values = [2, 5, 4, 7, 3, 6][(i % 6) as usize];
        bytes.push(values);
        for value in 0..values {
            bytes.push((value * 7 + (i % 5) as u8) % 58);
            bytes.extend((i * 31 + u32::from(value)).to_le_bytes());
        }
        i += 1;
    }
    bytes
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn sparse(bencher: divan::Bencher<'_, '_>) {
    let (header, bytes) = (header(), records());
    bencher
        .counter(BytesCount::of_slice(&bytes))
        .bench_local(|| decode(divan::black_box(&header), divan::black_box(&bytes)));
}
