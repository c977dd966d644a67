//! The operations as `/openapi.json` describes them, and a request for each that can be read: whether it is refused must
//! hang on who asks alone.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::world::Ids;
use crate::client::Client;

/// One operation, and who may ask for it.
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) allowed: Vec<String>,
    pub(super) credentials: Vec<String>,
    pub(super) statuses: Vec<u16>,
    /// With names in braces.
    target: String,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    body: Option<String>,
}

/// A list of tags as a form, and what kind of body that is.
pub(super) fn a_list(email: &str) -> ((&'static str, &'static str), String) {
    let body = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n\
         email,tags\n{email},one\n\r\n--XX--\r\n"
    );
    (("content-type", "multipart/form-data; boundary=XX"), body)
}

/// Every operation of the description.
pub(super) async fn operations(anyone: &Client) -> Vec<Operation> {
    let document = anyone.get("/openapi.json").await.is(200);
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, described) in methods.as_object().unwrap() {
            all.push(operation(path, method, described));
        }
    }
    all
}

fn operation(path: &str, method: &str, described: &Value) -> Operation {
    let words = |value: &Value| -> Vec<String> {
        let all = value.as_array().unwrap().iter();
        all.map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let credentials = described["security"].as_array().unwrap().iter();
    let credentials = credentials.flat_map(|one| one.as_object().unwrap().keys().cloned());
    let statuses = described["responses"].as_object().unwrap().keys();
    let method: Method = method.to_uppercase().parse().unwrap();
    let name = format!("{method} {path}");
    let schema = &described["requestBody"]["content"];
    let schema = schema.as_object().and_then(|kinds| kinds.values().next());
    let mut headers = Vec::new();
    let takes_list = path.ends_with("/member-tags/imports")
        || path == "/organization/tags/imports"
        || path == "/organization/mapping/import";
    let body = if takes_list && method == Method::POST {
        let (kind, list) = a_list("{name}");
        headers.push(kind);
        Some(list)
    } else {
        given(&name)
            .map(str::to_owned)
            .or_else(|| schema.map(|kind| least(&kind["schema"]).to_string()))
    };
    Operation {
        allowed: words(&described["x-allowed"]),
        credentials: credentials.collect(),
        statuses: statuses.map(|status| status.parse().unwrap()).collect(),
        target: target(path) + query(&name),
        path: path.to_owned(),
        method,
        headers,
        body,
    }
}

/// The path with a name for each id, by what it is the id of, and a query where there must be one.
fn target(path: &str) -> String {
    let id = match path {
        _ if path.starts_with("/api/connections/") => "{connection}",
        _ if path.starts_with("/organization/sso/") => "{connection}",
        _ if path.starts_with("/api/members/") || path.starts_with("/api/users/") => "{member}",
        _ if path.starts_with("/api/fsm/projects/") => "{project}",
        _ if path.starts_with("/api/fsm/workspaces/") => "{workspace}",
        _ if path.starts_with("/api/sessions/") => "{session}",
        _ if path.starts_with("/api/webhooks/") => "{webhook}",
        _ if path.starts_with("/api/projects/roles/") => "{role}",
        _ if path.starts_with("/api/projects/") => "{project}",
        _ if path.starts_with("/api/workspaces/") => "{workspace}",
        _ if path.starts_with("/api/scim/requests/") => "{request}",
        _ if path.starts_with("/organization/scim/requests/") => "{request}",
        _ if path.starts_with("/organization/settings/webhooks/") => "{webhook}",
        _ if path.starts_with("/organization/projects/") => "{project}",
        _ if path.starts_with("/organization/workspaces/") => "{workspace}",
        _ if path.starts_with("/api/scim/receivers/") => "{receiver}",
        _ if path.starts_with("/api/scim/tokens/") => "{scim_token}",
        // Whoever puts a definition where there is none makes one.
        "/scim/v2/Schemas/{urn}" => return "/scim/v2/Schemas/urn:example:new:2.0:User".to_owned(),
        _ if path.starts_with("/scim/v2/Users/") => "{user}",
        _ if path.starts_with("/scim/v2/Groups/") => "{group}",
        _ => "{type}",
    };
    let number = if path.starts_with("/organization/members/") {
        "{member}"
    } else {
        "{trace}"
    };
    let path = path.replace("{id}", id).replace("{number}", number);
    path.replace("{token}", "{secret}")
        .replace("{link}", "{secret}")
}

/// What an operation must be asked with, where there is no body.
fn query(name: &str) -> &'static str {
    match name {
        "DELETE /api/projects/{id}/members" | "DELETE /api/workspaces/{id}/memberships" => {
            "?user={member}"
        }
        "DELETE /api/workspaces/{id}/projects" => "?project={project}",
        "DELETE /api/projects/{id}/members/bulk"
        | "DELETE /api/workspaces/{id}/memberships/bulk" => "?included={member}",
        "DELETE /api/organizations/{organization}/member-tags/bulk" => "?ids={tag}",
        _ => "",
    }
}

/// The least that a schema takes.
fn least(schema: &Value) -> Value {
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let names = required.iter().map(|name| name.as_str().unwrap());
            let all: Map<String, Value> = names
                .map(|name| (name.to_owned(), least(&schema["properties"][name])))
                .collect();
            all.into()
        }
        Some("array") => json!([]),
        Some("integer") => json!(1),
        Some("boolean") => json!(false),
        Some("string") => json!("x"),
        _ => Value::Null,
    }
}

/// The body of an operation that would be refused, whoever asks, with the least that its schema takes.
fn given(name: &str) -> Option<&'static str> {
    let (method, path) = name.split_once(' ').unwrap();
    let within = path.strip_prefix("/api/organizations/{organization}");
    Some(match (method, within.unwrap_or(path)) {
        ("POST", "/organization") => "{\"member\":\"{member}\",\"role\":\"AN\"}",
        ("POST", "/organization/members/{number}") => "{\"what\":\"tags\",\"labels\":\"one\"}",
        ("POST", "/organization/sso") => "{\"provider\":\"okta\",\"protocol\":\"saml\"}",
        ("POST", "/organization/sso/{id}") => "{\"what\":\"enable\"}",
        ("POST", "/profile") => "{\"what\":\"session\",\"session\":\"{session}\"}",
        ("POST", "/organization/invite") => "{\"what\":\"reset\"}",
        ("POST", "/organization/tags") => {
            "{\"what\":\"rename\",\"tag\":\"{tag}\",\"label\":\"another\"}"
        }
        ("POST", "/transfer-ownership") => "{\"user_id\":{member}}",
        ("PATCH" | "POST", "/memberships") => "{\"user_id\":{member},\"role\":\"AN\"}",
        ("PATCH", "/set-default-role") => "{\"default_role\":\"AN\"}",
        ("POST", "/permissions") => "{\"permission\":\"invite_members\",\"roles\":[\"AD\",\"MA\"]}",
        ("PUT" | "PATCH", "/permissions/{permission}") => "{\"roles\":[\"AD\",\"MA\"]}",
        ("POST", "/member-tags/assignments") => "{\"included\":[{member}],\"tags\":[{tag}]}",
        ("POST", "/api/invite/send-email") => {
            "{\"emails\":[\"new@d.example\"],\"role\":\"AN\",\"projects\":[{project}],\"workspaces\":[{workspace}]}"
        }
        ("POST", "/api/invite/revoke") => "{\"email\":\"{email}\"}",
        ("POST", "/api/projects/roles") => {
            "{\"project\":{project},\"user\":{member},\"role\":\"AN\"}"
        }
        ("POST", "/api/projects/{id}/members" | "/api/workspaces/{id}/memberships") => {
            "{\"user\":{member}}"
        }
        ("POST", "/api/projects/{id}/members/bulk" | "/api/workspaces/{id}/memberships/bulk") => {
            "{\"included\":[{member}]}"
        }
        ("POST", "/api/workspaces/{id}/projects") => "{\"project\":{project}}",
        ("POST", "/api/scim/receivers") => {
            "{\"scim_token\":\"{scim_token}\",\"audience\":\"x\",\"events\":[\"urn:ietf:params:scim:event:prov:create:full\"]}"
        }
        ("POST", "/api/scim/requests/{id}/replay") => "{\"dry_run\":true}",
        ("POST", "/api/scim/schemas" | "/scim/v2/Schemas") | ("PUT", "/scim/v2/Schemas/{urn}") => {
            "{\"id\":\"urn:example:new:2.0:User\",\"attributes\":[{\"name\":\"number\"}]}"
        }
        ("PUT", "/api/scim/schemas/{urn}") => {
            "{\"id\":\"{urn}\",\"attributes\":[{\"name\":\"number\"}]}"
        }
        ("PATCH", "/api/connections/{id}/keys/{key}") => "{\"signs\":true}",
        ("POST", "/api/webhooks") => {
            "{\"url\":\"https://127.0.0.1:9/\",\"events\":[\"*\"],\"enabled\":false}"
        }
        ("POST", "/api/users") => "{\"username\":\"person@a.example\"}",
        ("POST", "/api/domains") => "{\"domain\":\"d.example\"}",
        ("POST", "/scim/v2/Users") => {
            "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"new@a.example\"}"
        }
        ("PUT", "/scim/v2/Users/{id}") => {
            "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"victim@a.example\"}"
        }
        ("PUT", "/scim/v2/Me") => {
            "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"{me}\",\"title\":\"x\"}"
        }
        ("POST" | "PUT", "/scim/v2/Groups" | "/scim/v2/Groups/{id}") => {
            "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"],\"displayName\":\"team 2\",\"members\":[{\"value\":\"{user}\"}]}"
        }
        ("PATCH", "/scim/v2/Users/{id}" | "/scim/v2/Me") => {
            "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\
             \"Operations\":[{\"op\":\"replace\",\"path\":\"title\",\"value\":\"x\"}]}"
        }
        ("PATCH", "/scim/v2/Groups/{id}") => {
            "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\
             \"Operations\":[{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"{user}\"}]}]}"
        }
        ("POST", "/scim/v2/Bulk") => {
            "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:BulkRequest\"],\
             \"Operations\":[{\"method\":\"DELETE\",\"path\":\"/Users/{user}\"}]}"
        }
        ("POST", path) if path.ends_with("/.search") => {
            "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:SearchRequest\"],\"filter\":\"id eq \\\"{user}\\\"\"}"
        }
        ("POST", "/api/jwt/settings") => "{\"api_token_ttl_days\":30}",
        ("POST", path) if path.starts_with("/user/") => "{}",
        ("POST", "/scim/v2/Events") => "{\"returnImmediately\":true,\"maxEvents\":1}",
        _ => return None,
    })
}

/// What is the id of something.
const IDS: [&str; 20] = [
    "organization",
    "member",
    "project",
    "workspace",
    "tag",
    "role",
    "import",
    "user",
    "group",
    "connection",
    "key",
    "scim_token",
    "webhook",
    "receiver",
    "session",
    "request",
    "domain",
    "trace",
    "urn",
    "email",
];

/// The ids that stand in a text in braces, in their order.
fn names(text: &str) -> Vec<&'static str> {
    let inside = text
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'));
    inside
        .filter_map(|(name, _)| IDS.into_iter().find(|id| *id == name))
        .collect()
}

impl Operation {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether a body is described, or given in the tests.
    pub(super) fn takes_body(&self) -> bool {
        self.body.is_some()
    }

    /// The ids in the path.
    pub(super) fn ids_of_path(&self) -> Vec<&'static str> {
        names(self.target.split('?').next().unwrap_or_default())
    }

    /// What there are ids of in the path, the query and the body.
    pub(super) fn ids(&self) -> Vec<&'static str> {
        let body = self.body.as_deref().unwrap_or_default();
        let mut all = [names(&self.target), names(body)].concat();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The request with these ids: path, headers and body.
    pub(super) fn with(
        &self,
        ids: &Ids,
        me: &str,
    ) -> (String, Vec<(&'static str, &'static str)>, Option<String>) {
        let fill = |text: &str| {
            let mut text = text.replace("{me}", me);
            for (name, id) in ids {
                text = text.replace(&format!("{{{name}}}"), id);
            }
            text
        };
        (
            fill(&self.target),
            self.headers.clone(),
            self.body.as_deref().map(fill),
        )
    }
}
