//! Accounts: signing up, in and out with a password, setting it anew; what people do with their own account; tokens.

mod invited;
mod limits;
mod mail;
mod pages;
mod passwords;
mod profile;
mod resetting;
mod settings;
mod sign_up;
mod smtp;
mod tokens;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::App;
use crate::client::Answer;

/// What `start` of the tests gives the Owner.
pub(super) const PASSWORD: &str = "a long password";
/// What a browser says when a page of this server asks.
pub(super) const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");

/// Posts JSON to a page.
pub(super) async fn post(app: &App, path: &str, body: &Value) -> Answer {
    let headers = [OWN];
    let body = Some(body.to_string());
    app.anyone().send(Method::POST, path, &headers, body).await
}

/// Signs in with a password.
pub(super) async fn sign_in(app: &App, email: &str, password: &str) -> Answer {
    post(
        app,
        "/user/login",
        &json!({ "email": email, "password": password }),
    )
    .await
}

/// The cookie of this name that an answer sets.
pub(super) fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let all = answer.headers.get_all("set-cookie").iter();
    let pairs = all.filter_map(|value| value.to_str().unwrap().split(';').next());
    pairs
        .filter(|pair| pair.starts_with(&format!("{name}=")))
        .map(str::to_owned)
        .next()
}

/// The session that began.
#[track_caller]
pub(super) fn session(answer: &Answer) -> String {
    assert!(matches!(answer.status, 200 | 204 | 303), "{}", answer.text);
    cookie(answer, "rollright_session").expect("a session begins")
}

/// Asks in a session, from a page of this server.
pub(super) async fn within(
    app: &App,
    cookie: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let headers = [("cookie", cookie), OWN];
    let body = body.map(|body| body.to_string());
    let path = format!("/api{path}");
    app.anyone().send(method, &path, &headers, body).await
}

/// Whether a session opens anything.
pub(super) async fn opens(app: &App, cookie: &str) -> bool {
    let answer = within(app, cookie, Method::GET, "/current-user/whoami", None).await;
    match answer.status {
        200 => true,
        401 => false,
        _ => panic!("{}", answer.text),
    }
}

/// The mails to an address, oldest first, as soon as none waits to be sent.
pub(crate) async fn mails(app: &App, to: &str) -> Vec<String> {
    let waiting = "SELECT subject FROM mails WHERE due_at IS NOT NULL";
    for _ in 0..20_000 {
        if app.place.database.texts(waiting, &[]).await.is_empty() {
            break;
        }
    }
    let folder = app.place.folder.path().join("data/mail");
    let Ok(files) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    // Their names are ids, which sort by the moment they were made.
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .filter(|text| text.contains(&format!("\r\nTo: {to}\r\n")))
        .collect()
}

/// The path in the newest mail to an address that begins so.
pub(super) async fn link(app: &App, to: &str, begin: &str) -> String {
    let all = mails(app, to).await;
    let newest = all.last().expect("there is a mail");
    let at = newest.find(begin).unwrap_or_else(|| panic!("{newest}"));
    let rest = newest[at..].split_whitespace();
    rest.take(1).collect()
}

/// A member of the first organization with a password, set by a mail; their role is Annotator.
pub(super) async fn member_with_password(app: &App, email: &str, password: &str) {
    app.own.user(email).await;
    set_password(app, email, password).await;
}

/// Sets a password by a mail.
pub(super) async fn set_password(app: &App, email: &str, password: &str) {
    post(app, "/user/password-reset", &json!({ "email": email }))
        .await
        .is(200);
    let link = link(app, email, "/user/password-reset/").await;
    post(app, &link, &json!({ "password": password }))
        .await
        .is(200);
}
