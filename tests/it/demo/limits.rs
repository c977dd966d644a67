//! What the demo refuses, and what it leaves.

use std::net::TcpStream;

use super::Demo;
use crate::app::{App, Place};

#[test]
fn the_demo_listens_on_no_address_that_another_machine_reaches() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let place = runtime.block_on(Place::make());
    for host in ["0.0.0.0", "::", "10.0.0.1", "192.0.2.1", "example.com"] {
        let output = place.run(&["demo", "--host", host]);
        assert_eq!(output.status.code(), Some(2), "{host}");
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("not for production"), "{said}");
    }
}

#[tokio::test]
async fn the_demo_takes_neither_settings_nor_a_database_of_another() {
    let app = App::start().await;
    let refused = |arguments: &[&str], word: &str| {
        let output = app.place.run(&[&["demo"], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("not for production") && said.contains(word),
            "{said}"
        );
    };
    refused(&["--data-dir", "."], "data directory of its own");
    refused(&["--config", "rollright.toml"], "settings");
    let url = app.place.database.url();
    refused(&["--database-url", &url], "has an organization already");
    app.finish();
}

#[tokio::test]
async fn the_demo_leaves_nothing_and_no_variable_leads_it_to_another_database() {
    let mut demo = Demo::start(&[]).await;
    let temporary = demo.place.folder.path().join("temporary");
    let inside = || std::fs::read_dir(&temporary).unwrap().count();
    assert_eq!(inside(), 1);
    let page = demo.shown().await;
    let server = page.split_once("href=\"http://").unwrap().1;
    let server = server.split('/').next().unwrap().to_owned();
    assert!(server.starts_with("127.0.0.1:"), "{server}");
    demo.end();
    assert_eq!(inside(), 0);
    for address in [&server, demo.base.strip_prefix("http://").unwrap()] {
        assert!(TcpStream::connect(address).is_err(), "{address}");
    }
    // What the variable of the test names was not touched: there is not even a schema.
    let output = demo.place.run(&["migrate"]);
    assert!(output.status.success());
    let organizations = "SELECT CAST(id AS TEXT) FROM organizations";
    assert!(
        demo.place
            .database
            .texts(organizations, &[])
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn no_page_of_another_server_presses_a_button() {
    let demo = Demo::start_watched("okta").await;
    for header in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("host", "evil.example"),
    ] {
        let answer = demo.send("/fire", "person=0", &[header]).await;
        assert_eq!(answer.status, 403, "{header:?}: {}", answer.text);
    }
    let own = ("origin", demo.base.as_str());
    let answer = demo.send("/fire", "person=0", &[own]).await;
    assert_eq!(answer.status, 303);
    let stolen = demo
        .page
        .send(reqwest::Method::GET, "/", &[("host", "evil.example")], None)
        .await;
    assert_eq!(stolen.status, 403);
    demo.finish();
}
