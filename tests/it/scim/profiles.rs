//! What a token's profile decides about how its client is read.

use serde_json::json;

use crate::app::{App, group};

#[tokio::test]
async fn a_member_that_is_unknown_is_passed_over_for_the_clients_that_send_such() {
    let app = App::start().await;
    for (profile, passed_over) in [
        ("rfc", false),
        ("okta", false),
        ("entra", true),
        ("lenient", true),
    ] {
        let client = app.own.client(profile).await;
        for id in ["nobody", "00000000-0000-0000-0000-000000000000"] {
            let name = format!("{profile} {id}");
            let answer = client.post("/Groups", &group(&name, &[id])).await;
            if passed_over {
                assert_eq!(answer.is(201)["members"], json!([]));
            } else {
                answer.is_scim_error(400, Some("invalidValue"));
            }
        }
    }
    app.finish();
}
