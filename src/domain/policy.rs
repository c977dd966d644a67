//! What an organization says of its people's tokens and sessions.

/// Which tokens open the REST API, and how long a new one lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenSettings {
    /// For how many days a new personal access token is good.
    pub(crate) days: i32,
    /// Whether personal access tokens are good at all.
    pub(crate) personal: bool,
    /// Whether user tokens are, which Label Studio calls legacy tokens.
    pub(crate) legacy: bool,
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SessionPolicy {
    /// From their beginning, in minutes.
    pub(crate) max_age_minutes: i32,
    /// From their last use, in minutes.
    pub(crate) max_idle_minutes: i32,
}

impl SessionPolicy {
    /// Whether a session is over that began, and was last used, so many milliseconds ago.
    pub(crate) fn ends(self, age: i64, idle: i64) -> bool {
        age >= i64::from(self.max_age_minutes) * 60_000
            || idle >= i64::from(self.max_idle_minutes) * 60_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_its_age_or_by_being_left_alone() {
        let policy = SessionPolicy {
            max_age_minutes: 10,
            max_idle_minutes: 2,
        };
        assert!(!policy.ends(599_999, 119_999));
        assert!(policy.ends(600_000, 0));
        assert!(policy.ends(0, 120_000));
    }
}
