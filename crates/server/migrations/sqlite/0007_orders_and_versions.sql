-- The mark of our databases in the header of the file: `TRML`.
PRAGMA application_id = 1414679884;

-- Versions of the program that brought this database up to date. One that is older than the schema refuses it.
CREATE TABLE versions (
    version TEXT NOT NULL,
    schema  INTEGER NOT NULL,
    first   INTEGER NOT NULL,
    PRIMARY KEY (version, schema)
) STRICT;

-- Each order in which a list can be asked for has an index on which alone a page is found; with the user at its end, it
-- serves the list of one user, too.
CREATE INDEX files_by_id ON files(account_id, id, user_id);
CREATE INDEX files_by_file_name ON files(account_id, file_name, id, user_id);
CREATE INDEX files_by_updated ON files(account_id, updated, id, user_id);
CREATE INDEX files_by_origin ON files(account_id, origin, id, user_id);
CREATE INDEX files_by_user ON files(account_id, user_id, id);
CREATE INDEX files_by_size ON files(account_id, size, id, user_id);
CREATE INDEX files_by_provider ON files(account_id, provider, id, user_id);
CREATE INDEX files_by_organization ON files(account_id, organization_id, id, user_id);
CREATE INDEX files_by_format ON files(account_id, file_format, id, user_id);

-- With the size, so that the bytes of all blobs are summed on it alone.
DROP INDEX artifacts_by_blob;
CREATE INDEX artifacts_by_blob ON artifacts(blob_key, size);

-- How an upload is shown to stand: a duplicate stands as its first upload does.
ALTER TABLE uploads ADD COLUMN shown_status TEXT NOT NULL DEFAULT '';
UPDATE uploads SET shown_status = COALESCE(
    (SELECT f.status FROM uploads f WHERE f.id = uploads.duplicate_of), status);
CREATE TRIGGER upload_added AFTER INSERT ON uploads BEGIN
    UPDATE uploads SET shown_status = COALESCE(
        (SELECT f.status FROM uploads f WHERE f.id = NEW.duplicate_of), NEW.status) WHERE id = NEW.id;
END;
CREATE TRIGGER upload_changed AFTER UPDATE OF status, duplicate_of ON uploads BEGIN
    UPDATE uploads SET shown_status = COALESCE(
        (SELECT f.status FROM uploads f WHERE f.id = NEW.duplicate_of), NEW.status) WHERE id = NEW.id;
    UPDATE uploads SET shown_status = NEW.status WHERE duplicate_of = NEW.id;
END;

DROP INDEX uploads_of_account;
DROP INDEX uploads_of_user;
CREATE INDEX uploads_of_user ON uploads(user_id, uploaded, id);
CREATE INDEX uploads_by_time ON uploads(account_id, uploaded, id, user_id);
CREATE INDEX uploads_by_id ON uploads(account_id, id, user_id);
CREATE INDEX uploads_by_file_name ON uploads(account_id, file_name, id, user_id);
CREATE INDEX uploads_by_size ON uploads(account_id, size, id, user_id);
CREATE INDEX uploads_by_status ON uploads(account_id, shown_status, id, user_id);
CREATE INDEX uploads_by_provider ON uploads(account_id, provider, id, user_id);
