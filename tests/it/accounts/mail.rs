//! Mail as it reaches a real mail server, or waits for one.

use serde_json::json;

use super::post;
use super::smtp::Smtp;
use crate::app::{App, OWNER, Place};

/// A server with this mail server.
async fn with(smtp: &str) -> App {
    let place = Place::make().await;
    let settings = format!("smtp_url = \"{smtp}\"\nmail_from = \"Roll <roll@a.example>\"\n");
    std::fs::write(place.folder.path().join("rollright.toml"), settings).unwrap();
    App::start_in(place, &[])
}

#[tokio::test]
async fn a_mail_reaches_the_mail_server_once_with_its_credentials() {
    let smtp = Smtp::listen(250).await;
    let app = with(&format!("smtp://roll:p%40ss@{}", smtp.address)).await;
    post(&app, "/user/password-reset", &json!({ "email": OWNER }))
        .await
        .is(200);
    let mail = smtp.next().await;
    assert_eq!(mail.from, "roll@a.example");
    assert_eq!(mail.to, [OWNER]);
    assert_eq!(mail.login, "\0roll\0p@ss");
    assert!(
        mail.text.contains("From: Roll <roll@a.example>\r\n"),
        "{}",
        mail.text
    );
    assert!(mail.text.contains("/user/password-reset/"), "{}", mail.text);
    // Nothing of it is left, and no file was written.
    assert!(super::mails(&app, OWNER).await.is_empty());
    let left = app.place.database.texts("SELECT subject FROM mails", &[]);
    assert!(left.await.is_empty());
    app.finish();
}

/// Security N: what is secret in a mail is nowhere but in it.
#[tokio::test]
async fn a_mail_that_is_refused_is_kept_sealed_or_given_up_and_the_log_tells_nobodys_name() {
    for (code, given_up) in [(451, false), (550, true)] {
        let smtp = Smtp::listen(code).await;
        let app = with(&format!("smtp://{}", smtp.address)).await;
        post(&app, "/user/password-reset", &json!({ "email": OWNER }))
            .await
            .is(200);
        let sealed = loop {
            let sql = "SELECT COALESCE(sealed_text, '') FROM mails WHERE problem IS NOT NULL";
            if let Some(found) = app.place.database.texts(sql, &[]).await.pop() {
                break found;
            }
        };
        assert_eq!(sealed.is_empty(), given_up);
        assert!(!sealed.contains("password-reset"));
        let waits = "SELECT subject FROM mails WHERE due_at IS NOT NULL";
        let waits = app.place.database.texts(waits, &[]).await;
        assert_eq!(waits.is_empty(), given_up);
        let log = std::fs::read_to_string(app.place.folder.path().join("log")).unwrap();
        assert!(log.contains(&format!("answered with {code}")), "{log}");
        assert!(
            !log.contains(OWNER) && !log.contains("password-reset/"),
            "{log}"
        );
        app.finish();
    }
}
