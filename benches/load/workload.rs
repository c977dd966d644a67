//! What is asked of the server, and of what it is compared with.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::bare::Write;
use crate::seed;

/// How many members there are before the load.
pub(crate) const USERS: usize = 10_000;
/// Who is asked about, by their numbers.
#[derive(Clone, Copy)]
pub(crate) struct People {
    /// How many there are.
    all: usize,
    /// How many of them are read and changed by themselves. The others are in the groups that are made: who is in many
    /// groups costs more to read, so that what is measured later would depend on what was measured before.
    alone: usize,
    /// The first of those who are added to a group and removed again, and how many they are.
    outsiders: (usize, usize),
}

impl People {
    /// So many, beside whom others stand outside of the seeded groups.
    pub(crate) const BESIDE_OUTSIDERS: Self = Self {
        all: USERS,
        alone: USERS * 9 / 10,
        outsiders: (seed::INSIDERS + 1, seed::OUTSIDERS),
    };

    /// So many in all, of whom the first hundred are in the first group.
    pub(crate) fn in_all(all: usize) -> Self {
        let alone = all * 9 / 10;
        Self {
            all,
            alone,
            outsiders: (SIZES[0] + 1, alone - SIZES[0]),
        }
    }

    /// A member that is not asked for twice in a row.
    fn scattered(self, number: usize) -> usize {
        1 + number * 7919 % self.alone
    }

    fn outsider(self, number: usize) -> uuid::Uuid {
        let (first, count) = self.outsiders;
        seed::member(first + number * 7919 % count)
    }
}

/// The sizes of the groups that one member is added to and removed from; the group with number 1 is the smallest.
pub(crate) const SIZES: [usize; 4] = [100, 1_000, 10_000, seed::INSIDERS];

/// One thing to ask.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// GET of one user by id.
    Get,
    /// GET of the user with a userName.
    Filter,
    /// GET of a page of 100 users.
    List,
    /// PATCH that turns `active` over.
    Patch,
    /// POST of a user.
    Create,
    /// POST of a group with 100 members.
    CreateGroup,
    /// PATCH that adds one member to the group with this number, and PATCH that removes it again.
    Member(usize),
    /// Of everything something: 12 reads in 16.
    Mixed,
    /// GET of one page, all from the same address: of the bare handlers.
    Bare(&'static str),
}

/// What an operation is compared with.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    /// A bare handler at this path.
    Handler(&'static str),
    /// A bare transaction.
    Transaction(Write),
}

impl Operation {
    /// What to call it, and what it is compared with.
    pub(crate) fn limit(self) -> Limit {
        match self {
            Self::Get | Self::Filter => Limit::Handler("/member/"),
            Self::List => Limit::Handler("/page/"),
            Self::Patch => Limit::Transaction(Write::Patch),
            Self::Create => Limit::Transaction(Write::Create),
            Self::CreateGroup => Limit::Transaction(Write::Group),
            Self::Member(_) => Limit::Transaction(Write::Membership),
            Self::Mixed | Self::Bare(_) => Limit::Handler("/constant/"),
        }
    }

    /// The name of each kind of question in it.
    pub(crate) fn names(self) -> Vec<String> {
        match self {
            Self::Get => vec!["GET a user by id".to_owned()],
            Self::Filter => vec!["find a user by `userName eq`".to_owned()],
            Self::List => vec!["list a page of 100 users".to_owned()],
            Self::Patch => vec!["PATCH `active` of a user".to_owned()],
            Self::Create => vec!["create a user".to_owned()],
            Self::CreateGroup => vec!["create a group with 100 members".to_owned()],
            Self::Member(number) => {
                let size = SIZES[number - 1];
                vec![
                    format!("add one to a group of {size}"),
                    format!("remove one from a group of {size}"),
                ]
            }
            Self::Mixed => vec!["mixed".to_owned()],
            Self::Bare(path) => vec![path.to_owned()],
        }
    }
}

/// Numbers that several callers share, so that no two have the same.
#[derive(Clone, Default)]
pub(crate) struct Numbers(Arc<AtomicUsize>, Arc<AtomicUsize>);

impl Numbers {
    /// The number of the next PATCH. It has a count of its own, so that each turns `active` over and none says what is so
    /// already, which would cost less.
    fn next_patch(&self) -> usize {
        self.1.fetch_add(1, Ordering::Relaxed)
    }
}

impl Iterator for Numbers {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        Some(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// Writes requests of one operation.
pub(crate) type Writer = Box<dyn FnMut(bool, &mut Vec<u8>) -> Option<usize> + Send>;

/// The requests of an operation. `numbers` are shared by every caller of it, and live as long as the database.
pub(crate) fn requests(
    operation: Operation,
    token: &str,
    mut numbers: Numbers,
    people: People,
) -> Writer {
    let token = token.to_owned();
    let mut joined = None;
    Box::new(move |over, request| {
        if let (Some(member), Operation::Member(group)) = (joined.take(), operation) {
            remove(request, &token, group, people.outsider(member));
            return Some(1);
        }
        let number = numbers.next().filter(|_| !over)?;
        match operation {
            Operation::Mixed => one_of_all(request, &token, &numbers, number, people),
            Operation::Patch => simple(operation, request, &token, numbers.next_patch(), people),
            Operation::Member(group) => {
                joined = Some(number);
                add(request, &token, group, people.outsider(number));
            }
            other => simple(other, request, &token, number, people),
        }
        Some(0)
    })
}

fn one_of_all(
    request: &mut Vec<u8>,
    token: &str,
    numbers: &Numbers,
    number: usize,
    people: People,
) {
    let operation = match number % 16 {
        0 => Operation::Create,
        1..=3 => Operation::Patch,
        4..=7 => Operation::Filter,
        8 => Operation::List,
        _ => Operation::Get,
    };
    let number = match operation {
        Operation::Patch => numbers.next_patch(),
        _ => number,
    };
    simple(operation, request, token, number, people);
}

fn simple(operation: Operation, request: &mut Vec<u8>, token: &str, number: usize, people: People) {
    match operation {
        Operation::Get => {
            let path = format!("/scim/v2/Users/{}", seed::member(people.scattered(number)));
            write(request, "GET", &path, token, "");
        }
        Operation::Filter => {
            let user = people.scattered(number);
            let path = format!("/scim/v2/Users?filter=userName+eq+%22user{user}%40example.com%22");
            write(request, "GET", &path, token, "");
        }
        Operation::List => {
            let start = 1 + number * 100 % people.alone;
            let path = format!("/scim/v2/Users?startIndex={start}&count=100");
            write(request, "GET", &path, token, "");
        }
        Operation::Patch => {
            let path = format!("/scim/v2/Users/{}", seed::member(people.scattered(number)));
            let active = number / people.alone % 2 == 1;
            let body = patch(&format!(
                r#"{{"op":"replace","path":"active","value":{active}}}"#
            ));
            write(request, "PATCH", &path, token, &body);
        }
        Operation::Create => {
            let attributes = seed::ATTRIBUTES.replace('#', &format!("-new-{number}"));
            let body = format!(
                r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"userName":"new{number}@example.com","externalId":"new{number}","active":true,{}"#,
                &attributes[1..]
            );
            write(request, "POST", "/scim/v2/Users", token, &body);
        }
        Operation::CreateGroup => {
            let members: Vec<String> = (0..100)
                .map(|at| {
                    let member = seed::member(
                        people.alone + 1 + (number * 100 + at) % (people.all - people.alone),
                    );
                    format!(r#"{{"value":"{member}"}}"#)
                })
                .collect();
            let body = format!(
                r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"new {number}","members":[{}]}}"#,
                members.join(",")
            );
            // As clients do that need no list of the members back.
            let path = "/scim/v2/Groups?excludedAttributes=members";
            write(request, "POST", path, token, &body);
        }
        Operation::Bare(path) => {
            let path = format!("{path}{}", seed::member(people.scattered(number)));
            write(request, "GET", &path, token, "");
        }
        Operation::Member(_) | Operation::Mixed => {}
    }
}

fn add(request: &mut Vec<u8>, token: &str, group: usize, member: uuid::Uuid) {
    let path = format!("/scim/v2/Groups/{}", seed::group(group));
    let body = patch(&format!(
        r#"{{"op":"add","path":"members","value":[{{"value":"{member}"}}]}}"#
    ));
    write(request, "PATCH", &path, token, &body);
}

fn remove(request: &mut Vec<u8>, token: &str, group: usize, member: uuid::Uuid) {
    let path = format!("/scim/v2/Groups/{}", seed::group(group));
    let body = patch(&format!(
        r#"{{"op":"remove","path":"members[value eq \"{member}\"]"}}"#
    ));
    write(request, "PATCH", &path, token, &body);
}

fn patch(operation: &str) -> String {
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{operation}]}}"#
    )
}

/// Writes a request.
pub(crate) fn write(request: &mut Vec<u8>, method: &str, path: &str, token: &str, body: &str) {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\naccept: application/scim+json\r\n"
    );
    request.extend_from_slice(head.as_bytes());
    if !body.is_empty() {
        let about = format!(
            "content-type: application/scim+json\r\ncontent-length: {}\r\n",
            body.len()
        );
        request.extend_from_slice(about.as_bytes());
    }
    request.extend_from_slice(b"\r\n");
    request.extend_from_slice(body.as_bytes());
}
