//! The parameters by which lists of members are narrowed and sorted.

use url::form_urlencoded::Serializer;

use super::error::ApiError;
use super::members::role;
use crate::domain::error::Error;
use crate::domain::listing::{MemberFilter, MemberOrder};
use crate::domain::{MemberNumber, ProjectId, TagId, Timestamp, WorkspaceId};
use crate::http::extract::Parameters;

/// How many numbers a list in a parameter has at most.
const MOST: usize = 1000;

/// Every parameter that narrows or sorts: those that a link to the next page must repeat.
const KNOWN: [&str; 17] = [
    "role",
    "tags",
    "search",
    "is_deleted",
    "user_type",
    "exclude_project_id",
    "exclude_workspace_id",
    "ordering",
    "user__last_activity__gte",
    "user__last_activity__lte",
    "last_activity__gte",
    "last_activity__lte",
    "ids",
    "implicit",
    "no_annotators",
    "no_view_only",
    "with_deleted",
];

/// What a list of members is asked for.
pub(super) struct Asked {
    /// Whom it shows.
    pub(super) filter: MemberFilter,
    /// In which order, and whether backwards.
    pub(super) order: (MemberOrder, bool),
    /// Whether it shows those who were members.
    pub(super) former: bool,
}

impl Asked {
    pub(super) fn read(parameters: &Parameters) -> Result<Self, ApiError> {
        let mut filter = MemberFilter {
            tags: numbers(parameters, "tags")?
                .into_iter()
                .map(TagId)
                .collect(),
            words: MemberFilter::words_of(parameters.get("search").unwrap_or_default()),
            not_in_project: number(parameters, "exclude_project_id")?.map(ProjectId),
            not_in_workspace: number(parameters, "exclude_workspace_id")?.map(WorkspaceId),
            changed_since: moment(parameters, "user__last_activity__gte")?
                .or(moment(parameters, "last_activity__gte")?),
            changed_until: moment(parameters, "user__last_activity__lte")?
                .or(moment(parameters, "last_activity__lte")?),
            ..MemberFilter::default()
        };
        for code in items(parameters, "role") {
            filter.roles.push(role(code)?);
        }
        if parameters.every("ids").any(|ids| !ids.is_empty()) {
            let ids = numbers(parameters, "ids")?;
            filter.only = Some(ids.into_iter().map(MemberNumber).collect());
        }
        // There is one type of seat.
        let mut types = items(parameters, "user_type").peekable();
        if types.peek().is_some() && !types.any(|kind| kind == "standard") {
            filter.only = Some(Vec::new());
        }
        Ok(Self {
            filter,
            order: order(parameters.get("ordering").unwrap_or_default())?,
            former: flag(parameters, "is_deleted")?.unwrap_or(false),
        })
    }
}

/// The path with what was asked for, so that links lead through the same list.
pub(super) fn path_with(path: &str, parameters: &Parameters) -> String {
    repeated(path, &KNOWN, parameters)
}

/// A path with those of the parameters that are known.
pub(super) fn repeated(path: &str, known: &[&str], parameters: &Parameters) -> String {
    let mut query = Serializer::new(String::new());
    for name in known {
        for value in parameters.every(name).filter(|value| !value.is_empty()) {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{query}")
}

fn order(text: &str) -> Result<(MemberOrder, bool), ApiError> {
    let (name, descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text, false),
    };
    let order = match name.strip_prefix("user__").unwrap_or(name) {
        "" | "id" | "created_at" | "date_joined" => MemberOrder::Number,
        "username" => MemberOrder::UserName,
        "email" => MemberOrder::Email,
        "role" => MemberOrder::Role,
        _ => {
            return Err(Error::Invalid(
                "`ordering` is id, date_joined, email, username or role, with a minus before it for the reverse"
                    .to_owned(),
            )
            .into());
        }
    };
    Ok((order, descending))
}

/// The parts of a list that are no white space: joined by commas, or each in a parameter of its own.
fn items<'a>(parameters: &'a Parameters, name: &'a str) -> impl Iterator<Item = &'a str> {
    parameters
        .every(name)
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// A list of numbers, joined by commas.
pub(super) fn numbers(parameters: &Parameters, name: &str) -> Result<Vec<i64>, ApiError> {
    let list: Option<Vec<i64>> = items(parameters, name)
        .take(MOST + 1)
        .map(|item| item.parse().ok())
        .collect();
    list.filter(|list| list.len() <= MOST).ok_or_else(|| {
        Error::Invalid(format!(
            "`{name}` must be up to {MOST} numbers, joined by commas"
        ))
        .into()
    })
}

pub(super) fn number(parameters: &Parameters, name: &str) -> Result<Option<i64>, ApiError> {
    let text = parameters.get(name).filter(|text| !text.is_empty());
    text.map(|text| {
        text.parse()
            .map_err(|_| Error::Invalid(format!("`{name}` must be a number")).into())
    })
    .transpose()
}

pub(super) fn moment(parameters: &Parameters, name: &str) -> Result<Option<Timestamp>, ApiError> {
    let text = parameters.get(name).filter(|text| !text.is_empty());
    text.map(|text| {
        Timestamp::parse(text)
            .ok_or_else(|| Error::Invalid(format!("`{name}` must be a date and time")).into())
    })
    .transpose()
}

/// `true` or `false`, in whatever case.
pub(super) fn flag(parameters: &Parameters, name: &str) -> Result<Option<bool>, ApiError> {
    match parameters
        .get(name)
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "" => Ok(None),
        "true" | "1" => Ok(Some(true)),
        "false" | "0" => Ok(Some(false)),
        _ => Err(Error::Invalid(format!("`{name}` must be true or false")).into()),
    }
}
