//! What is not the REST API: SCIM, sign-on, pages, what machines ask. Lines as in `rest.rs`.

use super::who::Who::{AdminSubjects, Anyone, Definers, Directory, Members, Subjects};
use super::{Operation, op};

const SCIM: &str = "application/scim+json";
const PAGE: &str = "text/html";
const READ: &str = "attributes: string, excludedAttributes: string";
const LIST: &str = "filter: string, sortBy: string, sortOrder: string, startIndex: integer, count: integer, cursor: string, attributes: string, excludedAttributes: string";
const SEARCH: &str = "schemas: [string], filter?: string, sortBy?: string, sortOrder?: string, startIndex?: integer, count?: integer, cursor?: string, attributes?: [string], excludedAttributes?: [string]";
const USER: &str = "schemas: [string], userName: string, externalId?: string, active?: boolean, name?: object, emails?: [object]";
const GROUP: &str =
    "schemas: [string], displayName: string, externalId?: string, members?: [object]";
const PATCH: &str = "schemas: [string], Operations: [object]";

const fn scim(method: &'static str, path: &'static str, says: &'static str) -> Operation {
    op(method, path, says).by(Directory).gives(SCIM)
}

const fn me(method: &'static str, says: &'static str) -> Operation {
    op(method, "/scim/v2/Me", says).by(Subjects).gives(SCIM)
}

const fn page(method: &'static str, path: &'static str, says: &'static str) -> Operation {
    op(method, path, says).by(Anyone).gives(PAGE)
}

#[rustfmt::skip]
pub(super) const TABLE: &[Operation] = &[
    scim("GET", "/scim/v2", "Lists Users and Groups").query(LIST),
    scim("POST", "/scim/v2/.search", "The same, asked in a body").body(SEARCH),
    scim("GET", "/scim/v2/Users", "Lists Users").query(LIST),
    scim("POST", "/scim/v2/Users", "Makes a User").query(READ).body(USER).answers(&[201, 403, 409]),
    scim("POST", "/scim/v2/Users/.search", "Lists Users, asked in a body").body(SEARCH),
    scim("GET", "/scim/v2/Users/{id}", "One User").query(READ).answers(&[200, 304]),
    scim("PUT", "/scim/v2/Users/{id}", "Replaces a User").query(READ).body(USER).answers(&[200, 403, 409, 412]),
    scim("PATCH", "/scim/v2/Users/{id}", "Changes a User").query(READ).body(PATCH).answers(&[200, 204, 403, 409, 412]),
    scim("DELETE", "/scim/v2/Users/{id}", "Deletes a User").answers(&[204, 403, 412]),
    scim("GET", "/scim/v2/Groups", "Lists Groups").query(LIST),
    scim("POST", "/scim/v2/Groups", "Makes a Group").query(READ).body(GROUP).answers(&[201, 409]),
    scim("POST", "/scim/v2/Groups/.search", "Lists Groups, asked in a body").body(SEARCH),
    scim("GET", "/scim/v2/Groups/{id}", "One Group").query(READ).answers(&[200, 304]),
    scim("PUT", "/scim/v2/Groups/{id}", "Replaces a Group").query(READ).body(GROUP).answers(&[200, 409, 412]),
    scim("PATCH", "/scim/v2/Groups/{id}", "Changes a Group").query(READ).body(PATCH).answers(&[200, 204, 409, 412]),
    scim("DELETE", "/scim/v2/Groups/{id}", "Deletes a Group").answers(&[204, 412]),
    scim("POST", "/scim/v2/Bulk", "Several operations in one").body("schemas: [string], Operations: [object], failOnErrors?: integer").answers(&[200, 409]),
    scim("POST", "/scim/v2/Events", "Takes security events and acknowledges them").gives("application/json")
        .body("maxEvents?: integer, returnImmediately?: boolean, ack?: [string], setErrs?: object").answers(&[200, 404]),
    me("GET", "Who the user token stands for").query(READ).answers(&[200, 304, 404, 501]),
    me("POST", "Nobody makes themselves").answers(&[404, 501]),
    me("PUT", "Replaces oneself").by(AdminSubjects).query(READ).body(USER).answers(&[200, 403, 404, 409, 412, 501]),
    me("PATCH", "Changes oneself").by(AdminSubjects).query(READ).body(PATCH).answers(&[200, 204, 403, 404, 409, 412, 501]),
    me("DELETE", "Nobody deletes themselves").by(AdminSubjects).answers(&[204, 403, 404, 412, 501]),
    scim("GET", "/scim/v2/ServiceProviderConfig", "What of SCIM there is").by(Anyone).answers(&[200, 401]),
    scim("GET", "/scim/v2/serviceConfiguration", "The same, as Microsoft's client asks").by(Anyone).answers(&[200, 401]),
    scim("GET", "/scim/v2/ResourceTypes", "User and Group").by(Anyone).query("filter: string").answers(&[200, 401, 403]),
    scim("GET", "/scim/v2/ResourceTypes/{id}", "One of them").by(Anyone).answers(&[200, 401]),
    scim("GET", "/scim/v2/Schemas", "The schemas").by(Anyone).query("filter: string").answers(&[200, 401, 403]),
    scim("POST", "/scim/v2/Schemas", "Defines an extension").by(Definers).body("schemas?: [string], id: string, name?: string, attributes: [object]").answers(&[201, 403, 405, 409]),
    scim("GET", "/scim/v2/Schemas/{urn}", "One schema").by(Anyone).answers(&[200, 401]),
    scim("PUT", "/scim/v2/Schemas/{urn}", "Defines an extension anew").by(Definers).body("schemas?: [string], id: string, name?: string, attributes: [object]").answers(&[200, 403, 405, 409]),
    scim("DELETE", "/scim/v2/Schemas/{urn}", "Takes an extension away").by(Definers).answers(&[204, 403, 405]),

    page("GET", "/docs", "This, as a page"),
    op("GET", "/openapi.json", "This, as a document").by(Anyone),
    op("GET", "/healthz", "The process lives").by(Anyone),
    op("GET", "/health", "Is the process alive, in Label Studio's word").by(Anyone),
    op("GET", "/api/version", "Which version runs").by(Anyone),
    op("GET", "/readyz", "The database answers").by(Anyone).answers(&[200, 503]),
    op("GET", "/metrics", "Metrics for Prometheus").by(Anyone).gives("text/plain"),
    op("GET", "/auth/verify", "Tells a proxy who makes a request; any method").by(Members).gives("")
        .query("role: OW|AD|MA|RE|AN, group: string").answers(&[200, 302, 401, 403]),

    page("GET", "/saml/{token}/login", "Begins a sign-on by SAML").query("next: string").answers(&[200, 303]),
    page("POST", "/saml/{token}/acs", "Takes the identity provider's answer").answers(&[200, 303, 400, 403]),
    page("GET", "/saml/{token}/metadata", "Our metadata").gives("application/samlmetadata+xml"),
    page("GET", "/saml/{token}/logout", "Signs out, here and there").answers(&[200, 303]),
    page("POST", "/saml/{token}/logout", "Logout messages").answers(&[200, 303, 400, 403]),
    page("GET", "/saml/{token}/slo", "Logout messages").query("SAMLRequest: string, SAMLResponse: string, RelayState: string").answers(&[200, 303, 403]),
    page("POST", "/saml/{token}/slo", "Logout messages").answers(&[200, 303, 400, 403]),
    page("GET", "/oidc/{token}/login", "Begins a sign-on by OpenID Connect").query("next: string").answers(&[303, 403]),
    page("GET", "/oidc/{token}/callback", "Takes the provider's answer").query("code: string, state: string, error: string").answers(&[303, 403]),
    page("POST", "/oidc/{token}/backchannel-logout", "The provider ends sessions").gives("").answers(&[200, 400]),
    page("GET", "/oidc/{token}/logout", "Signs out, here and there").answers(&[303]),
];
