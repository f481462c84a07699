//! Tests of the readers against real data and through their public interface.

mod adm;
mod boundaries;
mod collect;
mod deere_corpus;
mod deere_export;
mod deere_hostile;
mod deere_measure;
mod descriptors;
mod flatgeobuf;
mod gdal;
mod geojson;
mod geopackage;
mod isoxml_corpus;
mod isoxml_map;
mod isoxml_read;
mod kml;
mod markers;
mod outlines;
mod raven_fmis;
mod shapefile;
mod source_container;
mod source_corpus;
mod source_hostile;
mod source_tree;
mod text;
mod trimble;
