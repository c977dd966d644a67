//! The written forms of values: RFC 7643 section 2.3 says what a binary, a reference, an integer is.
//!
//! Says only whether a text or a number has the form. What is done with one that has not is the business of others.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Number;

/// Section 2.3.6: padding may be left out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether a text is base64, RFC 4648 section 4.
pub(super) fn is_base64(text: &str) -> bool {
    BASE64.decode(text).is_ok()
}

/// Whether a text can be a URI, absolute or relative (section 2.3.7). Letters beyond ASCII pass, as people paste them.
pub(super) fn is_reference(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let digits = rest.as_bytes().get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return false;
        }
        rest = &rest[at + 3..];
    }
    !text.is_empty()
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || r#"<>"{}|\^`"#.contains(c))
}

/// A number that has no fraction.
pub(super) fn whole(number: &Number) -> Option<i128> {
    if let Some(number) = number.as_i64() {
        return Some(number.into());
    }
    if let Some(number) = number.as_u64() {
        return Some(number.into());
    }
    let number = number.as_f64()?;
    // Beyond this an i128 ends; every number that large is whole, but nobody counts so far.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it has no fraction and fits"
    )]
    (number.fract() == 0.0 && number.abs() < 1e38).then_some(number as i128)
}

/// Which of two numbers is greater: by what they are, not by how they are written.
pub(super) fn compare(one: &Number, other: &Number) -> Ordering {
    if let (Some(one), Some(other)) = (whole(one), whole(other)) {
        return one.cmp(&other);
    }
    // One has a fraction, or both are too large to be told apart otherwise.
    let (one, other) = (one.as_f64(), other.as_f64());
    one.partial_cmp(&other).unwrap_or(Ordering::Equal)
}

/// A text that is sorted as the number is. What only 128 bits tell apart is the same here.
pub(super) fn in_order(number: &Number) -> String {
    // 0.0 and -0.0 are one number.
    let bits = (number.as_f64().unwrap_or_default() + 0.0).to_bits();
    // The greater a negative number, the less its bits.
    let sorted = if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    };
    format!("{sorted:016x}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn base64_is_told_from_other_texts() {
        for text in ["", "QQ==", "QQ", "QUI=", "QUJD", "+/+/"] {
            assert!(is_base64(text), "{text}");
        }
        for text in ["Q", "Q===", "QR==", "a b=", "-_-_", "é", "-----BEGIN"] {
            assert!(!is_base64(text), "{text}");
        }
    }

    #[test]
    fn a_reference_is_absolute_or_relative() {
        for text in [
            "https://example.com/a?b=c#d",
            "../Users/5",
            "urn:x:y",
            "www.example.com/é",
            "a%20b",
            "data:image/png;base64,QQ==",
        ] {
            assert!(is_reference(text), "{text}");
        }
        for text in ["", "a b", "a\nb", "<x>", "a%2", "%zz", "%é", "a\"b", "{x}"] {
            assert!(!is_reference(text), "{text}");
        }
    }

    #[test]
    fn numbers_are_compared_by_what_they_are() {
        for (one, other, expected) in [
            ("5", "5.0", Ordering::Equal),
            ("1e16", "10000000000000000", Ordering::Equal),
            ("-0.0", "0", Ordering::Equal),
            ("9007199254740993", "9007199254740992.0", Ordering::Greater),
            ("18446744073709551615", "-1", Ordering::Greater),
            ("0.1", "0.2", Ordering::Less),
            ("-1.5", "-1", Ordering::Less),
            ("1e300", "1e299", Ordering::Greater),
        ] {
            assert_eq!(compare(&number(one), &number(other)), expected);
            assert_eq!(compare(&number(other), &number(one)), expected.reverse());
        }
        assert_eq!(whole(&number("5.5")), None);
        assert_eq!(whole(&number("-5.0")), Some(-5));
    }

    fn numbers() -> impl Strategy<Value = Number> {
        prop_oneof![
            any::<i64>().prop_map(Number::from),
            any::<u64>().prop_map(Number::from),
            (-100..100_i64).prop_map(Number::from),
            (-400..400_i32).prop_map(|n| Number::from_f64(f64::from(n) / 4.0).unwrap()),
            any::<i64>().prop_map(|n| {
                #[expect(clippy::cast_precision_loss, reason = "near that number is enough")]
                Number::from_f64(n as f64).unwrap()
            }),
        ]
    }

    proptest! {
        #[test]
        fn numbers_have_one_order(mut some in prop::collection::vec(numbers(), 3)) {
            some.sort_by(compare);
            prop_assert!(compare(&some[0], &some[2]).is_le());
            prop_assert!(in_order(&some[0]) <= in_order(&some[1]));
            prop_assert_eq!(compare(&some[0], &some[1]), compare(&some[1], &some[0]).reverse());
        }
    }
}
