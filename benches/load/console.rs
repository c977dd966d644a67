//! The members' list of an organization, as the REST API and the page show it to an admin: a page of it, one role, a search.
//!
//! Each is compared with the one query that finds the same rows by an index, asked through a bare handler.

use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::header::{COOKIE, SET_COOKIE};

use crate::client::Http;
use crate::driver::{Sample, drive};
use crate::plan::{CONNECTIONS, Place, Plan, Subject};
use crate::report::median;
use crate::seed::ORGANIZATION;
use crate::workload::{Numbers, People};

/// How many members there are: for the list, and for the page.
const MEMBERS: [usize; 2] = [100_000, 10_000];
/// One member in so many is a Manager; the others have the role by default.
const MANAGERS: usize = 100;
/// How many a page of the list has.
const PAGE: usize = 100;
const OWNER: &[(&str, &str)] = &[
    ("ROLLRIGHT_USERNAME", "owner@example.com"),
    ("ROLLRIGHT_USER_TOKEN", "only-for-the-load"),
];

/// Something that is asked of the list: its name, the path, and that of the bare handler.
type Question = (&'static str, fn(usize) -> String, fn(usize) -> String);

const QUESTIONS: [Question; 3] = [
    (
        "a page of 100 members",
        |number| format!("{}&page={}", list(), 1 + number % 50),
        |number| format!("/members/{}", number % 50 * PAGE),
    ),
    (
        "a page of 100 Managers",
        |number| format!("{}&role=MA&page={}", list(), 1 + number % 5),
        |number| format!("/managers/{}", number % 5 * PAGE),
    ),
    (
        "members by the beginning of a name",
        |number| format!("{}&search={}", list(), wanted(number)),
        |number| format!("/named/{}", wanted(number)),
    ),
];

fn list() -> String {
    format!("/api/organizations/{ORGANIZATION}/memberships?page_size={PAGE}")
}

/// What is looked for: eleven members have it.
fn wanted(number: usize) -> String {
    format!("user{}", 1_000 + number * 7919 % 9_000)
}

/// Measures and prints.
pub(crate) async fn measure(plan: &Plan, place: &Place) -> Result<()> {
    if plan
        .only
        .as_ref()
        .is_some_and(|only| !"console".contains(only.as_str()))
    {
        return Ok(());
    }
    for members in MEMBERS {
        let people = People::in_all(members);
        let name = format!("console_{members}");
        let subject = place
            .subject_set(plan, &name, members, people, OWNER)
            .await?;
        for engine in [&subject.engine, &subject.bare] {
            let some = format!(
                "UPDATE members SET pinned_role = 3, role = 3, role_source = 0
                 WHERE organization_id = {ORGANIZATION} AND number % {MANAGERS} = 0 AND role < 5"
            );
            engine.run(&some, &format!("{some}; ANALYZE")).await?;
        }
        println!("### The members' list, members: {members}\n");
        println!(
            "| asked for | connections | a second | p50 ms | p99 ms | p99 of the bare query | times |"
        );
        println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        for connections in CONNECTIONS {
            for question in QUESTIONS {
                row(plan, &subject, question, connections).await?;
            }
        }
        println!();
        page(plan, &subject).await?;
        subject.stop().await?;
    }
    Ok(())
}

async fn row(
    plan: &Plan,
    subject: &Subject,
    (name, ours, bare): Question,
    connections: usize,
) -> Result<()> {
    let (rounds, time) = plan.rounds();
    let token = "authorization: Token only-for-the-load";
    let mut samples = Vec::new();
    for _ in 0..=rounds {
        let limit = ask(
            &subject.handlers.address,
            bare,
            "accept: */*",
            connections,
            time,
        )
        .await?;
        let ours = ask(&subject.server.address, ours, token, connections, time).await?;
        samples.push((ours, limit));
    }
    // The first round reads what the others find read.
    let samples = &samples[1..];
    let of = |value: &dyn Fn(&(Sample, Sample)) -> f64| median(samples.iter().map(value));
    println!(
        "| {name} | {connections} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} |",
        of(&|(ours, _)| ours.rate(0)),
        of(&|(ours, _)| ours.quantile(0, 50)) / 1000.0,
        of(&|(ours, _)| ours.quantile(0, 99)) / 1000.0,
        of(&|(_, limit)| limit.quantile(0, 99)) / 1000.0,
        of(&|(ours, limit)| ours.quantile(0, 99) / limit.quantile(0, 99)),
    );
    Ok(())
}

/// Asks for what a function of a number says, with one more line in the head.
async fn ask(
    address: &str,
    path: fn(usize) -> String,
    line: &str,
    connections: usize,
    time: Duration,
) -> Result<Sample> {
    let numbers = Numbers::default();
    let mut callers = Vec::new();
    for _ in 0..connections {
        let (mut numbers, line) = (numbers.clone(), line.to_owned());
        let requests = move |over: bool, request: &mut Vec<u8>| {
            let number = numbers.next().filter(|_| !over)?;
            let head = format!(
                "GET {} HTTP/1.1\r\nhost: localhost\r\n{line}\r\n\r\n",
                path(number)
            );
            request.extend_from_slice(head.as_bytes());
            Some(0)
        };
        callers.push(Http::connect(address, requests).await?);
    }
    drive(callers, time).await
}

/// The page of the members: its time, and what a browser fetches that has nothing yet.
async fn page(plan: &Plan, subject: &Subject) -> Result<()> {
    let address = format!("http://{}", subject.server.address);
    let cookie = sign_in(subject, &address).await?;
    let client = reqwest::Client::new();
    let get = async |path: &str| -> Result<String> {
        let request = client.get(format!("{address}{path}"));
        let answer = request.header(COOKIE, &cookie).send().await?;
        Ok(answer.error_for_status()?.text().await?)
    };
    let html = get("/organization").await?;
    let mut weight = html.len();
    let mut assets: Vec<&str> = html
        .split('"')
        .filter(|part| part.starts_with("/assets/"))
        .collect();
    assets.sort_unstable();
    assets.dedup();
    for asset in &assets {
        weight += get(asset).await?.len();
    }
    let (_, time) = plan.rounds();
    let line = format!("cookie: {cookie}");
    let sample = ask(
        &subject.server.address,
        |_| "/organization".to_owned(),
        &line,
        1,
        time,
    )
    .await?;
    println!(
        "The members' page: {:.1} ms, 99 of 100 within {:.1} ms; {} KB of HTML, with {} files {} KB in all.\n",
        sample.quantile(0, 50) / 1000.0,
        sample.quantile(0, 99) / 1000.0,
        html.len() / 1000,
        assets.len(),
        weight / 1000
    );
    Ok(())
}

/// The Owner's session, as a cookie.
async fn sign_in(subject: &Subject, address: &str) -> Result<String> {
    let said = subject
        .rollright
        .run(&["login-link", "--username", "owner@example.com"])
        .await?;
    let (_, link) = said
        .rsplit_once("/login-link/")
        .context("a link was printed")?;
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let answer = client
        .get(format!("{address}/login-link/{}", link.trim()))
        .send()
        .await?;
    let cookies = answer.headers().get_all(SET_COOKIE).iter();
    let cookie = cookies
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
        .collect::<Vec<_>>()
        .join("; ");
    Ok(cookie)
}
