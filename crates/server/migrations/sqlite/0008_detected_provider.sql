-- The maker that was recognised, beside the provider that the upload was given with. Files of before have the recognised
-- maker as their provider, and keep it until they are converted again.
ALTER TABLE files ADD COLUMN detected_provider TEXT;
