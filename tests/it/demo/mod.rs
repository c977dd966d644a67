//! `rollright demo`: its page, by its forms, as a browser without script uses it.

mod buttons;
mod limits;
mod sign_in;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use reqwest::Method;

use crate::app::{Place, printed, terminate};
use crate::client::{Answer, Client};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A running demo.
pub(crate) struct Demo {
    pub(crate) place: Place,
    /// Its page.
    pub(crate) page: Client,
    /// Where that is.
    pub(crate) base: String,
    program: Child,
    _out: BufReader<ChildStdout>,
}

impl Demo {
    /// With further options. Its temporary directory is in the folder `temporary` of the place.
    pub(crate) async fn start(options: &[&str]) -> Self {
        Self::start_in(Place::make().await, options)
    }

    fn start_in(place: Place, options: &[&str]) -> Self {
        let temporary = place.folder.path().join("temporary");
        std::fs::create_dir(&temporary).unwrap();
        let mut program = place
            .program(&["demo"])
            .args(options)
            .env("TMPDIR", temporary)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(program.stdout.take().unwrap());
        let mut said = String::new();
        let base = loop {
            let mut line = String::new();
            assert_ne!(out.read_line(&mut line).unwrap(), 0, "it ended: {said}");
            if let Some(link) = line.trim().strip_prefix("open ") {
                break link.trim_end_matches('/').to_owned();
            }
            said += &line;
        };
        assert!(said.contains("not for production"), "{said}");
        Self {
            page: Client::new(base.clone(), None),
            place,
            base,
            program,
            _out: out,
        }
    }

    /// The same on the test's own database, which is looked at in the end.
    pub(crate) async fn start_watched(accent: &str) -> Self {
        let place = Place::make().await;
        let url = place.database.url();
        Self::start_in(place, &["--accent", accent, "--database-url", &url])
    }

    /// Sends a form, which is done; the page that follows.
    pub(crate) async fn press(&self, form: &str, fields: &str) -> String {
        let answer = self.send(form, fields, &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(answer.header("location"), "/");
        self.shown().await
    }

    /// Sends a form with these headers.
    pub(crate) async fn send(&self, form: &str, fields: &str, headers: &[(&str, &str)]) -> Answer {
        let headers = [&[FORM], headers].concat();
        let body = Some(fields.to_owned());
        self.page.send(Method::POST, form, &headers, body).await
    }

    /// The page.
    pub(crate) async fn shown(&self) -> String {
        let answer = self.page.get("/").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    }

    /// Checks what is stored, and ends it.
    pub(crate) fn finish(mut self) {
        printed(&self.place.run(&["doctor", "--verify"]));
        self.end();
    }

    /// Ends it as Ctrl+C does.
    pub(crate) fn end(&mut self) {
        terminate(&self.program);
        assert_eq!(self.program.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // After a test that failed; else it has ended.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// What a page says of the member with this name: role and reason, without marks.
#[track_caller]
pub(crate) fn of_member(page: &str, name: &str) -> String {
    let start = page.find(&format!("<strong>{name}</strong>"));
    let row = &page[start.unwrap_or_else(|| panic!("{name} is not shown"))..];
    words(&row[..row.find("</tr>").unwrap()])
}

/// A text without marks, with one space between words.
pub(crate) fn words(html: &str) -> String {
    let mut inside = false;
    let letters = html.chars().map(|letter| {
        inside = (inside || letter == '<') && letter != '>';
        if inside || letter == '>' { ' ' } else { letter }
    });
    let text: String = letters.collect();
    let text = text.replace("&#34;", "\"").replace("&#39;", "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
