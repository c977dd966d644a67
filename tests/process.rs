//! The program as an operator meets it: its standard output, its exit code, its end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

/// The program, in an empty folder, with none of the settings of whoever runs the tests.
fn program(folder: &tempfile::TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollright"));
    command
        .args(arguments)
        .current_dir(folder.path())
        .env_clear();
    command
}

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut command = program(&folder, arguments);
    command
        .envs(variables.iter().copied())
        .output()
        .expect("the program runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("the program writes UTF-8")
}

#[test]
fn a_started_server_says_where_it_listens_and_ends_well_when_told_to() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut server = program(&folder, &["start", "--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut out = BufReader::new(server.stdout.take().expect("it is piped"));
    let mut line = String::new();
    out.read_line(&mut line).expect("the program writes UTF-8");
    let address = line
        .trim()
        .strip_prefix("listening on http://")
        .expect("the line says where");

    let mut stream = TcpStream::connect(address).expect("the server listens there");
    stream
        .write_all(b"GET /readyz HTTP/1.0\r\n\r\n")
        .expect("the server reads");
    let mut said = String::new();
    stream
        .read_to_string(&mut said)
        .expect("the server answers");
    assert!(said.starts_with("HTTP/1.0 200"), "{said}");
    assert!(folder.path().join("data").is_dir());

    let told = Command::new("kill")
        .args(["-TERM", &server.id().to_string()])
        .status();
    assert!(told.expect("kill runs").success());
    assert_eq!(server.wait().expect("the server ends").code(), Some(0));
}

#[test]
fn an_unknown_setting_stops_the_start_with_one_line_and_1() {
    let output = run(&["start"], &[("ROLLRIGHT_PROT", "1")]);
    assert_eq!(output.status.code(), Some(1));
    let expected = "error: there is no setting ROLLRIGHT_PROT; the nearest is ROLLRIGHT_PORT\n";
    assert_eq!(text(&output.stderr), expected);
    assert!(output.stdout.is_empty());
}

#[test]
fn wrong_usage_ends_with_2() {
    assert_eq!(run(&["strat"], &[]).status.code(), Some(2));
}

#[test]
fn the_version_and_completions_need_no_settings() {
    let broken = [("ROLLRIGHT_PROT", "1")];
    let output = run(&["version"], &broken);
    assert!(text(&output.stdout).starts_with("rollright "));
    assert_eq!(output.status.code(), Some(0));
    let output = run(&["completions", "bash"], &broken);
    assert!(text(&output.stdout).contains("scim-token"));
}
