//! A web server on this machine that publishes the metadata of an identity provider, or what a test says.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

#[derive(Debug, Default)]
struct Page {
    status: u16,
    location: String,
    body: Vec<u8>,
    asked: usize,
}

/// Publishes one page, wherever it is asked for.
#[derive(Clone)]
pub(crate) struct Publisher {
    /// Where it is asked for metadata.
    pub(crate) url: String,
    page: Arc<Mutex<Page>>,
}

impl Publisher {
    pub(crate) async fn start(body: impl Into<Vec<u8>>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/metadata", listener.local_addr().unwrap());
        let page = Arc::default();
        let publisher = Self { url, page };
        publisher.says(200, body);
        let routes = axum::Router::new()
            .fallback(answer)
            .with_state(publisher.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        publisher
    }

    /// What it answers from now on.
    pub(crate) fn says(&self, status: u16, body: impl Into<Vec<u8>>) {
        let mut page = self.page.lock().unwrap();
        (page.status, page.body) = (status, body.into());
    }

    /// It leads elsewhere from now on, and would answer this there.
    pub(crate) fn leads_to(&self, location: &str) {
        let mut page = self.page.lock().unwrap();
        (page.status, page.location) = (302, location.to_owned());
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.page.lock().unwrap().asked
    }
}

async fn answer(State(publisher): State<Publisher>) -> Response {
    let mut page = publisher.page.lock().unwrap();
    page.asked += 1;
    let status = StatusCode::from_u16(page.status).unwrap();
    let headers = [(header::LOCATION, page.location.clone())];
    (status, headers, page.body.clone()).into_response()
}
