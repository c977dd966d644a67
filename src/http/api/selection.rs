//! Whom a bulk request is about: everybody whom the parameters leave but some, or some by number.

use axum::body::HttpBody as _;
use axum::extract::{FromRequest, Request};
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::body::Body;
use super::error::ApiError;
use super::member_filter::{Asked, flag, numbers};
use crate::domain::MemberNumber;
use crate::domain::error::Error;
use crate::domain::listing::MemberFilter;
use crate::http::extract::Parameters;
use crate::state::State;

/// How many members one request names at most.
const MOST: usize = 10_000;

/// A body that may be missing: some clients of DELETE send one, some say all in the parameters.
#[derive(Debug)]
pub(crate) struct MaybeBody<T>(pub(crate) T);

impl<T: DeserializeOwned + Default> FromRequest<State> for MaybeBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &State) -> Result<Self, ApiError> {
        if request.body().is_end_stream() {
            return Ok(Self(T::default()));
        }
        let Body(value) = Body::from_request(request, state).await?;
        Ok(Self(value))
    }
}

/// `all` but `excluded`, or `included`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Selection {
    #[serde(default, deserialize_with = "truth")]
    all: bool,
    #[serde(default)]
    included: Option<Vec<MemberNumber>>,
    #[serde(default)]
    excluded: Option<Vec<MemberNumber>>,
}

/// `true`, `false`, the same as text, or nothing.
pub(super) fn truth<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    match Value::deserialize(value)? {
        Value::Null => Ok(false),
        Value::Bool(said) => Ok(said),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.is_empty() || text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(D::Error::custom("it must be true or false")),
    }
}

impl Selection {
    /// The same in parameters, each of which goes before what the body says.
    pub(super) fn of(self, parameters: &Parameters) -> Result<Self, ApiError> {
        let list = |name: &str, said: Option<Vec<MemberNumber>>| -> Result<_, ApiError> {
            if parameters.every(name).all(str::is_empty) {
                return Ok(said);
            }
            let numbers = numbers(parameters, name)?;
            Ok(Some(numbers.into_iter().map(MemberNumber).collect()))
        };
        let included = list("included", self.included)?;
        Ok(Self {
            all: flag(parameters, "all")?.unwrap_or(self.all),
            included: list("ids", included)?,
            excluded: list("excluded", self.excluded)?,
        })
    }

    /// Whom it leaves of those whom the parameters of a list leave.
    pub(super) fn filter(self, parameters: &Parameters) -> Result<MemberFilter, ApiError> {
        let (included, excluded) = (
            self.included.unwrap_or_default(),
            self.excluded.unwrap_or_default(),
        );
        if included.len() > MOST || excluded.len() > MOST {
            return Err(Error::Invalid(format!(
                "one request can name at most {MOST} members; use `all` with filters"
            ))
            .into());
        }
        if self.all {
            let mut filter = Asked::read(parameters)?.filter;
            filter.without = excluded;
            return Ok(filter);
        }
        Ok(MemberFilter {
            only: Some(included),
            without: excluded,
            ..MemberFilter::default()
        })
    }
}

/// The numbers in an answer.
#[derive(Debug, Serialize)]
pub(crate) struct Deleted {
    /// How many are gone.
    pub(crate) deleted: u64,
}
