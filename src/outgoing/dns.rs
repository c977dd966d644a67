//! What the DNS says of a domain: its TXT records, asked for anew each time.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RData;

/// How long one server may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The most records that are looked at.
const MOST: usize = 200;

/// The TXT records of a name, from this server or else from those of the system. None where nobody answers.
pub(crate) async fn texts(server: Option<SocketAddr>, name: &str) -> Vec<String> {
    match look_up(server, name).await {
        Ok(texts) => texts,
        Err(error) => {
            tracing::debug!("a name could not be looked up: {error:#}");
            Vec::new()
        }
    }
}

async fn look_up(server: Option<SocketAddr>, name: &str) -> anyhow::Result<Vec<String>> {
    let mut builder = match server {
        None => TokioResolver::builder_tokio()?,
        Some(server) => {
            let (mut udp, mut tcp) = (ConnectionConfig::udp(), ConnectionConfig::tcp());
            (udp.port, tcp.port) = (server.port(), server.port());
            let one = NameServerConfig::new(server.ip(), true, vec![udp, tcp]);
            let config = ResolverConfig::from_parts(None, Vec::new(), vec![one]);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        }
    };
    let options = builder.options_mut();
    (options.timeout, options.attempts) = (PATIENCE, 1);
    // With a dot at the end, so that no other domain is tried behind it.
    let found = builder.build()?.txt_lookup(format!("{name}.")).await?;
    let texts = found
        .answers()
        .iter()
        .filter_map(|record| match &record.data {
            RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            _ => None,
        });
    Ok(texts.take(MOST).collect())
}
