//! How many pieces somebody has to find who guesses a password: a character is one piece; a common word, a
//! sequence, a year and what was there just before are cheap.
//!
//! `common.txt` has the thousand most used passwords of public leaks, and the most used long ones, as the list of
//! zxcvbn (MIT) ranks them.

use std::collections::HashSet;
use std::sync::OnceLock;

/// Characters that are looked at: what is longer only costs time.
const LOOKED_AT: usize = 256;
/// What a common word, a sequence or a year costs.
const CHEAP: usize = 2;
const SHORTEST_WORD: usize = 4;
const LONGEST_WORD: usize = 24;
const SHORTEST_RUN: usize = 3;
/// What lies side by side under the fingers.
const ROWS: [&str; 4] = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop"];

fn common() -> &'static HashSet<&'static str> {
    static WORDS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let words = include_str!("common.txt").lines();
        let words = words.filter(|word| word.chars().count() >= SHORTEST_WORD);
        words.chain(["tramline"]).collect()
    })
}

/// The letter that a digit or sign stands for.
fn letter(sign: char) -> char {
    match sign {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// The fewest pieces that make up the password of an account of this name.
pub(super) fn pieces(password: &str, account: &str) -> usize {
    let plain: Vec<char> = password
        .chars()
        .flat_map(char::to_lowercase)
        .take(LOOKED_AT)
        .collect();
    let letters: Vec<char> = plain.iter().copied().map(letter).collect();
    let account = account.to_lowercase();
    let own: HashSet<&str> = std::iter::once(account.as_str())
        .chain(account.split(|c: char| !c.is_alphanumeric()))
        .filter(|part| part.chars().count() >= SHORTEST_RUN)
        .collect();
    let mut fewest: Vec<usize> = (0..=plain.len()).collect();
    for start in 0..plain.len() {
        let here = fewest.get(start).copied().unwrap_or(start);
        let mut reach = |end: usize, cost: usize| {
            if let Some(slot) = fewest.get_mut(end) {
                *slot = (*slot).min(here.saturating_add(cost));
            }
        };
        reach(start + 1, 1);
        for end in start + SHORTEST_RUN..=(start + LONGEST_WORD).min(plain.len()) {
            if is_word(&plain, start, end, &own) || is_word(&letters, start, end, &own) {
                reach(end, CHEAP);
            }
        }
        for end in start + SHORTEST_RUN..=run_from(&plain, start) {
            reach(end, CHEAP);
        }
        if is_year(plain.get(start..start + 4)) {
            reach(start + 4, CHEAP);
        }
        for length in SHORTEST_RUN..=start {
            if repeats(&plain, start, length) {
                reach(start + length, 1);
            }
        }
    }
    fewest.last().copied().unwrap_or(0)
}

fn is_word(characters: &[char], start: usize, end: usize, own: &HashSet<&str>) -> bool {
    let word: String = characters.get(start..end).into_iter().flatten().collect();
    common().contains(word.as_str()) || own.contains(word.as_str())
}

fn is_year(characters: Option<&[char]>) -> bool {
    matches!(characters, Some(['1', '9', a, b] | ['2', '0', a, b])
        if a.is_ascii_digit() && b.is_ascii_digit())
}

/// Whether what comes from `start` on is what was just before it.
fn repeats(characters: &[char], start: usize, length: usize) -> bool {
    let before = start
        .checked_sub(length)
        .and_then(|from| characters.get(from..start));
    before.is_some() && before == characters.get(start..start + length)
}

/// Where the sequence ends that begins here: `abc`, `321`, `aaa`, `890`, `qwe`.
fn run_from(characters: &[char], start: usize) -> usize {
    let mut end = start + 1;
    let mut step = None;
    while let (Some(before), Some(next)) = (characters.get(end - 1), characters.get(end)) {
        let Some(found) = step_between(*before, *next) else {
            break;
        };
        if *step.get_or_insert(found) != found {
            break;
        }
        end += 1;
    }
    end
}

/// How one character leads to the next: the same, one up or down, to the right or left on the keyboard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Same,
    Up,
    Down,
    Right,
    Left,
}

fn step_between(before: char, next: char) -> Option<Step> {
    let distance = i64::from(u32::from(next)) - i64::from(u32::from(before));
    match distance {
        0 => return Some(Step::Same),
        1 => return Some(Step::Up),
        -1 => return Some(Step::Down),
        _ => {}
    }
    match (before, next) {
        ('9', '0') => return Some(Step::Up),
        ('0', '9') => return Some(Step::Down),
        _ => {}
    }
    ROWS.iter().find_map(|row| {
        let (from, to) = (row.find(before)?, row.find(next)?);
        if to == from + 1 {
            Some(Step::Right)
        } else if from == to + 1 {
            Some(Step::Left)
        } else {
            None
        }
    })
}
