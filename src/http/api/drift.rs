//! `/api/drift`: where the roll, the directory and the rules do not say the same.

use axum::Json;
use serde_json::{Map, Value, json};

use super::error::ApiError;
use crate::app::drift::{self, Entries};
use crate::domain::drift::List;
use crate::domain::error::Error;
use crate::http::extract::{ApiCaller, Parameters};

/// How many entries of a list are in an answer.
const SHOWN: usize = 100;

/// GET: every list from its beginning, or one of them behind `after`.
pub(crate) async fn get(
    ApiCaller(caller): ApiCaller,
    parameters: Parameters,
) -> Result<Json<Value>, ApiError> {
    let text = |name: &str| parameters.get(name).unwrap_or_default();
    let lists = match text("list") {
        "" => List::ALL.to_vec(),
        name => vec![List::from_name(name).ok_or_else(|| {
            let known = List::ALL.map(List::name).join(", ");
            Error::Invalid(format!("list must be one of {known}"))
        })?],
    };
    let after = text("after");
    if after.contains('\0') {
        return Err(Error::Invalid("after must not hold U+0000".to_owned()).into());
    }
    if !after.is_empty() && lists.len() > 1 {
        return Err(Error::Invalid("after goes with list".to_owned()).into());
    }
    let mut all = Map::new();
    for list in lists {
        let part = drift::list(&caller, list, after, SHOWN).await?;
        let results: Vec<Value> = match &part.entries {
            Entries::People(people) => people
                .iter()
                .map(|one| {
                    json!({
                        "id": one.number,
                        "user_name": one.user_name,
                        "role": one.role.code(),
                        "created_at": one.joined.to_string(),
                    })
                })
                .collect(),
            Entries::Groups(groups) => groups
                .iter()
                .map(|one| json!({ "name": one.name, "members": one.members }))
                .collect(),
        };
        let value = json!({ "count": part.total, "next_after": part.next, "results": results });
        all.insert(list.name().to_owned(), value);
    }
    Ok(Json(all.into()))
}
