//! The text of a message that is too long to be held: what comes before and after the elements of one list, which are
//! written between as they are read. Together it is, byte for byte, the text of the whole message.

use serde::Serialize;
use serde_json::Value;

/// The text of an object up to the last element that one of its lists has, and what follows; `None` where the object has
/// no such list.
pub(crate) fn open(message: &Value, list: &str) -> Option<(String, String)> {
    let elements = message.get(list)?.as_array()?;
    let (mut before, mut after) = ("{".to_owned(), "]".to_owned());
    let mut passed = false;
    for (name, value) in message.as_object()? {
        let text = if passed { &mut after } else { &mut before };
        if !text.ends_with('{') {
            text.push(',');
        }
        text.push_str(&written(name));
        text.push(':');
        if name == list {
            text.push('[');
            text.push_str(&joined(elements));
            passed = true;
        } else {
            text.push_str(&written(value));
        }
    }
    after.push('}');
    Some((before, after))
}

/// The text of elements, with commas between.
pub(crate) fn joined(elements: &[Value]) -> String {
    let list = written(elements);
    list[1..list.len() - 1].to_owned()
}

/// The text of a message. `Display` would give the same through the formatting machinery, at three times the cost.
pub(crate) fn written(message: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(message).expect("names and Values are always JSON")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_into_an_open_list_makes_the_text_of_the_whole() {
        let more = [json!({ "value": 2 }), json!({ "value": "\"],{" })];
        for (first, other) in [
            (json!([]), json!({})),
            (json!([{ "value": 1 }]), json!([])),
            (json!(["]"]), json!("[],{}")),
        ] {
            for name in ["a", "members", "z"] {
                let mut whole = json!({ "members": first, "id": "\"members\":[" });
                whole[name] = if name == "members" {
                    first.clone()
                } else {
                    other.clone()
                };
                let (before, after) = open(&whole, "members").unwrap();
                assert_eq!(format!("{before}{after}"), whole.to_string());

                let comma = if first == json!([]) { "" } else { "," };
                let text = format!("{before}{comma}{}{after}", joined(&more));
                let all = [first.as_array().unwrap().as_slice(), &more].concat();
                whole["members"] = all.into();
                assert_eq!(text, whole.to_string());
            }
        }
        assert_eq!(open(&json!({ "id": "1" }), "members"), None);
    }
}
