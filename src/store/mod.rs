//! Every SQL statement. PLACEHOLDER until `store/` of main is merged.

pub(crate) mod db;
