-- One row that is written to see whether the database takes writes.
CREATE TABLE beat (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
);
INSERT INTO beat (id, at) VALUES (1, 0);
