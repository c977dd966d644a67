//! Whole provisioning sessions as the identity providers send them, replayed in order.
//!
//! Each file under `tests/fixtures/idp` is one session: what the client asks, and what it needs to find in the answer to go
//! on. `tests/fixtures/idp/README.md` says what a file holds and where the shapes come from.

mod conversation;
mod crowd;
mod roll;
mod template;

use std::path::Path;

use conversation::replay;

/// One test a session, named after its file.
macro_rules! sessions {
    ($($name:ident: $path:literal,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                replay($path).await;
            }
        )*

        const REPLAYED: &[&str] = &[$($path),*];
    };
}

sessions! {
    entra_without_the_flag_is_understood: "entra/without-flag.json",
    entra_with_the_flag_is_understood: "entra/with-flag.json",
    okta_with_a_catalog_app_is_understood: "okta/catalog.json",
    okta_with_a_wizard_app_is_understood: "okta/wizard.json",
    onelogin_is_understood: "onelogin/session.json",
    jumpcloud_is_understood: "jumpcloud/session.json",
    google_is_understood: "google/session.json",
    ping_is_understood: "ping/session.json",
    authentik_is_understood: "authentik/session.json",
    rauthy_is_understood: "rauthy/session.json",
    pocket_id_is_understood: "pocket-id/session.json",
}

#[test]
fn every_recorded_session_is_replayed() {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(conversation::FOLDER).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let short = path.strip_prefix(Path::new(conversation::FOLDER)).unwrap();
            found.push(short.to_str().unwrap().to_owned());
        }
    }
    found.sort();
    let mut replayed = REPLAYED.to_vec();
    replayed.sort_unstable();
    assert_eq!(found, replayed);
}
