//! From the table to the document.

use serde_json::{Map, Value, json};

use super::Operation;

const SCIM: &str = "application/scim+json";

/// The document, by OpenAPI 3.1.
pub(super) fn document<'t>(table: impl Iterator<Item = &'t Operation>) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in table {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.to_lowercase()] = described(operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "rollright",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every path may end with a slash. Where the server is busy, any request may be answered with \
                503 and Retry-After; it has changed nothing then.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "user_token": {
                    "type": "http", "scheme": "bearer",
                    "description": "A user token, also as `Authorization: Token …`.",
                },
                "session": { "type": "apiKey", "in": "cookie", "name": "__Host-rollright_session" },
                "scim_token": { "type": "http", "scheme": "bearer", "description": "A SCIM token." },
            },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": { "type": "string" }, "title": { "type": "string" },
                        "status": { "type": "integer" }, "detail": { "type": "string" },
                    },
                },
                "ScimError": {
                    "type": "object",
                    "required": ["schemas", "status", "detail"],
                    "properties": {
                        "schemas": { "type": "array", "items": { "type": "string" } },
                        "status": { "type": "string" }, "scimType": { "type": "string" },
                        "detail": { "type": "string" },
                    },
                },
            },
        },
    })
}

fn described(operation: &Operation) -> Value {
    let mut described = json!({
        "summary": operation.says,
        "operationId": id(operation),
        "tags": [operation.heading()],
        "security": security(operation),
        "x-allowed": operation.who.words(),
        "responses": responses(operation),
    });
    if let Some(permission) = operation.who.permission() {
        described["x-permission"] = permission.key().into();
    }
    let in_path = operation.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }),
        )
    });
    let in_query = fields(operation.query)
        .map(|field| json!({ "name": field.name, "in": "query", "schema": schema(field.kind) }));
    let parameters: Vec<Value> = in_path.chain(in_query).collect();
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if !operation.body.is_empty() {
        let media = if is_scim(operation) {
            SCIM
        } else {
            "application/json"
        };
        described["requestBody"] = json!({
            "required": true,
            "content": { media: { "schema": object(operation.body) } },
        });
    }
    described
}

/// The credentials that open it, any one of them.
fn security(operation: &Operation) -> Value {
    match operation.who.credentials() {
        [] => json!([{}]),
        all => all.iter().map(|one| json!({ *one: [] })).collect(),
    }
}

/// The method and the words of the path: `get_api_domains_domain`.
fn id(operation: &Operation) -> String {
    let mut id = operation.method.to_lowercase();
    for part in operation.path.split(|c: char| !c.is_ascii_alphanumeric()) {
        if !part.is_empty() {
            id.push('_');
            id.push_str(part);
        }
    }
    id
}

fn is_scim(operation: &Operation) -> bool {
    operation.path.starts_with("/scim/")
}

fn responses(operation: &Operation) -> Value {
    let mut all = Map::new();
    for status in operation.statuses() {
        let mut response = json!({ "description": meaning(status) });
        let media = match status {
            204 | 302 | 303 | 304 => None,
            200..=299 => Some((operation.gives, json!({}))),
            _ if is_scim(operation) => Some((SCIM, reference("ScimError"))),
            _ if operation.gives.is_empty() && operation.path.starts_with("/oidc/") => None,
            _ if operation.heading() == "sign-on" || operation.gives == "text/html" => {
                Some(("text/html", json!({})))
            }
            _ => Some(("application/problem+json", reference("Problem"))),
        };
        if let Some((media, schema)) = media.filter(|(media, _)| !media.is_empty()) {
            response["content"] = json!({ media: { "schema": schema } });
            // What cannot be read at all is refused before it is known to be a form.
            if status >= 400 && media == "text/html" && !operation.body.is_empty() {
                response["content"]["application/problem+json"] =
                    json!({ "schema": reference("Problem") });
            }
        }
        all.insert(status.to_string(), response);
    }
    all.into()
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn meaning(status: u16) -> &'static str {
    match status {
        200 => "Done, or found.",
        201 => "Made.",
        204 => "Done; there is nothing to say.",
        302 | 303 => "Go on at the address in `Location`.",
        304 => "As you know it.",
        400 => "The request cannot be used; `detail` says why.",
        401 => "No good credential was presented.",
        403 => "Not with this role, or not from a page of another site.",
        404 => "There is nothing of this name in your organization.",
        409 => "What is there does not allow it.",
        410 => "It was there and is gone for good.",
        412 => "It has changed since the version that was named.",
        413 => "Larger than this server reads.",
        415 => "Not in a form that this server reads.",
        429 => "Too often; `Retry-After` says when again.",
        501 => "What the RFC has and this server has not.",
        503 => "Not now; try again in a moment.",
        _ => "See the documentation.",
    }
}

struct Field<'t> {
    name: &'t str,
    kind: &'t str,
    needed: bool,
}

/// `name: type, name?: type`.
fn fields(text: &str) -> impl Iterator<Item = Field<'_>> {
    text.split(", ").filter_map(|field| {
        let (name, kind) = field.split_once(": ")?;
        let plain = name.trim_end_matches('?');
        Some(Field {
            name: plain,
            kind,
            needed: plain == name,
        })
    })
}

fn object(text: &str) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for field in fields(text) {
        properties.insert(field.name.to_owned(), schema(field.kind));
        if field.needed {
            required.push(Value::from(field.name));
        }
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// The schema of a type: `string`, `integer`, `boolean`, `object`, `any`, one of them in brackets for a list of it, or
/// words between bars.
fn schema(kind: &str) -> Value {
    match kind {
        "any" => json!({}),
        "string" | "integer" | "boolean" | "object" => json!({ "type": kind }),
        "string or null" => json!({ "type": ["string", "null"] }),
        _ => match kind
            .strip_prefix('[')
            .and_then(|kind| kind.strip_suffix(']'))
        {
            Some(of) => json!({ "type": "array", "items": schema(of) }),
            None => json!({ "enum": kind.split('|').collect::<Vec<_>>() }),
        },
    }
}
