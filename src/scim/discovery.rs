//! What this service provider can do: `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas` (RFC 7644 section 4).
//!
//! Says only what is true of the rest of the code.

use serde_json::{Value, json};

use super::schema::{Definitions, Kind, Schema};
use super::{bulk, cursor, list};

/// The service provider's configuration, RFC 7643 section 5. A message has at most `max_payload` bytes.
pub(crate) fn service_provider_config(base: &str, max_payload: usize) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        // authentik cuts its PATCH messages by maxOperations, so a PATCH may have as many.
        "bulk": {"supported": true, "maxOperations": bulk::MAX_OPERATIONS, "maxPayloadSize": max_payload},
        "filter": {"supported": true, "maxResults": list::MAX_COUNT},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        // RFC 9865 section 4.
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": list::DEFAULT_COUNT,
            "maxPageSize": list::MAX_COUNT,
            "cursorTimeout": cursor::LIFE,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A SCIM token of the organization, in the Authorization header",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }, {
            "type": "oauthbearertoken",
            "name": "User token",
            "description": "A user token of a member, in the Authorization header, for /Me and nothing else",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": false,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{base}/ServiceProviderConfig"),
        },
    })
}

/// The resource types, as a `ListResponse`.
pub(crate) fn resource_types(base: &str, definitions: &Definitions) -> Value {
    let types = [Kind::User, Kind::Group].map(|kind| described(kind, base, definitions));
    list::response(2, 1, types.to_vec())
}

/// One resource type.
pub(crate) fn resource_type(base: &str, id: &str, definitions: &Definitions) -> Option<Value> {
    let kind = [Kind::User, Kind::Group]
        .into_iter()
        .find(|kind| kind.name() == id)?;
    Some(described(kind, base, definitions))
}

fn described(kind: Kind, base: &str, definitions: &Definitions) -> Value {
    let description = match kind {
        Kind::User => "Members of the organization",
        Kind::Group => "Directory groups of the organization",
    };
    let of = definitions.of(kind);
    let extensions: Vec<Value> = of
        .extensions
        .iter()
        .map(|one| json!({"schema": one.schema.urn, "required": one.required}))
        .collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": kind.name(),
        "name": kind.name(),
        "description": description,
        "endpoint": format!("/{}", kind.endpoint()),
        "schema": of.core.urn,
        "schemaExtensions": extensions,
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{base}/ResourceTypes/{}", kind.name()),
        },
    })
}

/// The schemas, as a `ListResponse`.
pub(crate) fn schemas(base: &str, definitions: &Definitions) -> Value {
    let schemas: Vec<Value> = definitions
        .schemas()
        .map(|schema| located(schema, base))
        .collect();
    list::response(schemas.len() as u64, 1, schemas)
}

/// One schema. Its URN is compared without case, RFC 7643 section 2.1.
pub(crate) fn schema(base: &str, urn: &str, definitions: &Definitions) -> Option<Value> {
    definitions
        .schemas()
        .find(|schema| schema.urn.eq_ignore_ascii_case(urn))
        .map(|schema| located(schema, base))
}

/// A schema with the address where it is.
pub(crate) fn located(schema: &Schema, base: &str) -> Value {
    let mut definition = schema.served.clone();
    let location = format!("{base}/Schemas/{}", schema.urn);
    definition["meta"] = json!({"resourceType": "Schema", "location": location});
    definition
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::GROUP;

    const BASE: &str = "https://roll.example/scim/v2";

    #[test]
    fn the_configuration_says_what_is_supported() {
        let config = service_provider_config(BASE, 4096);
        for (name, supported) in [
            ("patch", true),
            ("bulk", true),
            ("filter", true),
            ("changePassword", false),
            ("sort", true),
            ("etag", true),
        ] {
            assert_eq!(config[name]["supported"], supported, "{name}");
        }
        assert_eq!(config["filter"]["maxResults"], 1000);
        assert_eq!(config["pagination"]["cursor"], true);
        assert_eq!(config["bulk"]["maxOperations"], 1000);
        assert_eq!(config["bulk"]["maxPayloadSize"], 4096);
        assert_eq!(
            config["authenticationSchemes"][0]["type"],
            "oauthbearertoken"
        );
        assert_eq!(
            config["meta"]["location"],
            format!("{BASE}/ServiceProviderConfig")
        );
    }

    #[test]
    fn every_schema_of_a_resource_type_is_served() {
        for resource_type in resource_types(BASE, Definitions::standard())["Resources"]
            .as_array()
            .unwrap()
        {
            let urn = resource_type["schema"].as_str().unwrap();
            assert!(schema(BASE, urn, Definitions::standard()).is_some());
            for extension in resource_type["schemaExtensions"].as_array().unwrap() {
                let urn = extension["schema"].as_str().unwrap();
                assert_eq!(
                    schema(BASE, &urn.to_lowercase(), Definitions::standard()).unwrap()["id"],
                    urn
                );
            }
            let id = resource_type["id"].as_str().unwrap();
            assert_eq!(
                self::resource_type(BASE, id, Definitions::standard()).as_ref(),
                Some(resource_type)
            );
        }
        assert_eq!(schemas(BASE, Definitions::standard())["totalResults"], 3);
        assert_eq!(schema(BASE, "urn:other", Definitions::standard()), None);
        assert_eq!(resource_type(BASE, "user", Definitions::standard()), None);
    }

    #[test]
    fn a_schema_says_where_it_is() {
        assert_eq!(
            schema(BASE, GROUP, Definitions::standard()).unwrap()["meta"],
            json!({"resourceType": "Schema", "location": format!("{BASE}/Schemas/{GROUP}")})
        );
    }
}
