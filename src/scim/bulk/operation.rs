//! One operation of a bulk request: what to do to which resource.
//!
//! What is wrong with one operation is kept with it, and the others are not touched by it.

use std::collections::HashMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::scim::error::{self, Error};
use crate::scim::reading::Reading;
use crate::scim::schema::Kind;
use crate::scim::value;

use super::{Refusal, references, shown, take};

/// What an operation does, as the method of a single request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// Makes a resource.
    Post,
    /// Puts what is said in the place of what is there.
    Put,
    /// Changes a part.
    Patch,
    /// Takes it away.
    Delete,
}

impl Method {
    const ALL: [Self; 4] = [Self::Post, Self::Put, Self::Patch, Self::Delete];

    fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|one| one.name().eq_ignore_ascii_case(name))
    }
}

/// What an operation asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Task {
    /// What to do.
    pub(crate) method: Method,
    /// To what kind of resource.
    pub(crate) kind: Kind,
    /// To which: for a POST the id that it will have, else what the client wrote, which may be no id.
    pub(crate) id: String,
    /// The version that the client has seen, as `If-Match` would say it.
    pub(crate) version: Option<String>,
    /// The body that a single request would have; null for DELETE.
    pub(crate) data: Value,
}

/// One operation, read but not done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operation {
    /// What it does, where that could be read.
    pub(crate) method: Option<Method>,
    /// The client's own name for what a POST makes; given back with the result.
    pub(crate) bulk_id: Option<String>,
    /// What to do, or why it is not tried.
    pub(crate) task: Result<Task, Refusal>,
    /// Which other operations make what it refers to; itself too, where it refers to itself.
    pub(crate) needs: Vec<usize>,
    /// Where the resource is, below the base URL.
    place: Option<(Kind, String)>,
}

impl Operation {
    /// Reads one operation. An error is one of the message as a whole.
    pub(super) fn read(
        value: Value,
        reading: &Reading<'_>,
        new_id: &mut impl FnMut() -> Uuid,
    ) -> Result<Self, Error> {
        let Value::Object(mut fields) = value else {
            return Err(Error::InvalidSyntax(
                "an operation must be an object".to_owned(),
            ));
        };
        value::no_name_twice(&fields, "the operation")?;
        let bulk_id = match take(&mut fields, "bulkId") {
            None | Some(Value::Null) => None,
            Some(Value::String(bulk_id)) if !bulk_id.is_empty() => Some(bulk_id),
            Some(_) => {
                return Err(Error::InvalidSyntax(
                    "`bulkId` must be a string that is not empty".to_owned(),
                ));
            }
        };
        let written = take(&mut fields, "method");
        let written = written.as_ref().and_then(Value::as_str);
        let method = written.and_then(Method::from_name);
        let mut operation = Self {
            method,
            bulk_id,
            task: Err(Refusal::Malformed(Error::InvalidSyntax(
                "`method` must be POST, PUT, PATCH or DELETE".to_owned(),
            ))),
            needs: Vec::new(),
            place: None,
        };
        let Some(method) = method else {
            return Ok(operation);
        };
        if written != Some(method.name()) {
            reading.note("the `method` of an operation was not in capitals; read as if it were");
        }
        let path = take(&mut fields, "path");
        let version = take(&mut fields, "version");
        let data = take(&mut fields, "data");
        if let Some(Value::String(path)) = &path
            && (!path.starts_with('/') || path.ends_with('/'))
        {
            reading.note(
                "the `path` of an operation lacked its first slash or had one at its end; read without regard to it",
            );
        }
        operation.task = operation
            .task(method, path, version, data, new_id)
            .map_err(Refusal::Malformed);
        Ok(operation)
    }

    fn task(
        &mut self,
        method: Method,
        path: Option<Value>,
        version: Option<Value>,
        data: Option<Value>,
        new_id: &mut impl FnMut() -> Uuid,
    ) -> Result<Task, Error> {
        let Some(Value::String(path)) = path else {
            return Err(Error::InvalidSyntax(
                "an operation needs a `path`, which is a string".to_owned(),
            ));
        };
        let (kind, id) = resource(&path)?;
        let id = match (method, id) {
            (Method::Post, None) => new_id().hyphenated().to_string(),
            (Method::Post, Some(_)) => {
                return Err(Error::InvalidPath(
                    "the `path` of a POST is /Users or /Groups".to_owned(),
                ));
            }
            (_, Some(id)) => {
                self.place = Some((kind, id.to_owned()));
                id.to_owned()
            }
            (_, None) => {
                return Err(Error::InvalidPath(format!(
                    "the `path` of a {} names one resource, such as /Users/{{id}}",
                    method.name()
                )));
            }
        };
        if method == Method::Post && self.bulk_id.is_none() {
            return Err(Error::InvalidSyntax("a POST needs a `bulkId`".to_owned()));
        }
        let version = match version {
            None | Some(Value::Null) => None,
            // A single POST does not look at it either.
            Some(_) if method == Method::Post => None,
            Some(Value::String(version)) => Some(version),
            Some(_) => {
                return Err(Error::InvalidSyntax(
                    "`version` must be a string".to_owned(),
                ));
            }
        };
        let data = match data {
            _ if method == Method::Delete => Value::Null,
            None | Some(Value::Null) => {
                return Err(Error::InvalidSyntax(format!(
                    "a {} needs `data`",
                    method.name()
                )));
            }
            Some(data) => data,
        };
        Ok(Task {
            method,
            kind,
            id,
            version,
            data,
        })
    }

    /// Puts ids in the place of every `bulkId:` that the path and the data hold.
    pub(super) fn resolve(&mut self, made: &HashMap<String, (usize, String)>) {
        let Ok(task) = &mut self.task else {
            return;
        };
        let mut needs = Vec::new();
        let mut unknown = None;
        let mut id_of = |bulk_id: &str| {
            let found = made.get(bulk_id);
            match found {
                Some((index, _)) => needs.push(*index),
                None => unknown = Some(shown(bulk_id)),
            }
            found.map(|(_, id)| id.clone())
        };
        references::replace_whole(&mut task.id, &mut id_of);
        references::replace(&mut task.data, task.kind, &mut id_of);
        if task.method != Method::Post {
            self.place = Some((task.kind, task.id.clone()));
        }
        if let Some(bulk_id) = unknown {
            self.task = Err(Refusal::Conflict(format!(
                "no POST of this request has the bulkId `{bulk_id}`"
            )));
            return;
        }
        needs.sort_unstable();
        needs.dedup();
        self.needs = needs;
    }

    /// The result of this operation, done: RFC 7644 section 3.7.3. `etag` is the version that the resource has now.
    pub(crate) fn done(&self, task: &Task, etag: Option<String>, base: &str) -> Value {
        let status = match task.method {
            Method::Post => 201,
            Method::Put | Method::Patch => 200,
            Method::Delete => 204,
        };
        let mut result = self.result(status);
        result["location"] = location(task.kind, &task.id, base);
        if let Some(etag) = etag {
            result["version"] = etag.into();
        }
        result
    }

    /// The result of this operation, refused.
    pub(crate) fn refused(
        &self,
        status: u16,
        scim_type: Option<&str>,
        detail: &str,
        base: &str,
    ) -> Value {
        let mut result = self.result(status);
        // What a POST did not make is nowhere.
        if let Some((kind, id)) = &self.place {
            result["location"] = location(*kind, id, base);
        }
        result["response"] = error::body(status, scim_type, detail);
        result
    }

    fn result(&self, status: u16) -> Value {
        let mut result = json!({ "status": status.to_string() });
        if let Some(method) = self.method {
            result["method"] = method.name().into();
        }
        if let Some(bulk_id) = &self.bulk_id {
            result["bulkId"] = bulk_id.as_str().into();
        }
        result
    }
}

fn location(kind: Kind, id: &str, base: &str) -> Value {
    format!("{base}/{}/{id}", kind.endpoint()).into()
}

/// What a path below the base URL names: a kind of resource, or one resource. Nothing else can be reached from here:
/// no other host, no other organization, no other endpoint.
fn resource(path: &str) -> Result<(Kind, Option<&str>), Error> {
    let inner = path.strip_prefix('/').unwrap_or(path);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let (endpoint, id) = match inner.split_once('/') {
        Some((endpoint, id)) => (endpoint, Some(id)),
        None => (inner, None),
    };
    let kind = [Kind::User, Kind::Group]
        .into_iter()
        .find(|kind| kind.endpoint() == endpoint);
    let plain = |id: &str| {
        !id.is_empty() && !id.starts_with('.') && !id.contains(['/', '\\', '?', '#', '%'])
    };
    match kind {
        Some(kind) if id.is_none_or(plain) => Ok((kind, id)),
        _ => Err(Error::InvalidPath(
            "`path` must be /Users or /Groups, or name one of them, such as /Users/{id}; nothing else is possible here"
                .to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::leniency::Leniency;

    #[test]
    fn what_is_read_although_it_is_off_is_noted() {
        let reading = Reading::of(Leniency::Rfc);
        for path in ["Users/x", "/Users/x/", "/Users/x"] {
            let operation = json!({ "method": "delete", "path": path });
            let read = Operation::read(operation, &reading, &mut Uuid::nil);
            assert!(read.unwrap().task.is_ok());
        }
        assert_eq!(reading.notes.list().len(), 2);
    }
}
