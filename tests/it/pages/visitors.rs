//! Who may open a page, and send a form from where.

use super::{Browser, leads, says};
use crate::app::{App, OWNER};

/// Every page, and the lowest role that sees it.
const PAGES: [(&str, &str); 19] = [
    ("/", "AN"),
    ("/profile", "AN"),
    ("/organization", "MA"),
    ("/organization/members/1", "AD"),
    ("/organization/members/1/delete", "AD"),
    ("/organization/tags", "AD"),
    ("/organization/tags/imports", "AD"),
    ("/organization/invite", "MA"),
    ("/organization/mapping", "AD"),
    ("/organization/mapping/export", "AD"),
    ("/organization/mapping/import", "AD"),
    ("/organization/audit", "AD"),
    ("/organization/drift", "AD"),
    ("/organization/removals", "AD"),
    ("/organization/members/1/receipt", "AD"),
    ("/organization/audit/export", "AD"),
    ("/organization/scim", "AD"),
    ("/organization/scim/live", "AD"),
    ("/organization/sso", "AD"),
];

#[tokio::test]
async fn whoever_is_not_signed_in_comes_back_after_signing_in() {
    let app = App::start().await;
    for (path, _) in PAGES {
        let answer = app.anyone().get(path).await;
        let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        let expected = match path {
            "/" => "/user/login".to_owned(),
            _ => format!("/user/login?next={next}"),
        };
        assert_eq!(leads(&answer), expected);
    }
    let gone = Browser {
        app: &app,
        cookie: "rollright_session=gone".to_owned(),
    };
    let answer = gone.open("/organization?search=a%26b&page=2").await;
    let ended = "/user/login?next=%2Forganization%3Fsearch%3Da%2526b%26page%3D2&ended=1";
    assert_eq!(leads(&answer), ended);
    says(
        &app.anyone().get(ended).await,
        200,
        "Your session has ended",
    );
    // A form that comes too late leads to its page.
    let late = gone.send("/organization/tags", "what=make&label=x").await;
    assert_eq!(
        leads(&late),
        "/user/login?next=%2Forganization%2Ftags&ended=1"
    );
    app.finish();
}

#[tokio::test]
async fn a_page_for_a_higher_role_says_who_can_give_it() {
    let app = App::start().await;
    for role in ["AN", "RE", "MA", "AD"] {
        let name = format!("{}@a.example", role.to_lowercase());
        let browser = Browser::with_role(&app, &name, role).await;
        for (path, least) in PAGES {
            let rank = |role: &str| ["AN", "RE", "MA", "AD"].iter().position(|one| *one == role);
            let answer = browser.open(path).await;
            if rank(role) >= rank(least) {
                assert_eq!(answer.status, 200, "{role} {path}: {}", answer.text);
            } else {
                assert_eq!(answer.status, 403, "{role} {path}");
                if path != "/organization/invite" {
                    says(&answer, 403, &format!("Ask the Owner, {OWNER}"));
                }
            }
        }
        // What is not for the role is not in the navigation either.
        let start = browser.open("/").await;
        let shown = start.text.contains("href=\"/organization\"");
        assert_eq!(shown, ["MA", "AD"].contains(&role), "{role}");
    }
    let contact = serde_json::json!({ "contact_info": "help@a.example" });
    app.own.rest.patch("/organization", &contact).await.is(200);
    let browser = Browser::of(&app, "an@a.example").await;
    says(
        &browser.open("/organization").await,
        403,
        "Ask help@a.example",
    );
    app.finish();
}

/// Security I2: a form of another site changes nothing, whichever it is.
#[tokio::test]
async fn security_i2_a_form_of_another_site_is_refused_by_every_page() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let number = app.own.number_of("ada@a.example").await;
    let owner = Browser::of(&app, OWNER).await;
    for (path, body) in [
        ("/organization", format!("member={number}&role=DI")),
        ("/organization/invite", "what=reset".to_owned()),
        ("/profile", "what=reset".to_owned()),
        ("/organization/tags", "what=make&label=x".to_owned()),
        ("/organization/tags/imports", "x".to_owned()),
        ("/organization/mapping", "what=apply".to_owned()),
        ("/organization/mapping/import", "x".to_owned()),
        ("/organization/removals", "what=share&share=0".to_owned()),
        ("/organization/scim", "what=make&profile=rfc".to_owned()),
        ("/organization/scim/requests/1", "what=replay".to_owned()),
        (
            &format!("/organization/members/{number}"),
            "what=role&role=DI".to_owned(),
        ),
        (
            &format!("/organization/members/{number}/delete"),
            String::new(),
        ),
    ] {
        for site in ["cross-site", "same-site", "none"] {
            let answer = owner.send_from(site, path, &body).await;
            says(&answer, 403, "This form came from elsewhere");
        }
    }
    assert_eq!(app.own.membership("ada@a.example").await["role"], "AN");
    app.finish();
}

#[tokio::test]
async fn a_person_sees_and_ends_their_sessions_and_tokens_on_their_profile() {
    let app = App::start().await;
    let here = Browser::with_role(&app, "ada@a.example", "AN").await;
    let there = Browser::of(&app, "ada@a.example").await;
    let page = here.open("/profile").await;
    says(&page, 200, "this one");
    let (_, rest) = page.text.split_once("name=\"session\" value=\"").unwrap();
    let other = &rest[..36];
    // Another person's session is none.
    let owner = Browser::of(&app, OWNER).await;
    let form = format!("what=session&session={other}");
    says(&owner.send("/profile", &form).await, 404, "Nothing here");
    assert_eq!(there.open("/").await.status, 200);
    assert_eq!(
        leads(&here.send("/profile", &form).await),
        "/profile?done=session"
    );
    assert_eq!(leads(&there.open("/").await), "/user/login?ended=1");
    let shown = here.send("/profile", "what=reset").await;
    says(&shown, 200, "rr_pat_");
    let (_, rest) = shown.text.split_once("id=\"secret\">").unwrap();
    let token = format!("Token {}", rest.split_once('<').unwrap().0);
    let me = app.own.rest.with(Some(&token));
    assert_eq!(
        me.get("/current-user/whoami").await.is(200)["username"],
        "ada@a.example"
    );
    assert!(!here.open("/profile").await.text.contains("rr_pat_"));
    says(
        &here.send("/profile", "what=show").await,
        200,
        rest.split_once('<').unwrap().0,
    );
    says(
        &here.send("/profile", "what=nonsense").await,
        400,
        "Choose what to do",
    );
    let there = Browser::of(&app, "ada@a.example").await;
    leads(&here.send("/profile", "what=others").await);
    assert_eq!(leads(&there.open("/").await), "/user/login?ended=1");
    app.finish();
}
