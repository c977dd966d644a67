//! From settings to a listening server, and from a signal to its end.
//!
//! `axum::serve` has no time limit for headers, so the connections are served here, by hyper, with timers. No request
//! is understood here.

mod background;
mod open;
mod patient;
mod posting;

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::Service as _;

use self::background::Background;
pub(crate) use self::open::open_state;
use self::patient::Patient;
use crate::config::Config;
use crate::state::State;
use crate::{http, secret};

/// How long a client may take over the head of a request, and how long a connection may be idle before one.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// The largest head of a request. A filter of 4 KiB and a cookie fit in several times.
const HEADER_BYTES: usize = 32 * 1024;
/// How long a client may take nothing of what is sent to it.
const WRITE_PAUSE: Duration = Duration::from_secs(30);
/// How many connections are served at once; more wait in the backlog of the operating system.
const CONNECTIONS: usize = 8192;
/// How long requests in flight are waited for at the end.
const DRAIN_TIME: Duration = Duration::from_secs(30);
/// How often metrics are put in order.
const UPKEEP: Duration = Duration::from_secs(5);
/// The pause after the operating system could not give another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(250);

/// What the limits of the server are; a test has shorter ones.
#[derive(Debug, Clone, Copy)]
struct Limits {
    header_time: Duration,
    write_pause: Duration,
    drain_time: Duration,
}

/// A server that listens, and that serves when it is run.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: State,
    limits: Limits,
}

impl Server {
    /// Opens the database, brings it up to date and listens.
    ///
    /// # Errors
    ///
    /// If the database cannot be opened or the address cannot be listened on.
    pub async fn bind(mut config: Config) -> anyhow::Result<Self> {
        let wanted = config.address();
        let listener = TcpListener::bind(wanted)
            .await
            .with_context(|| format!("cannot listen on {wanted}"))?;
        let address = listener
            .local_addr()
            .context("cannot read the address that is listened on")?;
        // Known only now if any port was asked for; fixed from here on.
        config.port = address.port();
        config.base_url = Some(config.base_url().into_owned());
        config.settle_secret_key(Some(secret::random_token("")))?;
        let state = open_state(config).await?;
        state.db.open_all().await;
        let checked = state.vault.check(&state.db).await;
        checked.context("cannot use the database")?;
        Ok(Self {
            listener,
            address,
            state,
            limits: Limits {
                header_time: HEADER_TIME,
                write_pause: WRITE_PAUSE,
                drain_time: DRAIN_TIME,
            },
        })
    }

    /// The address that is listened on, with its true port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What handlers reach.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// Serves until `shutdown` ends; then takes no new connection, finishes the requests in flight, and gives up those
    /// that take too long.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let router = http::router::router(self.state.clone());
        let slots = Arc::new(Semaphore::new(CONNECTIONS));
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        let mut upkeep = tokio::time::interval(UPKEEP);
        let background = Background::begin(&self.state);
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                _ = upkeep.tick() => self.state.metrics.run_upkeep(),
                (stream, peer, slot) = accept(&self.listener, &slots) => {
                    let connection = serve(stream, peer, router.clone(), self.limits);
                    let watched = graceful.watch(connection);
                    connections.spawn(async move {
                        if let Err(error) = watched.await {
                            tracing::debug!(%peer, "a connection ended early: {error}");
                        }
                        drop(slot);
                    });
                }
            }
            while connections.try_join_next().is_some() {}
        }
        drop(self.listener);
        self.state.bell.stop();
        tracing::info!(connections = graceful.count(), "stopping");
        if tokio::time::timeout(self.limits.drain_time, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("some requests took too long to finish and are given up");
        }
        connections.shutdown().await;
        background.end().await;
        self.state.db.close().await;
    }
}

/// The next connection, with the slot that it takes. Does not end when the operating system has none to give.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let slot = Arc::clone(slots)
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, slot),
            // The client was faster to leave than we to let it in.
            Err(error) if is_clients(error.kind()) => {}
            // Out of file descriptors or memory: wait until others have left.
            Err(error) => {
                tracing::error!("cannot take another connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_clients(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::Interrupted
    )
}

/// One connection, with its timers and limits.
fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
) -> impl GracefulConnection<Error = hyper::Error> + Send {
    // Answers are written whole; there is nothing to gather them with. Where this fails, all still works.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().call(request);
        async move { Ok::<Response, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_header_size(HEADER_BYTES)
        .serve_connection(
            TokioIo::new(Patient::new(stream, limits.write_pause)),
            service,
        )
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Instant;

    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;

    use super::*;

    /// A running server with a database of its own and short limits.
    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        ended: JoinHandle<()>,
        _data: tempfile::TempDir,
    }

    async fn run() -> Running {
        let data = tempfile::tempdir().unwrap();
        let config = Config {
            port: 0,
            data_dir: data.path().join("data"),
            ..Config::default()
        };
        let mut server = Server::bind(config).await.unwrap();
        server.limits = Limits {
            header_time: Duration::from_millis(300),
            write_pause: Duration::from_millis(300),
            drain_time: Duration::from_millis(300),
        };
        let address = server.address();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        Running {
            address,
            stop,
            ended,
            _data: data,
        }
    }

    /// Sends these bytes and reads until the server closes. Returns what it said, and after how long.
    async fn talk(address: SocketAddr, bytes: &'static str) -> (String, Duration) {
        let talk = move || {
            let started = Instant::now();
            let mut stream = TcpStream::connect(address).unwrap();
            stream
                .set_read_timeout(Some(Duration::from_secs(5)))
                .unwrap();
            stream.write_all(bytes.as_bytes()).unwrap();
            let mut said = Vec::new();
            stream
                .read_to_end(&mut said)
                .expect("the server closes the connection");
            (String::from_utf8(said).unwrap(), started.elapsed())
        };
        tokio::task::spawn_blocking(talk).await.unwrap()
    }

    #[tokio::test]
    async fn a_client_that_sends_half_a_head_is_closed() {
        let server = run().await;
        let (said, took) = talk(server.address, "GET /healthz HTTP/1.1\r\nhost: a").await;
        assert!(!said.starts_with("HTTP/1.1 200"), "{said}");
        assert!(
            took >= Duration::from_millis(250),
            "closed too early: {took:?}"
        );
    }

    #[tokio::test]
    async fn a_connection_that_is_idle_after_a_request_is_closed() {
        let server = run().await;
        let (said, _) = talk(server.address, "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await;
        assert!(
            said.starts_with("HTTP/1.1 200") && said.ends_with(r#"{"status":"ok"}"#),
            "{said}"
        );
    }

    #[tokio::test]
    async fn a_client_that_asks_and_never_reads_is_closed() {
        let server = run().await;
        let ask = move || {
            let mut stream = TcpStream::connect(server.address).unwrap();
            stream
                .set_write_timeout(Some(Duration::from_secs(5)))
                .unwrap();
            let requests = "GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n".repeat(100);
            loop {
                if let Err(error) = stream.write_all(requests.as_bytes()) {
                    return error.kind();
                }
            }
        };
        let error = tokio::task::spawn_blocking(ask).await.unwrap();
        assert!(
            matches!(error, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_head_that_is_too_large_is_refused_and_the_server_goes_on() {
        let server = run().await;
        let large = format!(
            "GET /?{} HTTP/1.1\r\nhost: a\r\n\r\n",
            "x".repeat(HEADER_BYTES)
        )
        .leak();
        let (said, _) = talk(server.address, large).await;
        assert!(said.starts_with("HTTP/1.1 4"), "{said}");
        let (said, _) = talk(server.address, "GET /readyz HTTP/1.0\r\n\r\n").await;
        assert!(said.contains(" 200 "), "{said}");
    }

    #[tokio::test]
    async fn a_stopped_server_closes_idle_connections_at_once_and_takes_no_new_ones() {
        let server = run().await;
        let idle = TcpStream::connect(server.address).unwrap();
        server.stop.send(()).unwrap();
        tokio::time::timeout(Duration::from_secs(5), server.ended)
            .await
            .unwrap()
            .unwrap();
        assert!(TcpStream::connect(server.address).is_err());
        drop(idle);
    }

    #[tokio::test]
    async fn any_free_port_may_be_taken_and_the_base_url_knows_it() {
        let data = tempfile::tempdir().unwrap();
        let config = Config {
            port: 0,
            data_dir: data.path().join("data"),
            ..Config::default()
        };
        let server = Server::bind(config).await.unwrap();
        assert_ne!(server.address().port(), 0);
        assert_eq!(
            server.state().config.base_url(),
            format!("http://{}", server.address())
        );
    }

    #[tokio::test]
    async fn metrics_of_requests_are_shown() {
        let server = run().await;
        talk(server.address, "GET /healthz HTTP/1.0\r\n\r\n").await;
        let (said, _) = talk(server.address, "GET /metrics HTTP/1.0\r\n\r\n").await;
        assert!(
            said.contains(r#"http_requests_total{method="GET",route="/healthz",status="200"}"#),
            "{said}"
        );
    }
}
