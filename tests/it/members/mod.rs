//! The membership store as admins and members meet it: the organization, its roll, seats and Owner.

mod history;
mod invitations;
mod list;
mod organization;
mod owner;
mod permissions;
mod places;
mod races;
mod seats;
mod tags;
mod users;

use reqwest::Method;
use serde_json::Value;

use crate::app::{App, printed};
use crate::client::{Answer, Client};

/// A member in a browser.
#[derive(Clone)]
pub(crate) struct Person {
    client: Client,
    cookie: String,
    origin: String,
}

impl Person {
    /// Signs a member in.
    pub(crate) async fn of(app: &App, user_name: &str) -> Self {
        Self {
            client: app.own.rest.with(None),
            cookie: app.session(user_name).await,
            origin: app.base.clone(),
        }
    }

    /// Provisions somebody with this role and signs them in.
    pub(crate) async fn with_role(app: &App, user_name: &str, role: &str) -> Self {
        app.own.user(user_name).await;
        app.own.assign(user_name, Some(role)).await;
        Self::of(app, user_name).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("origin", &self.origin)];
        let body = body.map(Value::to_string);
        self.client.send(method, path, &headers, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }
}

/// Sets how many seats the first organization has.
pub(crate) fn seats(app: &App, limit: u32) -> String {
    let limit = limit.to_string();
    printed(
        &app.place
            .run(&["seats", "--organization", "1", "--limit", &limit]),
    )
}

/// Everybody of a page by sign-in name.
pub(crate) fn names(page: &Value) -> Vec<&str> {
    let all = page["results"].as_array().unwrap();
    all.iter()
        .map(|one| {
            let user = if one["user"].is_object() {
                &one["user"]
            } else {
                one
            };
            user["username"].as_str().unwrap()
        })
        .collect()
}
