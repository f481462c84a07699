//! GeoJSON: files of the corpus and hostile ones.
