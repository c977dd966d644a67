//! Which client a request comes from: the peer of the connection, or where that is a proxy we trust, whom it names.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::config::Network;

/// The client, as it is counted: an IPv4 address, or the first half of an IPv6 address, because whoever has one of those
/// has all that begin with it.
pub(crate) fn of(parts: &Parts, trusted: &[Network]) -> String {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let Some(ConnectInfo(peer)) = peer else {
        return String::new();
    };
    counted(client(peer.ip(), &parts.headers, trusted))
}

/// From the right, because whatever stands further to the left may be what the client itself wrote.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.has(address));
    let mut client = peer.to_canonical();
    let mut named: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or("?").split(','))
        .collect();
    while is_trusted(client) {
        let Some(next) = named.pop() else {
            break;
        };
        // Some proxies add the port.
        let next = next.trim();
        let address = next
            .parse::<IpAddr>()
            .or_else(|_| next.parse::<SocketAddr>().map(|socket| socket.ip()));
        let Ok(address) = address else {
            break;
        };
        client = address.to_canonical();
    }
    client
}

fn counted(client: IpAddr) -> String {
    match client {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn told(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(value).unwrap());
        }
        let trusted: Vec<Network> = trusted
            .iter()
            .map(|network| network.parse().unwrap())
            .collect();
        counted(client(peer.parse().unwrap(), &headers, &trusted))
    }

    #[test]
    fn security_i7_nobody_but_a_trusted_proxy_says_who_the_client_is() {
        assert_eq!(told("9.9.9.9", &["1.1.1.1"], &[]), "9.9.9.9");
        assert_eq!(told("9.9.9.9", &["1.1.1.1"], &["10.0.0.0/8"]), "9.9.9.9");
        let proxies = ["10.0.0.0/8"];
        assert_eq!(told("10.1.2.3", &[], &proxies), "10.1.2.3");
        assert_eq!(told("10.1.2.3", &["1.1.1.1"], &proxies), "1.1.1.1");
        // What stands further to the left was written by the client.
        assert_eq!(told("10.1.2.3", &["6.6.6.6, 1.1.1.1"], &proxies), "1.1.1.1");
        assert_eq!(
            told("10.1.2.3", &["6.6.6.6", "1.1.1.1"], &proxies),
            "1.1.1.1"
        );
        assert_eq!(
            told("10.1.2.3", &["6.6.6.6, 1.1.1.1, 10.9.9.9"], &proxies),
            "1.1.1.1"
        );
        assert_eq!(told("10.1.2.3", &["1.1.1.1:4711"], &proxies), "1.1.1.1");
        assert_eq!(told("10.1.2.3", &["nonsense"], &proxies), "10.1.2.3");
        assert_eq!(told("::ffff:10.1.2.3", &["1.1.1.1"], &proxies), "1.1.1.1");
    }

    #[test]
    fn an_ipv6_client_is_its_whole_network() {
        assert_eq!(told("2001:db8:1:2:3::4", &[], &[]), "2001:db8:1:2::/64");
        assert_eq!(
            told("2001:db8:1:2:3::4", &[], &[]),
            told("2001:db8:1:2:ffff::9", &[], &[])
        );
    }
}
