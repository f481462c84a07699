//! The free pixels of each line as bits, so that taken ground is passed over in words.
//!
//! Rule: a line costs the same however many of its pixels are taken; thousands of footprints on
//! the same ground, as hostile input has them, take no more than those that lie side by side.

/// Most pixels in a line: 128 words, whose state is one number.
pub(crate) const MOST_COLUMNS: u32 = 8192;

/// The free pixels.
#[derive(Clone)]
pub(crate) struct Free {
    words_per_line: usize,
    /// A bit for each pixel that is free.
    words: Vec<u64>,
    /// A bit for each word of the line that has a free pixel.
    lines: Vec<u128>,
}

/// Bits from `from` up to before `to`, `from < to <= 64`.
fn bits_64(from: u32, to: u32) -> u64 {
    (u64::MAX >> (64 - (to - from))) << from
}

fn bits_128(from: u32, to: u32) -> u128 {
    (u128::MAX >> (128 - (to - from))) << from
}

impl Free {
    /// All free.
    pub(crate) fn new(columns: u32, lines: u32) -> Self {
        let columns = columns.clamp(1, MOST_COLUMNS);
        let words_per_line = columns.div_ceil(64);
        Self {
            words_per_line: words_per_line as usize,
            words: vec![u64::MAX; words_per_line as usize * lines as usize],
            lines: vec![bits_128(0, words_per_line); lines as usize],
        }
    }

    /// Takes the free pixels `from..to` of a line and calls `taken` with each run of them.
    pub(crate) fn take(
        &mut self,
        line: u32,
        from: u32,
        to: u32,
        mut taken: impl FnMut(usize, usize),
    ) {
        if from >= to || to as usize > self.words_per_line * 64 {
            return;
        }
        let Some(state) = self.lines.get_mut(line as usize) else {
            return;
        };
        let base = line as usize * self.words_per_line;
        let mut left = *state & bits_128(from / 64, (to - 1) / 64 + 1);
        while left != 0 {
            let index = left.trailing_zeros();
            left &= left - 1;
            let Some(word) = self.words.get_mut(base + index as usize) else {
                return;
            };
            let start = index * 64;
            let mask = bits_64(from.max(start) - start, to.min(start + 64) - start);
            let mut free = *word & mask;
            *word &= !mask;
            if *word == 0 {
                *state &= !(1 << index);
            }
            while free != 0 {
                let first = free.trailing_zeros();
                let count = (free >> first).trailing_ones();
                free &= !bits_64(first, first + count);
                let first = (start + first) as usize;
                taken(first, first + count as usize);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pixel_is_taken_once() {
        let mut free = Free::new(MOST_COLUMNS, 2);
        let mut owner = vec![0_u32; MOST_COLUMNS as usize];
        let mut seed = 7_u32;
        for turn in 1..400_u32 {
            let mut random = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 8) % MOST_COLUMNS
            };
            let (from, to) = (random(), random() + 1);
            let expected: Vec<u32> = (0..MOST_COLUMNS)
                .map(|x| match owner[x as usize] {
                    0 if x >= from && x < to => turn,
                    other => other,
                })
                .collect();
            free.take(1, from, to, |from, to| {
                owner[from..to].iter_mut().for_each(|owner| {
                    assert_eq!(*owner, 0);
                    *owner = turn;
                });
            });
            assert_eq!(owner, expected);
        }
        free.take(0, 0, MOST_COLUMNS, |from, to| assert_eq!(to - from, 64));
        free.take(0, 0, MOST_COLUMNS, |_, _| panic!("all taken"));
        free.take(9, 0, 1, |_, _| panic!("no such line"));
        free.take(1, 0, MOST_COLUMNS + 1, |_, _| panic!("no such pixel"));
    }
}
