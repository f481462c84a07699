//! Starts and ends of passes, where the machine fills and empties.
//!
//! Rule: values of all long passes are laid over each other by whole seconds since the start (to
//! the end); seconds go while their median is below 0.85 of the plateau between 20 and 60 s.

use super::judgement::{Judgement, Reason, Subject};
use crate::statistics::median;
use crate::track::Tracks;

/// Passes that are laid over each other last longer, seconds.
const LONG_S: f32 = 60.0;
const PLATEAU_S: std::ops::RangeInclusive<f32> = 20.0..=60.0;
const FULL: f64 = 0.85;
/// Fewer values of a second do not judge.
const LEAST: usize = 5;

/// The row before each row in its segment.
pub(super) fn before(tracks: &Tracks) -> Vec<Option<usize>> {
    let mut before = vec![None; tracks.segment.len()];
    for segment in 0..tracks.segments.len() {
        for pair in tracks.rows(segment).windows(2) {
            before[pair[1] as usize] = Some(pair[0] as usize);
        }
    }
    before
}

pub(super) fn trim(subject: &Subject<'_>, judgement: &mut Judgement, cap_s: u32) {
    let (since, until) = subject.tracks.since_and_until(subject.records);
    let long: Vec<bool> = since
        .iter()
        .zip(&until)
        .map(|(a, b)| a + b > LONG_S)
        .collect();
    let seconds = |side: &[f32]| {
        let kept = |row: usize| {
            judgement.reasons[row] == Reason::Kept && long[row] && subject.value[row].is_finite()
        };
        let rows: Vec<usize> = (0..side.len()).filter(|row| kept(*row)).collect();
        let mut plateau: Vec<f64> = rows
            .iter()
            .filter(|row| PLATEAU_S.contains(&side[**row]))
            .map(|row| subject.value[*row])
            .collect();
        let Some(plateau) = median(&mut plateau) else {
            return 0;
        };
        let mut by_second: Vec<Vec<f64>> = vec![Vec::new(); cap_s as usize];
        for row in rows {
            let second = side[row];
            if second >= 0.0
                && let Some(values) = by_second.get_mut(second as usize)
            {
                values.push(subject.value[row]);
            }
        }
        by_second
            .iter_mut()
            .map(|values| (values.len(), median(values)))
            .take_while(|(count, middle)| {
                *count >= LEAST && middle.is_some_and(|m| m < FULL * plateau)
            })
            .count() as u32
    };
    let (start_s, end_s) = (seconds(&since), seconds(&until));
    judgement.start_s = start_s;
    judgement.end_s = end_s;
    judgement.refuse(Reason::PassStart, |row| since[row] < start_s as f32);
    judgement.refuse(Reason::PassEnd, |row| until[row] < end_s as f32);
}
