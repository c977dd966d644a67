//! Who may do what, where the organization decides.

use reqwest::Method;
use serde_json::json;

use super::Person;
use crate::app::App;

const PATH: &str = "/organizations/0/permissions";

#[tokio::test]
async fn the_owner_decides_who_invites_and_it_holds_at_once() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let manager = Person::with_role(&app, "mary@a.example", "MA").await;
    let reviewer = Person::with_role(&app, "rob@a.example", "RE").await;
    let admin = Person::with_role(&app, "ada@a.example", "AD").await;
    manager.get("/invite").await.is(200);
    reviewer.get("/invite").await.is_problem(403);
    assert_eq!(rest.get(PATH).await.is(200), json!([]));
    let options = rest.get(&format!("{PATH}/options")).await.is(200);
    assert_eq!(options[0]["permission"], "invite_members");
    assert_eq!(options[0]["default"], json!(["AD", "MA"]));
    let wanted = json!({ "permission": "invite_members", "roles": ["OW", "AD", "RE"] });
    let made = rest.post(PATH, &wanted).await.is(201);
    assert_eq!(made["roles"], json!(["OW", "AD", "RE"]));
    manager.get("/invite").await.is_problem(403);
    reviewer.get("/invite").await.is(200);
    let one = format!("{PATH}/invite_members");
    let none = json!({ "permission": "invite_members", "roles": [] });
    assert_eq!(rest.put(&one, &none).await.is(200)["roles"], json!(["OW"]));
    admin.get("/invite").await.is_problem(403);
    rest.get("/invite").await.is(200);
    assert_eq!(rest.get(&one).await.is(200)["roles"], json!(["OW"]));
    rest.delete(&one).await.is(204);
    rest.get(&one).await.is_problem(404);
    rest.delete(&one).await.is_problem(404);
    manager.get("/invite").await.is(200);
    for bad in [
        json!({ "permission": "everything", "roles": [] }),
        json!({ "permission": "invite_members" }),
        json!({ "permission": "invite_members", "roles": ["DI"] }),
        json!({ "permission": "invite_members", "roles": ["XX"] }),
    ] {
        rest.post(PATH, &bad).await.is_problem(400);
    }
    // Security F2: administrators see it, the Owner alone changes it.
    admin.get(PATH).await.is(200);
    manager.get(PATH).await.is_problem(403);
    admin
        .ask(Method::POST, PATH, Some(&wanted))
        .await
        .is_problem(403);
    admin.ask(Method::DELETE, &one, None).await.is_problem(403);
    rest.get("/organizations/2/permissions")
        .await
        .is_problem(404);
    app.finish();
}

#[tokio::test]
async fn the_owner_decides_who_makes_tokens_and_those_that_there_are_stay_good() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let reviewer = Person::with_role(&app, "rob@a.example", "RE").await;
    let ask = async |method: Method, path: &str, body: Option<&serde_json::Value>| {
        reviewer.ask(method, path, body).await
    };
    let made = ask(Method::POST, "/token", None).await.is(201);
    let refresh = json!({ "refresh": made["token"] });
    let wanted = json!({ "permission": "create_api_tokens", "roles": ["AD"] });
    rest.post(PATH, &wanted).await.is(201);
    for (method, path, body) in [
        (Method::POST, "/token", None),
        (Method::POST, "/token/rotate", Some(&refresh)),
        (Method::POST, "/current-user/reset-token", None),
        (Method::GET, "/current-user/token", None),
    ] {
        let sentence = ask(method, path, body).await.is_problem(403);
        assert!(sentence.contains("create_api_tokens"), "{sentence}");
    }
    app.own
        .rest
        .with(None)
        .post("/token/refresh", &refresh)
        .await
        .is(200);
    ask(Method::POST, "/token/blacklist", Some(&refresh))
        .await
        .is(204);
    rest.delete(&format!("{PATH}/create_api_tokens"))
        .await
        .is(204);
    ask(Method::POST, "/token", None).await.is(201);
    app.finish();
}
