//! Tags of members: made, assigned, and taken in and handed out as lists.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Person, names};
use crate::app::{App, OWNER};
use crate::client::Answer;

const TAGS: &str = "/organizations/0/member-tags";

/// Hands a list in as a browser's form does.
async fn import(app: &App, file: &[u8], bulk: &str, more: &str) -> Answer {
    let file = String::from_utf8_lossy(file);
    let body = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"bulk_tags\"\r\n\r\n{bulk}\r\n--XX\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n{more}--XX--\r\n"
    );
    let kind = [("content-type", "multipart/form-data; boundary=XX")];
    let path = format!("{TAGS}/imports");
    app.own
        .rest
        .send(Method::POST, &path, &kind, Some(body))
        .await
}

/// Waits until a list has been taken in.
async fn finished(app: &App, answer: &Answer) -> Value {
    let id = answer.is(201)["import"].as_i64().unwrap();
    loop {
        let status = app
            .own
            .rest
            .get(&format!("{TAGS}/imports/{id}"))
            .await
            .is(200);
        if status["status"] == "completed" {
            return status;
        }
    }
}

async fn labels(app: &App) -> Vec<String> {
    let page = app.own.rest.get(TAGS).await.is(200);
    let all = page["results"].as_array().unwrap();
    all.iter()
        .map(|tag| format!("{} {}", tag["label"].as_str().unwrap(), tag["member_count"]))
        .collect()
}

#[tokio::test]
async fn tags_are_made_renamed_and_deleted_one_by_one_and_many_at_once() {
    let app = App::start().await;
    let rest = &app.own.rest;
    let made = rest
        .post(TAGS, &json!({ "label": " Night shift " }))
        .await
        .is(201);
    assert_eq!(
        (&made["label"], &made["member_count"]),
        (&json!("Night shift"), &json!(0))
    );
    assert_eq!(made["created_by"]["email"], OWNER);
    let path = format!("{TAGS}/{}", made["id"]);
    assert_eq!(rest.get(&path).await.is(200), made);
    // The same in other letters is the same; 400, since clients repeat a 409.
    rest.post(TAGS, &json!({ "label": "NIGHT SHIFT" }))
        .await
        .is_problem(400);
    let labels_wanted = json!({ "labels": ["b", "B", "night shift", "c"] });
    let many = rest
        .post(&format!("{TAGS}/bulk"), &labels_wanted)
        .await
        .is(201);
    assert_eq!(many["created"], 2);
    let renamed = rest
        .patch(&path, &json!({ "label": "Day shift" }))
        .await
        .is(200);
    assert_eq!(renamed["label"], "Day shift");
    rest.patch(&path, &json!({ "label": "B" }))
        .await
        .is_problem(400);
    assert_eq!(labels(&app).await, ["b 0", "c 0", "Day shift 0"]);
    let found = rest
        .get(&format!("{TAGS}?search=SHIFT&ordering=-label&page_size=1"))
        .await
        .is(200);
    assert_eq!((&found["count"], &found["next"]), (&json!(1), &Value::Null));
    let beyond = rest.get(&format!("{TAGS}?page=9")).await.is(200);
    assert_eq!(beyond["results"], json!([]));
    for bad in ["", " ", "a,b", "x\u{0}", "x\ny", &"x".repeat(256)] {
        rest.post(TAGS, &json!({ "label": bad }))
            .await
            .is_problem(400);
    }
    let page = rest.get(TAGS).await.is(200);
    let (one, two) = (&page["results"][0]["id"], &page["results"][2]["id"]);
    assert_eq!(two, &made["id"]);
    let ids = format!("{TAGS}/bulk?ids={one},{two},999");
    assert_eq!(rest.delete(&ids).await.is(200), json!({ "deleted": 2 }));
    rest.delete(&path).await.is_problem(404);
    assert_eq!(labels(&app).await.len(), 1);
    app.finish();
}

#[tokio::test]
async fn tags_are_assigned_to_everybody_whom_a_filter_leaves() {
    let app = App::start().await;
    let own = &app.own;
    for name in ["ada", "bob", "cyd"] {
        own.user(&format!("{name}@a.example")).await;
    }
    own.assign("cyd@a.example", Some("MA")).await;
    let mut ids = Vec::new();
    for label in ["one", "two"] {
        let made = own
            .rest
            .post(TAGS, &json!({ "label": label }))
            .await
            .is(201);
        ids.push(made["id"].as_i64().unwrap());
    }
    let bob = own.number_of("bob@a.example").await;
    let path = format!("{TAGS}/assignments");
    let all = json!({ "all": true, "excluded": [bob], "tags": [ids[0]] });
    let done = own
        .rest
        .post(&format!("{path}?role=AN"), &all)
        .await
        .is(200);
    assert_eq!(done, json!({ "assigned": 1 }));
    let some = json!({ "all": "false", "included": [bob], "tags": ids });
    assert_eq!(
        own.rest.post(&path, &some).await.is(200),
        json!({ "assigned": 2 })
    );
    assert_eq!(labels(&app).await, ["one 2", "two 1"]);
    let shown = own.membership("bob@a.example").await;
    assert_eq!(
        shown["tags"],
        json!([{ "id": ids[0], "label": "one" }, { "id": ids[1], "label": "two" }])
    );
    let list = format!("/organizations/0/memberships?tags={}", ids[0]);
    assert_eq!(
        names(&own.rest.get(&list).await.is(200)),
        ["ada@a.example", "bob@a.example"]
    );
    let over = json!({ "all": true, "tags": [ids[1]], "overwrite": true });
    own.rest.post(&path, &over).await.is(200);
    assert_eq!(labels(&app).await, ["one 0", "two 4"]);
    let none = json!({ "tags": [ids[0]] });
    assert_eq!(
        own.rest.post(&path, &none).await.is(200),
        json!({ "assigned": 0 })
    );
    own.rest
        .post(&path, &json!({ "all": true, "tags": [999] }))
        .await
        .is_problem(400);
    // Who is deleted takes nothing along.
    own.rest
        .delete(&format!("/organizations/0/memberships/{bob}"))
        .await
        .is(204);
    assert_eq!(labels(&app).await, ["one 0", "two 3"]);
    app.finish();
}

/// Security G11: strangers become lines of a report, and no accounts.
#[tokio::test]
async fn a_list_is_taken_in_and_strangers_are_reported() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let file = b"email,tags\nADA@a.example,\"one,Two\"\nstranger@b.example,one\n";
    let status = finished(&app, &import(&app, file, "bulk", "").await).await;
    assert_eq!(
        (&status["tags_created"], &status["assignments_created"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(status["users_skipped"], json!(["stranger@b.example"]));
    assert_eq!(status["problems"][0]["line"], 3);
    assert_eq!(labels(&app).await, ["bulk 1", "one 1", "Two 1"]);
    let people = app
        .own
        .rest
        .get("/organizations/0/memberships")
        .await
        .is(200);
    assert_eq!(people["count"], 2);
    // Again, nothing is new.
    let status = finished(&app, &import(&app, file, "", "").await).await;
    assert_eq!(
        (&status["tags_created"], &status["assignments_created"]),
        (&json!(0), &json!(0))
    );
    app.finish();
}

/// Security L8: limits, and rows told by number.
#[tokio::test]
async fn bad_lines_refuse_a_list_unless_the_admin_says_otherwise() {
    let app = App::start().await;
    app.own.user("ada@a.example").await;
    let file = b"email,tags\nada@a.example,one\nno address,one\n";
    let said = import(&app, file, "", "").await.is_problem(400);
    assert!(said.contains("line 3"), "{said}");
    assert!(labels(&app).await.is_empty());
    let more = "--XX\r\nContent-Disposition: form-data; name=\"skip_bad_lines\"\r\n\r\ntrue\r\n";
    let status = finished(&app, &import(&app, file, "", more).await).await;
    assert_eq!(status["assignments_created"], 1);
    assert_eq!(status["problems"][0]["line"], 3);
    for bad in [
        &b"mail,tags\n"[..],
        b"",
        b"email,tags\nx\0@y,z\n",
        b"email,tags\n\"open",
    ] {
        import(&app, bad, "", "").await.is_problem(400);
    }
    let path = format!("{TAGS}/imports");
    app.own.rest.post(&path, &json!({})).await.is_problem(415);
    let kind = [("content-type", "multipart/form-data; boundary=XX")];
    for bad in ["", "--XX", "--XX--\r\n", "garbage"] {
        let answer = app
            .own
            .rest
            .send(Method::POST, &path, &kind, Some(bad.to_owned()))
            .await;
        answer.is_problem(400);
    }
    app.own
        .rest
        .get(&format!("{path}/999"))
        .await
        .is_problem(404);
    app.finish();
}

#[tokio::test]
async fn a_long_list_goes_on_behind_and_after_a_restart() {
    let mut app = App::start().await;
    for n in 0..3 {
        app.own.user(&format!("u{n}@a.example")).await;
    }
    let lines: Vec<String> = (0..1200)
        .map(|n| format!("u{}@a.example,tag {}\n", n % 4, n % 5))
        .collect();
    let file = format!("email,tags\n{}", lines.concat());
    let answer = import(&app, file.as_bytes(), "", "").await;
    app.restart();
    let status = finished(&app, &answer).await;
    assert_eq!(
        (&status["tags_created"], &status["assignments_created"]),
        (&json!(5), &json!(15))
    );
    assert_eq!(status["users_skipped"].as_array().unwrap().len(), 300);
    app.finish();
}

/// Security L7: no cell that a spreadsheet would run.
#[tokio::test]
async fn the_list_that_is_handed_out_holds_no_formula() {
    let app = App::start().await;
    app.own.user("=cmd@a.example").await;
    app.own.user("ada@a.example").await;
    let made = app
        .own
        .rest
        .post(TAGS, &json!({ "label": "+1 \"quoted\"" }))
        .await
        .is(201);
    let all = json!({ "all": true, "tags": [made["id"]] });
    app.own
        .rest
        .post(&format!("{TAGS}/assignments?role=AN"), &all)
        .await
        .is(200);
    let list = app.own.rest.get(&format!("{TAGS}/export")).await;
    assert_eq!(list.header("content-type"), "text/csv; charset=utf-8");
    let mut lines: Vec<&str> = list.text.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "'=cmd@a.example,\"'+1 \"\"quoted\"\"\"",
            "ada@a.example,\"'+1 \"\"quoted\"\"\"",
            "email,tags",
        ]
    );
    app.finish();
}

/// Security F2 and B13: Managers see tags, administrators change them, others meet nothing.
#[tokio::test]
async fn tags_are_for_admins_and_of_one_organization() {
    let app = App::start().await;
    let other = app.other();
    let theirs = other
        .rest
        .post(TAGS, &json!({ "label": "theirs" }))
        .await
        .is(201);
    let mine = app
        .own
        .rest
        .post(TAGS, &json!({ "label": "mine" }))
        .await
        .is(201);
    let foreign = format!("{TAGS}/{}", theirs["id"]);
    app.own.rest.get(&foreign).await.is_problem(404);
    app.own
        .rest
        .patch(&foreign, &json!({ "label": "x" }))
        .await
        .is_problem(404);
    app.own.rest.delete(&foreign).await.is_problem(404);
    let bulk = format!("{TAGS}/bulk?ids={}", theirs["id"]);
    assert_eq!(
        app.own.rest.delete(&bulk).await.is(200),
        json!({ "deleted": 0 })
    );
    let assign = json!({ "all": true, "tags": [theirs["id"]] });
    let path = format!("{TAGS}/assignments");
    app.own.rest.post(&path, &assign).await.is_problem(400);
    app.own
        .rest
        .get("/organizations/2/member-tags")
        .await
        .is_problem(404);
    let list = format!("/organizations/0/memberships?tags={}", theirs["id"]);
    assert!(names(&app.own.rest.get(&list).await.is(200)).is_empty());

    let manager = Person::with_role(&app, "mary@a.example", "MA").await;
    let reviewer = Person::with_role(&app, "rob@a.example", "RE").await;
    let one = format!("{TAGS}/{}", mine["id"]);
    for (person, sees) in [(&manager, 200), (&reviewer, 403)] {
        person.get(TAGS).await.is(sees);
        person.get(&one).await.is(sees);
        let label = json!({ "label": "changed" });
        let all = json!({ "all": true, "tags": [mine["id"]] });
        let many = json!({ "labels": ["x"] });
        for (method, path, body) in [
            (Method::POST, TAGS.to_owned(), Some(&label)),
            (Method::PATCH, one.clone(), Some(&label)),
            (Method::DELETE, one.clone(), None),
            (Method::POST, format!("{TAGS}/bulk"), Some(&many)),
            (Method::DELETE, format!("{TAGS}/bulk?ids=1"), None),
            (Method::POST, path.clone(), Some(&all)),
            (Method::GET, format!("{TAGS}/export"), None),
        ] {
            person.ask(method, &path, body).await.is_problem(403);
        }
    }
    assert_eq!(labels(&app).await, ["mine 0"]);
    app.finish();
}
