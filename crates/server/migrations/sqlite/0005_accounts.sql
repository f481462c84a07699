-- Accounts have a life: they are disabled, limited and removed; what was done with them is written down.

-- Since when nobody may use the account; its work goes on.
ALTER TABLE accounts ADD COLUMN disabled INTEGER;
-- Since when it is being removed: nobody sees it any more, and its rows go a portion at a time.
ALTER TABLE accounts ADD COLUMN removing INTEGER;
-- Tokens of another epoch are refused.
ALTER TABLE accounts ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN last_login INTEGER;
-- Limits of its own; null: those of the settings, 0: none.
ALTER TABLE accounts ADD COLUMN quota_bytes INTEGER;
ALTER TABLE accounts ADD COLUMN quota_files INTEGER;
ALTER TABLE accounts ADD COLUMN quota_uploads_per_day INTEGER;
UPDATE accounts SET epoch = 1 WHERE tokens_from > 0;
ALTER TABLE accounts DROP COLUMN tokens_from;

-- Tokens that hold until they end. One that is revoked has no row any more.
CREATE TABLE tokens (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    issued     INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    -- Address of the client that logged in, where it is known.
    client     TEXT
) STRICT;
CREATE INDEX tokens_of_account ON tokens(account_id, issued);
CREATE INDEX tokens_by_end ON tokens(expires);

ALTER TABLE api_keys ADD COLUMN last_used INTEGER;

-- What was done with an account. No names and no secrets.
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    time       INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    actor_id   TEXT,
    action     TEXT NOT NULL,
    subject    TEXT,
    client     TEXT,
    request    TEXT,
    -- Failed logins of an hour are one row.
    times      INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX audit_of_account ON audit(account_id, time);
CREATE INDEX audit_by_age ON audit(time);

-- What an account takes up, kept by the triggers below within each change.
CREATE TABLE account_usage (
    account_id     TEXT PRIMARY KEY REFERENCES accounts(id) ON DELETE CASCADE,
    upload_bytes   INTEGER NOT NULL DEFAULT 0,
    artifact_bytes INTEGER NOT NULL DEFAULT 0,
    files          INTEGER NOT NULL DEFAULT 0,
    -- Days since 1970 UTC, and the uploads of that day; removing one gives none back.
    day            INTEGER NOT NULL DEFAULT 0,
    day_uploads    INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A duplicate has no bytes of its own, and the original file of a machine file is its upload's. Equal
-- artifacts of a file are stored once.
INSERT INTO account_usage (account_id, upload_bytes, artifact_bytes, files)
SELECT a.id,
    COALESCE((SELECT SUM(u.size) FROM uploads u WHERE u.account_id = a.id AND u.duplicate_of IS NULL), 0),
    COALESCE((SELECT SUM(s.size) FROM (SELECT DISTINCT r.blob_key, r.size FROM files f
        JOIN artifacts r ON r.file_id = f.id WHERE f.account_id = a.id AND r.kind <> 'originalFile') s), 0),
    (SELECT COUNT(*) FROM files f WHERE f.account_id = a.id)
FROM accounts a;

CREATE TRIGGER usage_of_account AFTER INSERT ON accounts BEGIN
    INSERT INTO account_usage (account_id) VALUES (NEW.id);
END;

CREATE TRIGGER usage_upload_added AFTER INSERT ON uploads BEGIN
    UPDATE account_usage SET
        upload_bytes = upload_bytes + CASE WHEN NEW.duplicate_of IS NULL THEN NEW.size ELSE 0 END,
        day_uploads = CASE WHEN day = NEW.uploaded / 86400000000 THEN day_uploads + 1 ELSE 1 END,
        day = NEW.uploaded / 86400000000
    WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER usage_upload_changed AFTER UPDATE OF duplicate_of, size ON uploads BEGIN
    UPDATE account_usage SET upload_bytes = upload_bytes
        - CASE WHEN OLD.duplicate_of IS NULL THEN OLD.size ELSE 0 END
        + CASE WHEN NEW.duplicate_of IS NULL THEN NEW.size ELSE 0 END
    WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER usage_upload_removed AFTER DELETE ON uploads WHEN OLD.duplicate_of IS NULL BEGIN
    UPDATE account_usage SET upload_bytes = upload_bytes - OLD.size WHERE account_id = OLD.account_id;
END;

CREATE TRIGGER usage_file_added AFTER INSERT ON files BEGIN
    UPDATE account_usage SET files = files + 1 WHERE account_id = NEW.account_id;
END;
-- Its artifacts go with it, after it: they are counted here, while they are there.
CREATE TRIGGER usage_file_removed BEFORE DELETE ON files BEGIN
    UPDATE account_usage SET files = files - 1, artifact_bytes = artifact_bytes
        - COALESCE((SELECT SUM(s.size) FROM (SELECT DISTINCT blob_key, size FROM artifacts
            WHERE file_id = OLD.id AND kind <> 'originalFile') s), 0)
    WHERE account_id = OLD.account_id;
END;

CREATE TRIGGER usage_artifact_added AFTER INSERT ON artifacts WHEN NEW.kind <> 'originalFile'
    AND NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.blob_key = NEW.blob_key AND a.rowid <> NEW.rowid)
BEGIN
    UPDATE account_usage SET artifact_bytes = artifact_bytes + NEW.size
    WHERE account_id = (SELECT account_id FROM files WHERE id = NEW.file_id);
END;
CREATE TRIGGER usage_artifact_removed AFTER DELETE ON artifacts WHEN OLD.kind <> 'originalFile'
    AND NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.blob_key = OLD.blob_key)
BEGIN
    UPDATE account_usage SET artifact_bytes = artifact_bytes - OLD.size
    WHERE account_id = (SELECT account_id FROM files WHERE id = OLD.file_id);
END;
