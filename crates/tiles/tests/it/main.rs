//! Tiles and archives, read again by decoders of their own.

mod archives;
mod batches;
mod decode;
mod edition;
mod field;
mod ground;
mod hostile;
mod hostile_ground;
mod swaths;
mod tiles;
