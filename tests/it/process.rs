//! The program's life beside its database: the schema, two at once, the end.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::app::{App, Place, printed, terminate};

#[tokio::test]
async fn a_database_that_a_newer_version_has_written_stops_every_command() {
    let place = Place::make().await;
    printed(&place.run(&["migrate"]));
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        SELECT 9999, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    assert_eq!(place.database.execute(newer).await, 1);
    for command in [&["start", "--port", "0"][..], &["migrate"], &["doctor"]] {
        let output = place.run(command);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("schema version 9999") && said.contains("newer version"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn processes_that_start_at_once_on_an_empty_database_all_come_up() {
    let named = [
        "--username",
        "owner@a.example",
        "--password",
        "a long password",
        "--user-token",
        "owner-token-a",
    ];
    for options in [&named[..], &[]] {
        let place = Place::make().await;
        let mut running = std::thread::scope(|scope| {
            let started: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| place.serve(options)))
                .collect();
            started
                .into_iter()
                .map(|one| one.join().unwrap())
                .collect::<Vec<_>>()
        });
        for (_, line, _) in &running {
            assert!(line.starts_with("listening on http://"), "{line:?}");
        }
        let organizations = "SELECT CAST(id AS TEXT) FROM organizations";
        assert_eq!(place.database.texts(organizations, &[]).await, ["1"]);
        for (server, _, _) in &running {
            terminate(server);
        }
        for (server, _, _) in &mut running {
            assert_eq!(server.wait().unwrap().code(), Some(0));
        }
        printed(&place.run(&["doctor", "--verify"]));
    }
}

#[tokio::test]
async fn a_request_in_flight_is_finished_when_the_server_is_told_to_stop() {
    let app = App::start().await;
    let body = crate::app::user("ada@a.example").to_string();
    let (first, second) = body.split_at(10);
    let address = app.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: {address}\r\nAuthorization: {}\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        app.own.scim.authorization(),
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The handler waits for the body from here on.
    let mut answer = [0; 25];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(first.as_bytes()).unwrap();
    app.stop();
    // Told, and closed to new ones, before the rest is sent.
    while TcpStream::connect(address).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(second.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 Created"), "{answer}");
    let names = "SELECT user_name FROM members WHERE user_name LIKE 'ada%'";
    assert_eq!(
        app.place.database.texts(names, &[]).await,
        ["ada@a.example"]
    );
    app.finish();
}
