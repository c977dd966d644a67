//! Bodies that pass by: their pieces go on as they come, and are held on to up to a limit. Nothing is copied.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::Error;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use super::Seen;

/// The pieces of one body. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct Pieces(Arc<Mutex<Whole>>);

/// A body, as far as it was held on to.
#[derive(Debug, Default)]
pub(super) struct Whole {
    pieces: Vec<Bytes>,
    len: usize,
    limit: usize,
    /// Whether it was larger than what is held on to.
    pub(super) too_large: bool,
    /// Whether it is not held on to because of whom it names.
    pub(super) many_people: bool,
}

impl Whole {
    /// How many bytes are held on to.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The whole body in one piece.
    pub(super) fn bytes(&self) -> std::borrow::Cow<'_, [u8]> {
        match self.pieces.as_slice() {
            [one] => one.as_ref().into(),
            many => many.concat().into(),
        }
    }
}

impl Pieces {
    /// None yet; beyond so many bytes all are let go.
    pub(super) fn up_to(limit: usize) -> Self {
        Self(Arc::new(Mutex::new(Whole {
            limit,
            ..Whole::default()
        })))
    }

    /// Holds on to nothing: it names too many people.
    pub(super) fn let_go(&self) {
        let mut whole = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *whole = Whole {
            many_people: true,
            ..Whole::default()
        };
    }

    fn add(&self, piece: &Bytes) {
        let mut whole = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if whole.too_large || whole.many_people {
            return;
        }
        if whole.len + piece.len() > whole.limit {
            *whole = Whole {
                too_large: true,
                ..Whole::default()
            };
            return;
        }
        whole.len += piece.len();
        whole.pieces.push(piece.clone());
    }

    /// Takes them.
    pub(super) fn take(&self) -> Whole {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A body of which the pieces are held on to.
struct Tee {
    body: Body,
    pieces: Pieces,
}

impl Tee {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(piece) = frame.data_ref()
        {
            self.pieces.add(piece);
        }
        Poll::Ready(frame)
    }
}

/// What the client sends.
pub(super) struct Sent(Tee);

impl Sent {
    /// Holds on to the pieces of a body.
    pub(super) fn new(body: Body, pieces: Pieces) -> Self {
        Self(Tee { body, pieces })
    }
}

/// What the client is answered. With it ends the request.
pub(super) struct Answered(
    Tee,
    #[expect(dead_code, reason = "its end is what matters")] Seen,
);

impl Answered {
    /// Holds on to the pieces of an answer, and to what was seen of the request until its end.
    pub(super) fn new(body: Body, seen: Seen) -> Self {
        let pieces = seen.answered.clone();
        Self(Tee { body, pieces }, seen)
    }
}

macro_rules! body {
    ($name:ident) => {
        impl HttpBody for $name {
            type Data = Bytes;
            type Error = Error;

            fn poll_frame(
                mut self: Pin<&mut Self>,
                cx: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
                self.0.poll(cx)
            }

            fn is_end_stream(&self) -> bool {
                self.0.body.is_end_stream()
            }

            fn size_hint(&self) -> SizeHint {
                self.0.body.size_hint()
            }
        }
    };
}

body!(Sent);
body!(Answered);
