//! The routes of the organization and its roll: members, tags, invitations, permissions, projects and workspaces.
//!
//! Beside `router.rs`, which puts them among the others, with and without a slash at the end.

use axum::routing::{delete, get, patch, post};

use super::api::{
    history, invitations, members, organizations, permissions, place_members as within, places,
    seat_report, tags, users,
};
use super::router::Routes;

/// All of them.
pub(super) fn all() -> Routes {
    organization()
        .into_iter()
        .chain(places())
        .chain(past())
        .collect()
}

fn organization() -> Routes {
    let memberships = get(members::list)
        .patch(members::assign_role)
        .post(members::assign_role);
    [
        ("", get(organizations::get).patch(organizations::change)),
        ("/set-default-role", patch(organizations::set_default_role)),
        ("/transfer-ownership", post(organizations::transfer)),
        ("/seat-report", get(seat_report::get)),
        ("/memberships", memberships),
        (
            "/memberships/search",
            get(members::search).post(members::search_by_body),
        ),
        ("/memberships/filter-schema", get(members::filter_schema)),
        (
            "/memberships/filter-options/membership",
            get(members::filter_options),
        ),
        (
            "/memberships/filter-options/skills",
            get(members::filter_options),
        ),
        (
            "/permissions",
            get(permissions::list).post(permissions::create),
        ),
        ("/permissions/options", get(permissions::options)),
        (
            "/permissions/{permission}",
            get(permissions::get)
                .put(permissions::replace)
                .patch(permissions::replace)
                .delete(permissions::reset),
        ),
        ("/member-tags", get(tags::list).post(tags::create)),
        (
            "/member-tags/bulk",
            post(tags::create_many).delete(tags::delete_many),
        ),
        ("/member-tags/assignments", post(tags::assign)),
        ("/member-tags/imports", post(tags::import)),
        ("/member-tags/imports/{import}", get(tags::get_import)),
        ("/member-tags/export", get(tags::export)),
        (
            "/member-tags/{tag}",
            get(tags::get)
                .patch(tags::rename)
                .put(tags::rename)
                .delete(tags::delete),
        ),
        (
            "/memberships/{member}",
            get(members::get).delete(members::delete),
        ),
    ]
    .map(|(path, methods)| {
        (
            format!("/api/organizations/{{organization}}{path}"),
            methods,
        )
    })
    .into_iter()
    .chain(
        [
            ("/api/organizations", get(organizations::list)),
            (
                "/api/organization",
                get(organizations::get_own).patch(organizations::change_own),
            ),
            ("/api/billing/info", get(organizations::billing)),
            ("/api/users", get(users::list).post(users::create)),
            (
                "/api/users/{id}",
                get(users::get).patch(users::change).delete(users::delete),
            ),
            ("/api/invite", get(invitations::link)),
            ("/api/invite/reset-token", post(invitations::reset)),
            ("/api/invite/send-email", post(invitations::send)),
            ("/api/invite/revoke", post(invitations::revoke)),
            ("/api/invite/accept", post(invitations::accept)),
            ("/api/invites", get(invitations::list)),
        ]
        .map(|(path, methods)| (path.to_owned(), methods)),
    )
    .collect()
}

fn places() -> Routes {
    let members_of_project = get(within::list_of_project)
        .post(within::add_to_project)
        .delete(within::remove_from_project);
    let members_of_workspace = get(within::list_of_workspace)
        .post(within::add_to_workspace)
        .delete(within::remove_from_workspace);
    let projects_of_workspace = get(places::list_projects)
        .post(places::add_project)
        .delete(places::remove_project);
    let project = get(places::get_project)
        .patch(places::change_project)
        .delete(places::delete_project);
    let workspace = get(places::get_workspace)
        .patch(places::change_workspace)
        .delete(places::delete_workspace);
    [
        (
            "/api/projects/roles",
            get(within::own_roles).post(within::give_role),
        ),
        ("/api/projects/roles/{id}", delete(within::take_role)),
        ("/api/projects/{id}", project),
        ("/api/projects/{id}/roles", get(within::list_roles)),
        ("/api/projects/{id}/members", members_of_project),
        (
            "/api/projects/{id}/members/paginated",
            get(within::page_of_project),
        ),
        (
            "/api/projects/{id}/members/bulk",
            post(within::add_many_to_project).delete(within::remove_many_from_project),
        ),
        ("/api/projects/{id}/members/export", get(within::export)),
        ("/api/workspaces/{id}", workspace),
        ("/api/workspaces/{id}/projects", projects_of_workspace),
        ("/api/workspaces/{id}/memberships", members_of_workspace),
        (
            "/api/workspaces/{id}/memberships/paginated",
            get(within::page_of_workspace),
        ),
        (
            "/api/workspaces/{id}/memberships/bulk",
            post(within::add_many_to_workspace).delete(within::remove_many_from_workspace),
        ),
    ]
    .map(|(path, methods)| (path.to_owned(), methods))
    .into()
}

/// What happened.
fn past() -> Routes {
    [
        (
            "organizations/{organization}/membership",
            get(history::members),
        ),
        (
            "organizations/{organization}/idp-assignments",
            get(history::assignments),
        ),
        (
            "organizations/{organization}/settings",
            get(history::settings),
        ),
        ("projects/{id}/membership", get(history::project)),
        ("projects/{id}/role", get(history::project)),
        ("workspaces/{id}/membership", get(history::workspace)),
    ]
    .map(|(path, methods)| (format!("/api/fsm/{path}-history"), methods))
    .into()
}
