//! `/api/organizations`: the organization itself, its Owner and its seats.

use axum::Json;
use axum::extract::State as Shared;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Body;
use super::error::ApiError;
use super::members::role;
use super::{must_be_own, shapes};
use crate::app::organizations::{self, Change};
use crate::app::{Caller, seats};
use crate::domain::MemberNumber;
use crate::domain::organization::Organization;
use crate::http::extract::{ApiCaller, Segments};
use crate::state::State;

/// GET: the organizations of the caller: the one that the credential is of.
pub(crate) async fn list(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    let own = organizations::find(&caller).await?;
    Ok(Json(json!([{
        "id": own.id,
        "title": own.title,
        "contact_info": own.contact_info,
        "created_at": own.created.to_string(),
    }])))
}

/// GET of the organization.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    Ok(Json(shown(&organizations::find(&caller).await?)))
}

/// GET of the active organization.
pub(crate) async fn get_own(ApiCaller(caller): ApiCaller) -> Result<Json<Value>, ApiError> {
    Ok(Json(shown(&organizations::find(&caller).await?)))
}

fn shown(own: &Organization) -> Value {
    json!({
        "id": own.id,
        "title": own.title,
        "contact_info": own.contact_info,
        // The link that lets people sign up is at /api/invite, for those who may invite.
        "token": "",
        "external_id": null,
        "default_role": own.default_role.code(),
        "created_at": own.created.to_string(),
        "billing": {
            "manual_role_management": own.manual_role_management,
            "manual_workspace_management": true,
            "enforce_session_concurrency": false,
            "max_parallel_sessions": null,
            "session_concurrency_window_seconds": null,
        },
        "email_notification_settings": {},
        "embed_enabled": false,
        "embed_domains": null,
        "embed_settings": null,
        "custom_scripts_enabled": false,
        "custom_interfaces_enabled": false,
        "react_code_settings": {},
        "interface_settings": {},
    })
}

/// What of an organization can be changed. `null` leaves a thing as it is.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    title: Option<String>,
    contact_info: Option<String>,
    default_role: Option<String>,
}

/// PATCH of the organization.
pub(crate) async fn change(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    Ok(Json(shown(&changed(&caller, wanted).await?)))
}

/// PATCH of the active organization.
pub(crate) async fn change_own(
    ApiCaller(caller): ApiCaller,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Value>, ApiError> {
    Ok(Json(shown(&changed(&caller, wanted).await?)))
}

/// PATCH: the role of who joins from now on.
pub(crate) async fn set_default_role(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let wanted = Wanted {
        title: None,
        contact_info: None,
        ..wanted
    };
    let mut answer = shown(&changed(&caller, wanted).await?);
    answer["organization"] = answer["id"].take();
    Ok(Json(answer))
}

async fn changed(caller: &Caller, wanted: Wanted) -> Result<Organization, ApiError> {
    let change = Change {
        title: wanted.title,
        contact_info: wanted.contact_info,
        default_role: wanted.default_role.as_deref().map(role).transpose()?,
    };
    Ok(organizations::change(caller, change).await?)
}

/// Who shall be the Owner.
#[derive(Debug, Deserialize)]
pub(crate) struct NewOwner {
    user_id: MemberNumber,
}

/// POST: makes another member the Owner; the new Owner's membership.
pub(crate) async fn transfer(
    ApiCaller(caller): ApiCaller,
    Segments(organization): Segments<i64>,
    Body(wanted): Body<NewOwner>,
) -> Result<Json<Value>, ApiError> {
    must_be_own(&caller, organization)?;
    let owner = organizations::transfer(&caller, wanted.user_id).await?;
    Ok(Json(shapes::membership(&owner, caller.organization.0)))
}

/// GET: how the seats stand, in the shape of a licence.
pub(crate) async fn billing(
    ApiCaller(caller): ApiCaller,
    Shared(state): Shared<State>,
) -> Result<Json<Value>, ApiError> {
    let own = organizations::find(&caller).await?;
    let seats = seats::find(&caller).await?;
    let reached = seats.limit.is_some_and(|limit| seats.used >= limit);
    let unlimited = json!({ "count": 0, "limit": -1, "reached": false, "total": 0 });
    Ok(Json(json!({
        "billing_checks": {
            "users": {
                "count": seats.used,
                "limit": seats.limit.unwrap_or(-1),
                "reached": reached,
                "total": seats.limit.map_or(-1, |limit| (limit - seats.used).max(0)),
                "waiting": seats.waiting,
            },
            "projects": unlimited,
            "results": unlimited,
            "import_storages": unlimited,
            "export_storages": unlimited,
            "is_license_expired": false,
            "is_license_warning": false,
            "is_prompts_expire": false,
            "is_prompts_warning": false,
            "license_expires": null,
            "license_issued": null,
            "license_warning": null,
            "organization_is_active": true,
            "prompts_api_keys_enabled": false,
            "prompts_enabled": false,
            "prompts_expire": null,
            "prompts_status": "disabled",
            "prompts_warning": null,
            "trial_days": 0,
            "flex": null,
        },
        "billing_flags": flags(&own, &state),
    })))
}

fn flags(own: &Organization, state: &State) -> Value {
    let mut flags = json!({
        "allow_invite_people": true,
        "allow_sso": true,
        "allow_activity_log": true,
        "allow_reviewing": true,
        "manual_role_management": own.manual_role_management,
        "manual_workspace_management": true,
        "disable_signup_without_link": state.config.disable_signup_without_link,
        "activated_at": own.created.to_string(),
        "white_label_id": null,
    });
    for off in [
        "allow_ai",
        "allow_ask_ai",
        "allow_data_credentials",
        "allow_invite_project_experts",
        "allow_nda",
        "allow_organization_webhooks",
        "allow_storage_proxy",
        "ask_ai_screenshots",
        "automax_enabled",
        "automax_token_exists",
        "cloud_instance",
        "disable_members_page",
        "disable_project_imports",
        "early_adopter",
        "email_configured",
        "embed_enabled",
        "secure_mode",
        "storage_persistence",
    ] {
        flags[off] = json!(false);
    }
    flags
}
