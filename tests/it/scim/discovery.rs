//! `/scim/v2/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas`.

use reqwest::Method;

use crate::app::App;

#[tokio::test]
async fn anybody_may_ask_what_this_service_provider_can_do() {
    let app = App::start().await;
    let anyone = app.anyone();
    let config = anyone.get("/scim/v2/ServiceProviderConfig").await.is(200);
    assert_eq!(config["patch"]["supported"], true);
    let alias = anyone.get("/scim/v2/serviceConfiguration").await.is(200);
    assert_eq!(alias, config);
    let types = anyone.get("/scim/v2/ResourceTypes").await.is(200);
    assert_eq!(types["totalResults"], 2);
    for one in types["Resources"].as_array().unwrap() {
        let id = one["id"].as_str().unwrap();
        let alone = anyone
            .get(&format!("/scim/v2/ResourceTypes/{id}"))
            .await
            .is(200);
        assert_eq!(&alone, one);
        let endpoint = one["endpoint"].as_str().unwrap();
        app.own.scim.get(endpoint).await.is(200);
    }
    let schemas = anyone.get("/scim/v2/Schemas").await.is(200);
    for one in schemas["Resources"].as_array().unwrap() {
        let id = one["id"].as_str().unwrap();
        let alone = anyone.get(&format!("/scim/v2/Schemas/{id}")).await.is(200);
        assert_eq!(&alone, one);
        assert_eq!(
            alone["meta"]["location"],
            format!("{}/scim/v2/Schemas/{id}", app.base)
        );
    }
    app.finish();
}

#[tokio::test]
async fn discovery_is_neither_filtered_nor_changed() {
    let app = App::start().await;
    for path in [
        "/ServiceProviderConfig",
        "/ResourceTypes",
        "/ResourceTypes/User",
        "/Schemas",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    ] {
        let filtered = format!("{path}?filter=id%20pr");
        app.own.scim.get(&filtered).await.is_scim_error(403, None);
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = app.own.scim.send(method, path, &[], None).await;
            answer.is_scim_error(405, None);
        }
    }
    for path in [
        "/ResourceTypes/Nothing",
        "/Schemas/urn:nothing",
        "/Schemas/%FF",
    ] {
        app.own.scim.get(path).await.is_scim_error(404, None);
    }
    app.finish();
}
