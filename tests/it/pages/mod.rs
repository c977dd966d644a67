//! The pages of whoever is signed in, as a browser asks for them: who may see what, forms and their refusals.

mod audit;
mod drift;
mod mapping;
mod member;
mod members;
mod places;
mod receipt;
mod removals;
mod scim;
mod settings;
mod sso;
mod visitors;

use reqwest::Method;

use crate::app::App;
use crate::client::Answer;

/// Somebody's browser.
pub(crate) struct Browser<'a> {
    app: &'a App,
    cookie: String,
}

impl<'a> Browser<'a> {
    /// Signs somebody in.
    pub(crate) async fn of(app: &'a App, user_name: &str) -> Self {
        Self {
            app,
            cookie: app.session(user_name).await,
        }
    }

    /// Provisions somebody with this role and signs them in.
    pub(crate) async fn with_role(app: &'a App, user_name: &str, role: &str) -> Self {
        app.own.user(user_name).await;
        app.own.assign(user_name, Some(role)).await;
        Self::of(app, user_name).await
    }

    /// Opens a page.
    pub(crate) async fn open(&self, path: &str) -> Answer {
        let headers = [("cookie", self.cookie.as_str())];
        let anyone = self.app.anyone();
        anyone.send(Method::GET, path, &headers, None).await
    }

    /// Sends a form from a page of the server.
    pub(crate) async fn send(&self, path: &str, body: &str) -> Answer {
        self.send_from("same-origin", path, body).await
    }

    /// Sends a form from a page of this site.
    pub(crate) async fn send_from(&self, site: &str, path: &str, body: &str) -> Answer {
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("sec-fetch-site", site),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let anyone = self.app.anyone();
        let body = Some(body.to_owned());
        anyone.send(Method::POST, path, &headers, body).await
    }

    /// Hands a file in.
    pub(crate) async fn upload(&self, path: &str, file: &str, more: &str) -> Answer {
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "multipart/form-data; boundary=xx"),
        ];
        let body = format!(
            "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"t.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n{more}--xx--\r\n"
        );
        let anyone = self.app.anyone();
        anyone.send(Method::POST, path, &headers, Some(body)).await
    }
}

/// Where an answer leads on to.
#[track_caller]
fn leads(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("location").to_owned()
}

/// The page, where the status is this and it says this.
#[track_caller]
fn says(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert!(answer.text.contains(words), "{}", answer.text);
}
