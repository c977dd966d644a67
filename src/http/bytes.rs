//! The body of a request, whole and no larger than it may be.
//!
//! Of one that is too large the rest is read and forgotten, up to a point: a connection that is closed while the client
//! still writes takes the answer with it, and the client would see no more than that the connection broke.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;

/// How many times the limit is read of a body that is too large, before the connection may break.
const PATIENCE: usize = 16;

/// Why there is no body to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is larger than allowed.
    TooLarge,
    /// It broke off, or paused for too long.
    Broken,
}

/// Reads a body of at most so many bytes. One whose head says that it is far too large is not begun.
pub(super) async fn read(
    headers: &HeaderMap,
    mut body: Body,
    limit: usize,
) -> Result<Vec<u8>, Unread> {
    let most = limit.saturating_mul(PATIENCE);
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(Unread::TooLarge);
    }
    let mut kept = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|_| Unread::Broken)?.into_data() else {
            continue;
        };
        length += piece.len();
        if length <= limit {
            kept.extend_from_slice(&piece);
        } else if length <= most {
            kept = Vec::new();
        } else {
            break;
        }
    }
    if length > limit {
        return Err(Unread::TooLarge);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll};

    use axum::body::{Bytes, HttpBody};
    use hyper::body::Frame;

    use super::*;

    /// A body in pieces of ten bytes: how many are left, and how many were taken.
    struct Pieces(usize, Arc<AtomicUsize>);

    impl HttpBody for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.0 == 0 {
                return Poll::Ready(None);
            }
            self.0 -= 1;
            self.1.fetch_add(1, Ordering::Relaxed);
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"0123456789")))))
        }
    }

    fn pieces(count: usize) -> (Body, Arc<AtomicUsize>) {
        let taken = Arc::new(AtomicUsize::new(0));
        (Body::new(Pieces(count, taken.clone())), taken)
    }

    #[tokio::test]
    async fn a_body_within_its_limit_is_read_whole() {
        assert_eq!(
            read(&HeaderMap::new(), Body::empty(), 0).await,
            Ok(Vec::new())
        );
        let (body, _) = pieces(3);
        assert_eq!(
            read(&HeaderMap::new(), body, 30).await,
            Ok(b"0123456789".repeat(3))
        );
    }

    #[tokio::test]
    async fn of_a_body_that_is_too_large_the_rest_is_taken_but_not_without_end() {
        for (count, expected) in [(4, 4), (48, 48), (1_000, 49)] {
            let (body, taken) = pieces(count);
            assert_eq!(
                read(&HeaderMap::new(), body, 30).await,
                Err(Unread::TooLarge)
            );
            assert_eq!(taken.load(Ordering::Relaxed), expected);
        }
        // One that says its length need not be begun.
        let (body, taken) = pieces(1_000);
        let head = HeaderMap::from_iter([(header::CONTENT_LENGTH, 10_000.into())]);
        assert_eq!(read(&head, body, 30).await, Err(Unread::TooLarge));
        assert_eq!(taken.load(Ordering::Relaxed), 0);
    }
}
