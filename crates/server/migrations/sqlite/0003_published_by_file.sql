-- Machine files are rows while they are made, and each is published when it is done.

-- The run that makes the file, or made it; null for files of before.
ALTER TABLE files ADD COLUMN run_id TEXT;
-- Digest of what it was made with: configuration, parameters, version.
ALTER TABLE files ADD COLUMN made_with TEXT;
-- Instant of the last change of boundaries that its points were located with.
ALTER TABLE files ADD COLUMN located_with INTEGER;

-- The last conversion was given up: it may not have come to every file.
ALTER TABLE uploads ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0;

-- Files that an upload had rows for. One whose row is gone was removed by its owner, and does not come
-- back when the upload is converted again.
CREATE TABLE announced (
    upload_id TEXT NOT NULL REFERENCES uploads(id) ON DELETE CASCADE,
    file_id   TEXT NOT NULL,
    PRIMARY KEY (upload_id, file_id)
) STRICT;
