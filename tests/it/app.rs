//! The running server, and what tests do with it again and again.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::answers;
use crate::client::Client;
use crate::database::Database;

/// The URN of a User.
pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The URN of a Group.
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The URN of a PATCH message.
pub(crate) const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The Owner of the first organization.
pub(crate) const OWNER: &str = "owner@a.example";

/// A PATCH message.
pub(crate) fn patch(operations: Value) -> Value {
    let mut message = json!({ "schemas": [PATCH] });
    message["Operations"] = operations;
    message
}

/// A User as a client creates it.
pub(crate) fn user(user_name: &str) -> Value {
    json!({ "schemas": [USER], "userName": user_name })
}

/// A Group as a client creates it.
pub(crate) fn group(display_name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": [GROUP], "displayName": display_name, "members": members })
}

/// What the program is started with: a folder, a database, and no setting of whoever runs the tests.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) database: Database,
}

impl Place {
    pub(crate) async fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::make(folder.path()).await;
        Self { folder, database }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "these tests are no part of the server"
    )]
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        // Another build of the program, where one is named: an optimized one for what takes long.
        let other = std::env::var_os("ROLLRIGHT_BIN");
        let program = other.unwrap_or_else(|| env!("CARGO_BIN_EXE_rollright").into());
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("ROLLRIGHT_DATABASE_URL", self.database.url());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.program(arguments).output().unwrap()
    }

    /// Starts a server with these further options; what it says first, and the rest of its standard output.
    pub(crate) fn serve(&self, options: &[&str]) -> (Child, String, BufReader<ChildStdout>) {
        let mut server = self
            .program(&["start", "--host", "127.0.0.1", "--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = server.stderr.take().unwrap();
        answers::copy(log, &self.folder.path().join("log"));
        let mut out = BufReader::new(server.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        (server, line, out)
    }
}

/// What a command printed, where it ended well.
#[track_caller]
pub(crate) fn printed(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Asks a process to end.
pub(crate) fn terminate(process: &Child) {
    let told = Command::new("kill")
        .args(["-TERM", &process.id().to_string()])
        .status();
    assert!(told.unwrap().success());
}

/// An organization, as its provisioning client and its Owner reach it.
pub(crate) struct Organization {
    pub(crate) number: i64,
    pub(crate) scim: Client,
    pub(crate) rest: Client,
}

/// A server with one organization.
pub(crate) struct App {
    pub(crate) place: Place,
    pub(crate) base: String,
    /// The first organization.
    pub(crate) own: Organization,
    server: Child,
    _out: BufReader<ChildStdout>,
}

impl App {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With further options of `start`.
    pub(crate) async fn start_with(options: &[&str]) -> Self {
        Self::start_in(Place::make().await, options)
    }

    /// In a place where something may be already, such as a file of settings.
    pub(crate) fn start_in(place: Place, options: &[&str]) -> Self {
        let mut all = vec![
            "--username",
            OWNER,
            "--password",
            "a long password",
            "--user-token",
            "owner-token-a",
        ];
        all.extend(options);
        let (server, line, out) = place.serve(&all);
        let base = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        let own = organization(&place, &base, 1, "owner-token-a");
        Self {
            place,
            base,
            own,
            server,
            _out: out,
        }
    }

    /// A second organization, made by the command line.
    pub(crate) fn other(&self) -> Organization {
        let said = printed(&self.place.run(&[
            "user",
            "create",
            "--username",
            "owner@b.example",
            "--password",
            "another password",
            "--user-token",
            "owner-token-b",
        ]));
        let number = said.trim().rsplit(' ').next().unwrap().parse().unwrap();
        organization(&self.place, &self.base, number, "owner-token-b")
    }

    /// Somebody without a credential, from the root of the server.
    pub(crate) fn anyone(&self) -> Client {
        Client::new(self.base.clone(), None)
    }

    /// A session of an account, through a link made by the command line; the cookie.
    pub(crate) async fn session(&self, user_name: &str) -> String {
        let said = printed(&self.place.run(&["login-link", "--username", user_name]));
        let path = said.trim().rsplit_once("/login-link/").unwrap().1;
        let answer = self.anyone().get(&format!("/login-link/{path}")).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let cookie = answer.header("set-cookie");
        cookie.split(';').next().unwrap().to_owned()
    }

    /// The number of the server's process.
    pub(crate) fn process(&self) -> u32 {
        self.server.id()
    }

    /// Asks the server to end, while something still goes on.
    pub(crate) fn stop(&self) {
        terminate(&self.server);
    }

    /// Waits until the server, asked to end, has ended.
    pub(crate) fn ended(&mut self) {
        assert_eq!(self.server.wait().unwrap().code(), Some(0));
    }

    /// Checks that all that is stored is as the facts say, then ends the server.
    pub(crate) fn finish(mut self) {
        self.end();
    }

    /// The same, and starts it again with new tokens.
    #[expect(clippy::used_underscore_binding, reason = "it is held and never read")]
    pub(crate) fn restart(&mut self) {
        self.end();
        let options = ["--username", OWNER, "--user-token", "owner-token-a"];
        let (server, line, out) = self.place.serve(&options);
        let base = line.trim().strip_prefix("listening on ").unwrap();
        self.own = organization(&self.place, base, 1, "owner-token-a");
        self.base.replace_range(.., base);
        (self.server, self._out) = (server, out);
    }

    fn end(&mut self) {
        let output = self.place.run(&["doctor", "--verify"]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
        if self.server.try_wait().unwrap().is_none() {
            terminate(&self.server);
        }
        assert_eq!(self.server.wait().unwrap().code(), Some(0));
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // After a test that failed; else it has ended.
        let _ = self.server.kill();
        let _ = self.server.wait();
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.place.folder.path().join("log"));
            eprintln!("the server's log:\n{}", log.unwrap_or_default());
        }
    }
}

fn organization(place: &Place, base: &str, number: i64, user_token: &str) -> Organization {
    let id = number.to_string();
    let token = printed(&place.run(&["scim-token", "create", "--organization", &id]));
    Organization {
        number,
        scim: Client::new(
            format!("{base}/scim/v2"),
            Some(format!("Bearer {}", token.trim())),
        ),
        rest: Client::new(format!("{base}/api"), Some(format!("Token {user_token}"))),
    }
}

impl Organization {
    /// A provisioning client that is read by this profile.
    pub(crate) async fn client(&self, profile: &str) -> Client {
        let wanted = json!({ "profile": profile });
        let made = self.rest.post("/scim/tokens", &wanted).await.is(201);
        let token = made["token"].as_str().unwrap();
        self.scim.with(Some(&format!("Bearer {token}")))
    }

    /// Provisions a member; the id.
    pub(crate) async fn user(&self, user_name: &str) -> String {
        let made = self.scim.post("/Users", &user(user_name)).await.is(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Provisions a group; the id.
    pub(crate) async fn group(&self, display_name: &str, members: &[&str]) -> String {
        let body = group(display_name, members);
        let made = self.scim.post("/Groups", &body).await.is(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Changes a User or Group, which must succeed; the answer.
    pub(crate) async fn change(&self, path: &str, operations: Value) -> Value {
        self.scim.patch(path, &patch(operations)).await.is(200)
    }

    pub(crate) async fn add(&self, group: &str, member: &str) {
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": member }] }]);
        self.change(&format!("/Groups/{group}"), add).await;
    }

    pub(crate) async fn remove(&self, group: &str, member: &str) {
        let path = format!("members[value eq \"{member}\"]");
        let remove = json!([{ "op": "remove", "path": path }]);
        self.change(&format!("/Groups/{group}"), remove).await;
    }

    pub(crate) async fn set_active(&self, member: &str, active: bool) {
        let replace = json!([{ "op": "replace", "path": "active", "value": active }]);
        self.change(&format!("/Users/{member}"), replace).await;
    }

    /// Saves the rules that give roles; how many members have another role now.
    pub(crate) async fn rules(&self, rules: &[(&str, &str)]) -> u64 {
        let saved = self
            .rest
            .post("/scim/settings", &json!({ "roles_groups": rules }))
            .await
            .is(201);
        saved["members_changed"].as_u64().unwrap()
    }

    /// Lets admins give roles by hand, or not.
    pub(crate) async fn manual(&self, manual: bool) {
        let wanted = json!({ "manual_role_management": manual });
        let saved = self.rest.post("/saml/settings", &wanted).await.is(201);
        assert_eq!(saved["manual_role_management"], manual);
    }

    /// Gives a role by hand; null takes it back.
    pub(crate) async fn assign(&self, user_name: &str, role: Option<&str>) -> Value {
        let wanted = json!({ "user_id": self.number_of(user_name).await, "role": role });
        let path = "/organizations/0/memberships";
        self.rest.patch(path, &wanted).await.is(200)
    }

    /// The membership of the member with this userName.
    pub(crate) async fn membership(&self, user_name: &str) -> Value {
        for page in 1.. {
            let path = format!("/organizations/0/memberships?page_size=100&page={page}");
            let list = self.rest.get(&path).await.is(200);
            let all = list["results"].as_array().unwrap();
            let found = all.iter().find(|one| one["user"]["username"] == user_name);
            if let Some(found) = found {
                return found.clone();
            }
            assert!(!list["next"].is_null(), "{user_name} is no member");
        }
        unreachable!("pages end");
    }

    pub(crate) async fn number_of(&self, user_name: &str) -> i64 {
        let found = self.membership(user_name).await;
        found["user"]["id"].as_i64().unwrap()
    }

    /// The role of a member, and through what it came: `MA scim`.
    pub(crate) async fn role(&self, user_name: &str) -> String {
        let found = self.membership(user_name).await;
        let text = |name: &str| found[name].as_str().unwrap().to_owned();
        format!("{} {}", text("role"), text("role_source"))
    }

    /// Why a member has their roles.
    pub(crate) async fn explain(&self, user_name: &str) -> Value {
        let number = self.number_of(user_name).await;
        let path = format!("/members/{number}/explain");
        self.rest.get(&path).await.is(200)
    }
}

impl App {
    /// The words of the events of a subject, in alphabetical order: those of one transaction have no other.
    pub(crate) async fn events(&self, subject: &str) -> Vec<String> {
        let sql = "SELECT kind FROM events WHERE subject = $1 ORDER BY kind";
        self.place.database.texts(sql, &[subject]).await
    }
}
