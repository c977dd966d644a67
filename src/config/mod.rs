//! The settings of one server: typed, checked, with their defaults.
//!
//! Together with `sources`, this is the only reader of the environment and of files. It knows nothing of what the
//! settings are used for, and it never shows a secret.

mod network;
mod settings;
mod sources;
mod temporary;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};

pub use self::network::Network;
pub(crate) use self::temporary::TemporaryDir;

/// Every setting of the server. `config.example.toml` says what each is for.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port to listen on; 0 takes any free one.
    pub port: u16,
    /// Where the SQLite database and other files of the server stand.
    pub data_dir: PathBuf,
    /// The database, where it is not the SQLite file in the data directory. May hold a password.
    #[serde(deserialize_with = "secret")]
    pub database_url: Option<SecretString>,
    /// How people and IdPs reach this server, without a slash at the end.
    pub base_url: Option<String>,
    /// The e-mail address of the first account.
    pub username: Option<String>,
    /// The password of the first account.
    #[serde(deserialize_with = "secret")]
    pub password: Option<SecretString>,
    /// The API token of the first account.
    #[serde(deserialize_with = "secret")]
    pub user_token: Option<SecretString>,
    /// Whether nobody may sign up without an invitation (R15).
    pub disable_signup_without_link: bool,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Which log lines are written, in the syntax of `tracing-subscriber`.
    pub log_filter: String,
    /// The largest request body that is read.
    pub max_body_bytes: usize,
    /// How many days the request log is kept; 0 keeps none.
    pub request_log_days: u16,
    /// How many bytes of the request log are kept for each organization.
    pub request_log_max_bytes: u64,
    /// Under which secrets that must be read again are sealed; every node of an installation has the same.
    #[serde(deserialize_with = "secret")]
    pub secret_key: Option<SecretString>,
    /// Whether requests that the server makes by itself may go to private addresses, and without encryption.
    pub allow_private_networks: bool,
    /// Proxies that are believed when they say which client they ask for.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<Network>,
    /// The mail server, where there is one. May hold a password.
    #[serde(deserialize_with = "secret")]
    pub smtp_url: Option<SecretString>,
    /// Whom mails are from: an address, perhaps with a name before it.
    pub mail_from: Option<String>,
    /// Who is asked for the TXT records of domains, where it is not the system's resolver.
    pub dns_server: Option<SocketAddr>,
    /// What the names of the headers begin with that tell an app behind a proxy who somebody is.
    pub forward_auth_prefix: String,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line for a person.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8080,
            data_dir: PathBuf::from("./data"),
            database_url: None,
            base_url: None,
            username: None,
            password: None,
            user_token: None,
            disable_signup_without_link: false,
            log_format: LogFormat::Text,
            log_filter: "info".to_owned(),
            max_body_bytes: 1024 * 1024,
            request_log_days: 7,
            request_log_max_bytes: 100 * 1024 * 1024,
            secret_key: None,
            allow_private_networks: false,
            trusted_proxies: Vec::new(),
            smtp_url: None,
            mail_from: None,
            dns_server: None,
            forward_auth_prefix: "Remote-".to_owned(),
        }
    }
}

impl Config {
    /// Reads the settings of this process: defaults, then the file, then the environment, then the options of the
    /// command line, each over the one before.
    ///
    /// # Errors
    ///
    /// If a source names a setting that does not exist, or holds a value that cannot be used.
    pub fn load(
        file: Option<PathBuf>,
        options: Vec<(&'static str, String)>,
    ) -> anyhow::Result<Self> {
        sources::read(file, std::env::vars_os(), options)
    }

    /// The address to listen on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// The database: the one that was named, or the SQLite file in the data directory.
    #[must_use]
    pub fn database_url(&self) -> SecretString {
        if let Some(url) = &self.database_url {
            return url.clone();
        }
        let path = self.data_dir.join("rollright.db");
        let mut url = "sqlite:".to_owned();
        for character in path.to_string_lossy().chars() {
            // These would end the path or be decoded in a URL.
            if matches!(character, '%' | '?' | '#') {
                write!(url, "%{:02X}", u32::from(character)).expect("a String takes every write");
            } else {
                url.push(character);
            }
        }
        SecretString::from(url)
    }

    /// How people and IdPs reach this server: the setting, or else the address that it listens on.
    #[must_use]
    pub fn base_url(&self) -> Cow<'_, str> {
        match &self.base_url {
            Some(url) => Cow::Borrowed(url),
            // Nobody can open http://0.0.0.0.
            None if self.host.is_unspecified() => format!("http://localhost:{}", self.port).into(),
            None => format!("http://{}", self.address()).into(),
        }
    }

    /// What this server is called: the host of the base URL.
    #[must_use]
    pub(crate) fn host_name(&self) -> String {
        let url = url::Url::parse(&self.base_url()).ok();
        let host = url.as_ref().and_then(url::Url::host_str);
        host.unwrap_or("localhost").to_owned()
    }

    /// Takes the key under which secrets are sealed from the file `secret.key` in the data directory, where no setting
    /// gives it. Where the file is missing too it is made with what `fresh` gives, if that gives anything.
    ///
    /// # Errors
    ///
    /// If the key is too short, or the file can neither be read nor made.
    pub(crate) fn settle_secret_key(&mut self, fresh: Option<String>) -> anyhow::Result<()> {
        /// As many letters of base64 as 256 bits need.
        const SHORTEST: usize = 43;
        if self.secret_key.is_none() {
            if fresh.is_some() {
                self.create_data_dir()?;
            }
            let file = self.data_dir.join("secret.key");
            self.secret_key = sources::read_or_make(&file, fresh)?.map(SecretString::from);
        }
        if let Some(key) = &self.secret_key
            && key.expose_secret().len() < SHORTEST
        {
            bail!(
                "the secret key must have at least {SHORTEST} letters, made by chance: openssl rand -base64 32"
            );
        }
        Ok(())
    }

    /// Makes the data directory where it is missing, for the user of this process alone.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn create_data_dir(&self) -> anyhow::Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.data_dir)
            .with_context(|| format!("cannot make the data directory {}", self.data_dir.display()))
    }

    /// Checks what a type cannot say, and brings the base URL into its one spelling.
    fn checked(mut self) -> anyhow::Result<Self> {
        if let Some(given) = &self.base_url {
            self.base_url = Some(origin(given)?);
        }
        if let Some(url) = &self.database_url {
            let known = ["sqlite:", "postgres://", "postgresql://"];
            if !known
                .iter()
                .any(|start| url.expose_secret().starts_with(start))
            {
                bail!("database_url must begin with sqlite:, postgres:// or postgresql://");
            }
        }
        if let Some(token) = &self.user_token
            && token.expose_secret().chars().count() < 5
        {
            bail!("user_token must have at least 5 characters");
        }
        let prefix = &self.forward_auth_prefix;
        if prefix.is_empty()
            || prefix.len() > 32
            || !prefix
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        {
            bail!(
                "forward_auth_prefix must be 1 to 32 letters, digits and hyphens, such as Remote-"
            );
        }
        if self.username.is_none() && (self.password.is_some() || self.user_token.is_some()) {
            bail!(
                "password and user_token are of the account that username names; set username too"
            );
        }
        Ok(self)
    }
}

/// The scheme, host and port of a base URL, if it has nothing else.
fn origin(given: &str) -> anyhow::Result<String> {
    let url = url::Url::parse(given).with_context(|| {
        format!("base_url {given:?} is not a URL; it should look like https://roll.example.com")
    })?;
    let plain = matches!(url.scheme(), "http" | "https")
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !plain {
        bail!("base_url must be http:// or https://, a host and perhaps a port, and nothing else");
    }
    Ok(url.origin().ascii_serialization())
}

fn networks<'de, D: Deserializer<'de>>(value: D) -> Result<Vec<Network>, D::Error> {
    let text = String::deserialize(value)?;
    let named = text.split([',', ' ']).filter(|part| !part.is_empty());
    named
        .map(|part| part.parse().map_err(serde::de::Error::custom))
        .collect()
}

fn secret<'de, D: Deserializer<'de>>(value: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(value)?.map(SecretString::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_shows_no_secret() {
        let config = Config {
            database_url: Some("postgres://u:canary-1@db/x".into()),
            password: Some("canary-2".into()),
            user_token: Some("canary-3".into()),
            ..Config::default()
        };
        let shown = format!("{config:?}");
        assert!(shown.contains("[REDACTED]"));
        assert!(!shown.contains("canary"));
    }

    #[test]
    fn the_database_is_in_the_data_directory_unless_named() {
        let mut config = Config {
            data_dir: "/srv/a b/50%?".into(),
            ..Config::default()
        };
        let url = |config: &Config| config.database_url().expose_secret().to_owned();
        assert_eq!(url(&config), "sqlite:/srv/a b/50%25%3F/rollright.db");
        config.database_url = Some("postgres://db/roll".into());
        assert_eq!(url(&config), "postgres://db/roll");
    }

    #[test]
    fn the_base_url_follows_the_address_unless_given() {
        let mut config = Config::default();
        assert_eq!(config.base_url(), "http://127.0.0.1:8080");
        config.host = "::1".parse().unwrap();
        assert_eq!(config.base_url(), "http://[::1]:8080");
        config.host = "0.0.0.0".parse().unwrap();
        assert_eq!(config.base_url(), "http://localhost:8080");
        config.base_url = Some("https://Roll.Example.com:443/".to_owned());
        assert_eq!(
            config.checked().unwrap().base_url(),
            "https://roll.example.com"
        );
    }

    #[test]
    fn a_base_url_has_no_path_no_query_and_no_other_scheme() {
        for wrong in [
            "roll.example.com",
            "/scim",
            "ftp://roll.example.com",
            "https://roll.example.com/app",
            "https://roll.example.com/?a",
            "https://roll.example.com/#a",
            "https://me@roll.example.com",
        ] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_setting_that_cannot_be_used_is_refused_without_being_shown() {
        let refused = |config: Config| format!("{:#}", config.checked().unwrap_err());
        let short = refused(Config {
            username: Some("a@example.com".into()),
            user_token: Some("çana".into()),
            ..Config::default()
        });
        assert_eq!(short, "user_token must have at least 5 characters");
        let engine = refused(Config {
            database_url: Some("mysql://canary".into()),
            ..Config::default()
        });
        assert!(!engine.contains("canary"));
        let nobody = refused(Config {
            password: Some("canary".into()),
            ..Config::default()
        });
        assert!(nobody.contains("set username too") && !nobody.contains("canary"));
    }

    #[cfg(unix)]
    #[test]
    fn the_data_directory_is_made_for_this_user_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            data_dir: folder.path().join("a/data"),
            ..Config::default()
        };
        config.create_data_dir().unwrap();
        config.create_data_dir().unwrap();
        let mode = std::fs::metadata(&config.data_dir)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
