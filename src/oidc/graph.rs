//! The groups of a person whom Entra ID counts in too many to list: asked of Microsoft Graph, with the connection's own
//! credentials. Writes the requests and reads the answers; asks nobody itself.

use openidconnect::HttpRequest;
use openidconnect::http::Request;
use openidconnect::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::id_token::IdToken;
use super::person;

/// How many groups Graph puts on a page at most.
const PAGE: usize = 999;
/// How many pages are asked for at most: nobody is in more groups than Entra ID lets a person be in.
pub(crate) const MOST_PAGES: usize = 10;

/// Where Graph is, and what of a group is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Graph<'a> {
    /// The root: `https://graph.microsoft.com`, or that of a national cloud.
    pub(crate) url: &'a str,
    /// The property that rules name groups by: that which the token has where they fit into it.
    pub(crate) property: &'a str,
}

/// One page of groups.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Their names, or ids.
    pub(crate) groups: Vec<String>,
    /// Where the next page is.
    pub(crate) next: Option<String>,
}

/// The request for a token of the application's own, RFC 6749 section 4.4.
pub(crate) fn token_request(
    endpoint: &str,
    graph: Graph<'_>,
    client_id: &str,
    secret: &str,
) -> Option<HttpRequest> {
    let form = Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", client_id)
        .append_pair("client_secret", secret)
        .append_pair("scope", &format!("{}/.default", graph.url))
        .finish();
    Request::post(endpoint)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.into_bytes())
        .ok()
}

/// Reads the token.
pub(crate) fn read_token(status: u16, body: &[u8]) -> Result<String, String> {
    #[derive(Deserialize)]
    struct Token {
        access_token: String,
    }
    if status != 200 {
        return Err(format!("the token endpoint answers with status {status}"));
    }
    serde_json::from_slice(body)
        .map(|token: Token| token.access_token)
        .map_err(|_| "the token endpoint gives no access token".to_owned())
}

/// Where the groups of a person begin, direct and indirect; `None` where the token does not say by which `oid` Graph
/// knows the person.
pub(crate) fn first_page(graph: Graph<'_>, id_token: &IdToken) -> Option<String> {
    let person = id_token.claims.text("oid")?;
    let person: String = byte_serialize(person.as_bytes()).collect();
    Some(format!(
        "{}/v1.0/users/{person}/transitiveMemberOf/microsoft.graph.group?$select=id,{}&$top={PAGE}",
        graph.url, graph.property
    ))
}

/// The request for a page.
pub(crate) fn page_request(url: &str, token: &str) -> Option<HttpRequest> {
    Request::get(url)
        .header(ACCEPT, "application/json")
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .body(Vec::new())
        .ok()
}

/// Reads a page. The next one is of the same Graph, or there is none: the token is for nobody else.
pub(crate) fn read_page(graph: Graph<'_>, status: u16, body: &[u8]) -> Result<Page, String> {
    if status != 200 {
        return Err(format!("Microsoft Graph answers with status {status}"));
    }
    let strange = || "the answer of Microsoft Graph is not a list of groups".to_owned();
    let answer: Value = serde_json::from_slice(body).map_err(|_| strange())?;
    let listed = answer
        .get("value")
        .and_then(Value::as_array)
        .ok_or_else(strange)?;
    let mut groups = Vec::new();
    for group in listed {
        match group.get(graph.property) {
            Some(Value::String(name)) => groups.push(name.clone()),
            // A group that was not synchronized from elsewhere has no name there, and is in no token by it.
            Some(Value::Null) | None => {}
            Some(_) => return Err(strange()),
        }
    }
    let next = match answer.get("@odata.nextLink").and_then(Value::as_str) {
        Some(next) if !next.starts_with(&format!("{}/", graph.url)) => {
            return Err("the next page of groups is elsewhere".to_owned());
        }
        next => next.map(str::to_owned),
    };
    Ok(Page { groups, next })
}

/// The groups of all pages, as they are kept.
pub(crate) fn usable(groups: &[String]) -> Vec<String> {
    person::kept(groups.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GRAPH: Graph<'_> = Graph {
        url: "https://graph.microsoft.com",
        property: "displayName",
    };

    #[test]
    fn a_page_is_read_by_the_property_that_rules_name_groups_by() {
        let body = json!({
            "value": [
                { "id": "1", "displayName": "Annotators" },
                { "id": "2", "displayName": null },
                { "id": "3" },
            ],
            "@odata.nextLink": "https://graph.microsoft.com/v1.0/more",
        });
        let page = read_page(GRAPH, 200, body.to_string().as_bytes());
        let next = Some("https://graph.microsoft.com/v1.0/more".to_owned());
        assert_eq!(
            page,
            Ok(Page {
                groups: vec!["Annotators".to_owned()],
                next
            })
        );
    }

    #[test]
    fn what_is_no_page_of_the_same_graph_is_refused() {
        for (status, body) in [
            (403, json!({ "value": [] })),
            (200, json!({})),
            (200, json!({ "value": [{ "displayName": 1 }] })),
            (
                200,
                json!({ "value": [], "@odata.nextLink": "https://graph.microsoft.com.evil.example/" }),
            ),
            (
                200,
                json!({ "value": [], "@odata.nextLink": "https://evil.example/" }),
            ),
        ] {
            assert!(
                read_page(GRAPH, status, body.to_string().as_bytes()).is_err(),
                "{body}"
            );
        }
        assert!(read_page(GRAPH, 200, b"<html>").is_err());
    }

    #[test]
    fn groups_are_kept_once_and_by_their_exact_names() {
        let groups = ["a", "A", "", "b", " a", "c\u{0}"].map(str::to_owned);
        assert_eq!(usable(&groups), ["a", "A", "b"]);
    }
}
