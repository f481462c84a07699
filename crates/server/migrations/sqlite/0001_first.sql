-- Times are microseconds since 1970 UTC, ids are UUID text, documents are JSON text.

CREATE TABLE accounts (
    id            TEXT PRIMARY KEY,
    username      TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    -- Tokens issued before this instant are refused.
    tokens_from   INTEGER NOT NULL DEFAULT 0,
    created       INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id          TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL REFERENCES accounts(id),
    name        TEXT,
    email       TEXT,
    phone       TEXT,
    address     TEXT,
    external_id TEXT,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL
) STRICT;
CREATE INDEX users_of_account ON users(account_id, created);

CREATE TABLE api_keys (
    id          TEXT PRIMARY KEY,
    account_id  TEXT NOT NULL REFERENCES accounts(id),
    user_id     TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    -- SHA-256 of the key, hexadecimal; the key itself is shown once.
    digest      TEXT NOT NULL UNIQUE,
    masked      TEXT NOT NULL,
    description TEXT,
    expires     INTEGER NOT NULL,
    revoked     INTEGER,
    created     INTEGER NOT NULL
) STRICT;
CREATE INDEX api_keys_of_user ON api_keys(user_id);

-- What a client sent: a batch at the HTTP edge.
CREATE TABLE uploads (
    id             TEXT PRIMARY KEY,
    account_id     TEXT NOT NULL REFERENCES accounts(id),
    user_id        TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    provider       TEXT NOT NULL,
    file_format    TEXT,
    file_name      TEXT NOT NULL,
    size           INTEGER NOT NULL,
    sha256         TEXT NOT NULL,
    -- Extensions given at upload: crop, width, operation type, column map. JSON.
    given          TEXT NOT NULL DEFAULT '{}',
    blob_key       TEXT NOT NULL,
    status         TEXT NOT NULL,
    status_details TEXT,
    duplicate_of   TEXT REFERENCES uploads(id) ON DELETE SET NULL,
    -- Findings and ignored entries of the report. JSON.
    findings       TEXT NOT NULL DEFAULT '[]',
    ignored        TEXT NOT NULL DEFAULT '[]',
    -- The client's own key: the same key of the same user is the same upload.
    idempotency    TEXT,
    uploaded       INTEGER NOT NULL,
    processed      INTEGER,
    UNIQUE (user_id, idempotency)
) STRICT;
CREATE INDEX uploads_of_account ON uploads(account_id, uploaded);
CREATE INDEX uploads_of_user ON uploads(user_id, uploaded);
-- Names of blobs: the sweeper asks who owns one.
CREATE INDEX uploads_by_blob ON uploads(blob_key);
CREATE INDEX uploads_by_content ON uploads(user_id, sha256);
CREATE INDEX uploads_of_first ON uploads(duplicate_of) WHERE duplicate_of IS NOT NULL;

-- One operation of one dataset: a machine file.
CREATE TABLE files (
    id               TEXT PRIMARY KEY,
    account_id       TEXT NOT NULL REFERENCES accounts(id),
    user_id          TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    upload_id        TEXT REFERENCES uploads(id) ON DELETE CASCADE,
    provider         TEXT NOT NULL,
    file_name        TEXT NOT NULL,
    file_format      TEXT,
    status           TEXT NOT NULL,
    origin           TEXT NOT NULL,
    operation_type   TEXT,
    organization_id  TEXT,
    provider_file_id TEXT,
    size             INTEGER,
    started          INTEGER,
    ended            INTEGER,
    area_m2          REAL,
    has_standard     INTEGER NOT NULL DEFAULT 0,
    -- The report of the conversion without its summary. JSON.
    report           TEXT NOT NULL DEFAULT '{}',
    -- Documents as they were written. JSON.
    steps            TEXT NOT NULL DEFAULT '{}',
    units            TEXT NOT NULL DEFAULT '{}',
    -- Which step failed, with its message.
    failed_step      TEXT,
    failed_message   TEXT,
    outside_points   INTEGER,
    -- Bounds of the standard points, degrees.
    west             REAL,
    south            REAL,
    east             REAL,
    north            REAL,
    created          INTEGER NOT NULL,
    updated          INTEGER NOT NULL
) STRICT;
CREATE INDEX files_of_account ON files(account_id, created, id);
CREATE INDEX files_of_user ON files(user_id, created, id);
CREATE INDEX files_of_upload ON files(upload_id, created, id);

-- Changes with every change of an account's files: totals of lists are kept for as long.
CREATE TABLE file_versions (
    account_id TEXT PRIMARY KEY,
    version    INTEGER NOT NULL
) STRICT;
CREATE TRIGGER file_added AFTER INSERT ON files BEGIN
    INSERT INTO file_versions (account_id, version) VALUES (NEW.account_id, 1)
    ON CONFLICT (account_id) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER file_changed AFTER UPDATE ON files BEGIN
    UPDATE file_versions SET version = version + 1 WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER file_removed AFTER DELETE ON files BEGIN
    UPDATE file_versions SET version = version + 1 WHERE account_id = OLD.account_id;
END;

CREATE TABLE file_summaries (
    file_id TEXT PRIMARY KEY REFERENCES files(id) ON DELETE CASCADE,
    summary TEXT NOT NULL
) STRICT;

CREATE TABLE file_sources (
    file_id   TEXT NOT NULL REFERENCES files(id) ON DELETE CASCADE,
    source_id TEXT NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (file_id, position)
) STRICT;

CREATE TABLE artifacts (
    file_id  TEXT NOT NULL REFERENCES files(id) ON DELETE CASCADE,
    kind     TEXT NOT NULL,
    blob_key TEXT NOT NULL,
    size     INTEGER NOT NULL,
    sha256   TEXT NOT NULL,
    PRIMARY KEY (file_id, kind)
) STRICT;
CREATE INDEX artifacts_by_blob ON artifacts(blob_key);

-- Work that must not be lost. A lease belongs to one worker until it ends; every write of a run
-- carries its fence.
CREATE TABLE runs (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts(id),
    user_id    TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    -- What to do. JSON.
    task       TEXT NOT NULL,
    state      TEXT NOT NULL,
    attempt    INTEGER NOT NULL DEFAULT 0,
    fence      INTEGER NOT NULL DEFAULT 0,
    worker     TEXT,
    lease      INTEGER,
    not_before INTEGER NOT NULL,
    cancel     INTEGER NOT NULL DEFAULT 0,
    progress   TEXT NOT NULL DEFAULT '{}',
    reason     TEXT,
    created    INTEGER NOT NULL,
    updated    INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_to_do ON runs(state, not_before);
CREATE INDEX runs_of_subject ON runs(subject);

CREATE TABLE fields (
    id         TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts(id),
    user_id    TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    name       TEXT,
    kind       TEXT NOT NULL DEFAULT 'ORIGINAL',
    status     TEXT NOT NULL DEFAULT 'PROCESSED',
    farm_id    INTEGER,
    created    INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;

CREATE TABLE boundaries (
    id       TEXT PRIMARY KEY,
    user_id  TEXT NOT NULL,
    field_id TEXT NOT NULL,
    status   TEXT NOT NULL,
    -- MultiPolygon in WGS 84, well-known binary.
    wkb      BLOB NOT NULL,
    area_ha  REAL NOT NULL,
    west     REAL NOT NULL,
    south    REAL NOT NULL,
    east     REAL NOT NULL,
    north    REAL NOT NULL,
    created  INTEGER NOT NULL,
    updated  INTEGER NOT NULL,
    FOREIGN KEY (user_id, field_id) REFERENCES fields(user_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX boundaries_of_field ON boundaries(user_id, field_id, status);

CREATE TABLE file_fields (
    file_id  TEXT NOT NULL REFERENCES files(id) ON DELETE CASCADE,
    field_id TEXT NOT NULL,
    points   INTEGER NOT NULL,
    area_m2  REAL NOT NULL,
    PRIMARY KEY (file_id, field_id)
) STRICT;

-- Keys that somebody set. JSON. The owner's configuration has no user.
CREATE TABLE configurations (
    account_id TEXT NOT NULL REFERENCES accounts(id),
    user_id    TEXT REFERENCES users(id) ON DELETE CASCADE,
    keys       TEXT NOT NULL,
    updated    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX configurations_of ON configurations(account_id, coalesce(user_id, ''));

CREATE TABLE webhooks (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts(id),
    name       TEXT NOT NULL,
    secret     TEXT NOT NULL,
    url        TEXT NOT NULL,
    -- JSON array of event types.
    events     TEXT NOT NULL,
    created    INTEGER NOT NULL
) STRICT;

-- Events wait here until every webhook took them: written with the change that they tell.
CREATE TABLE events (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts(id),
    kind       TEXT NOT NULL,
    -- The body as it is sent, byte for byte.
    body       TEXT NOT NULL,
    created    INTEGER NOT NULL,
    spread     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX events_to_spread ON events(spread, created);

CREATE TABLE deliveries (
    id         TEXT PRIMARY KEY,
    event_id   TEXT NOT NULL REFERENCES events(id) ON DELETE CASCADE,
    webhook_id TEXT NOT NULL REFERENCES webhooks(id) ON DELETE CASCADE,
    state      TEXT NOT NULL,
    attempt    INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    updated    INTEGER NOT NULL,
    UNIQUE (event_id, webhook_id)
) STRICT;
CREATE INDEX deliveries_to_do ON deliveries(webhook_id, state, not_before);

CREATE TABLE failed_calls (
    id               TEXT PRIMARY KEY,
    account_id       TEXT NOT NULL REFERENCES accounts(id),
    delivery_id      TEXT,
    url              TEXT NOT NULL,
    status           INTEGER,
    response         TEXT,
    request_body     TEXT NOT NULL,
    connection_error TEXT,
    created          INTEGER NOT NULL
) STRICT;
CREATE INDEX failed_calls_of_account ON failed_calls(account_id, created);
CREATE INDEX failed_calls_by_age ON failed_calls(created);

-- Keys that every server of this database must share.
CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
