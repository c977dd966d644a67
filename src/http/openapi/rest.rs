//! The REST API, a line for each operation, by path. 401, 403, 404, 413 and 415 follow from the rest of a line, and 400
//! where it has a query or a body.

use super::who::Who::{Admins, AdminsOrOneself, Allowed, Anyone, Managers, Owner};
use super::{Operation, op};
use crate::domain::permission::Permission::CreateTokens;

const PAGE: &str = "page: integer, page_size: integer";

#[rustfmt::skip]
pub(super) const TABLE: &[Operation] = &[
    op("GET", "/api/connections", "A page of connections to identity providers").by(Admins).query(PAGE),
    op("POST", "/api/connections", "Makes a connection").by(Admins).answers(&[201])
        .body("protocol: saml|oidc, name?: string, enabled?: boolean, just_in_time?: boolean, domain?: string, metadata_url?: string, metadata_xml?: string, issuer?: string, client_id?: string, client_secret?: string"),
    op("GET", "/api/connections/policy", "Whether everybody must sign in through a connection").by(Admins),
    op("PATCH", "/api/connections/policy", "Says whether everybody must").by(Admins).body("sso_required: boolean"),
    op("GET", "/api/connections/{id}", "One connection").by(Admins),
    op("PATCH", "/api/connections/{id}", "Changes what is given of a connection").by(Admins)
        .body("name?: string, enabled?: boolean, just_in_time?: boolean, domain?: string, metadata_url?: string, metadata_xml?: string, issuer?: string, client_id?: string, client_secret?: string"),
    op("DELETE", "/api/connections/{id}", "Deletes a connection; its sessions end").by(Admins).answers(&[204]),
    op("GET", "/api/connections/{id}/preview", "What is read of a sign-in, and the last one").by(Admins),
    op("POST", "/api/connections/{id}/metadata/refresh", "Fetches the metadata now").by(Admins).answers(&[200, 400]),
    op("GET", "/api/connections/{id}/keys", "Our keys in a SAML connection").by(Admins).answers(&[200, 400]),
    op("POST", "/api/connections/{id}/keys", "Makes a further key").by(Admins).answers(&[201, 400]),
    op("PATCH", "/api/connections/{id}/keys/{key}", "Lets this key sign").by(Admins).body("signs?: boolean"),
    op("DELETE", "/api/connections/{id}/keys/{key}", "Deletes a key that does not sign").by(Admins).answers(&[204, 400]),
    op("GET", "/api/current-user", "Oneself"),
    op("PATCH", "/api/current-user", "Changes what is given of oneself").answers(&[200, 429])
        .body("first_name?: string, last_name?: string, phone?: string, active_organization?: integer, password?: string, current_password?: string"),
    op("DELETE", "/api/current-user", "Deletes one's account").answers(&[204, 429]).body("current_password?: string"),
    op("GET", "/api/current-user/hotkeys", "Kept for clients that ask"),
    op("PATCH", "/api/current-user/hotkeys", "Kept for clients that ask"),
    op("POST", "/api/current-user/password", "Sets one's password").answers(&[204, 429]).body("current_password?: string, new_password: string"),
    op("POST", "/api/current-user/reset-token", "Gives oneself another user token").by(Allowed(CreateTokens)).answers(&[201]),
    op("GET", "/api/current-user/token", "One's user token").answers(&[200, 403, 404]),
    op("GET", "/api/current-user/whoami", "Who asks"),
    op("GET", "/api/domains", "A page of domains").by(Admins).query(PAGE),
    op("POST", "/api/domains", "Claims a domain").by(Admins).answers(&[201]).body("domain: string, connection?: string or null"),
    op("GET", "/api/domains/{domain}", "One domain").by(Admins),
    op("PATCH", "/api/domains/{domain}", "Says where its people sign in").by(Admins).body("connection?: string or null, sso_required?: boolean"),
    op("DELETE", "/api/domains/{domain}", "Gives a domain up").by(Admins).answers(&[204]),
    op("POST", "/api/domains/{domain}/verify", "Looks up its TXT record").by(Admins).answers(&[200, 400]),
    op("GET", "/api/events", "The audit trail, by number").by(Admins)
        .query("after: integer, limit: integer, kind: string, subject: string, wait: integer"),
    op("GET", "/api/jwt/settings", "Which tokens there may be"),
    op("POST", "/api/jwt/settings", "Says which tokens there may be").by(Admins)
        .body("api_token_ttl_days?: integer, api_tokens_enabled?: boolean, legacy_api_tokens_enabled?: boolean"),
    op("GET", "/api/mails", "Mails that were not sent").by(Admins).query(PAGE),
    op("GET", "/api/drift", "Where members, directory and rules do not say the same").by(Admins).query("list: never_confirmed|sign_in_only|mapped_never_pushed|pushed_never_mapped, after: string"),
    op("GET", "/api/members/{id}/explain", "Why a member has their roles").by(AdminsOrOneself),
    op("GET", "/api/members/{id}/receipt", "What became of who left, each effect with its time").by(Admins),
    op("DELETE", "/api/members/{id}/sessions", "Ends every session of a member").by(Admins),
    op("GET", "/api/organizations/{organization}/memberships", "A page of members").by(Managers)
        .query("page: integer, page_size: integer, role: string"),
    op("PATCH", "/api/organizations/{organization}/memberships", "Gives a role by hand; null takes it back").by(Admins)
        .body("user_id: integer, role: string or null"),
    op("POST", "/api/organizations/{organization}/memberships", "The same").by(Admins)
        .body("user_id: integer, role: string or null"),
    op("GET", "/api/organizations/{organization}/memberships/{member}", "One member").by(Managers),
    op("DELETE", "/api/organizations/{organization}/memberships/{member}", "Deletes a member").by(Admins).answers(&[204]),
    op("POST", "/api/organizations/{organization}/leave", "Leaves an organization").answers(&[204]),
    op("GET", "/api/projects", "A page of projects").by(Managers)
        .query("page: integer, page_size: integer, ids: string, title: string, search: string, workspaces: string, archived: boolean, ordering: string"),
    op("POST", "/api/projects", "Makes a project").by(Managers).answers(&[201])
        .body("title: string, description?: string, workspace?: integer"),
    op("GET", "/api/saml/settings", "The first SAML connection, roles and rules").by(Admins),
    op("POST", "/api/saml/settings", "Changes what is sent of them").by(Admins).answers(&[201])
        .body("metadata_url?: string, metadata_xml?: string, domain?: string, mapping_email?: string, mapping_groups?: string, manual_role_management?: boolean, roles_groups?: [[string]]"),
    op("DELETE", "/api/saml/settings", "Sets everything back but the URLs").by(Admins).answers(&[204]),
    op("POST", "/api/saml/settings/validate-metadata-url", "Whether there is metadata at a URL").by(Admins).body("metadata_url: string"),
    op("POST", "/api/saml/settings/validate-domain", "Whether a connection could list domains").by(Admins).body("domain: string"),
    op("GET", "/api/scim/receivers", "A page of receivers of security events").by(Admins).query(PAGE),
    op("POST", "/api/scim/receivers", "Sets a receiver up").by(Admins).answers(&[201])
        .body("scim_token: string, audience: string, events: [string], after?: integer"),
    op("GET", "/api/scim/receivers/{id}", "One receiver").by(Admins),
    op("PATCH", "/api/scim/receivers/{id}", "Changes what is given").by(Admins)
        .body("scim_token?: string, audience?: string, events?: [string], after?: integer"),
    op("DELETE", "/api/scim/receivers/{id}", "Ends a receiver").by(Admins).answers(&[204]),
    op("GET", "/api/scim/removals", "Whose deletion waits").by(Admins),
    op("PATCH", "/api/scim/removals", "Sets the share beyond which deletions wait").by(Admins).body("share: integer"),
    op("POST", "/api/scim/removals", "Decides about deletions that wait").by(Admins).body("decision: erase|restore, members?: [string]").answers(&[200, 404]),
    op("GET", "/api/scim/requests", "What provisioning clients sent").by(Admins)
        .query("page_size: integer, before: string, token: string, status: string, member: string"),
    op("GET", "/api/scim/requests/{id}", "One request").by(Admins),
    op("POST", "/api/scim/requests/{id}/replay", "Does a request again").by(Admins).answers(&[200, 409]).body("dry_run?: boolean"),
    op("GET", "/api/scim/schemas", "Extensions of this organization").by(Admins),
    op("POST", "/api/scim/schemas", "Defines an extension").by(Admins).answers(&[201]).body("id: string, name?: string, attributes: [object]"),
    op("GET", "/api/scim/schemas/{urn}", "One extension").by(Admins),
    op("PUT", "/api/scim/schemas/{urn}", "Defines it anew").by(Admins).body("id?: string, name?: string, attributes: [object]"),
    op("DELETE", "/api/scim/schemas/{urn}", "Takes an extension away").by(Admins).answers(&[204]),
    op("GET", "/api/scim/settings", "The rules that give roles").by(Admins),
    op("POST", "/api/scim/settings", "Replaces the lists of rules that are sent").by(Admins).answers(&[201])
        .body("roles_groups?: [[string]], workspaces_groups?: [[string]], projects_groups?: [object], mark?: string"),
    op("POST", "/api/scim/settings/preview", "What replacing them would do").by(Admins)
        .body("roles_groups?: [[string]], workspaces_groups?: [[string]], projects_groups?: [object]"),
    op("GET", "/api/scim/tokens", "A page of SCIM tokens").by(Admins).query(PAGE),
    op("POST", "/api/scim/tokens", "Makes a SCIM token, shown this once").by(Admins).answers(&[201])
        .body("profile?: string, expires_at?: string"),
    op("DELETE", "/api/scim/tokens/{id}", "Revokes a SCIM token").by(Admins).answers(&[204]),
    op("GET", "/api/session-policy", "How long sessions last"),
    op("PATCH", "/api/session-policy", "Says how long sessions last").by(Owner)
        .body("max_session_age?: integer, max_time_between_activity?: integer"),
    op("GET", "/api/sessions", "Where one is signed in"),
    op("DELETE", "/api/sessions", "Ends one's sessions but this one"),
    op("DELETE", "/api/sessions/{id}", "Ends one of one's sessions").answers(&[204]),
    op("GET", "/api/sign-in-traces", "A page of traces of sign-ins").by(Admins)
        .query("page: integer, page_size: integer, outcome: string, connection: string, member: string"),
    op("GET", "/api/sign-in-traces/{number}", "One trace").by(Admins),
    op("GET", "/api/token", "One's personal access tokens").answers(&[200, 403]),
    op("POST", "/api/token", "Makes one, shown this once").by(Allowed(CreateTokens)).answers(&[201, 409]),
    op("POST", "/api/token/blacklist", "Revokes one").answers(&[204, 404]).body("refresh: string"),
    op("POST", "/api/token/refresh", "An access token for a few minutes").by(Anyone).answers(&[200, 401, 403]).body("refresh: string"),
    op("POST", "/api/token/rotate", "Another in the place of one").by(Allowed(CreateTokens)).answers(&[200, 401, 404]).body("refresh: string"),
    op("GET", "/api/webhooks", "Where events are posted to").by(Admins),
    op("POST", "/api/webhooks", "Sets a webhook up; its secret is shown this once").by(Admins).answers(&[201])
        .body("url: string, events: [string], description?: string, enabled?: boolean, after?: integer"),
    op("GET", "/api/webhooks/{id}", "One webhook").by(Admins),
    op("PATCH", "/api/webhooks/{id}", "Changes what is given").by(Admins)
        .body("url?: string, events?: [string], description?: string, enabled?: boolean, after?: integer"),
    op("DELETE", "/api/webhooks/{id}", "Deletes a webhook").by(Admins).answers(&[204]),
    op("POST", "/api/webhooks/{id}/rotate-secret", "Gives it another secret, shown this once").by(Admins),
    op("POST", "/api/webhooks/{id}/test", "Posts a test now").by(Admins),
    op("GET", "/api/webhooks/{id}/deliveries", "A page of attempts, newest first").by(Admins).query(PAGE),
    op("POST", "/api/webhooks/{id}/deliveries/{delivery}/resend", "Posts what was tried again now").by(Admins),
    op("GET", "/api/workspaces", "The workspaces").by(Managers),
    op("POST", "/api/workspaces", "Makes a workspace").by(Managers).answers(&[201])
        .body("title: string, description?: string, color?: string"),
];
