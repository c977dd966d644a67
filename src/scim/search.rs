//! `.search`: a query in a body instead of a URL, so that no log of addresses holds it (RFC 7644 section 3.4.3).

use serde_json::Value;

use super::error::Error;
use super::reading::Reading;
use super::require_schema;

/// The schema of the message.
pub(crate) const URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// The parameters that the query string of a GET would have. Names in any case; what is not known is passed over.
pub(crate) fn parameters(
    body: &Value,
    reading: &Reading<'_>,
) -> Result<Vec<(String, String)>, Error> {
    let Value::Object(fields) = body else {
        return Err(Error::InvalidSyntax(
            "a search request is an object".to_owned(),
        ));
    };
    require_schema(fields, &[URN], reading)?;
    let mut found = Vec::new();
    let known = [
        "attributes",
        "excludedAttributes",
        "filter",
        "startIndex",
        "count",
        "cursor",
        "sortBy",
        "sortOrder",
    ];
    for (name, value) in fields {
        if !known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Array(names) => {
                let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
                let names = names.ok_or_else(|| {
                    Error::InvalidValue(format!("`{name}` must be a list of names"))
                })?;
                names.join(",")
            }
            Value::Null => continue,
            Value::Bool(_) | Value::Object(_) => {
                return Err(Error::InvalidValue(format!(
                    "`{name}` must be a text, a number or a list of names"
                )));
            }
        };
        found.push((name.clone(), text));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::leniency::Leniency;

    #[test]
    fn a_search_request_says_what_a_query_string_would() {
        let body = json!({"schemas": [URN], "attributes": ["userName", "id"], "filter": "id pr", "startIndex": 2, "count": null, "more": {}});
        let mut found = parameters(&body, &Reading::of(Leniency::Rfc)).unwrap();
        found.sort();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            found,
            [
                pair("attributes", "userName,id"),
                pair("filter", "id pr"),
                pair("startIndex", "2")
            ]
        );
    }

    #[test]
    fn a_search_request_of_another_shape_is_refused() {
        for body in [
            json!([]),
            json!({}),
            json!({"schemas": [URN], "filter": {}}),
            json!({"schemas": [URN], "attributes": [1]}),
        ] {
            assert!(
                parameters(&body, &Reading::of(Leniency::Rfc)).is_err(),
                "{body}"
            );
        }
    }
}
