-- SHA-256 of each 8 MiB of an upload, hexadecimal, one after the other; empty for uploads of before.
ALTER TABLE uploads ADD COLUMN parts TEXT NOT NULL DEFAULT '';
