//! The one client for requests that the server makes by itself: metadata, discovery documents, keys, tokens.
//!
//! Where to is often said by somebody who should not decide what is reached from here. So: the address that was judged
//! is the address that is connected to, redirects are not followed, nothing goes through a proxy, and time and size are
//! bounded. What an answer says never reaches the person who caused the request; how it failed does, in a few words.

pub(crate) mod dns;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect;
use url::{Host, Url};

/// How long a whole request may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer that is read.
const MOST_BYTES: usize = 1024 * 1024;

/// Makes requests.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    client: reqwest::Client,
    anywhere: bool,
}

/// Why there is no answer. The sentence tells nothing that a stranger could learn the network by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreached {
    /// Not an address that is asked.
    #[error("the URL must be https, without a user name, on a public address")]
    Forbidden,
    /// No answer, for whatever reason.
    #[error("there was no answer within {} seconds", PATIENCE.as_secs())]
    Failed,
    /// Too much of it.
    #[error("the answer has more than {MOST_BYTES} bytes")]
    TooLarge,
    /// Another status than was hoped for.
    #[error("the answer has the status {0}")]
    Status(u16),
}

impl Outgoing {
    /// A client; `anywhere` lets it reach private addresses too, and without encryption.
    pub(crate) fn new(anywhere: bool) -> anyhow::Result<Self> {
        Self::with_patience(anywhere, PATIENCE)
    }

    fn with_patience(anywhere: bool, patience: Duration) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(patience)
            .connect_timeout(patience / 2)
            .https_only(!anywhere)
            .referer(false)
            .user_agent(concat!("rollright/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Judged { anywhere }))
            .build()?;
        Ok(Self { client, anywhere })
    }

    /// What is at a URL, where that answers 200.
    pub(crate) async fn get(&self, url: &str) -> Result<Bytes, Unreached> {
        let request = http::Request::get(url)
            .body(Vec::new())
            .map_err(|_| Unreached::Forbidden)?;
        let answer = self.send(request).await?;
        match answer.status().as_u16() {
            200 => Ok(answer.into_body()),
            other => Err(Unreached::Status(other)),
        }
    }

    /// Makes a request, and gives the answer with its whole body.
    pub(crate) async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Bytes>, Unreached> {
        let url = request.uri().to_string();
        if !self.may_ask(&url) {
            return Err(Unreached::Forbidden);
        }
        let request = reqwest::Request::try_from(request).map_err(|_| Unreached::Forbidden)?;
        let failed = |error: reqwest::Error| {
            tracing::debug!("an outgoing request failed: {error}");
            Unreached::Failed
        };
        let mut answer = self.client.execute(request).await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(failed)? {
            if body.len() + piece.len() > MOST_BYTES {
                return Err(Unreached::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        let mut whole = http::Response::new(Bytes::from(body));
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = answer.headers().clone();
        Ok(whole)
    }

    /// Whether a URL may be asked. Names are judged again when they are looked up; an address never is looked up.
    pub(crate) fn may_ask(&self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else {
            return false;
        };
        let scheme = url.scheme() == "https" || (self.anywhere && url.scheme() == "http");
        let host = match url.host() {
            Some(Host::Domain(_)) => true,
            Some(Host::Ipv4(address)) => self.anywhere || is_public(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => self.anywhere || is_public(IpAddr::V6(address)),
            None => false,
        };
        scheme && host && url.username().is_empty() && url.password().is_none()
    }
}

/// The system's resolver, without the addresses that are not to be reached.
struct Judged {
    anywhere: bool,
}

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        let anywhere = self.anywhere;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good: Vec<SocketAddr> = found
                .filter(|address| anywhere || is_public(address.ip()))
                .collect();
            if good.is_empty() {
                return Err("the name has no public address".into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is of the public internet, by the registries of RFC 6890.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(inside) => is_public_v4(inside),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || a >= 240
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b & 0xfe) == 18))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Only 2000::/3 is given out; of that, what documents and tunnels use is nobody's.
    (a & 0xe000) == 0x2000
        && !(a == 0x2001 && b < 0x0200)
        && !(a == 0x2001 && b == 0x0db8)
        && a != 0x2002
        && !(a == 0x3fff && b < 0x1000)
}

/// An IPv4 address that an IPv6 address stands for: mapped, compatible, translated (RFC 6052), or 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let parts = address.segments();
    let [.., high, low] = parts;
    let last = Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match parts {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(last),
        [0x2002, high, low, ..] => Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_by_https_may_be_asked() {
        let client = Outgoing::new(false).unwrap();
        for bad in [
            "http://idp.example/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://192.168.1.1/",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://user@idp.example/",
            "file:///etc/passwd",
            "ftp://idp.example/",
            "gopher://idp.example/",
            "",
            "idp.example",
        ] {
            assert!(!client.may_ask(bad), "{bad}");
        }
        for good in [
            "https://idp.example/metadata",
            "https://93.184.216.34/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(client.may_ask(good), "{good}");
        }
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_is_not_waited_for_long() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", silent.local_addr().unwrap());
        let client = Outgoing::with_patience(true, Duration::from_millis(100)).unwrap();
        assert_eq!(client.get(&url).await, Err(Unreached::Failed));
    }

    #[tokio::test]
    async fn a_name_of_a_private_address_is_not_connected_to() {
        let client = Outgoing::new(false).unwrap();
        let answer = client.get("https://localhost:1/").await;
        assert_eq!(answer, Err(Unreached::Failed));
    }
}
