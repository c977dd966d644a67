-- When a provisioning client last came, to the minute.
ALTER TABLE scim_tokens ADD COLUMN last_used_at TIMESTAMPTZ;
