//! A light HTTP/1.1 client: one connection that is kept, a request of ready bytes, an answer read to its end.

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::driver::Caller;

/// Writes the next request and says of which kind it is; `None` where nothing more is to be asked.
pub(crate) trait Requests: Send + 'static {
    /// `over` says that the time is up.
    fn next(&mut self, over: bool, request: &mut Vec<u8>) -> Option<usize>;

    /// What came, head and body.
    fn answered(&mut self, _answer: &[u8]) {}
}

impl<F> Requests for F
where
    F: FnMut(bool, &mut Vec<u8>) -> Option<usize> + Send + 'static,
{
    fn next(&mut self, over: bool, request: &mut Vec<u8>) -> Option<usize> {
        self(over, request)
    }
}

/// A connection and what is asked over it.
pub(crate) struct Http<R> {
    stream: TcpStream,
    requests: R,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl<R: Requests> Http<R> {
    /// Connects.
    pub(crate) async fn connect(address: &str, requests: R) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            requests,
            request: Vec::new(),
            answer: Vec::with_capacity(64 * 1024),
        })
    }

    /// Sends the request and reads the answer whole: status and length are looked at.
    async fn exchange(&mut self) -> Result<()> {
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        let mut whole = None;
        while !whole.is_some_and(|end: End| end.is_in(&self.answer)) {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                bail!("the server closed the connection");
            }
            if whole.is_none() {
                whole = end(&self.answer)?;
            }
        }
        // What begins a session redirects.
        if !matches!(self.answer.get(9), Some(b'2' | b'3')) {
            let answer = String::from_utf8_lossy(&self.answer);
            let request = String::from_utf8_lossy(&self.request);
            bail!("refused:\n{request}\n{answer}");
        }
        Ok(())
    }
}

/// Where an answer ends.
#[derive(Clone, Copy)]
enum End {
    /// At this length.
    At(usize),
    /// With the empty chunk.
    WithEmptyChunk,
}

impl End {
    fn is_in(self, answer: &[u8]) -> bool {
        match self {
            Self::At(length) => answer.len() >= length,
            Self::WithEmptyChunk => answer.ends_with(b"\r\n0\r\n\r\n"),
        }
    }
}

/// Where the answer ends, once its head is there.
fn end(answer: &[u8]) -> Result<Option<End>> {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&answer[..head]).context("the head of the answer is text")?;
    let header = |wanted: &str| {
        text.lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    };
    if header("transfer-encoding").is_some() {
        return Ok(Some(End::WithEmptyChunk));
    }
    let body = header("content-length")
        .map_or(Ok(0), str::parse::<usize>)
        .context("content-length is a number")?;
    Ok(Some(End::At(head + 4 + body)))
}

impl<R: Requests> Caller for Http<R> {
    async fn step(&mut self, over: bool) -> Result<Option<usize>> {
        self.request.clear();
        let Some(kind) = self.requests.next(over, &mut self.request) else {
            return Ok(None);
        };
        self.exchange().await?;
        self.requests.answered(&self.answer);
        Ok(Some(kind))
    }
}
