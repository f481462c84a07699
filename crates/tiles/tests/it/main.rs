//! Tiles and archives, read again by decoders of their own.

mod archives;
mod batches;
mod decode;
mod field;
mod hostile;
mod tiles;
