//! Passwords: which are taken.
//!
//! Rules: a new password has at least 12 characters and at most 1,024 bytes, and is not made of what everybody
//! tries first. Passwords of before stay as they are.

mod guess;

use guess::pieces;

/// Characters (Unicode scalar values) of a new password at least.
const LEAST_CHARACTERS: usize = 12;
/// Bytes of a password at most.
const MOST_BYTES: usize = 1_024;
/// Pieces that somebody who guesses has to find at least.
const LEAST_PIECES: usize = 8;

/// Why a password is not taken, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Too few characters.
    #[error(
        "the password has {0} characters: give at least {LEAST_CHARACTERS}; a few words will do"
    )]
    Short(usize),
    /// Too many bytes.
    #[error("the password has {0} bytes: give at most {MOST_BYTES}")]
    Long(usize),
    /// What everybody tries first.
    #[error(
        "the password is too easy to guess (common words, sequences, repetitions or the account's name): give \
         one of several words that do not belong together, or a random one"
    )]
    Guessable,
}

/// Whether the account of this name may have this as a new password.
pub fn judge(password: &str, account: &str) -> Result<(), Weak> {
    let characters = password.chars().count();
    if characters < LEAST_CHARACTERS {
        return Err(Weak::Short(characters));
    }
    if password.len() > MOST_BYTES {
        return Err(Weak::Long(password.len()));
    }
    if pieces(password, account) < LEAST_PIECES {
        return Err(Weak::Guessable);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Weak, judge};

    #[test]
    fn length_counts_characters_and_bytes() {
        assert_eq!(judge("kX9#mQ2vLp7", "adviser"), Err(Weak::Short(11)));
        assert_eq!(judge("kX9#mQ2vLp7z", "adviser"), Ok(()));
        // Twelve characters of two bytes, and eleven of them with a combining mark.
        assert_eq!(judge("äöüßéèñçøåžš", "adviser"), Ok(()));
        assert_eq!(judge("äöüßéèñçøåž", "adviser"), Err(Weak::Short(11)));
        let long: String = ('a'..='z').cycle().step_by(7).take(1_024).collect();
        assert_eq!(judge(&long, "adviser"), Ok(()));
        assert_eq!(judge(&"x".repeat(1_025), "adviser"), Err(Weak::Long(1_025)));
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for password in [
            "aaaaaaaaaaaa",
            "123456789012",
            "210987654321",
            "abcdefghijkl",
            "abcabcabcabc",
            "qwertyuiop12",
            "1qaz2wsx3edc",
            "password1234",
            "Password1234!",
            "P@ssw0rd2026!",
            "passwordpassword",
            "football-2024",
            "iloveyou!!!!!!!",
            "letmeinletmein",
            "adviser12345",
            "AdviserAdviser",
            "tramline2026",
            "            ",
        ] {
            assert_eq!(
                judge(password, "adviser"),
                Err(Weak::Guessable),
                "{password}"
            );
        }
    }

    #[test]
    fn the_name_counts_only_for_its_own_account() {
        assert_eq!(judge("northfields-42", "northfields"), Err(Weak::Guessable));
        assert_eq!(judge("northfields-42", "adviser"), Ok(()));
    }

    #[test]
    fn words_that_do_not_belong_together_are_taken() {
        for password in [
            "correct horse battery",
            "a long password",
            "seed drill under rain",
            "follow-the-tramline",
            "849302715586",
            "Winterweizen nach Raps",
        ] {
            assert_eq!(judge(password, "adviser"), Ok(()), "{password}");
        }
    }
}
