-- What a scale weighed of a harvest, by machine file: used by every later conversion of the file.
CREATE TABLE calibrations (
    file_id     TEXT PRIMARY KEY REFERENCES files(id) ON DELETE CASCADE,
    -- As the API takes it. JSON.
    calibration TEXT NOT NULL,
    updated     INTEGER NOT NULL
) STRICT;
