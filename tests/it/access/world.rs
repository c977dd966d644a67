//! Two organizations with something of every kind, and everybody who could ask.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, OWNER, Organization, Place, user};
use crate::client::Client;
use crate::sso::idp::{Idp, person};

/// What stands in the place of a name in braces.
pub(super) type Ids = HashMap<&'static str, String>;

/// What a credential makes of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// No credential, or one that is good no more.
    Nobody,
    /// A token of a member with this role.
    Member(&'static str),
    /// A session of such a member in a browser.
    Visitor(&'static str),
    /// A SCIM token of the profile `rfc`.
    Scim,
    /// One of the profile `lenient`.
    Lenient,
}

/// Somebody who asks.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether what the table calls own is theirs.
    pub(super) at_home: bool,
    /// Their sign-in name, where they are members.
    pub(super) me: String,
    pub(super) client: Client,
    pub(super) headers: Vec<(&'static str, String)>,
}

pub(super) struct World {
    pub(super) app: App,
    pub(super) callers: Vec<Caller>,
    /// What the first organization has, what the other has, and what nobody has.
    pub(super) own: Ids,
    pub(super) foreign: Ids,
    pub(super) unknown: Ids,
}

const WITH_ACCESS: [&str; 4] = ["AD", "MA", "RE", "AN"];

impl World {
    pub(super) async fn make() -> Self {
        let place = Place::make().await;
        // So that a webhook can be set up without a name being looked up.
        let settings = "allow_private_networks = true\nmax_body_bytes = 65536\n";
        std::fs::write(place.folder.path().join("rollright.toml"), settings).unwrap();
        let app = App::start_in(place, &[]);
        let other = app.other();
        let own = furnish(&app, &app.own, "a").await;
        let foreign = furnish(&app, &other, "b").await;
        let mut callers = Vec::new();
        let anyone = app.anyone();
        callers.push(caller("no credential", Kind::Nobody, &anyone));
        for bad in ["Token nonsense", "Bearer rr_scim_nonsense", "Basic eDp5"] {
            callers.push(caller(bad, Kind::Nobody, &anyone.with(Some(bad))));
        }
        for (organization, letter) in [(&app.own, "a"), (&other, "b")] {
            people(&app, organization, letter, &mut callers).await;
        }
        // The credentials are left to them, so that the role alone refuses them.
        for sql in [
            "UPDATE members SET pinned_role = 0, role = 0 WHERE user_name LIKE 'no@%'",
            "UPDATE members SET suspended = TRUE, role = -1 WHERE user_name LIKE 'di@%'",
        ] {
            assert_eq!(app.place.database.execute(sql).await, 2);
        }
        Self {
            unknown: nowhere(),
            app,
            callers,
            own,
            foreign,
        }
    }

    /// Ends the server, and has it look for what is wrong.
    pub(super) async fn finish(self) {
        // What was left to those without access.
        for sql in [
            "DELETE FROM user_tokens WHERE member_id IN (SELECT id FROM members WHERE role <= 0)",
            "DELETE FROM sessions WHERE member_id IN (SELECT id FROM members WHERE role <= 0)",
        ] {
            self.app.place.database.execute(sql).await;
        }
        self.app.finish();
    }
}

fn caller(name: &str, kind: Kind, client: &Client) -> Caller {
    Caller {
        name: name.to_owned(),
        kind,
        at_home: true,
        me: "nobody@a.example".to_owned(),
        client: client.clone(),
        headers: Vec::new(),
    }
}

/// Everybody of an organization who could ask.
async fn people(app: &App, organization: &Organization, letter: &str, callers: &mut Vec<Caller>) {
    let at_home = letter == "a";
    let anyone = app.anyone();
    let mut tell = |name: String, kind: Kind, me: &str, token: &str| {
        let client = anyone.with(Some(token));
        callers.push(Caller {
            at_home,
            me: me.to_owned(),
            ..caller(&format!("{name} of {letter}"), kind, &client)
        });
    };
    let owner = if at_home { OWNER } else { "owner@b.example" };
    let of_owner = organization.rest.authorization();
    tell("OW".to_owned(), Kind::Member("OW"), owner, of_owner);
    for role in WITH_ACCESS {
        let name = format!("{}@{letter}.example", role.to_lowercase());
        let token = token(app, organization, &name, role).await;
        tell(role.to_owned(), Kind::Member(role), &name, &token);
    }
    for role in ["NO", "DI", "gone"] {
        let name = format!("{}@{letter}.example", role.to_lowercase());
        let token = token(app, organization, &name, "AD").await;
        tell(role.to_owned(), Kind::Nobody, &name, &token);
    }
    let list = organization
        .scim
        .get(&format!(
            "/Users?filter=userName%20eq%20%22gone@{letter}.example%22"
        ))
        .await
        .is(200);
    let gone = list["Resources"][0]["id"].as_str().unwrap();
    organization
        .scim
        .delete(&format!("/Users/{gone}"))
        .await
        .is(204);
    let scim = organization.scim.authorization();
    tell("SCIM".to_owned(), Kind::Scim, owner, scim);
    if at_home {
        let lenient = organization.client("lenient").await;
        let token = lenient.authorization();
        tell("lenient SCIM".to_owned(), Kind::Lenient, owner, token);
        for role in ["AD", "AN"] {
            let me = format!("browser-{}@a.example", role.to_lowercase());
            organization.user(&me).await;
            organization.assign(&me, Some(role)).await;
            callers.push(Caller {
                me: me.clone(),
                headers: vec![
                    ("cookie", app.session(&me).await),
                    ("origin", app.base.clone()),
                ],
                ..caller(&format!("browser of {role}"), Kind::Visitor(role), &anyone)
            });
        }
    }
}

/// Provisions a member with this role and gives them a user token.
async fn token(app: &App, organization: &Organization, name: &str, role: &str) -> String {
    organization.user(name).await;
    let wanted = json!({ "user_id": organization.number_of(name).await, "role": role });
    let path = "/organizations/0/memberships";
    organization.rest.patch(path, &wanted).await.is(200);
    let cookie = app.session(name).await;
    let headers = [("cookie", cookie.as_str()), ("origin", &app.base)];
    let path = "/api/current-user/reset-token";
    let made = app.anyone().send(Method::POST, path, &headers, None).await;
    format!("Token {}", made.is(201)["token"].as_str().unwrap())
}

/// Something of every kind.
async fn furnish(app: &App, organization: &Organization, letter: &str) -> Ids {
    let Organization { number, scim, rest } = organization;
    let mut ids = Ids::new();
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Number(_) => value.to_string(),
        _ => panic!("no id: {value}"),
    };
    let name = format!("victim@{letter}.example");
    ids.insert("organization", number.to_string());
    ids.insert("user", organization.user(&name).await);
    ids.insert("name", name.clone());
    ids.insert("member", organization.number_of(&name).await.to_string());
    let group = organization.group("team", &[&ids["user"]]).await;
    ids.insert("group", group);
    let email = format!("guest@{letter}.example");
    let invite = json!({ "emails": [email], "role": "AN" });
    rest.post("/invite/send-email", &invite).await.is(200);
    ids.insert("email", email);

    let urn = format!("urn:example:{letter}:2.0:User");
    let idp = Idp::new(&format!("https://idp.{letter}.example/metadata"));
    let connection = idp.connect(organization, json!({})).await;
    let number: i64 = ids["member"].parse().unwrap();
    let project = rest
        .post("/projects", &json!({ "title": "One" }))
        .await
        .is(201);
    for (kind, path, body, key) in [
        ("connection", "", connection.clone(), "id"),
        ("project", "", project.clone(), "id"),
        ("workspace", "/workspaces", json!({ "title": "One" }), "id"),
        (
            "tag",
            "/organizations/0/member-tags",
            json!({ "label": "one" }),
            "id",
        ),
        (
            "role",
            "/projects/roles",
            json!({ "project": project["id"], "user": number, "role": "MA" }),
            "id",
        ),
        ("scim_token", "/scim/tokens", json!({}), "id"),
        (
            "domain",
            "/domains",
            json!({ "domain": format!("{letter}.example") }),
            "domain",
        ),
        (
            "webhook",
            "/webhooks",
            json!({ "url": "https://127.0.0.1:9/", "events": ["*"], "enabled": false }),
            "id",
        ),
        (
            "urn",
            "/scim/schemas",
            json!({ "id": urn, "attributes": [{ "name": "number" }] }),
            "id",
        ),
    ] {
        let made = if path.is_empty() {
            body
        } else {
            rest.post(path, &body).await.is(201)
        };
        ids.insert(kind, text(&made[key]));
    }
    let keys = format!("/connections/{}/keys", ids["connection"]);
    let key = rest.post(&keys, &json!({})).await.is(201);
    ids.insert("key", text(&key["id"]));
    let receiver = json!({ "scim_token": ids["scim_token"], "audience": "x", "events": ["urn:ietf:params:scim:event:prov:create:full"] });
    let receiver = rest.post("/scim/receivers", &receiver).await.is(201);
    ids.insert("receiver", text(&receiver["id"]));
    let (kind, list) = super::requests::a_list(&name);
    let path = "/organizations/0/member-tags/imports";
    let import = rest.send(Method::POST, path, &[kind], Some(list)).await;
    ids.insert("import", text(&import.is(201)["import"]));
    let cookie = app.session(&name).await;
    let (nobody, mark) = (rest.with(None), [("cookie", cookie.as_str())]);
    let sessions = nobody
        .send(Method::GET, "/sessions", &mark, None)
        .await
        .is(200);
    ids.insert("session", text(&sessions["results"][0]["id"]));
    // A request that failed is kept at once.
    scim.post("/Users", &user(&name))
        .await
        .is_scim_error(409, Some("uniqueness"));
    let requests = rest.get("/scim/requests").await.is(200);
    ids.insert("request", text(&requests["results"][0]["id"]));
    let who = format!("signed-in@{letter}.example");
    idp.sign_in(app, &connection, &person(&who, &[])).await;
    let traces = rest.get("/sign-in-traces").await.is(200);
    ids.insert("trace", text(&traces["results"][0]["number"]));
    words(&mut ids);
    ids
}

/// What is the same everywhere, or nobody's.
fn words(ids: &mut Ids) {
    ids.insert("permission", "invite_members".to_owned());
    ids.insert("type", "User".to_owned());
    ids.insert("secret", "nonsense".to_owned());
    ids.insert("delivery", nobodys(0));
}

fn nobodys(n: usize) -> String {
    format!("01900000-0000-7000-8000-{n:012x}")
}

/// Ids that nothing has.
fn nowhere() -> Ids {
    let mut ids = Ids::new();
    for name in [
        "organization",
        "member",
        "project",
        "workspace",
        "tag",
        "role",
        "import",
    ] {
        ids.insert(name, "987654".to_owned());
    }
    let opaque = [
        "user",
        "group",
        "connection",
        "key",
        "scim_token",
        "webhook",
        "receiver",
        "session",
        "request",
    ];
    for (n, name) in opaque.into_iter().enumerate() {
        ids.insert(name, nobodys(n + 1));
    }
    ids.insert("domain", "c.example".to_owned());
    ids.insert("email", "guest@c.example".to_owned());
    ids.insert("name", "victim@c.example".to_owned());
    ids.insert("urn", "urn:example:c:2.0:User".to_owned());
    ids.insert("trace", "00000000".to_owned());
    words(&mut ids);
    ids
}
