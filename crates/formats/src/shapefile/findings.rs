//! What is noticed in shapefiles, with cause and cure.

tramline_model::codes! {
    FILE_LENGTH = "shapefile.file-length",
        "The header of the .shp states another size than the file has, because the writer did not finish it or the copy is incomplete. All records that are there are read.",
        "Nothing needs doing unless another finding says that the file is truncated.";
    ROW_COUNT = "shapefile.row-count",
        "The header of the .dbf states more rows than the file holds, or states none although there are rows. The rows that are there are read.",
        "Export the shapefile again if points seem to be missing.";
    TIME_MISSING = "shapefile.time-missing",
        "The shapefile has no column with plausible times. The points have no timestamp and stay in the order of the file.",
        "Export with date and time if the season or the time of day matters; otherwise nothing needs doing.";
    TRUNCATED = "shapefile.truncated",
        "The .shp ends inside a record, or bytes after its stated end are not records: it was cut off while it was copied or written. The points before the damage are kept; later work is missing from the totals.",
        "Copy or export the shapefile again and upload the new one.";
    DELETED_ROWS = "shapefile.deleted-rows",
        "Somebody deleted rows of the .dbf in a program that only marks them as deleted. These rows and their shapes are left out.",
        "Nothing needs doing if the deletion was meant. Export from the original data if it was not.";
    ROWS_MISSING = "shapefile.rows-missing",
        "The .shp has more shapes than the .dbf has rows, so .shp and .dbf come from different exports or the .dbf is incomplete. Shapes without a row have no values and are left out.",
        "Export the shapefile again, and upload .shp and .dbf of the same export.";
    ROWS_EXTRA = "shapefile.rows-extra",
        "The .dbf has more rows than the .shp has shapes, so .shp and .dbf come from different exports or the .shp is incomplete. Rows without a shape have no position and are left out.",
        "Export the shapefile again, and upload .shp and .dbf of the same export.";
    MULTIPOINT = "shapefile.multipoint",
        "Some records have several points but only one row of values. The first point of each is used.",
        "Nothing needs doing unless the points of a record lie far apart; then export single points.";
    INSTANTS_OUT_OF_RANGE = "shapefile.instants-out-of-range",
        "The time of some rows cannot be read, lies before 1990 or lies in the future, often because the display lost its clock. These points have no timestamp; their values stay.",
        "Check the clock of the display.";
    PRJ_MISSING = "shapefile.prj-missing",
        "The upload has no .prj for this shapefile, so nothing states the coordinate system. Its coordinates look like degrees and are read as WGS 84, as GPS receivers give them.",
        "Check on the map that the points lie on the field; if they do not, upload the shapefile again with its .prj.";
    DATUM_APPROXIMATE = "shapefile.datum-approximate",
        "The coordinate system of the shapefile rests on an older datum, which can be converted to WGS 84 only to within a few metres. Positions are shifted together; areas and rates do not change.",
        "Export in WGS 84 if the positions must match other layers exactly.";
}
