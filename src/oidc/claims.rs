//! Claims, read one by one: of a token, or of the userinfo.

use serde_json::{Map, Value};

use super::refusal::{Refusal, shown};
use crate::domain::Timestamp;
use crate::domain::trace::Trace;

/// How far in the future a token may be made, in seconds.
const MOST_AHEAD: i64 = 300;
/// How long ago a token may be made, in seconds.
const MOST_AGE: i64 = 600;
/// The longest `sub`, Core section 2.
const LONGEST_SUBJECT: usize = 255;

/// Claims of one document.
#[derive(Debug)]
pub(crate) struct Claims {
    /// Of which document.
    pub(super) of: &'static str,
    /// All of them.
    pub(super) all: Map<String, Value>,
}

/// By what tokens are judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// The issuer of the connection.
    pub(crate) issuer: &'a str,
    /// Our client id.
    pub(crate) client_id: &'a str,
    /// By how much clocks may differ, in seconds.
    pub(crate) skew_seconds: i64,
    /// The moment.
    pub(crate) now: Timestamp,
}

impl Claims {
    /// A claim, by its name or, where no claim has that, by the path of it between dots (`realm_access.roles`).
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let found = self.all.get(name).or_else(|| {
            let (first, rest) = name.split_once('.')?;
            rest.split('.')
                .try_fold(self.all.get(first)?, |value, part| value.get(part))
        });
        found.filter(|value| !value.is_null())
    }

    /// Notes what came. The nonce is ours, and nobody else's.
    pub(crate) fn note(&self, trace: &mut Trace) {
        for (name, value) in self.all.iter().filter(|(name, _)| *name != "nonce") {
            let values = match value {
                Value::Array(all) => all.iter().map(|one| said(Some(one))).collect(),
                one => vec![said(Some(one))],
            };
            trace.carried(name, values);
        }
    }

    /// A claim that is a text, and not an empty one.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let text = self.get(name)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }

    /// A moment, in seconds since 1970, which may have a fraction (RFC 7519 section 2).
    pub(super) fn moment(&self, claim: &'static str) -> Result<Option<Timestamp>, Refusal> {
        let Some(value) = self.get(claim) else {
            return Ok(None);
        };
        let bad = Refusal::BadClaim { of: self.of, claim };
        #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
        let seconds = match (value.as_i64(), value.as_f64()) {
            (Some(whole), _) => whole,
            (None, Some(parts)) if parts.abs() < 1e11 => parts as i64,
            _ => return Err(bad),
        };
        if !(0..100_000_000_000).contains(&seconds) {
            return Err(bad);
        }
        Ok(Some(Timestamp(seconds * 1000)))
    }

    fn required(&self, claim: &'static str) -> Result<Timestamp, Refusal> {
        let bad = Refusal::BadClaim { of: self.of, claim };
        self.moment(claim)?.ok_or(bad)
    }

    /// What every token of ours must be: of this issuer, for us alone, and of now. Until when it is good, with the skew.
    pub(super) fn check(&self, expected: &Expected<'_>) -> Result<Timestamp, Refusal> {
        let of = self.of;
        if self.all.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
            return Err(Refusal::WrongIssuer {
                of,
                expected: shown(expected.issuer),
                received: shown(&said(self.all.get("iss"))),
            });
        }
        let ours = match self.all.get("aud") {
            Some(Value::String(one)) => one == expected.client_id,
            // Who else gets the token could use it here.
            Some(Value::Array(all)) => {
                !all.is_empty() && all.iter().all(|one| one == expected.client_id)
            }
            _ => false,
        };
        if !ours {
            return Err(Refusal::WrongAudience {
                of,
                expected: shown(expected.client_id),
                received: shown(&said(self.all.get("aud"))),
            });
        }
        self.check_times(expected)
    }

    fn check_times(&self, expected: &Expected<'_>) -> Result<Timestamp, Refusal> {
        let (now, skew) = (expected.now, expected.skew_seconds);
        let expires = self.required("exp")?.plus_seconds(skew);
        if expires <= now {
            return Err(Refusal::Expired {
                of: "exp",
                at: self.required("exp")?,
                now,
            });
        }
        let made = self.required("iat")?;
        if made > now.plus_seconds(MOST_AHEAD) {
            return Err(Refusal::NotYetValid {
                of: "iat",
                at: made,
                now,
            });
        }
        let too_old = made.plus_seconds(MOST_AGE);
        if too_old <= now {
            return Err(Refusal::Expired {
                of: "iat",
                at: made,
                now,
            });
        }
        match self.moment("nbf")? {
            Some(at) if at > now.plus_seconds(skew) => {
                Err(Refusal::NotYetValid { of: "nbf", at, now })
            }
            _ => Ok(expires.min(too_old)),
        }
    }

    /// Who it is: the exact text.
    pub(super) fn subject(&self) -> Result<&str, Refusal> {
        let subject = match self.all.get("sub") {
            None => return Err(Refusal::BadSubject("it is absent")),
            Some(Value::String(subject)) => subject,
            Some(_) => return Err(Refusal::BadSubject("it is not a text")),
        };
        if subject.trim().is_empty() {
            return Err(Refusal::BadSubject("it is empty"));
        }
        if subject.len() > LONGEST_SUBJECT {
            return Err(Refusal::BadSubject("it has more than 255 bytes"));
        }
        if subject.chars().any(char::is_control) {
            return Err(Refusal::BadSubject("it has control characters"));
        }
        Ok(subject)
    }

    /// The provider's name for the session.
    pub(super) fn session(&self) -> Result<Option<&str>, Refusal> {
        let claim = "sid";
        match self.get(claim) {
            None => Ok(None),
            Some(Value::String(sid)) if !sid.is_empty() && sid.len() <= 1024 => Ok(Some(sid)),
            Some(_) => Err(Refusal::BadClaim { of: self.of, claim }),
        }
    }
}

/// A claim in words.
pub(super) fn said(value: Option<&Value>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Whether a text within has U+0000, which PostgreSQL does not keep.
pub(super) fn has_nul(all: &Map<String, Value>) -> bool {
    fn within(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(all) => all.iter().any(within),
            Value::Object(all) => has_nul(all),
            _ => false,
        }
    }
    all.iter()
        .any(|(name, value)| name.contains('\0') || within(value))
}
