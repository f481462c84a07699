-- SHA-256 of each 8 MiB of an upload, hexadecimal, one after the other; empty for uploads of before.
ALTER TABLE uploads ADD COLUMN parts TEXT NOT NULL DEFAULT '';

-- Instant of the last change of a user's boundaries; greater with each change.
ALTER TABLE users ADD COLUMN fields_changed INTEGER NOT NULL DEFAULT 0;
UPDATE users SET fields_changed = COALESCE((SELECT MAX(created) FROM runs
    WHERE subject = users.id AND kind = 'locate' AND json_extract(task, '$.again') IS NULL), 0);
