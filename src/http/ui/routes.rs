//! Every page, each without a slash at its end. A line of `openapi/pages.rs` describes each.

use axum::routing::get;

use super::accounts::{reset, sign_in, sign_up};
use super::{assets, home, profile, sign_in as sso_domain, traces};
use crate::http::router::Routes;

/// All of them.
pub(crate) fn all() -> Routes {
    accounts().into_iter().chain(console()).collect()
}

/// Before somebody is signed in.
fn accounts() -> Routes {
    [
        ("/assets/{file}", get(assets::get)),
        ("/login-link/{link}", get(home::login_link)),
        ("/user/login", get(sign_in::show).post(sign_in::post)),
        ("/logout", get(sign_in::sign_out).post(sign_in::sign_out)),
        ("/user/signup", get(sign_up::show).post(sign_up::post)),
        (
            "/user/confirm/{token}",
            get(sign_up::ask).post(sign_up::confirm),
        ),
        ("/user/password-reset", get(reset::show).post(reset::post)),
        (
            "/user/password-reset/{token}",
            get(reset::choose).post(reset::set),
        ),
        (
            "/saml/sso-domain",
            get(sso_domain::show).post(sso_domain::lead),
        ),
    ]
    .map(|(path, methods)| (path.to_owned(), methods))
    .into()
}

/// Of whoever is signed in.
fn console() -> Routes {
    members()
        .into_iter()
        .chain(records())
        .chain(organization())
        .collect()
}

/// Of projects, workspaces and settings.
fn organization() -> Routes {
    use super::places::{project, projects, workspace, workspaces};
    use super::settings::{access, domains, general, webhook, webhooks};
    [
        (
            "/organization/projects",
            get(projects::show).post(projects::post),
        ),
        (
            "/organization/projects/{id}",
            get(project::show).post(project::post),
        ),
        (
            "/organization/workspaces",
            get(workspaces::show).post(workspaces::post),
        ),
        (
            "/organization/workspaces/{id}",
            get(workspace::show).post(workspace::post),
        ),
        (
            "/organization/settings",
            get(general::show).post(general::post),
        ),
        (
            "/organization/settings/access",
            get(access::show).post(access::post),
        ),
        (
            "/organization/settings/domains",
            get(domains::show).post(domains::post),
        ),
        (
            "/organization/settings/webhooks",
            get(webhooks::show).post(webhooks::post),
        ),
        (
            "/organization/settings/webhooks/{id}",
            get(webhook::show).post(webhook::post),
        ),
    ]
    .map(|(path, methods)| (path.to_owned(), methods))
    .into()
}

/// Of what happened, and of what is not as it should be.
fn records() -> Routes {
    use super::{audit, drift, removals};
    [
        ("/organization/audit", get(audit::show::show)),
        ("/organization/audit/export", get(audit::export::export)),
        ("/organization/drift", get(drift::show)),
        (
            "/organization/removals",
            get(removals::show).post(removals::post),
        ),
    ]
    .map(|(path, methods)| (path.to_owned(), methods))
    .into()
}

/// Of members, and of what gives them their roles.
fn members() -> Routes {
    use super::mapping::{edit, file, group};
    use super::members::{delete, invite, list, one, receipt, tags};
    use super::scim::{request, setup};
    use super::sso::{delete as leave, last, list as connections, one as connection};
    [
        ("/", get(home::home)),
        ("/profile", get(profile::show).post(profile::post)),
        ("/organization", get(list::show).post(list::assign)),
        ("/organization/invite", get(invite::show).post(invite::post)),
        ("/organization/tags", get(tags::show).post(tags::post)),
        (
            "/organization/tags/imports",
            get(tags::show).post(tags::import),
        ),
        ("/organization/tags/imports/{import}", get(tags::report)),
        (
            "/organization/members/{number}",
            get(one::show).post(one::post),
        ),
        (
            "/organization/members/{number}/delete",
            get(delete::ask).post(delete::delete),
        ),
        ("/organization/members/{number}/receipt", get(receipt::show)),
        ("/organization/mapping", get(edit::show).post(edit::post)),
        ("/organization/mapping/group", get(group::show)),
        ("/organization/mapping/export", get(file::export)),
        (
            "/organization/mapping/import",
            get(edit::show).post(file::import),
        ),
        ("/organization/scim", get(setup::show).post(setup::post)),
        ("/organization/scim/live", get(setup::live)),
        (
            "/organization/scim/requests/{id}",
            get(request::show).post(request::post),
        ),
        (
            "/organization/sso",
            get(connections::show).post(connections::post),
        ),
        (
            "/organization/sso/{id}",
            get(connection::show).post(connection::post),
        ),
        (
            "/organization/sso/{id}/delete",
            get(leave::ask).post(leave::delete),
        ),
        ("/organization/sso/{id}/last", get(last::show)),
        ("/sign-in-traces/{number}", get(traces::trace)),
    ]
    .map(|(path, methods)| (path.to_owned(), methods))
    .into()
}
