//! Genuine responses with random damage.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

static GENUINE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    SIGNINGS
        .iter()
        .map(|signing| draft(*signing).xml().into_bytes())
        .collect()
});

#[derive(Debug, Clone)]
enum Damage {
    Flip(usize, u8),
    Delete(usize, usize),
    Repeat(usize, usize),
    Insert(usize, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = 0_usize..8000;
    let pieces = [
        "<",
        ">",
        "/",
        "\"",
        "&",
        "<!--",
        "-->",
        "<?x?>",
        "<x>",
        "</x>",
        "<!DOCTYPE x>",
        "]]>",
        "\0",
        "&#x20;",
        " ID=\"_a1\"",
        " xmlns=\"\"",
        " xmlns:saml=\"urn:x\"",
        "<saml:Assertion>",
        "</saml:NameID>",
        "owner",
    ];
    prop_oneof![
        (place.clone(), 0_u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (place.clone(), 1_usize..60).prop_map(|(at, length)| Damage::Delete(at, length)),
        (place.clone(), 1_usize..2000).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (place, proptest::sample::select(pieces.to_vec()))
            .prop_map(|(at, piece)| Damage::Insert(at, piece)),
    ]
}

impl Damage {
    fn apply(&self, text: &mut Vec<u8>) {
        let within = |at: usize| at % text.len();
        match *self {
            Self::Flip(at, bit) => {
                let at = within(at);
                text[at] ^= 1 << bit;
            }
            Self::Delete(at, length) => {
                let at = within(at);
                let end = (at + length).min(text.len());
                text.drain(at..end);
            }
            Self::Repeat(at, length) => {
                let at = within(at);
                let end = (at + length).min(text.len());
                let copy = text[at..end].to_vec();
                text.splice(at..at, copy);
            }
            Self::Insert(at, piece) => {
                let at = within(at);
                text.splice(at..at, piece.bytes());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_makes_another_person(
        signing in 0_usize..3,
        damages in proptest::collection::vec(damage(), 1..4),
    ) {
        let mut text = GENUINE[signing].clone();
        for damage in &damages {
            damage.apply(&mut text);
        }
        if let Ok(identity) = checked(&text) {
            prop_assert_eq!(identity, alice());
        }
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(checked(text).is_err());
        prop_assert!(checked(bytes).is_err());
    }
}
