//! How Okta and Entra ID say the same thing over SCIM: the shapes of their requests, and nothing sent.
//!
//! Okta as an app of its catalog does it, Entra ID without the flag `aadOptscim062020`. The recorded sessions of the
//! tests have the same shapes.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::directory::{Person, Team};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// A schema that Entra ID names in every group, and nobody else knows.
const FOREIGN_GROUP: &str =
    "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";

/// Whose client the directory sounds like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Accent {
    /// Okta.
    Okta,
    /// Microsoft Entra ID.
    Entra,
}

/// A request that the directory wants to make.
#[derive(Debug)]
pub(super) struct Wish {
    /// Why.
    pub(super) what: &'static str,
    pub(super) method: &'static str,
    /// Below the SCIM base URL.
    pub(super) path: String,
    pub(super) body: Option<Value>,
}

fn wish(what: &'static str, method: &'static str, path: String, body: Option<Value>) -> Wish {
    Wish {
        what,
        method,
        path,
        body,
    }
}

fn patch(what: &'static str, path: String, operations: &Value) -> Wish {
    let body = json!({ "schemas": [PATCH], "Operations": operations });
    wish(what, "PATCH", path, Some(body))
}

impl Accent {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Okta, Self::Entra];

    /// The name of its profile.
    pub(crate) fn profile(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::Entra => "entra",
        }
    }

    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Okta => "Okta",
            Self::Entra => "Entra ID",
        }
    }

    /// What goes with each request.
    pub(super) fn headers(self) -> [(&'static str, &'static str); 3] {
        let own = match self {
            Self::Okta => ("user-agent", "Okta SCIM Client 1.0.0"),
            Self::Entra => ("adscimversion", "6.0"),
        };
        [
            ("content-type", "application/scim+json; charset=utf-8"),
            ("accept", "application/scim+json"),
            own,
        ]
    }

    /// A filter as it stands in a URL.
    fn filter(self, attribute: &str, value: &str) -> String {
        // The quotes and escapes of a text are those of JSON.
        let filter = format!("{attribute} eq {}", Value::from(value));
        match self {
            Self::Okta => utf8_percent_encode(&filter, NON_ALPHANUMERIC).to_string(),
            Self::Entra => byte_serialize(filter.as_bytes()).collect(),
        }
    }

    /// Is the person there?
    pub(super) fn look_up_user(self, person: &Person) -> Wish {
        let filter = self.filter("userName", &person.user_name);
        let path = match self {
            Self::Okta => format!("/Users?filter={filter}&startIndex=1&count=100"),
            Self::Entra => format!("/Users?filter={filter}"),
        };
        wish("Is somebody of this name there?", "GET", path, None)
    }

    /// Make the person.
    pub(super) fn create_user(self, person: &Person, password: &str) -> Wish {
        let emails = json!([{ "primary": true, "value": person.user_name, "type": "work" }]);
        let mut body = json!({
            "schemas": [USER],
            "userName": person.user_name,
            "externalId": person.key,
            "name": { "givenName": person.given, "familyName": person.family },
            "emails": emails,
            "active": true,
        });
        match self {
            Self::Okta => {
                body["displayName"] = person.name().into();
                body["locale"] = "en-US".into();
                body["groups"] = json!([]);
                // Nobody is to use it.
                body["password"] = password.into();
            }
            Self::Entra => {
                body["schemas"] = json!([USER, ENTERPRISE]);
                body["name"]["formatted"] = person.name().into();
                body["meta"] = json!({ "resourceType": "User" });
                body["roles"] = json!([]);
            }
        }
        wish("Make the user", "POST", "/Users".to_owned(), Some(body))
    }

    /// Is the team there?
    pub(super) fn look_up_group(self, team: &Team) -> Wish {
        let filter = self.filter("displayName", &team.name);
        let path = match self {
            Self::Okta => format!("/Groups?filter={filter}&startIndex=1&count=100"),
            Self::Entra => format!("/Groups?excludedAttributes=members&filter={filter}"),
        };
        wish("Is the group there?", "GET", path, None)
    }

    /// Make the team, without members.
    pub(super) fn create_group(self, team: &Team) -> Wish {
        let body = match self {
            Self::Okta => {
                json!({ "schemas": [GROUP], "displayName": team.name, "members": [] })
            }
            Self::Entra => json!({
                "schemas": [GROUP, FOREIGN_GROUP],
                "externalId": team.key,
                "displayName": team.name,
                "meta": { "resourceType": "Group" },
            }),
        };
        wish("Make the group", "POST", "/Groups".to_owned(), Some(body))
    }

    /// What comes before every change of a membership.
    fn before(self, team: &Team) -> Option<Wish> {
        match self {
            Self::Okta => Some(self.rename(team, &team.name, "Before a membership: id and name")),
            Self::Entra => None,
        }
    }

    /// Put people into a team.
    pub(super) fn add(self, team: &Team, people: &[&Person]) -> Vec<Wish> {
        let member = |person: &&Person| match self {
            Self::Okta => json!({ "value": person.id, "display": person.user_name }),
            Self::Entra => json!({ "$ref": null, "value": person.id }),
        };
        let members: Vec<Value> = people.iter().map(member).collect();
        let op = match self {
            Self::Okta => "add",
            Self::Entra => "Add",
        };
        let operations = json!([{ "op": op, "path": "members", "value": members }]);
        let add = patch("Put into the group", group(team), &operations);
        self.before(team).into_iter().chain([add]).collect()
    }

    /// Take somebody out of a team.
    pub(super) fn remove(self, team: &Team, person: &Person) -> Vec<Wish> {
        let operation = match self {
            Self::Okta => {
                json!({ "op": "remove", "path": format!("members[value eq \"{}\"]", person.id) })
            }
            Self::Entra => {
                json!({ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": person.id }] })
            }
        };
        let remove = patch("Take out of the group", group(team), &json!([operation]));
        self.before(team).into_iter().chain([remove]).collect()
    }

    /// Say whether somebody works here. Neither client deletes who leaves; Entra ID writes a text for a boolean.
    pub(super) fn set_active(self, person: &Person, active: bool) -> Wish {
        let operation = match self {
            Self::Okta => json!({ "op": "replace", "value": { "active": active } }),
            Self::Entra => {
                let word = if active { "True" } else { "False" };
                json!({ "op": "Replace", "path": "active", "value": word })
            }
        };
        let what = if active {
            "Activate the user"
        } else {
            "Deactivate the user"
        };
        let path = format!("/Users/{}", person.id);
        patch(what, path, &json!([operation]))
    }

    /// Give a team another name.
    pub(super) fn rename(self, team: &Team, name: &str, what: &'static str) -> Wish {
        let operation = match self {
            Self::Okta => {
                json!({ "op": "replace", "value": { "id": team.id, "displayName": name } })
            }
            Self::Entra => json!({ "op": "Replace", "path": "displayName", "value": name }),
        };
        patch(what, group(team), &json!([operation]))
    }
}

fn group(team: &Team) -> String {
    format!("/Groups/{}", team.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Person {
        Person {
            given: "Ada".to_owned(),
            family: "Flint".to_owned(),
            user_name: "ada@stones.example".to_owned(),
            key: "d-1".to_owned(),
            id: "p".to_owned(),
            team: 0,
            active: true,
        }
    }

    #[test]
    fn each_says_it_in_its_own_way() {
        let fired = |accent: Accent| {
            let body = accent.set_active(&person(), false).body.unwrap();
            body["Operations"][0].to_string()
        };
        assert_eq!(
            fired(Accent::Okta),
            r#"{"op":"replace","value":{"active":false}}"#
        );
        assert_eq!(
            fired(Accent::Entra),
            r#"{"op":"Replace","path":"active","value":"False"}"#
        );
        let looked = |accent: Accent| accent.look_up_user(&person()).path;
        assert_eq!(
            looked(Accent::Okta),
            "/Users?filter=userName%20eq%20%22ada%40stones%2Eexample%22&startIndex=1&count=100"
        );
        assert_eq!(
            looked(Accent::Entra),
            "/Users?filter=userName+eq+%22ada%40stones.example%22"
        );
    }

    #[test]
    fn a_name_cannot_end_the_text_of_a_filter() {
        let team = Team {
            name: "a\" or displayName pr \"".to_owned(),
            key: String::new(),
            id: String::new(),
        };
        let path = Accent::Entra.look_up_group(&team).path;
        assert!(
            path.ends_with("eq+%22a%5C%22+or+displayName+pr+%5C%22%22"),
            "{path}"
        );
    }
}
