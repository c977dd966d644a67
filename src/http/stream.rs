//! A body that is written while it is sent.
//!
//! Who writes is a task of its own: it ends, and gives back what it holds, after a fixed time, whatever the client does.
//! A body that does not come to its end closes the connection, so that no client takes a part for the whole.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::Frame;
use tokio::sync::mpsc;
use tracing::Instrument as _;

use crate::domain::error::Error;
use crate::http::report;

/// How much is gathered before it is sent.
const PIECE: usize = 64 * 1024;

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Over one piece.
    pause: Duration,
    /// Over the whole.
    whole: Duration,
}

impl Limits {
    /// A piece has a few hundred KiB at most, so that who reads 10 KiB a second is still served; 30 seconds without
    /// reading, which the connection allows, are too long as well.
    pub(super) const USUAL: Self = Self {
        pause: Duration::from_secs(30),
        whole: Duration::from_mins(5),
    };
}

/// Why a body does not come to its end.
#[derive(Debug)]
pub(super) enum Stopped {
    /// The client has left.
    Left,
    /// The client takes too long.
    Slow,
    /// What was to be written could not be read.
    Failed(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

enum Piece {
    Text(Bytes),
    End,
}

/// Where a body is written to.
pub(super) struct Out {
    gathered: String,
    pieces: mpsc::Sender<Piece>,
    pause: Duration,
}

impl Out {
    /// Writes a text; waits where the client has not taken what was written before.
    pub(super) async fn write(&mut self, text: &str) -> Result<(), Stopped> {
        self.gathered.push_str(text);
        if self.gathered.len() < PIECE {
            return Ok(());
        }
        let piece = std::mem::take(&mut self.gathered);
        self.send(Piece::Text(piece.into())).await
    }

    /// Says that all is written.
    pub(super) async fn end(mut self) -> Result<(), Stopped> {
        let piece = std::mem::take(&mut self.gathered);
        self.send(Piece::Text(piece.into())).await?;
        self.send(Piece::End).await
    }

    async fn send(&self, piece: Piece) -> Result<(), Stopped> {
        match tokio::time::timeout(self.pause, self.pieces.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Stopped::Left),
            Err(_) => Err(Stopped::Slow),
        }
    }
}

/// The body that `write` writes, to its [`Out::end`].
pub(super) fn body<W>(limits: Limits, write: impl FnOnce(Out) -> W) -> Body
where
    W: Future<Output = Result<(), Stopped>> + Send + 'static,
{
    let (pieces, taken) = mpsc::channel(1);
    let writing = write(Out {
        gathered: String::new(),
        pieces,
        pause: limits.pause,
    });
    let task = async move {
        match tokio::time::timeout(limits.whole, writing).await {
            Ok(Ok(())) => {}
            Ok(Err(Stopped::Left)) => {
                tracing::debug!("the client left before the end of an answer");
            }
            Ok(Err(Stopped::Slow)) | Err(_) => {
                tracing::warn!("an answer was cut off: the client took too long to read it");
            }
            Ok(Err(Stopped::Failed(Error::Unavailable(source) | Error::Internal(source)))) => {
                report(&source.context("an answer was cut off"));
            }
            Ok(Err(Stopped::Failed(error))) => tracing::error!("an answer was cut off: {error}"),
        }
    };
    tokio::spawn(task.in_current_span());
    Body::new(Pieces(taken))
}

struct Pieces(mpsc::Receiver<Piece>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(match ready!(self.0.poll_recv(cx)) {
            Some(Piece::Text(text)) => Some(Ok(Frame::data(text))),
            Some(Piece::End) => None,
            None => Some(Err("the answer was cut off")),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http_body_util::BodyExt as _;

    use super::*;

    const SHORT: Limits = Limits {
        pause: Duration::from_millis(50),
        whole: Duration::from_millis(200),
    };

    /// Says that the writer has ended, however it ended.
    struct Held(Arc<tokio::sync::Notify>);

    impl Drop for Held {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }

    #[tokio::test]
    async fn what_is_written_is_what_comes() {
        let text: String = (0..100_000).map(|n| n.to_string()).collect();
        let written = text.clone();
        let body = body(Limits::USUAL, async move |mut out: Out| {
            for part in written.as_bytes().chunks(1000) {
                out.write(std::str::from_utf8(part).unwrap()).await?;
            }
            out.end().await
        });
        let came = body.collect().await.unwrap().to_bytes();
        assert_eq!(came, text.as_bytes());
    }

    #[tokio::test]
    async fn who_writes_no_end_is_not_taken_at_the_half() {
        let failing = body(Limits::USUAL, async |mut out: Out| {
            out.write("half").await?;
            Err(Stopped::Failed(Error::TooMany))
        });
        assert!(failing.collect().await.is_err());
        let panicking = body(Limits::USUAL, async |mut out: Out| {
            out.write("half").await?;
            panic!("as the test wants it")
        });
        assert!(panicking.collect().await.is_err());
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_ends_the_writing() {
        let ended = Arc::new(tokio::sync::Notify::new());
        let held = Held(ended.clone());
        let body = body(SHORT, async move |mut out: Out| {
            let _held = held;
            loop {
                out.write(&"x".repeat(PIECE)).await?;
            }
        });
        ended.notified().await;
        assert!(body.collect().await.is_err());
    }

    #[tokio::test]
    async fn a_client_that_reads_without_end_is_left_after_a_time() {
        let mut body = body(SHORT, async |mut out: Out| {
            loop {
                out.write(&"x".repeat(PIECE)).await?;
            }
        });
        let ended = loop {
            match body.frame().await {
                Some(Ok(_)) => {}
                ended => break ended,
            }
        };
        assert!(matches!(ended, Some(Err(_))));
    }
}
