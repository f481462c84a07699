//! Argon2id in memory that is used again: the memory of one hash is 19 MiB, and an allocator that has given it out
//! and taken it back a hundred times may hold it a hundred times.

use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::collections::TryReserveError;

/// What the hashes of one thread work in.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    fn blocks(&mut self, params: &Params) -> Result<&mut [Block], TryReserveError> {
        let count = params.block_count();
        let more = count.saturating_sub(self.0.len());
        self.0.try_reserve_exact(more)?;
        self.0.resize(count, Block::default());
        Ok(&mut self.0)
    }

    /// Whether a password has the hash, in PHC form. As slow for a hash that cannot be read, such as that of a
    /// name which nobody has.
    pub(super) fn matches(&mut self, password: &str, hash: &str) -> bool {
        match PasswordHash::new(hash) {
            Ok(hash) => self.same(password, &hash).unwrap_or(false),
            Err(_unreadable) => {
                let argon = Argon2::default();
                let _ = self.output(
                    &argon,
                    password,
                    b"of nobody's name",
                    Output::MAX_LENGTH / 2,
                );
                false
            }
        }
    }

    fn same(&mut self, password: &str, hash: &PasswordHash) -> Option<bool> {
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        let version = match hash.version {
            Some(version) => Version::try_from(version).ok()?,
            None => Version::default(),
        };
        let params = Params::try_from(hash).ok()?;
        let argon = Argon2::new(algorithm, version, params);
        let (salt, expected) = (hash.salt.as_ref()?, hash.hash?);
        let made = self.output(&argon, password, salt, expected.len())?;
        // Compared in constant time.
        Some(made == expected)
    }

    fn output(
        &mut self,
        argon: &Argon2<'_>,
        password: &str,
        salt: &[u8],
        bytes: usize,
    ) -> Option<Output> {
        let blocks = self.blocks(argon.params()).ok()?;
        let mut out = [0; Output::MAX_LENGTH];
        let out = out.get_mut(..bytes)?;
        argon
            .hash_password_into_with_memory(password.as_bytes(), salt, out, blocks)
            .ok()?;
        Output::new(out).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Memory;
    use crate::tokens::hash_password;

    #[test]
    fn a_password_has_its_own_hash_and_no_other() {
        let mut memory = Memory::default();
        let hash = hash_password("meadow gate nine").unwrap();
        let other = hash_password("meadow gate ten").unwrap();
        for _ in 0..2 {
            assert!(memory.matches("meadow gate nine", &hash));
            assert!(!memory.matches("meadow gate nine", &other));
            assert!(!memory.matches("meadow gate nine", ""));
            assert!(!memory.matches("", &hash));
        }
        // Made elsewhere with other parameters: `echo -n password | argon2 somesalt -id -t 2 -m 8 -p 1 -l 32`.
        let foreign =
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(memory.matches("password", foreign));
        assert!(!memory.matches("Password", foreign));
        assert!(memory.matches("meadow gate nine", &hash));
    }
}
