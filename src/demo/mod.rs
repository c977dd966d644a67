//! The demo: a pretend identity provider and its directory, and one page that shows what rollright makes of them.
//!
//! It is a stranger to the server: it speaks to it over HTTP alone, with the Owner's token and with SCIM tokens that it
//! asks for. Nothing here is for production: whoever reaches the page can do everything, therefore nobody but this
//! machine may ([`Loopback`]), and no page of another server ([`guard`]).

mod accent;
mod actions;
mod client;
mod directory;
mod guard;
mod idp;
mod organization;
mod pages;
mod roll;
mod scim;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

pub(crate) use self::accent::Accent;
use self::client::Client;
use self::directory::Directory;
use self::idp::Idp;
use crate::clock::Clock;
use crate::outgoing::Outgoing;

/// Said wherever the demo shows itself.
pub(crate) const WARNING: &str =
    "This is a demo, not for production: whoever can open its page can do everything.";

/// An address of this machine that no other machine reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Loopback(IpAddr);

impl Loopback {
    /// The usual one.
    pub(crate) const USUAL: Self = Self(IpAddr::V4(Ipv4Addr::LOCALHOST));

    /// The address.
    pub(crate) fn ip(self) -> IpAddr {
        self.0
    }
}

impl FromStr for Loopback {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Not ::1: the policy of a page cannot name it.
        match text.parse::<Ipv4Addr>() {
            Ok(address) if address.is_loopback() => Ok(Self(IpAddr::V4(address))),
            _ if text == "localhost" => Ok(Self::USUAL),
            _ => Err(
                "the demo is not for production and listens on this machine alone: 127.0.0.1 or another address of 127.0.0.0/8",
            ),
        }
    }
}

impl std::fmt::Display for Loopback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The Owner of the sample organization.
#[derive(Debug)]
pub(crate) struct Owner {
    /// The address to sign in with.
    pub(crate) username: &'static str,
    /// The password, shown on the page.
    pub(crate) password: String,
    /// The user token, by which everything is set up.
    pub(crate) token: String,
}

/// The demo, as its pages reach it.
#[derive(Clone)]
pub(crate) struct Demo(Arc<Inner>);

struct Inner {
    /// Where its own page is, without a slash at the end.
    own: String,
    /// The server, as the Owner reaches it.
    client: Client,
    owner: Owner,
    clock: Clock,
    /// The pretend directory. Held while something is pushed: one thing happens after the other.
    directory: Mutex<Directory>,
    idp: Idp,
    /// Sessions of browsers that were seen, and whose they were.
    seen: std::sync::Mutex<roll::Seen>,
}

/// The page, listened for and not yet served.
pub(crate) struct Listening(TcpListener, SocketAddr);

impl Listening {
    /// Listens.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on.
    pub(crate) async fn bind(host: Loopback, port: u16) -> anyhow::Result<Self> {
        let wanted = SocketAddr::new(host.ip(), port);
        let listener = TcpListener::bind(wanted)
            .await
            .with_context(|| format!("cannot listen on {wanted}"))?;
        let address = listener.local_addr()?;
        Ok(Self(listener, address))
    }

    /// A demo of the server at this address, that speaks with this accent first.
    ///
    /// # Errors
    ///
    /// If no client for requests or no key can be made.
    pub(crate) async fn demo(
        &self,
        server: SocketAddr,
        owner: Owner,
        accent: Accent,
    ) -> anyhow::Result<Demo> {
        let clock = Clock::system();
        let outgoing = Outgoing::new(true).context("cannot make the client for requests")?;
        let now = clock.now();
        let idp = tokio::task::spawn_blocking(move || Idp::make(now)).await?;
        let client = Client::new(outgoing, format!("http://{server}"), &owner.token);
        Ok(Demo(Arc::new(Inner {
            own: format!("http://{}", self.1),
            client,
            owner,
            clock,
            directory: Mutex::new(Directory::new(accent)),
            idp: idp.context("cannot make the key of the identity provider")?,
            seen: std::sync::Mutex::default(),
        })))
    }

    /// Serves the page until the process ends or the task is dropped.
    ///
    /// # Errors
    ///
    /// If the listener fails.
    pub(crate) async fn serve(self, demo: Demo) -> std::io::Result<()> {
        axum::serve(self.0, pages::routes(demo)).await
    }
}

impl Demo {
    /// The one link.
    pub(crate) fn link(&self) -> String {
        format!("{}/", self.0.own)
    }

    /// Sets the sample organization up, which is empty as yet.
    ///
    /// # Errors
    ///
    /// If the server refuses something.
    pub(crate) async fn set_up(&self) -> anyhow::Result<()> {
        let mut directory = self.0.directory.lock().await;
        let set_up = organization::set_up(&self.0, &mut directory).await;
        set_up.context("cannot set the sample organization up")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_this_machine_is_listened_on() {
        let read = |text: &str| text.parse::<Loopback>().map(|found| found.to_string());
        assert_eq!(read("127.0.0.1").unwrap(), "127.0.0.1");
        assert_eq!(read("127.1.2.3").unwrap(), "127.1.2.3");
        assert_eq!(read("localhost").unwrap(), "127.0.0.1");
        for other in [
            "0.0.0.0",
            "::",
            "::1",
            "10.0.0.1",
            "192.168.1.5",
            "8.8.8.8",
            "::ffff:127.0.0.1",
            "example.com",
            "127.0.0.1:80",
            "",
        ] {
            assert!(
                read(other).unwrap_err().contains("not for production"),
                "{other}"
            );
        }
    }
}
