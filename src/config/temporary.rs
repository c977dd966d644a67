//! A directory that is there as long as somebody holds it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// A directory for this user alone, removed with all that is in it when this is dropped.
#[derive(Debug)]
pub(crate) struct TemporaryDir(PathBuf);

impl TemporaryDir {
    /// Makes one where the system keeps such. The name must be made by chance.
    ///
    /// # Errors
    ///
    /// If it cannot be made, or is there already: then it is somebody else's.
    pub(crate) fn make(name: &str) -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(name);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&path)
            .with_context(|| format!("cannot make the temporary directory {}", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryDir {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!("cannot remove {}: {error}", self.0.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_directory_is_new_and_goes_with_all_that_is_in_it() {
        let name = format!("rollright-test-{}", std::process::id());
        let made = TemporaryDir::make(&name).unwrap();
        let path = made.path().to_owned();
        assert!(TemporaryDir::make(&name).is_err(), "it is somebody else's");
        std::fs::write(path.join("a"), "b").unwrap();
        drop(made);
        assert!(!path.exists());
    }
}
