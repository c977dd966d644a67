-- By what the groups that an identity came with last are known again, so that they need not be read; NULL where they must be.
ALTER TABLE identities ADD COLUMN groups_digest TEXT;
