//! `rollright version`: prints the version.

pub(super) fn run() -> anyhow::Result<()> {
    super::print(concat!("rollright ", env!("CARGO_PKG_VERSION")))
}
