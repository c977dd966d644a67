//! The bare handlers: a process of its own, so that its processor time is told apart from that of the load.

use anyhow::{Result, bail};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use tokio::io::AsyncReadExt as _;
use uuid::Uuid;

use crate::bare;
use crate::engine::Engine;

/// Serves until standard input ends, so that it never outlives who started it.
pub(crate) async fn serve(url: &str) -> Result<()> {
    let engine = Engine::open(url).await?;
    let router = Router::new()
        .route("/constant/{id}", get(async || "as short as can be"))
        .route("/member/{id}", get(member))
        .route("/page/{id}", get(page))
        .route("/members/{offset}", get(members))
        .route("/managers/{offset}", get(managers))
        .route("/named/{beginning}", get(named))
        .with_state(engine);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    tokio::select! {
        ended = async { axum::serve(listener, router).await } => ended?,
        end = async { tokio::io::stdin().read(&mut [0]).await } => if end? > 0 { bail!("nothing is to be told") },
    }
    Ok(())
}

type Answer = Result<Vec<u8>, StatusCode>;

fn answered(read: Result<Vec<u8>>) -> Answer {
    read.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn member(State(engine): State<Engine>, Path(id): Path<Uuid>) -> Answer {
    answered(bare::member(&engine, id).await)
}

async fn page(State(engine): State<Engine>, Path(id): Path<Uuid>) -> Answer {
    // The last page is short: begin in the first half.
    let half = Uuid::from_u128(id.as_u128() & !0x1fff | 1);
    answered(bare::page(&engine, half).await)
}

async fn members(State(engine): State<Engine>, Path(offset): Path<i64>) -> Answer {
    answered(bare::members(&engine, offset).await)
}

async fn managers(State(engine): State<Engine>, Path(offset): Path<i64>) -> Answer {
    answered(bare::managers(&engine, offset).await)
}

async fn named(State(engine): State<Engine>, Path(beginning): Path<String>) -> Answer {
    answered(bare::named(&engine, &beginning).await)
}
