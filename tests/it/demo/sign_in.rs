//! Signing in through the pretend identity provider, and what firing ends.

use std::collections::BTreeMap;

use reqwest::Method;

use super::{Demo, words};
use crate::client::{Answer, Client};

/// A browser: it follows redirects, sends the forms that send themselves, and keeps cookies, which know no port.
struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new() -> Self {
        Self {
            client: Client::new(String::new(), None),
            cookies: BTreeMap::new(),
        }
    }

    fn cookie(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs = pairs.map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// One request.
    async fn ask(&mut self, url: &str, form: Option<String>) -> Answer {
        let cookie = self.cookie();
        let mut headers = vec![("cookie", cookie.as_str())];
        let method = if form.is_some() {
            headers.push(super::FORM);
            Method::POST
        } else {
            Method::GET
        };
        let answer = self.client.send(method, url, &headers, form).await;
        for set in answer.headers.get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// A request and whatever it leads to; the last page.
    async fn go(&mut self, url: &str, form: Option<String>) -> Answer {
        let mut answer = self.ask(url, form).await;
        for _ in 0..10 {
            let here = answer
                .text
                .split_once("<form method=\"post\" action=\"http");
            answer = if answer.status == 303 {
                let to = answer.header("location").to_owned();
                let to = if to.starts_with('/') {
                    format!("{}{to}", origin(url))
                } else {
                    to
                };
                self.ask(&to, None).await
            } else if let Some((_, form)) = here {
                let to = format!("http{}", form.split('"').next().unwrap());
                let body = hidden(form);
                self.ask(&to, Some(body)).await
            } else {
                return answer;
            };
        }
        panic!("it leads in a circle");
    }
}

fn origin(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    url.origin().ascii_serialization()
}

/// The hidden fields of a form, as they are sent.
fn hidden(form: &str) -> String {
    let form = &form[..form.find("</form>").unwrap()];
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    for field in form.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = field.split_once('"').unwrap();
        let value = rest.strip_prefix(" value=\"").unwrap();
        let value = value.split('"').next().unwrap().replace("&#38;", "&");
        body.append_pair(name, &value);
    }
    body.finish()
}

/// Where the server is.
async fn server(demo: &Demo) -> String {
    let page = demo.shown().await;
    let rest = page.split_once("href=\"http://127.0.0.1:").unwrap().1;
    format!("http://127.0.0.1:{}", rest.split('/').next().unwrap())
}

#[tokio::test]
async fn whoever_signs_in_by_saml_or_oidc_has_a_session_that_ends_when_they_are_fired() {
    let demo = Demo::start_watched("entra").await;
    let server = server(&demo).await;
    for (place, by, name) in [(0, "saml", "ada.flint"), (4, "oidc", "eva.quartz")] {
        let mut browser = Browser::new();
        let begin = format!("{}/sign-in", demo.base);
        let form = format!("person={place}&by={by}");
        // The browser comes to the identity provider by way of the server.
        let home = browser.go(&begin, Some(form.clone())).await;
        assert_eq!(home.status, 200, "{}", home.text);
        let whoami = format!("{server}/api/current-user/whoami");
        let who = browser.ask(&whoami, None).await.is(200);
        assert_eq!(who["username"], format!("{name}@stones.example"));
        let page = words(&browser.ask(&format!("{}/", demo.base), None).await.text);
        let signed_in = format!("signed in to rollright as {name}@stones.example");
        assert!(page.contains(&signed_in), "{page}");

        // Whoever moves stays signed in.
        demo.press("/move", &format!("person={place}&team=2")).await;
        let who = browser.ask(&whoami, None).await.is(200);
        assert_eq!(who["organization_membership"]["role"], "MA");

        demo.press("/fire", &format!("person={place}")).await;
        assert_eq!(browser.ask(&whoami, None).await.status, 401);
        let page = browser.ask(&format!("{}/live", demo.base), None).await;
        let page = words(&page.text);
        assert!(page.contains("That session has ended"), "{page}");
        // The identity provider signs again, and it does not help.
        let refused = browser.go(&begin, Some(form)).await;
        assert_eq!(refused.status, 403, "{}", refused.text);

        demo.press("/take-back", &format!("person={place}")).await;
        assert_eq!(browser.ask(&whoami, None).await.status, 401);
        let form = format!("person={place}&by={by}");
        assert_eq!(browser.go(&begin, Some(form)).await.status, 200);
        browser.ask(&whoami, None).await.is(200);
    }
    // Nobody was made twice.
    let members = "SELECT user_name FROM members";
    assert_eq!(demo.place.database.texts(members, &[]).await.len(), 9);
    demo.finish();
}

#[tokio::test]
async fn who_begins_at_the_server_is_asked_who_they_are_and_comes_back() {
    let demo = Demo::start_watched("okta").await;
    let server = server(&demo).await;
    let mut browser = Browser::new();
    let begin = demo
        .send("/sign-in", "person=0&by=oidc", &[])
        .await
        .header("location")
        .to_owned();
    assert!(begin.starts_with(&server));
    let asked = browser.go(&begin, None).await;
    assert!(asked.text.contains("Who is it?"), "{}", asked.text);
    let form = format!("person=1&{}", hidden(&asked.text));
    let home = browser
        .go(&format!("{}/sign-in", demo.base), Some(form))
        .await;
    assert_eq!(home.status, 200, "{}", home.text);
    let whoami = format!("{server}/api/current-user/whoami");
    let who = browser.ask(&whoami, None).await.is(200);
    assert_eq!(who["username"], "ben.slate@stones.example");
    demo.finish();
}

#[tokio::test]
async fn the_identity_provider_answers_nobody_but_its_server() {
    let demo = Demo::start(&[]).await;
    let get = async |path: &str| demo.page.get(path).await;
    for path in [
        "/saml/sso",
        "/saml/sso?SAMLRequest=AAAA",
        "/oidc/authorize?client_id=rollright-demo&response_type=code&redirect_uri=https%3A%2F%2Fevil.example%2F",
    ] {
        let answer = get(path).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text);
        assert!(answer.text.contains("no request of the server"), "{path}");
    }
    let answer = demo.send("/sign-in", "person=0&next=//evil.example", &[]);
    assert_eq!(answer.await.status, 400);
    let answer = demo.send("/oidc/token", "grant_type=authorization_code&code=x", &[]);
    assert_eq!(answer.await.status, 401);
    let metadata = get("/saml/metadata").await;
    assert!(metadata.text.contains("/saml/sso") && !metadata.text.contains("PRIVATE"));
    let document = get("/oidc/.well-known/openid-configuration").await.is(200);
    assert_eq!(document["issuer"], format!("{}/oidc", demo.base));
    let keys = get("/oidc/jwks").await.is(200);
    assert!(keys["keys"][0]["d"].is_null() && keys["keys"][0]["kty"] == "RSA");
}
