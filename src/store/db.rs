//! The two engines. PLACEHOLDER until `store/` of main is merged.

/// The database.
#[derive(Clone)]
pub(crate) struct Db;

impl Db {
    /// Opens the database and migrates it.
    #[expect(clippy::unused_async, reason = "a placeholder")]
    pub(crate) async fn open(_url: &str) -> anyhow::Result<Self> {
        Ok(Self)
    }

    /// Whether the database answers.
    #[expect(clippy::unused_async, reason = "a placeholder")]
    pub(crate) async fn ping(&self) -> bool {
        true
    }
}
