//! Writers on their own threads, fed by a bounded channel.
