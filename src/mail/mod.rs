//! Sending a mail: over SMTP, or where there is no mail server as a file that a person can open.
//!
//! Whether and when something is sent is not decided here, nor what it says. TLS is asked for everywhere but on this
//! machine, and never given up quietly. What is said of a failure holds no secret.

mod letter;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use percent_encoding::percent_decode_str;
use tokio::io::AsyncWriteExt as _;
use url::{Host, Url};

pub(crate) use self::letter::Letter;

/// How long the mail server may take over one step.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most letters of an answer of the mail server that are kept.
const MOST_TOLD: usize = 200;

/// Where mails go, and from whom.
#[derive(Debug, Clone)]
pub(crate) struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

/// Why a mail was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unsent {
    /// Whether trying again makes no sense.
    pub(crate) for_good: bool,
    /// Why, for an administrator: it may name the address, as mail servers do.
    pub(crate) problem: String,
    /// Why, for the log: it names nobody.
    pub(crate) logged: String,
}

impl Mailer {
    /// Over SMTP where there is a URL, else into the folder. `from` is the sender; `host` is what this server is called.
    pub(crate) fn new(
        smtp_url: Option<&str>,
        from: Option<&str>,
        host: &str,
        folder: PathBuf,
    ) -> anyhow::Result<Self> {
        // A number in the place of a name needs brackets in an address, and few would take such a mail.
        let named = host.parse::<IpAddr>().is_err() && !host.starts_with('[');
        let host = if named { host } else { "localhost" };
        let from = match from {
            Some(from) => from.to_owned(),
            None => format!("rollright <rollright@{host}>"),
        };
        let from = from
            .parse()
            .map_err(|error| anyhow!("mail_from {from:?} is no address of a sender: {error}"))?;
        let way = match smtp_url {
            Some(url) => Way::Smtp(transport(url, host)?),
            None => Way::Folder(folder),
        };
        Ok(Self { from, way })
    }

    /// Sends a mail, or says why not.
    pub(crate) async fn send(&self, letter: &Letter) -> Result<(), Unsent> {
        let message = letter.message(&self.from).map_err(|why| Unsent {
            for_good: true,
            logged: "the mail cannot be written".to_owned(),
            problem: why,
        })?;
        match &self.way {
            Way::Smtp(transport) => {
                let sent = tokio::time::timeout(PATIENCE * 3, transport.send(message)).await;
                match sent {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(error)) => Err(unsent(&error)),
                    Err(_) => Err(Unsent::for_now("the mail server was too slow")),
                }
            }
            Way::Folder(folder) => write(folder.clone(), letter, &message)
                .await
                .map_err(|error| Unsent::for_now(&format!("the file cannot be written: {error}"))),
        }
    }
}

impl Unsent {
    fn for_now(why: &str) -> Self {
        Self {
            for_good: false,
            problem: why.to_owned(),
            logged: why.to_owned(),
        }
    }
}

/// How the way to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    /// From the first byte.
    Always,
    /// As soon as the server has said that it can; else nothing is sent.
    StartTls,
    /// Not at all.
    Never,
}

/// `smtps` has TLS from the first byte; `smtp` must take it up with STARTTLS, but on this machine, or where the URL says
/// `?tls=none`.
fn encryption(url: &Url, relay: &str) -> anyhow::Result<Encryption> {
    let address: Result<IpAddr, _> = relay.parse();
    let mut plain = relay == "localhost" || address.is_ok_and(|address| address.is_loopback());
    for (name, value) in url.query_pairs() {
        match (name.as_ref(), value.as_ref()) {
            ("tls", "none") => plain = true,
            ("tls", "required") => plain = false,
            _ => bail!("smtp_url may end with ?tls=none or ?tls=required, and with nothing else"),
        }
    }
    match url.scheme() {
        "smtps" => Ok(Encryption::Always),
        "smtp" if plain => Ok(Encryption::Never),
        "smtp" => Ok(Encryption::StartTls),
        _ => bail!("smtp_url must begin with smtps:// or smtp://"),
    }
}

/// The host of the URL. An address of four numbers is but a name to it, as in every URL that browsers do not know.
fn relay(url: &Url) -> anyhow::Result<String> {
    match url.host() {
        Some(Host::Domain(name)) if !name.is_empty() => Ok(name.to_owned()),
        Some(Host::Ipv4(address)) => Ok(address.to_string()),
        Some(Host::Ipv6(address)) => Ok(address.to_string()),
        Some(Host::Domain(_)) | None => bail!(
            "smtp_url has no host; it should look like smtps://user:password@mail.example.com"
        ),
    }
}

/// The way to a mail server.
fn transport(url: &str, host: &str) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    // Never with the URL itself: it may hold a password.
    let url = Url::parse(url).context("smtp_url is not a URL")?;
    let relay = relay(&url)?;
    let tls =
        || TlsParameters::new(relay.clone()).context("cannot prepare TLS for the mail server");
    let (port, tls) = match encryption(&url, &relay)? {
        Encryption::Always => (465, Tls::Wrapper(tls()?)),
        Encryption::StartTls => (587, Tls::Required(tls()?)),
        Encryption::Never => (25, Tls::None),
    };
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&relay)
        .port(url.port().unwrap_or(port))
        .tls(tls)
        .hello_name(ClientId::Domain(host.to_owned()))
        .timeout(Some(PATIENCE));
    if !url.username().is_empty() {
        let decode = |part: &str| {
            let decoded = percent_decode_str(part).decode_utf8();
            decoded
                .map(String::from)
                .context("smtp_url has a user name or password that is not UTF-8")
        };
        let password = decode(url.password().unwrap_or_default())?;
        transport = transport.credentials(Credentials::new(decode(url.username())?, password));
    }
    Ok(transport.build())
}

fn unsent(error: &lettre::transport::smtp::Error) -> Unsent {
    let Some(status) = error.status() else {
        // Nothing of a connection that failed names anybody.
        let mut said = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            said = format!("{said}: {cause}");
            source = cause.source();
        }
        return Unsent::for_now(&told(&said));
    };
    Unsent {
        // Credentials that are refused are wrong in the settings, which somebody may mend.
        for_good: error.is_permanent() && !matches!(u16::from(status), 530..=539),
        problem: told(&format!("the mail server answered: {error}")),
        logged: format!("the mail server answered with {status}"),
    }
}

/// Words of a stranger: one line, not endless.
fn told(words: &str) -> String {
    let plain = words.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(MOST_TOLD).collect()
}

/// Writes a mail beside its name and moves it there, so that nobody reads half of one.
async fn write(folder: PathBuf, letter: &Letter, message: &Message) -> std::io::Result<()> {
    let mut builder = tokio::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(&folder).await?;
    let unfinished = folder.join(format!(".{}", letter.id));
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(&unfinished).await?;
    file.write_all(&message.formatted()).await?;
    file.sync_all().await?;
    tokio::fs::rename(&unfinished, folder.join(format!("{}.eml", letter.id))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailer(url: &str) -> Result<Mailer, String> {
        let made = Mailer::new(Some(url), None, "roll.example", PathBuf::new());
        made.map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_mail_server_is_reached_with_tls_but_on_this_machine() {
        let way = |url: &str| {
            mailer(url).unwrap();
            let url = Url::parse(url).unwrap();
            encryption(&url, &relay(&url).unwrap()).unwrap()
        };
        for (url, expected) in [
            ("smtps://mail.example", Encryption::Always),
            ("smtps://127.0.0.1?tls=none", Encryption::Always),
            ("smtp://mail.example", Encryption::StartTls),
            ("smtp://10.0.0.1", Encryption::StartTls),
            ("smtp://localhost.example", Encryption::StartTls),
            ("smtp://127.0.0.1?tls=required", Encryption::StartTls),
            ("smtp://127.0.0.1:25", Encryption::Never),
            ("smtp://user:word@127.0.0.1:25", Encryption::Never),
            ("smtp://[::1]", Encryption::Never),
            ("smtp://localhost", Encryption::Never),
            ("smtp://mail.example?tls=none", Encryption::Never),
        ] {
            assert_eq!(way(url), expected, "{url}");
        }
    }

    #[test]
    fn a_url_that_cannot_be_used_is_refused_without_being_shown() {
        for url in [
            "http://user:canary@mail.example",
            "smtp://user:canary@mail.example?tls=maybe",
            "smtp://user:canary@mail.example?canary=1",
            "smtp://user:canary@mail.example:port",
            "smtp:canary",
        ] {
            let refused = mailer(url).unwrap_err();
            assert!(!refused.contains("canary"), "{refused}");
        }
        let shown = format!("{:?}", mailer("smtps://user:canary@mail.example").unwrap());
        assert!(!shown.contains("canary"), "{shown}");
    }

    #[test]
    fn the_sender_is_of_this_server_unless_given() {
        let from =
            |from, host| Mailer::new(None, from, host, PathBuf::new()).map(|m| m.from.to_string());
        assert_eq!(
            from(None, "roll.example").unwrap(),
            "rollright <rollright@roll.example>"
        );
        for number in ["127.0.0.1", "::1", "[::1]"] {
            assert_eq!(
                from(None, number).unwrap(),
                "rollright <rollright@localhost>"
            );
        }
        assert_eq!(
            from(Some("Roll <a@b.example>"), "x").unwrap(),
            "Roll <a@b.example>"
        );
        assert!(from(Some("nobody"), "x").is_err());
        assert!(from(Some("a@b.example\r\nBcc: c@d.example"), "x").is_err());
    }

    #[tokio::test]
    async fn without_a_mail_server_a_mail_is_a_file_for_this_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = Mailer::new(None, None, "roll.example", folder.path().join("mail")).unwrap();
        assert!(matches!(mailer.way, Way::Folder(_)));
        let letter = Letter {
            id: "1".to_owned(),
            to: "ada@a.example".to_owned(),
            subject: "Grüße".to_owned(),
            text: "A line.\n.\nAnother.".to_owned(),
        };
        mailer.send(&letter).await.unwrap();
        mailer.send(&letter).await.unwrap();
        let mut names = std::fs::read_dir(folder.path().join("mail")).unwrap();
        let file = names.next().unwrap().unwrap();
        assert!(names.next().is_none());
        assert_eq!(file.file_name(), "1.eml");
        let text = std::fs::read_to_string(file.path()).unwrap();
        assert!(text.contains("To: ada@a.example\r\n"), "{text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
