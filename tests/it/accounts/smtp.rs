//! A mail server of a few lines, to be told mails.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A mail as it came.
#[derive(Debug, Default)]
pub(super) struct Mail {
    pub(super) login: String,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) text: String,
}

/// The server, for as long as the test runs.
pub(super) struct Smtp {
    pub(super) address: String,
    mails: Mutex<UnboundedReceiver<Mail>>,
}

impl Smtp {
    /// Takes mails, and answers to each recipient with this code.
    pub(super) async fn listen(code: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (give, mails) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(speak(stream, code, give.clone()));
            }
        });
        Self {
            address,
            mails: Mutex::new(mails),
        }
    }

    /// The next mail.
    pub(super) async fn next(&self) -> Mail {
        self.mails.lock().await.recv().await.unwrap()
    }
}

/// One connection, RFC 5321: what a client needs and nothing more.
async fn speak(stream: TcpStream, code: u16, give: UnboundedSender<Mail>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut mail = Mail::default();
    stream.write_all(b"220 here\r\n").await.ok()?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        let within = |line: &str| {
            let (_, rest) = line.split_once('<').unwrap();
            rest.split_once('>').unwrap().0.to_owned()
        };
        let answer = match line.get(..4).unwrap_or(line) {
            "EHLO" => "250-here\r\n250 AUTH PLAIN".to_owned(),
            "AUTH" => {
                let said = line.rsplit(' ').next().unwrap();
                mail.login = String::from_utf8(STANDARD.decode(said).unwrap()).unwrap();
                "235 welcome".to_owned()
            }
            "MAIL" => {
                mail.from = within(line);
                "250 yes".to_owned()
            }
            "RCPT" => {
                mail.to.push(within(line));
                format!("{code} about {}", within(line))
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                while !mail.text.ends_with("\r\n.\r\n") {
                    stream.read_line(&mut mail.text).await.ok()?;
                }
                give.send(std::mem::take(&mut mail)).ok()?;
                "250 taken".to_owned()
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n").await.ok(),
            _ => "250 yes".to_owned(),
        };
        stream
            .write_all(format!("{answer}\r\n").as_bytes())
            .await
            .ok()?;
    }
}
