//! JSON from a client, in which no object says the same name twice: of two, a reader would take either, and what one
//! part of a request path checked would not be what another does.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads a whole document. Stops at a depth of 128, so that no input can exhaust the stack.
pub(super) fn read(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice::<Strict>(bytes).map(|strict| strict.0)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    /// A number comes back as it was sent. One without a fraction that is written with an exponent, such as 1e16, is the
    /// whole number that it means: PostgreSQL writes it so.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = if value.fract() == 0.0 && value.abs() >= 1e15 {
            let digits = format!("{value:.0}");
            digits.parse::<u64>().map(Number::from).ok().or_else(|| {
                let number: Option<i64> = digits.parse().ok();
                number.map(Number::from)
            })
        } else {
            None
        };
        let number = number.or_else(|| Number::from_f64(settled(value)));
        Ok(number.map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(Strict(element)) = access.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let Strict(value) = access.next_value()?;
            if fields.contains_key(&name) {
                return Err(A::Error::custom(format_args!(
                    "the name {name:?} stands twice"
                )));
            }
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

/// The number that is read again as itself, whether it is written with an exponent, as SQLite keeps it, or without, as
/// PostgreSQL does: the reader may be off by the last digit.
fn settled(mut value: f64) -> f64 {
    for _ in 0..8 {
        let again = |text: &str| serde_json::from_str(text).unwrap_or(value);
        let (short, long): (f64, f64) = (
            again(&Value::from(value).to_string()),
            again(&format!("{value}")),
        );
        if short.to_bits() == value.to_bits() && long.to_bits() == value.to_bits() {
            break;
        }
        value = long;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_once_is_read_as_it_is() {
        let text = r#"{"a":[1,-2,2.5,"x",null,true,{"a":{}}],"b":18446744073709551615}"#;
        let plain: Value = serde_json::from_str(text).unwrap();
        assert_eq!(read(text.as_bytes()).unwrap(), plain);
    }

    #[test]
    fn a_whole_number_is_the_same_however_it_is_written() {
        for (text, expected) in [
            ("1e16", "10000000000000000"),
            ("-1E16", "-10000000000000000"),
            ("1.0", "1.0"),
            ("1.5e3", "1500.0"),
            ("18446744073709549568.0", "18446744073709549568"),
            ("1e300", "1e+300"),
            ("0.1", "0.1"),
            ("1e-7", "1e-7"),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"[{"b":{"a":1,"a":2}}]"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            let refused = read(text.as_bytes()).unwrap_err().to_string();
            assert!(refused.contains("\"a\" stands twice"), "{refused}");
        }
    }

    #[test]
    fn nothing_is_read_without_end() {
        assert!(read("[".repeat(100_000).as_bytes()).is_err());
        assert!(read(b"{} {}").is_err());
    }
}
