//! Keeps everybody but this machine's own page away: a page of another server that is open in the same browser could
//! send forms here, or reach this address under a name of its own.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::Demo;

/// Lets a request through that was made to this address, and not by a page of another server.
pub(super) async fn guard(State(demo): State<Demo>, request: Request, next: Next) -> Response {
    let own = &demo.0.own;
    if is_own(request.headers(), own, request.method().is_safe()) {
        next.run(request).await
    } else {
        let sentence = format!("The demo is at {own} and answers nobody else.\n");
        (StatusCode::FORBIDDEN, sentence).into_response()
    }
}

fn is_own(headers: &HeaderMap, own: &str, safe: bool) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let to_us = text(header::HOST).is_some_and(|host| own == format!("http://{host}"));
    let from_us = text(header::ORIGIN).is_none_or(|origin| origin == own)
        && text(header::HeaderName::from_static("sec-fetch-site"))
            .is_none_or(|site| matches!(site, "same-origin" | "none"));
    to_us && (safe || from_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_page_and_a_name_of_another_server_are_refused() {
        let own = "http://127.0.0.1:4000";
        let asks = |pairs: &[(&'static str, &str)], safe: bool| {
            let pairs = pairs.iter().map(|(name, value)| {
                let name = header::HeaderName::from_static(name);
                (name, value.parse().unwrap())
            });
            is_own(&pairs.collect(), own, safe)
        };
        let host = ("host", "127.0.0.1:4000");
        assert!(asks(&[host], true) && asks(&[host], false));
        assert!(asks(
            &[host, ("origin", own), ("sec-fetch-site", "same-origin")],
            false
        ));
        assert!(asks(&[host, ("origin", "http://127.0.0.1:5000")], true));
        for other in ["http://evil.example", "null", "http://127.0.0.1:5000"] {
            assert!(!asks(&[host, ("origin", other)], false), "{other}");
        }
        assert!(!asks(&[host, ("sec-fetch-site", "same-site")], false));
        assert!(!asks(&[], true));
        assert!(!asks(&[("host", "evil.example:4000")], true));
    }
}
