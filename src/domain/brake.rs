//! The brake on mass removals: when a directory deletes so many that it looks like a mistake.

use std::time::Duration;

/// So many may always be deleted in one sweep.
pub(crate) const ALWAYS: i64 = 10;
/// The share of the members, in percent, beyond which a sweep is held, where nobody has said another one.
pub(crate) const DEFAULT_SHARE: i16 = 20;
/// A sweep ends when nothing has been deleted for so long.
pub(crate) const PAUSE: Duration = Duration::from_mins(10);

/// Whether the last of so many removals is held, of so many members as there were when the sweep began. A share of 0
/// turns the brake off.
pub(crate) fn holds(removals: i64, members: i64, share: i16) -> bool {
    share > 0 && removals > ALWAYS && removals * 100 > members * i64::from(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_is_held_beyond_ten_and_beyond_the_share() {
        assert!(!holds(10, 10, 20), "ten always go");
        assert!(holds(11, 20, 20));
        assert!(!holds(11, 1000, 20), "11 of 1000 are few");
        assert!(!holds(200, 1000, 20), "exactly the share is not beyond it");
        assert!(holds(201, 1000, 20));
        assert!(!holds(1000, 1000, 0), "turned off");
        assert!(!holds(1000, 1000, 100), "everybody may go");
    }
}
