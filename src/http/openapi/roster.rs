//! The organization and its roll, as in `rest.rs`.

use super::Who::{Admins, Managers};
use super::{Operation, op};

#[rustfmt::skip]
pub(super) const TABLE: &[Operation] = &[
    op("GET", "/api/organizations", "The organization of the credential, as a list"),
    op("GET", "/api/organizations/{organization}", "The organization"),
    op("PATCH", "/api/organizations/{organization}", "Changes what is given of the organization").by(Admins).body("title?: string, contact_info?: string, default_role?: string"),
    op("GET", "/api/organization", "The organization"),
    op("PATCH", "/api/organization", "Changes what is given of the organization").by(Admins).body("title?: string, contact_info?: string, default_role?: string"),
    op("PATCH", "/api/organizations/{organization}/set-default-role", "Says with which role people join").by(Admins).body("default_role: string"),
    op("POST", "/api/organizations/{organization}/transfer-ownership", "Makes another member the Owner").body("user_id: integer"),
    op("GET", "/api/billing/info", "How the seats stand"),
    op("GET", "/api/organizations/{organization}/memberships/search", "The list of members for clients that ask here").by(Managers).query("page: integer, page_size: integer, role: string, tags: string, search: string, ordering: string"),
    op("POST", "/api/organizations/{organization}/memberships/search", "The same").by(Managers).query("page: integer, page_size: integer, role: string, tags: string, search: string, ordering: string").body("filters?: object"),
    op("GET", "/api/organizations/{organization}/memberships/filter-schema", "Which further filters there are: none"),
    op("GET", "/api/organizations/{organization}/memberships/filter-options/membership", "What they could offer: nothing"),
    op("GET", "/api/organizations/{organization}/memberships/filter-options/skills", "Likewise"),
    op("GET", "/api/organizations/{organization}/member-tags", "A page of tags").by(Managers).query("page: integer, page_size: integer, search: string, ordering: string"),
    op("POST", "/api/organizations/{organization}/member-tags", "Makes a tag").by(Admins).answers(&[201]).body("label: string"),
    op("POST", "/api/organizations/{organization}/member-tags/bulk", "Makes those tags that there are not").by(Admins).answers(&[201]).body("labels: [string]"),
    op("DELETE", "/api/organizations/{organization}/member-tags/bulk", "Deletes tags").by(Admins).query("ids: string"),
    op("POST", "/api/organizations/{organization}/member-tags/assignments", "Gives tags to members").by(Admins).query("role: string, tags: string").body("all?: boolean, included?: [integer], excluded?: [integer], tags: [integer], overwrite?: boolean"),
    op("POST", "/api/organizations/{organization}/member-tags/imports", "Takes in a list as CSV, in a form with file").by(Admins).answers(&[201, 400, 413, 415]),
    op("GET", "/api/organizations/{organization}/member-tags/imports/{import}", "Where a list stands").by(Admins),
    op("GET", "/api/organizations/{organization}/member-tags/export", "Hands out the list as CSV").by(Admins).gives("text/csv; charset=utf-8"),
    op("GET", "/api/organizations/{organization}/member-tags/{tag}", "One tag").by(Managers),
    op("PATCH", "/api/organizations/{organization}/member-tags/{tag}", "Renames a tag").by(Admins).body("label: string"),
    op("PUT", "/api/organizations/{organization}/member-tags/{tag}", "Renames a tag").by(Admins).body("label: string"),
    op("DELETE", "/api/organizations/{organization}/member-tags/{tag}", "Deletes a tag").by(Admins).answers(&[204]),
];
