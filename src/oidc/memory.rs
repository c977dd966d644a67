//! Providers as they were last read, for a while: a sign-on need not read them again.
//!
//! Each node has its own, and would do without: what is not here is read from the provider. That a stranger can make us
//! read is bounded too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::provider::Provider;
use crate::domain::Timestamp;

/// For how long a provider is remembered, in seconds.
const LIFE: i64 = 600;
/// How often at most a provider is read again because a token names a key that it did not have, in seconds.
const BETWEEN: i64 = 30;
/// For how long a provider that could not be read is not asked again, in seconds.
const REST: i64 = 5;
/// The most providers that are remembered.
const MOST: usize = 1000;

/// What is remembered.
#[derive(Debug, Default)]
pub(crate) struct Providers(Mutex<HashMap<String, Entry>>);

#[derive(Debug, Default)]
struct Entry {
    known: Option<(Arc<Provider>, Timestamp)>,
    sought: Option<Timestamp>,
    failed: Option<Timestamp>,
}

/// What to do about a provider.
#[derive(Debug)]
pub(crate) enum Advice {
    /// It is known.
    Known(Arc<Provider>),
    /// Read it.
    Read,
    /// It was tried a moment ago, in vain.
    Rest,
}

impl Providers {
    /// What to do where any of the provider's keys will do.
    pub(crate) fn look_up(&self, issuer: &str, now: Timestamp) -> Advice {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = all.get(issuer) else {
            return Advice::Read;
        };
        match (&entry.known, entry.failed) {
            (Some((provider, at)), _) if at.plus_seconds(LIFE) > now => {
                Advice::Known(provider.clone())
            }
            (_, Some(at)) if at.plus_seconds(REST) > now => Advice::Rest,
            _ => Advice::Read,
        }
    }

    /// Whether to read a provider again for a key that it did not have; counts as done if so.
    pub(crate) fn may_seek_key(&self, issuer: &str, now: Timestamp) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = all.entry(issuer.to_owned()).or_default();
        let may = entry
            .sought
            .is_none_or(|at| at.plus_seconds(BETWEEN) <= now);
        if may {
            entry.sought = Some(now);
        }
        may
    }

    /// Remembers what was read.
    pub(crate) fn keep(&self, issuer: &str, provider: Arc<Provider>, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut all, now);
        let entry = all.entry(issuer.to_owned()).or_default();
        entry.known = Some((provider, now));
        entry.failed = None;
    }

    /// Remembers that a provider could not be read.
    pub(crate) fn fail(&self, issuer: &str, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut all, now);
        all.entry(issuer.to_owned()).or_default().failed = Some(now);
    }
}

fn make_room(all: &mut HashMap<String, Entry>, now: Timestamp) {
    if all.len() >= MOST {
        let is_good = |at: Option<Timestamp>| at.is_some_and(|at| at.plus_seconds(LIFE) > now);
        all.retain(|_, entry| is_good(entry.known.as_ref().map(|(_, at)| *at)));
    }
    if all.len() >= MOST {
        all.clear();
    }
}
