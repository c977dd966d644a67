-- Metadata of an IdP that is fetched from a URL: when that is due again, and when it was last begun. Who moves either on
-- has the turn; no other node fetches meanwhile.
ALTER TABLE connections ADD COLUMN metadata_due TIMESTAMPTZ;
ALTER TABLE connections ADD COLUMN metadata_asked TIMESTAMPTZ;
CREATE INDEX connections_by_metadata_due ON connections (metadata_due) WHERE metadata_due IS NOT NULL;
