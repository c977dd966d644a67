//! What happened to the organization, its rules, projects and connections.

use serde_json::{Value, json};

use super::{Event, Kind};
use crate::domain::connection::{Connection, OwnKey, Protocol};
use crate::domain::mapping::Mapping;
use crate::domain::organization::{Project, Workspace};
use crate::domain::receiver::Receiver;
use crate::domain::schema::CustomSchema;
use crate::domain::{ConnectionId, KeyId, MemberId, OrganizationId, ReceiverId};

impl Event {
    /// An organization was made, with its Owner.
    pub(crate) fn organization_created(organization: OrganizationId, owner: MemberId) -> Self {
        Self::plain(
            Kind::OrganizationCreated,
            organization.0,
            json!({ "owner": owner }),
        )
    }

    /// The rules changed.
    pub(crate) fn mapping_changed(
        organization: OrganizationId,
        before: &Mapping,
        after: &Mapping,
    ) -> Self {
        let facts = json!({ "before": rules(before), "after": rules(after) });
        Self::plain(Kind::MappingChanged, organization.0, facts)
    }

    /// Admins may give roles by hand from now on, or may not.
    pub(crate) fn manual_management_changed(organization: OrganizationId, manual: bool) -> Self {
        Self::plain(
            Kind::MappingChanged,
            organization.0,
            json!({ "manual_role_management": manual }),
        )
    }

    /// A project was made.
    pub(crate) fn project_created(project: &Project) -> Self {
        Self::plain(
            Kind::ProjectCreated,
            project.id.0,
            json!({ "title": project.title }),
        )
    }

    /// A workspace was made.
    pub(crate) fn workspace_created(workspace: &Workspace) -> Self {
        Self::plain(
            Kind::WorkspaceCreated,
            workspace.id.0,
            json!({ "title": workspace.title }),
        )
    }

    /// A receiver of events was set up.
    pub(crate) fn receiver_created(receiver: &Receiver) -> Self {
        Self::plain(Kind::ReceiverCreated, receiver.id, told(receiver))
    }

    /// A receiver of events was changed.
    pub(crate) fn receiver_changed(before: &Receiver, after: &Receiver) -> Self {
        let facts = json!({ "before": told(before), "after": told(after) });
        Self::plain(Kind::ReceiverChanged, after.id, facts)
    }

    /// A receiver of events was ended.
    pub(crate) fn receiver_deleted(receiver: ReceiverId) -> Self {
        Self::plain(Kind::ReceiverDeleted, receiver, json!({}))
    }

    /// An extension was defined.
    pub(crate) fn schema_created(schema: &CustomSchema) -> Self {
        Self::plain(Kind::SchemaCreated, &schema.schema.urn, defined(schema))
    }

    /// The definition of an extension changed.
    pub(crate) fn schema_changed(before: &CustomSchema, after: &CustomSchema) -> Self {
        let facts = json!({ "before": defined(before), "after": defined(after) });
        Self::plain(Kind::SchemaChanged, &after.schema.urn, facts)
    }

    /// An extension was taken away.
    pub(crate) fn schema_deleted(schema: &CustomSchema) -> Self {
        Self::plain(Kind::SchemaDeleted, &schema.schema.urn, defined(schema))
    }

    /// A connection was deleted.
    pub(crate) fn connection_deleted(connection: &Connection) -> Self {
        let facts = json!({ "idp": connection.idp() });
        Self::plain(Kind::ConnectionDeleted, connection.id, facts)
    }

    /// A key of ours was made for a connection.
    pub(crate) fn connection_key_created(connection: ConnectionId, key: &OwnKey) -> Self {
        let facts = json!({
            "connection": connection,
            "signs": key.signs,
            "expires_at": key.expires.to_string(),
        });
        Self::plain(Kind::ConnectionKeyCreated, key.id, facts)
    }

    /// A key of ours signs from now on, in the place of another.
    pub(crate) fn connection_key_signs(connection: ConnectionId, key: KeyId) -> Self {
        let facts = json!({ "connection": connection });
        Self::plain(Kind::ConnectionKeySigns, key, facts)
    }

    /// A key of ours was deleted.
    pub(crate) fn connection_key_deleted(connection: ConnectionId, key: KeyId) -> Self {
        let facts = json!({ "connection": connection });
        Self::plain(Kind::ConnectionKeyDeleted, key, facts)
    }

    /// A connection was set up or changed.
    pub(crate) fn connection_changed(before: Option<&Connection>, after: &Connection) -> Self {
        let said = |connection: &Connection| {
            json!({
                "enabled": connection.enabled,
                "just_in_time": connection.just_in_time,
                "domain": connection.domain,
                "idp": connection.idp(),
                "protocol": match &connection.protocol {
                    Protocol::Saml(saml) => json!({
                        "saml": {
                            "metadata_url": saml.metadata_url,
                            "metadata_problem": saml.metadata_problem,
                            "sso_url": saml.sso_url,
                            "slo_url": saml.slo_url,
                            "certificates": saml.certificates.len(),
                            "sign_requests": saml.sign_requests,
                            "force_authn": saml.force_authn,
                            "idp_initiated": saml.idp_initiated,
                            "clock_skew": saml.skew_seconds,
                        },
                    }),
                    Protocol::Oidc(oidc) => json!({
                        "oidc": {
                            "client_id": oidc.client_id,
                            "scopes": oidc.scopes,
                            "userinfo": oidc.userinfo,
                            "trust_email": oidc.trust_email,
                            "clock_skew": oidc.skew_seconds,
                        },
                    }),
                },
            })
        };
        Self::plain(
            Kind::ConnectionChanged,
            after.id,
            json!({ "before": before.map(said), "after": said(after) }),
        )
    }
}

fn told(receiver: &Receiver) -> Value {
    json!({
        "scim_token": receiver.token,
        "audience": receiver.audience,
        "events": receiver.events,
        "acknowledged": receiver.acknowledged,
    })
}

fn defined(schema: &CustomSchema) -> Value {
    json!({
        "resource_type": schema.kind.name(),
        "required": schema.required,
        "attributes": schema.schema.served["attributes"],
    })
}

fn rules(mapping: &Mapping) -> Value {
    let roles: Vec<Value> = mapping
        .roles
        .iter()
        .map(|rule| json!([rule.role.name(), rule.group]))
        .collect();
    let projects: Vec<Value> = mapping
        .projects
        .iter()
        .map(|rule| json!([rule.project, rule.group, rule.role.name()]))
        .collect();
    let workspaces: Vec<Value> = mapping
        .workspaces
        .iter()
        .map(|rule| json!([rule.workspace, rule.group]))
        .collect();
    json!({ "roles": roles, "projects": projects, "workspaces": workspaces })
}
