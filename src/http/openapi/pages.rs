//! The pages: what people open in a browser. Lines as in `rest.rs`.

use super::who::Who::{Anyone, VisitingAdmins, VisitingAllowed, VisitingManagers, Visitors};
use super::{Operation, op};
use crate::domain::permission::Permission::InviteMembers;

const PAGE: &str = "text/html";

const fn page(method: &'static str, path: &'static str, says: &'static str) -> Operation {
    op(method, path, says).by(Anyone).gives(PAGE)
}

/// A page of whoever is signed in; others are led to the sign-in.
const fn console(method: &'static str, path: &'static str, says: &'static str) -> Operation {
    page(method, path, says)
        .by(Visitors)
        .answers(&[200, 303, 403])
}

#[rustfmt::skip]
pub(super) const TABLE: &[Operation] = &[
    page("GET", "/assets/{file}", "Styles, scripts and the icon of the pages").gives("text/css"),
    console("GET", "/organization", "The members").by(VisitingManagers).query("search: string, role: string, tag: integer, order: string, page: integer, done: string"),
    console("POST", "/organization", "Gives a member a role").by(VisitingAdmins).body("member: integer, role: AD|MA|RE|AN|NO|DI, view?: string").answers(&[303, 403, 404]),
    console("GET", "/organization/audit", "What happened, newest first").by(VisitingAdmins).query("kind: string, actor: string, by: string, about: string, since: string, until: string, before: string"),
    console("GET", "/organization/audit/export", "The same as a file, whole").by(VisitingAdmins).query("format: csv|jsonl, kind: string, actor: string, by: string, about: string, since: string, until: string").gives("text/csv"),
    console("GET", "/organization/drift", "Where members, directory and rules do not say the same").by(VisitingAdmins).query("list: string, after: string"),
    console("GET", "/organization/invite", "The link, and invitations by e-mail").by(VisitingAllowed(InviteMembers)).query("done: string, sent: integer, members: integer"),
    console("POST", "/organization/invite", "Invites people, resets the link, or takes an invitation back").by(VisitingAllowed(InviteMembers)).body("what: send|reset|revoke, emails?: string, role?: AD|MA|RE|AN").answers(&[303, 403, 404]),
    console("GET", "/organization/mapping", "The rules and the groups").by(VisitingAdmins).query("page: integer, changed: integer"),
    console("POST", "/organization/mapping", "Shows what rules would do, or makes exactly what was shown").by(VisitingAdmins).body("what: preview|edit|apply, mark?: string").answers(&[200, 303, 403, 409]),
    console("GET", "/organization/mapping/export", "The rules as a file").by(VisitingAdmins).gives("application/toml"),
    console("GET", "/organization/mapping/group", "A group and its members").by(VisitingAdmins).query("name: string, page: integer").answers(&[200, 303, 403, 404]),
    console("GET", "/organization/mapping/import", "The same as the rules").by(VisitingAdmins).query("page: integer"),
    console("POST", "/organization/mapping/import", "Shows what the rules of a file would do, a multipart form").by(VisitingAdmins).body("file: string").answers(&[200, 303, 403]),
    console("GET", "/organization/members/{number}", "One member, why they have their role, and since when").by(VisitingAdmins).query("on: string, done: string"),
    console("POST", "/organization/members/{number}", "Gives the member a role or tags, or ends their sessions").by(VisitingAdmins).body("what: role|tags|sessions, role?: string, labels?: string").answers(&[303, 403, 404]),
    console("GET", "/organization/members/{number}/delete", "Asks before a member is deleted").by(VisitingAdmins),
    console("POST", "/organization/members/{number}/delete", "Deletes a member").by(VisitingAdmins).answers(&[303, 403, 404]),
    console("GET", "/organization/projects", "The projects").by(VisitingManagers).query("search: string, workspace: integer, archived: yes|no|all, page: integer, done: string"),
    console("POST", "/organization/projects", "Makes a project").by(VisitingManagers).body("title: string, description?: string, workspace?: integer").answers(&[303, 403]),
    console("GET", "/organization/projects/{id}", "One project, and who is in it and why").by(VisitingManagers).query("search: string, find: string, page: integer, done: string"),
    console("POST", "/organization/projects/{id}", "Changes or deletes the project, adds or removes a member, or gives one a role there").by(VisitingManagers).body("what: save|add|role|remove|delete, title?: string, description?: string, workspace?: integer, published?: on, archived?: on, member?: integer, role?: Inherit|Manager|Reviewer|Annotator, view?: string").answers(&[303, 403, 404]),
    console("GET", "/organization/workspaces", "The workspaces").by(VisitingManagers).query("search: string, archived: yes|no|all, page: integer, done: string"),
    console("POST", "/organization/workspaces", "Makes a workspace").by(VisitingManagers).body("title: string, description?: string").answers(&[303, 403]),
    console("GET", "/organization/workspaces/{id}", "One workspace, who is in it, and its projects").by(VisitingManagers).query("search: string, find: string, page: integer, done: string"),
    console("POST", "/organization/workspaces/{id}", "Changes or deletes the workspace, or adds or removes a member").by(VisitingManagers).body("what: save|add|remove|delete, title?: string, description?: string, archived?: on, member?: integer, view?: string").answers(&[303, 403, 404]),
    console("GET", "/organization/members/{number}/receipt", "What became of who left, each effect with its time").by(VisitingAdmins),
    console("GET", "/organization/removals", "Deletions that wait because there were so many at once").by(VisitingAdmins).query("after: string, done: string, count: integer, taken: integer"),
    console("POST", "/organization/removals", "Sets the share, asks before something is decided, or does it").by(VisitingAdmins).body("what: share|restore|erase, share?: integer, sure?: string").answers(&[200, 303, 403]),
    console("GET", "/organization/scim", "How a directory is connected, its tokens, and the newest requests").by(VisitingAdmins).query("done: string"),
    console("POST", "/organization/scim", "Makes a token, which is in the answer alone, or revokes one").by(VisitingAdmins).body("what: make|revoke, profile?: okta|entra|lenient|rfc, expires?: string, token?: string").answers(&[200, 303, 403, 404]),
    console("GET", "/organization/scim/live", "Whether a request has come, for a page that shows it").by(VisitingAdmins),
    console("GET", "/organization/scim/requests/{id}", "A request of a directory, with its bodies").by(VisitingAdmins),
    console("POST", "/organization/scim/requests/{id}", "Does a request again, or shows what that would do").by(VisitingAdmins).body("what: dry-run|replay").answers(&[200, 303, 403, 404, 409]),
    console("GET", "/organization/settings", "What the organization is, who gives roles, and its seats").by(VisitingAdmins).query("done: string"),
    console("POST", "/organization/settings", "Changes that").by(VisitingAdmins).body("what: about|management, title?: string, contact_info?: string, default_role?: AD|MA|RE|AN|NO, manual?: on|off").answers(&[303, 403]),
    console("GET", "/organization/settings/access", "How long sessions last, which tokens there may be, and who may do what").by(VisitingAdmins).query("done: string"),
    console("POST", "/organization/settings/access", "Changes that; all but tokens the Owner alone").by(VisitingAdmins).body("what: tokens|sessions|permission|default, days?: integer, personal?: on, legacy?: on, max_session_age?: integer, max_time_between_activity?: integer, permission?: string").answers(&[303, 403, 404]),
    console("GET", "/organization/settings/domains", "The domains, and who must use single sign-on").by(VisitingAdmins).query("page: integer, done: string"),
    console("POST", "/organization/settings/domains", "Adds, verifies, changes or removes a domain, or says who must use single sign-on").by(VisitingAdmins).body("what: add|verify|change|remove|require, name?: string, domain?: string, connection?: string, sso_required?: on").answers(&[303, 403, 404]),
    console("GET", "/organization/settings/webhooks", "Where events are posted to").by(VisitingAdmins).query("done: string"),
    console("POST", "/organization/settings/webhooks", "Sets a webhook up; its secret is in the answer alone").by(VisitingAdmins).body("url: string, description?: string, scope?: all|some").answers(&[200, 303, 403]),
    console("GET", "/organization/settings/webhooks/{id}", "One webhook, and its deliveries").by(VisitingAdmins).query("page: integer, done: string"),
    console("POST", "/organization/settings/webhooks/{id}", "Changes, tests or deletes a webhook, sends something again, or makes another secret, which is in the answer alone").by(VisitingAdmins).body("what: save|enable|disable|test|resend|rotate|delete, url?: string, description?: string, scope?: all|some, delivery?: string").answers(&[200, 303, 403, 404]),
    console("GET", "/organization/sso", "The connections to identity providers").by(VisitingAdmins).query("done: string"),
    console("POST", "/organization/sso", "Makes a connection").by(VisitingAdmins).body("provider: string, protocol: saml|oidc, name?: string").answers(&[303, 403]),
    console("GET", "/organization/sso/{id}", "One connection: what to paste at its provider, its settings, keys and last sign-ins").by(VisitingAdmins).query("done: string"),
    console("POST", "/organization/sso/{id}", "Changes a connection, enables or disables it, fetches its metadata, or changes our keys").by(VisitingAdmins).body("what: save|enable|disable|fetch|make-key|sign|delete-key, key?: string").answers(&[303, 403, 404]),
    console("GET", "/organization/sso/{id}/delete", "Asks before a connection is deleted").by(VisitingAdmins),
    console("POST", "/organization/sso/{id}/delete", "Deletes a connection; its sessions end").by(VisitingAdmins).answers(&[303, 403, 404]),
    console("GET", "/organization/sso/{id}/last", "The last sign-ins through a connection, for a page that shows them").by(VisitingAdmins),
    console("GET", "/organization/tags", "The tags of members").by(VisitingAdmins).query("done: string"),
    console("POST", "/organization/tags", "Makes, renames or deletes a tag").by(VisitingAdmins).body("what: make|rename|delete, tag?: integer, label?: string").answers(&[303, 403, 404]),
    console("GET", "/organization/tags/imports", "The same as the tags").by(VisitingAdmins).query("done: string"),
    console("POST", "/organization/tags/imports", "Gives tags by a list, a multipart form").by(VisitingAdmins).body("file: string, bulk_tags?: string, skip_bad_lines?: boolean").answers(&[303, 403, 404]),
    console("GET", "/organization/tags/imports/{import}", "What became of a list").by(VisitingAdmins),
    console("GET", "/", "Who is signed in, with which roles and why"),
    console("GET", "/profile", "Sessions and tokens of whoever is signed in").query("done: string"),
    console("POST", "/profile", "Ends a session, makes, shows or ends a token").body("what: session|others|make|revoke|show|reset, session?: string, token?: string").answers(&[200, 303, 403, 404]),
    page("GET", "/login-link/{link}", "Signs somebody in, once").answers(&[303, 403]),
    console("GET", "/sign-in-traces/{number}", "A trace of a sign-in").by(VisitingAdmins),
    page("GET", "/user/login", "Where one signs in").query("next: string, with: string, ended: string"),
    page("POST", "/user/login", "Signs in with a password, or tells where its address signs in").body("email: string, password?: string, next?: string").answers(&[200, 303, 401, 403, 429]),
    page("GET", "/logout", "Signs out").answers(&[303]),
    page("POST", "/logout", "Signs out").answers(&[303, 403]),
    page("GET", "/user/signup", "Where one makes an account; with the token of an invitation or a link, what that offers").query("token: string").answers(&[200, 403]),
    page("POST", "/user/signup", "Makes an account, or joins with the one that one has").body("email?: string, password?: string, token?: string").answers(&[200, 303, 401, 403, 429]),
    page("GET", "/user/confirm/{token}", "Where one confirms an address").answers(&[200, 403]),
    page("POST", "/user/confirm/{token}", "Confirms an address").answers(&[200, 303, 400, 403, 413, 415, 429]),
    page("GET", "/user/password-reset", "Where one asks for another password"),
    page("POST", "/user/password-reset", "Mails a link to set one").body("email: string").answers(&[200, 403, 429]),
    page("GET", "/user/password-reset/{token}", "Where one sets it").answers(&[200, 403]),
    page("POST", "/user/password-reset/{token}", "Sets it").answers(&[200, 303, 400, 403, 413, 415, 429]),
    page("GET", "/saml/sso-domain", "The same").query("next: string"),
    page("POST", "/saml/sso-domain", "From an address to its connection").body("email: string, next?: string").answers(&[200, 303]),
];
