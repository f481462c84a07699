//! The sign of life.

use super::World;

pub(crate) async fn a_beat_is_written(world: &World) {
    for _ in 0..2 {
        world.db.beat().await.unwrap();
    }
}
