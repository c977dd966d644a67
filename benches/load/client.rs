//! A light HTTP/1.1 client: one connection that is kept, a request of ready bytes, an answer read to its end.

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::driver::Caller;

/// Writes the next request and says of which kind it is; `None` where nothing more is to be asked.
pub(crate) trait Requests: Send + 'static {
    /// `over` says that the time is up.
    fn next(&mut self, over: bool, request: &mut Vec<u8>) -> Option<usize>;
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
        while whole.is_none_or(|whole| self.answer.len() < whole) {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                bail!("the server closed the connection");
            }
            if whole.is_none() {
                whole = length(&self.answer)?;
            }
        }
        if self.answer.get(9) != Some(&b'2') {
            let answer = String::from_utf8_lossy(&self.answer);
            let request = String::from_utf8_lossy(&self.request);
            bail!("refused:\n{request}\n{answer}");
        }
        Ok(())
    }
}

/// The length of the whole answer, once its head is there.
fn length(answer: &[u8]) -> Result<Option<usize>> {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&answer[..head]).context("the head of the answer is text")?;
    let body = text
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, length)| length.parse::<usize>())
        .context("content-length is a number")?;
    Ok(Some(head + 4 + body))
}

impl<R: Requests> Caller for Http<R> {
    async fn step(&mut self, over: bool) -> Result<Option<usize>> {
        self.request.clear();
        let Some(kind) = self.requests.next(over, &mut self.request) else {
            return Ok(None);
        };
        self.exchange().await?;
        Ok(Some(kind))
    }
}
