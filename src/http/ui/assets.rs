//! What pages bring besides their text: the style sheet, scripts and the icon. Compiled in; nothing comes from elsewhere.
//!
//! The path of each has the hash of its content, so that a browser may keep it for ever and never has an old one.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use crate::http::api::error::ApiError;
use crate::http::extract::Segments;
use crate::secret;

/// How many letters of the hash stand in a path.
const LETTERS: usize = 16;
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// One of them.
struct Asset {
    /// Its name, `style.css`.
    name: &'static str,
    kind: &'static str,
    text: &'static str,
    /// Its path, `/assets/style.0123456789abcdef.css`.
    path: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    const CSS: &str = "text/css; charset=utf-8";
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    [
        ("style.css", CSS, include_str!("static/style.css")),
        ("page.js", SCRIPT, include_str!("static/page.js")),
        ("htmx.js", SCRIPT, include_str!("static/htmx.min.js")),
        ("icon.svg", "image/svg+xml", include_str!("static/icon.svg")),
    ]
    .into_iter()
    .map(|(name, kind, text)| {
        let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
        let hash = &secret::hash(text).0[..LETTERS];
        Asset {
            name,
            kind,
            text,
            path: format!("/assets/{stem}.{hash}.{ending}"),
        }
    })
    .collect()
});

/// The path of an asset, for templates.
pub(crate) fn path(name: &str) -> &'static str {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    found.map_or("", |asset| &asset.path)
}

/// GET `/assets/{file}`. A hash of before or of another version gets what there is now, which is not kept then: nodes of
/// two versions may serve one page.
pub(crate) async fn get(Segments(file): Segments<String>) -> Response {
    let whole = |asset: &&Asset| asset.path.strip_prefix("/assets/") == Some(file.as_str());
    let alike = |asset: &&Asset| {
        let mut parts = file.split('.');
        let ends = (parts.next(), parts.next_back());
        asset.name.split_once('.') == ends.0.zip(ends.1)
    };
    let Some(asset) = ASSETS.iter().find(alike) else {
        return ApiError::NoEndpoint.into_response();
    };
    let kind = HeaderValue::from_static(asset.kind);
    let mut answer = ([(header::CONTENT_TYPE, kind)], asset.text).into_response();
    if whole(&asset) {
        answer.headers_mut().insert(header::CACHE_CONTROL, FOR_EVER);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_has_a_path_of_its_own_content() {
        for asset in ASSETS.iter() {
            assert_eq!(path(asset.name), asset.path);
            assert!(
                asset.path.len() > LETTERS + "/assets/".len(),
                "{}",
                asset.path
            );
        }
        assert_eq!(path("nothing.css"), "");
    }

    #[test]
    fn the_style_sheet_brings_nothing_from_elsewhere() {
        let style = include_str!("static/style.css");
        for elsewhere in ["@import", "url(", "http:", "https:"] {
            assert!(!style.contains(elsewhere), "{elsewhere}");
        }
    }
}
