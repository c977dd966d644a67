//! One mail as it is sent: plain text, to one person.

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message};
use lettre::{Address, message::header};

/// The longest line that is sent as it is, RFC 5322 section 2.1.1.
const LONGEST_LINE: usize = 998;

/// A mail to one person.
#[derive(Clone)]
pub(crate) struct Letter {
    /// What names it; a mail that is sent twice by misfortune has it both times.
    pub(crate) id: String,
    /// The address.
    pub(crate) to: String,
    /// The subject, one line.
    pub(crate) subject: String,
    /// What it says. May hold a link that opens something.
    pub(crate) text: String,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({})", self.id)
    }
}

impl Letter {
    /// The message. Nothing in an address or a subject can begin another header: an address with a line break is none,
    /// and a control character in a subject is a blank.
    pub(super) fn message(&self, from: &Mailbox) -> Result<Message, String> {
        let to: Address = self
            .to
            .parse()
            .map_err(|error| format!("no mail can be sent to this address: {error}"))?;
        let subject: String = self
            .subject
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let id = format!("<{}@{}>", self.id, from.email.domain());
        let mut message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .header(header::MIME_VERSION_1_0)
            .body(self.body())
            .map_err(|error| format!("the mail cannot be written: {error}"))?;
        // RFC 3834: nobody's absence is told to a machine.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        let value = HeaderValue::new(name, "auto-generated".to_owned());
        message.headers_mut().insert_raw(value);
        Ok(message)
    }

    /// Where it can be, the text as it is, so that a link in a file can be opened from it.
    fn body(&self) -> Body {
        let text = self.text.replace("\r\n", "\n");
        let plain = text.is_ascii()
            && text.lines().all(|line| line.len() <= LONGEST_LINE)
            && !text.contains(['\r', '\0']);
        if plain {
            let text = text.replace('\n', "\r\n").into_bytes();
            return Body::dangerous_pre_encoded(text, ContentTransferEncoding::SevenBit);
        }
        Body::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(to: &str, subject: &str) -> Result<String, String> {
        let letter = Letter {
            id: "7".to_owned(),
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: "Grüße,\nhttps://roll.example/x".to_owned(),
        };
        let from = "rollright <rollright@roll.example>".parse().unwrap();
        let message = letter.message(&from)?;
        Ok(String::from_utf8(message.formatted()).unwrap())
    }

    #[test]
    fn a_mail_says_who_it_is_from_and_that_a_machine_wrote_it() {
        let text = written("ada@a.example", "Hello").unwrap();
        for line in [
            "From: rollright <rollright@roll.example>\r\n",
            "To: ada@a.example\r\n",
            "Subject: Hello\r\n",
            "Message-ID: <7@roll.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Date: ",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[test]
    fn a_link_in_a_plain_text_is_not_broken() {
        let letter = Letter {
            id: "7".to_owned(),
            to: "ada@a.example".to_owned(),
            subject: "Hello".to_owned(),
            text: format!("Open this:\nhttps://roll.example/{}\n", "x".repeat(200)),
        };
        let from = "rollright <rollright@roll.example>".parse().unwrap();
        let text = String::from_utf8(letter.message(&from).unwrap().formatted()).unwrap();
        assert!(
            text.ends_with(&format!("\r\nhttps://roll.example/{}\r\n", "x".repeat(200))),
            "{text}"
        );
    }

    #[test]
    fn security_l10_no_address_and_no_subject_begins_another_header() {
        for to in [
            "ada@a.example\r\nBcc: eve@e.example",
            "ada@a.example\nBcc: eve@e.example",
            "ada@a.example, eve@e.example",
            "ada@a.example\0",
            "<ada@a.example>",
            "",
        ] {
            assert!(written(to, "Hello").is_err(), "{to:?}");
        }
        for subject in [
            "Hello\r\nBcc: eve@e.example",
            "Hello\nBcc: eve@e.example",
            "Hello\r\n\r\nBcc: eve@e.example",
            "Héllo\r\nBcc: eve@e.example",
            "Hello\u{85}Bcc: eve@e.example",
        ] {
            let text = written("ada@a.example", subject).unwrap();
            let (head, _) = text.split_once("\r\n\r\n").unwrap();
            assert!(!head.to_ascii_lowercase().contains("\nbcc:"), "{text}");
            assert_eq!(head.matches("Subject:").count(), 1);
            assert!(!text.contains("\n\nBcc"), "{text}");
        }
    }
}
