//! `/api/current-user/whoami`: who is asking, and which roles they have.

use axum::Json;
use serde_json::{Value, json};

use super::error::ApiError;
use super::shapes;
use crate::app::accounts::profile;
use crate::app::{members, role_mapping};
use crate::http::extract::ApiCaller;

/// GET: the caller with organization role, project roles, workspaces and groups.
pub(crate) async fn whoami(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    let (member, organization) = members::myself(&caller).await?;
    let standing = role_mapping::own_standing(&caller, member.id, member.number).await?;
    let own = caller.organization.0;
    let membership = json!({
        "organization_id": own,
        "role": member.role.code(),
        "role_source": member.role_source.name(),
        "active": true,
        "user_type": "standard",
        "flex": null,
    });
    let mut shown = shapes::user(&member, own);
    let (places, owner) = profile::belongings(&caller).await?;
    shown["org_membership"] = places
        .iter()
        .map(|place| {
            json!({
                "organization_id": place.organization,
                "role": place.role.code(),
                "active": place.role.has_access(),
                "user_type": "standard",
                "flex": null,
            })
        })
        .collect();
    shown["organization_membership"] = membership;
    shown["active_organization_meta"] = json!({ "title": organization.title, "email": owner });
    shown["permissions"] = json!([]);
    shown["social_accounts"] = json!([]);
    shown["project_roles"] = shapes::project_roles(&standing.projects).into();
    shown["workspaces"] = json!(standing.workspaces);
    shown["groups"] = json!(standing.groups);
    Ok(Json(shown))
}
