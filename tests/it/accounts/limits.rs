//! How often passwords are guessed at, and that nobody locks anybody out.

use reqwest::Method;
use serde_json::json;

use super::{OWN, PASSWORD, cookie, session};
use crate::app::{App, OWNER, Place};
use crate::client::Answer;

/// A server that believes this machine when it says who asks.
async fn behind_a_proxy() -> App {
    let place = Place::make().await;
    let settings = "trusted_proxies = \"127.0.0.0/8\"\n";
    std::fs::write(place.folder.path().join("rollright.toml"), settings).unwrap();
    App::start_in(place, &[])
}

async fn guess(app: &App, email: &str, password: &str, client: &str, cookie: &str) -> Answer {
    let headers = [OWN, ("x-forwarded-for", client), ("cookie", cookie)];
    let body = json!({ "email": email, "password": password }).to_string();
    app.anyone()
        .send(Method::POST, "/user/login", &headers, Some(body))
        .await
}

/// Security I7: case, blanks and a header that the client wrote make no new guesses.
#[tokio::test]
async fn security_i7_a_guesser_is_slowed_down_whatever_they_vary() {
    let app = App::start().await;
    let spellings = [
        OWNER,
        "OWNER@a.example",
        " owner@A.example",
        "Owner@a.example ",
    ];
    for n in 0..10 {
        let client = format!("10.0.0.{n}");
        let answer = guess(&app, spellings[n % 4], "a guess", &client, "").await;
        assert_eq!(answer.status, 401);
    }
    let answer = guess(&app, OWNER, "a guess", "10.0.0.99", "").await;
    answer.is_problem(429);
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    // Nor is the right one tried meanwhile.
    guess(&app, OWNER, PASSWORD, "10.0.0.99", "")
        .await
        .is_problem(429);
    app.finish();
}

/// Security I8: who guesses slows themselves down, not the person whose account it is.
#[tokio::test]
async fn security_i8_the_person_comes_in_while_others_guess() {
    let app = behind_a_proxy().await;
    for _ in 0..10 {
        assert_eq!(
            guess(&app, OWNER, "a guess", "6.6.6.6", "").await.status,
            401
        );
    }
    guess(&app, OWNER, "a guess", "6.6.6.6", "")
        .await
        .is_problem(429);
    guess(&app, OWNER, "a guess", "1.1.1.1, 6.6.6.6", "")
        .await
        .is_problem(429);
    session(&guess(&app, OWNER, PASSWORD, "7.7.7.7", "").await);
    // Others at the same address go on too.
    assert_eq!(
        guess(&app, "ada@a.example", "a guess", "6.6.6.6", "")
            .await
            .status,
        401
    );
    app.finish();
}

/// Security I8: and also where the guesses come from everywhere, with a browser that they have used before.
#[tokio::test]
async fn security_i8_a_known_browser_comes_in_while_everybody_guesses() {
    let app = behind_a_proxy().await;
    let entered = guess(&app, OWNER, PASSWORD, "7.7.7.7", "").await;
    session(&entered);
    let device = cookie(&entered, "rollright_device").expect("the browser is known from now on");
    let mut guesses = 0;
    loop {
        let client = format!("6.6.{guesses}.6");
        match guess(&app, OWNER, "a guess", &client, "").await.status {
            401 => guesses += 1,
            429 => break,
            other => panic!("{other}"),
        }
    }
    assert!((100..110).contains(&guesses), "{guesses}");
    guess(&app, OWNER, PASSWORD, "8.8.8.8", "")
        .await
        .is_problem(429);
    session(&guess(&app, OWNER, PASSWORD, "7.7.7.7", &device).await);
    session(&guess(&app, OWNER, PASSWORD, "9.9.9.9", &device).await);
    // The mark is of this account and this server.
    for forged in ["rollright_device=a.b", &device[..device.len() - 1]] {
        guess(&app, OWNER, PASSWORD, "8.8.8.8", forged)
            .await
            .is_problem(429);
    }
    // And no way to guess without end.
    for _ in 0..10 {
        assert_eq!(
            guess(&app, OWNER, "a guess", "9.9.9.9", &device)
                .await
                .status,
            401
        );
    }
    guess(&app, OWNER, "a guess", "9.9.9.9", &device)
        .await
        .is_problem(429);
    app.finish();
}

#[tokio::test]
async fn whoever_signs_in_rightly_is_never_slowed_down() {
    let app = App::start().await;
    for _ in 0..12 {
        session(&guess(&app, OWNER, PASSWORD, "", "").await);
    }
    app.finish();
}

#[tokio::test]
async fn one_client_does_not_make_the_server_write_mails_without_end() {
    let app = App::start().await;
    let mut refused = 0;
    for n in 0..25 {
        let email = format!("nobody{n}@a.example");
        let answer = super::post(&app, "/user/password-reset", &json!({ "email": email })).await;
        match answer.status {
            200 => assert_eq!(refused, 0),
            429 => refused += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!(refused, 5);
    app.finish();
}
