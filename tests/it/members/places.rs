//! Projects and workspaces: changed, deleted, and who is in them in which way (R8).

use reqwest::Method;
use serde_json::{Value, json};

use super::{Person, names};
use crate::app::{App, OWNER};

async fn made(app: &App, path: &str, body: &Value) -> i64 {
    let made = app.own.rest.post(path, body).await.is(201);
    made["id"].as_i64().unwrap()
}

#[tokio::test]
async fn projects_and_workspaces_are_changed_moved_and_deleted() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let space = made(&app, "/workspaces/", &json!({ "title": "Space" })).await;
    let project = made(&app, "/projects/", &json!({ "title": "One" })).await;
    let path = format!("/projects/{project}/");
    let wanted = json!({ "title": "Two", "is_published": true, "color": "#123abc" });
    let changed = rest.patch(&path, &wanted).await.is(200);
    assert_eq!(
        (&changed["title"], &changed["is_published"]),
        (&json!("Two"), &json!(true))
    );
    assert_eq!(rest.get(&path).await.is(200), changed);
    let inside = format!("/workspaces/{space}/projects/");
    rest.post(&inside, &json!({ "project": project }))
        .await
        .is(201);
    assert_eq!(rest.get(&inside).await.is(200)[0]["id"], project);
    let of_space = format!("/workspaces/{space}/");
    assert_eq!(rest.get(&of_space).await.is(200)["projects_count"], 1);
    // Only an empty workspace goes.
    rest.delete(&of_space).await.is_problem(400);
    rest.delete(&format!("{inside}?project={project}"))
        .await
        .is(204);
    rest.delete(&format!("{inside}?project={project}"))
        .await
        .is_problem(404);
    let renamed = rest
        .patch(&of_space, &json!({ "title": "Room", "is_archived": true }))
        .await
        .is(200);
    assert_eq!(
        (&renamed["title"], &renamed["is_archived"]),
        (&json!("Room"), &json!(true))
    );
    made(&app, "/workspaces/", &json!({ "title": "Other" })).await;
    rest.patch(&of_space, &json!({ "title": "OTHER" }))
        .await
        .is_problem(400);
    for bad in [
        json!({ "title": "" }),
        json!({ "color": "red" }),
        json!({ "workspace": 999 }),
    ] {
        rest.patch(&path, &bad).await.is_problem(400);
    }
    rest.delete(&of_space).await.is(204);
    rest.delete(&path).await.is(204);
    for gone in [path, of_space] {
        rest.get(&gone).await.is_problem(404);
        rest.delete(&gone).await.is_problem(404);
    }
    app.finish();
}

/// A project in a workspace with members of every kind: project, workspace, their numbers, and a role by hand.
async fn filled(app: &App) -> (i64, i64, Vec<i64>, Value) {
    let own = &app.own;
    let space = made(app, "/workspaces", &json!({ "title": "Space" })).await;
    let project = made(
        app,
        "/projects",
        &json!({ "title": "One", "workspace": space }),
    )
    .await;
    let mut numbers = Vec::new();
    for name in ["hand", "rule", "space", "none", "gone"] {
        own.user(&format!("{name}@a.example")).await;
        numbers.push(own.number_of(&format!("{name}@a.example")).await);
    }
    let found = own
        .rest
        .get("/organizations/0/memberships?search=rule")
        .await
        .is(200);
    assert_eq!(found["count"], 1);
    let list = own
        .scim
        .get("/Users?filter=userName%20eq%20%22rule@a.example%22")
        .await
        .is(200);
    let id = list["Resources"][0]["id"].as_str().unwrap().to_owned();
    own.group("reviewers", &[&id]).await;
    let rules = json!({ "projects_groups": [{ "project_id": project, "group": "reviewers", "role": "Reviewer" }] });
    own.rest.post("/scim/settings", &rules).await.is(201);
    let members = format!("/projects/{project}/members/");
    own.rest
        .post(&members, &json!({ "user": numbers[0] }))
        .await
        .is(201);
    own.rest
        .post(&members, &json!({ "user": numbers[4] }))
        .await
        .is(201);
    own.assign("gone@a.example", Some("DI")).await;
    let memberships = format!("/workspaces/{space}/memberships/");
    let joined = own
        .rest
        .post(&memberships, &json!({ "user": numbers[2] }))
        .await
        .is(200);
    assert_eq!(joined, json!({ "user": numbers[2], "workspace": space }));
    let given = json!({ "project": project, "user": numbers[0], "role": "MA" });
    let role = own.rest.post("/projects/roles/", &given).await.is(201);
    (project, space, numbers, role)
}

#[tokio::test]
async fn members_are_in_a_project_by_hand_by_rule_through_its_workspace_or_as_administrators() {
    let app = App::start().await;
    let own = &app.own;
    let (project, space, numbers, role) = filled(&app).await;
    let members = format!("/projects/{project}/members/");
    let memberships = format!("/workspaces/{space}/memberships/");
    let page = own.rest.get(&format!("{members}paginated/")).await.is(200);
    assert_eq!(
        names(&page),
        [OWNER, "hand@a.example", "rule@a.example", "space@a.example"]
    );
    let of = |name: &str| {
        let all = page["results"].as_array().unwrap();
        let one = all.iter().find(|one| one["username"] == name).unwrap();
        (
            one["implicit_member"].clone(),
            one["project_role"].clone(),
            one["project_role_source"].clone(),
        )
    };
    assert_eq!(
        of("hand@a.example"),
        (json!(false), json!("MA"), json!("manual"))
    );
    assert_eq!(
        of("rule@a.example"),
        (json!(true), json!("RE"), json!("scim"))
    );
    assert_eq!(
        of("space@a.example"),
        (json!(true), Value::Null, Value::Null)
    );
    for (query, expected) in [
        ("implicit=false", vec!["hand@a.example"]),
        (
            "implicit=true",
            vec![OWNER, "rule@a.example", "space@a.example"],
        ),
        ("role=OW", vec![OWNER]),
        ("search=ha", vec!["hand@a.example"]),
        ("page=9", vec![]),
    ] {
        let path = format!("{members}paginated/?{query}");
        assert_eq!(
            names(&own.rest.get(&path).await.is(200)),
            expected,
            "{query}"
        );
    }
    let space_page = own
        .rest
        .get(&format!("{memberships}paginated/"))
        .await
        .is(200);
    assert_eq!(names(&space_page), ["space@a.example"]);
    let list = own.rest.get(&memberships).await.is(200);
    assert_eq!(list[0]["user"]["username"], "space@a.example");
    let left = format!("/organizations/0/memberships?exclude_project_id={project}&role=AN");
    let left = own.rest.get(&left).await.is(200);
    assert_eq!(
        names(&left),
        ["rule@a.example", "space@a.example", "none@a.example"]
    );

    // What the person sees of themselves.
    let hand = Person::of(&app, "hand@a.example").await;
    let who = hand.get("/current-user/whoami").await.is(200);
    assert_eq!(
        who["project_roles"],
        json!([{ "project": project, "role": "MA" }])
    );
    let roles = hand
        .get(&format!("/projects/roles/?ids={project}"))
        .await
        .is(200);
    assert_eq!(roles[0]["role"], "MA");
    let list = own
        .rest
        .get(&format!("/projects/{project}/roles"))
        .await
        .is(200);
    assert_eq!(list[0], role);
    let one = format!("/projects/roles/{}/", role["id"]);
    own.rest.delete(&one).await.is(204);
    own.rest.delete(&one).await.is_problem(404);
    let who = hand.get("/current-user/whoami").await.is(200);
    assert_eq!(
        who["project_roles"],
        json!([{ "project": project, "role": "AN" }])
    );
    own.rest
        .delete(&format!("{members}?user={}", numbers[0]))
        .await
        .is(204);
    let body = Some(json!({ "user": numbers[2] }).to_string());
    own.rest
        .send(Method::DELETE, &memberships, &[], body)
        .await
        .is(204);
    let page = own.rest.get(&format!("{members}paginated/")).await.is(200);
    assert_eq!(names(&page), [OWNER, "rule@a.example"]);
    app.finish();
}

#[tokio::test]
async fn many_are_moved_at_once_and_only_by_managers_of_the_organization() {
    let app = App::start().await;
    let own = &app.own;
    let other = app.other();
    let project = made(&app, "/projects", &json!({ "title": "One" })).await;
    let space = made(&app, "/workspaces", &json!({ "title": "Space" })).await;
    for name in ["ada", "bob", "cyd"] {
        own.user(&format!("{name}@a.example")).await;
    }
    let bob = own.number_of("bob@a.example").await;
    let all = json!({ "all": true, "excluded": [bob] });
    for (path, more) in [
        (format!("/projects/{project}/members/bulk/"), true),
        (format!("/workspaces/{space}/memberships/bulk/"), false),
    ] {
        let done = own
            .rest
            .post(&format!("{path}?role=AN"), &all)
            .await
            .is(200);
        assert_eq!(
            (&done["assignments"], done.get("skipped_user_ids").is_some()),
            (&json!(2), more)
        );
        let ids = format!("{path}?included={bob}");
        assert_eq!(own.rest.delete(&ids).await.is(200), json!({ "deleted": 0 }));
        let gone = own
            .rest
            .delete(&format!("{path}?all=true&search=ada"))
            .await
            .is(200);
        assert_eq!(gone, json!({ "deleted": 1 }));
        let body = Some(json!({ "all": true }).to_string());
        let gone = own
            .rest
            .send(Method::DELETE, &path, &[], body)
            .await
            .is(200);
        assert_eq!(gone, json!({ "deleted": 1 }));
        other.rest.post(&path, &all).await.is_problem(404);
        other
            .rest
            .delete(&format!("{path}?all=true"))
            .await
            .is_problem(404);
    }
    for path in [
        format!("/projects/{project}"),
        format!("/workspaces/{space}"),
    ] {
        other.rest.get(&path).await.is_problem(404);
        other
            .rest
            .patch(&path, &json!({ "title": "Mine" }))
            .await
            .is_problem(404);
        other.rest.delete(&path).await.is_problem(404);
    }
    let reviewer = Person::with_role(&app, "rob@a.example", "RE").await;
    for (method, path) in [
        (Method::GET, format!("/projects/{project}")),
        (Method::DELETE, format!("/projects/{project}")),
        (
            Method::GET,
            format!("/projects/{project}/members/paginated/"),
        ),
        (
            Method::DELETE,
            format!("/projects/{project}/members/bulk/?all=true"),
        ),
        (Method::GET, format!("/projects/{project}/members/export/")),
        (Method::GET, format!("/workspaces/{space}/memberships/")),
        (Method::DELETE, format!("/workspaces/{space}")),
    ] {
        reviewer.ask(method, &path, None).await.is_problem(403);
    }
    // Security L7.
    own.user("=cmd@a.example").await;
    own.rest
        .post(
            &format!("/projects/{project}/members/bulk/"),
            &json!({ "all": true }),
        )
        .await
        .is(200);
    let list = own
        .rest
        .get(&format!("/projects/{project}/members/export/"))
        .await
        .text;
    assert!(list.contains("'=cmd@a.example"), "{list}");
    app.finish();
}

#[tokio::test]
async fn the_list_of_projects_is_narrowed_searched_and_sorted() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let space = made(&app, "/workspaces/", &json!({ "title": "Space" })).await;
    let mut ids = Vec::new();
    for title in ["Éclair One", "Eclair two", "100%_three", "four"] {
        ids.push(made(&app, "/projects/", &json!({ "title": title })).await);
    }
    let inside = format!("/workspaces/{space}/projects/");
    rest.post(&inside, &json!({ "project": ids[1] }))
        .await
        .is(201);
    let away = json!({ "is_archived": true });
    rest.patch(&format!("/projects/{}", ids[3]), &away)
        .await
        .is(200);
    let (two, three) = (ids[1], ids[2]);
    for (query, expected) in [
        (String::new(), vec![0, 1, 2, 3]),
        ("?ordering=-id".to_owned(), vec![3, 2, 1, 0]),
        ("?search=CLAIR".to_owned(), vec![0, 1]),
        ("?title=%C3%A9CLAIR".to_owned(), vec![0]),
        ("?search=%25_".to_owned(), vec![2]),
        ("?search=t&ordering=-created_at".to_owned(), vec![2, 1]),
        (format!("?ids={two},{three}"), vec![1, 2]),
        (format!("?ids={two}&ids={three}"), vec![1, 2]),
        (format!("?ids={two},{three}&search=three"), vec![2]),
        (format!("?workspaces={space}"), vec![1]),
        ("?archived=true".to_owned(), vec![3]),
        ("?archived=false&search=four".to_owned(), vec![]),
    ] {
        let joint = if query.is_empty() { '?' } else { '&' };
        let mut next = Some(format!("/projects/{query}{joint}page_size=1"));
        let mut seen = Vec::new();
        while let Some(path) = next {
            let page = rest.get(&path).await.is(200);
            assert_eq!(page["count"], expected.len(), "{path}");
            let results = page["results"].as_array().unwrap();
            seen.extend(results.iter().map(|one| one["id"].as_i64().unwrap()));
            let prefix = format!("{}/api", app.base);
            next = page["next"]
                .as_str()
                .map(|url| url.strip_prefix(&prefix).unwrap().to_owned());
        }
        let expected: Vec<i64> = expected.into_iter().map(|at: usize| ids[at]).collect();
        assert_eq!(seen, expected, "{query}");
    }
    for bad in ["ids=x", "archived=perhaps", "ordering=title"] {
        rest.get(&format!("/projects?{bad}")).await.is_problem(400);
    }
    app.finish();
}
