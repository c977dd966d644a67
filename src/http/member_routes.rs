//! The routes of the organization and its roll: members, tags, invitations, permissions, projects and workspaces.
//!
//! Beside `router.rs`, which puts them among the others, with and without a slash at the end.

use axum::routing::{get, patch, post};

use super::api::{members, organizations, tags};
use super::router::Routes;

/// All of them.
pub(super) fn all() -> Routes {
    organization().into_iter().collect()
}

fn organization() -> Routes {
    let memberships = get(members::list)
        .patch(members::assign_role)
        .post(members::assign_role);
    [
        ("", get(organizations::get).patch(organizations::change)),
        ("/set-default-role", patch(organizations::set_default_role)),
        ("/transfer-ownership", post(organizations::transfer)),
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
        ]
        .map(|(path, methods)| (path.to_owned(), methods)),
    )
    .collect()
}
