//! What a provisioning client sent and what it was answered, as it is kept for the admins of the organization.
//!
//! An entry holds no secret: whoever makes one has taken them out. It may name people, and whoever it names is listed
//! beside it, so that it is found when one of them is deleted (R14).

use super::leniency::Leniency;
use super::{LoggedRequestId, MemberId, OrganizationId, ScimTokenId, Timestamp};

/// The longest body that is kept, in bytes.
pub(crate) const LONGEST_BODY: usize = 64 * 1024;

/// Why a body is not kept, or not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    /// Only its beginning is kept.
    Cut,
    /// It is not JSON, and not so short and plain that nothing can hide in it.
    NotJson,
    /// It was too large to be looked through for secrets.
    TooLarge,
    /// It was answered without being read.
    Unread,
    /// It names more people than an entry may.
    ManyPeople,
}

impl Note {
    const ALL: [Self; 5] = [
        Self::Cut,
        Self::NotJson,
        Self::TooLarge,
        Self::Unread,
        Self::ManyPeople,
    ];

    /// The word under which it is stored and shown.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::NotJson => "not_json",
            Self::TooLarge => "too_large",
            Self::Unread => "unread",
            Self::ManyPeople => "many_people",
        }
    }

    /// The note with this word.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|note| note.name() == name)
    }
}

/// A body, as far as it is kept. Neither text nor note: there was none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The text, without secrets.
    pub(crate) text: Option<String>,
    /// Why it is not here, or not whole.
    pub(crate) note: Option<Note>,
}

impl Kept {
    /// Nothing, and why.
    pub(crate) fn nothing(note: Note) -> Self {
        Self {
            text: None,
            note: Some(note),
        }
    }

    /// The text, or the beginning of one that is too long.
    pub(crate) fn text(mut text: String) -> Self {
        let note = (text.len() > LONGEST_BODY).then_some(Note::Cut);
        text.truncate(text.floor_char_boundary(LONGEST_BODY));
        Self {
            text: Some(text),
            note,
        }
    }
}

/// What a request was about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The kind of resource, such as `User`.
    pub(crate) kind: Option<String>,
    /// The id of the resource.
    pub(crate) id: Option<String>,
    /// The userName or displayName that the message says.
    pub(crate) name: Option<String>,
}

/// That an admin ran the request again, with success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Replayed {
    /// When.
    pub(crate) at: Timestamp,
    /// Who.
    pub(crate) by: MemberId,
    /// What was answered; nothing yet while it runs.
    pub(crate) status: Option<u16>,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Its id in the log, which sorts by time.
    pub(crate) id: LoggedRequestId,
    /// When its head came.
    pub(crate) at: Timestamp,
    /// The SCIM token that it came with.
    pub(crate) token: ScimTokenId,
    /// The profile that the token had.
    pub(crate) profile: Leniency,
    /// What the client calls itself.
    pub(crate) user_agent: Option<String>,
    /// The request's id in the answer, the log lines and the audit trail.
    pub(crate) request: String,
    /// GET, POST and so on.
    pub(crate) method: String,
    /// The pattern of the path; empty where none fits.
    pub(crate) route: String,
    /// The path as it was sent.
    pub(crate) path: String,
    /// The query as it was sent, without the question mark and without secrets.
    pub(crate) query: Option<String>,
    /// What the body was said to be.
    pub(crate) content_type: Option<String>,
    /// The versions that the client had read.
    pub(crate) if_match: Option<String>,
    /// The status of the answer; nothing where the client left before.
    pub(crate) status: Option<u16>,
    /// The word for the refusal, RFC 7644 section 3.12.
    pub(crate) scim_type: Option<String>,
    /// The sentence of the refusal.
    pub(crate) detail: Option<String>,
    /// From the head of the request to the end of the answer, in microseconds.
    pub(crate) microseconds: i64,
    /// What it was about.
    pub(crate) subject: Subject,
    /// What was off in it and was read nevertheless.
    pub(crate) leniencies: Vec<String>,
    /// What was sent.
    pub(crate) sent: Kept,
    /// Whether a secret was taken out of what was sent.
    pub(crate) masked: bool,
    /// What was answered.
    pub(crate) answered: Kept,
    /// Whether what named a person was taken out since.
    pub(crate) erased: bool,
    /// Who ran it again.
    pub(crate) replayed: Option<Replayed>,
}

/// An entry to be kept, and whom it names.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Whose it is.
    pub(crate) organization: OrganizationId,
    /// The entry.
    pub(crate) entry: Entry,
    /// Whether it was refused or never answered, or an operation of it was refused.
    pub(crate) failed: bool,
    /// The ids of those it names.
    pub(crate) members: Vec<MemberId>,
    /// The comparison keys of the names and addresses in it.
    pub(crate) names: Vec<String>,
    /// What a search looks at, folded.
    pub(crate) words: String,
}

/// What an entry takes besides its texts, in bytes.
pub(crate) const OVERHEAD: u64 = 500;

impl Record {
    /// About how many bytes the entry takes where it is kept.
    pub(crate) fn size(&self) -> u64 {
        let entry = &self.entry;
        let texts = [
            Some(&entry.path),
            entry.query.as_ref(),
            entry.user_agent.as_ref(),
            entry.detail.as_ref(),
            entry.sent.text.as_ref(),
            entry.answered.text.as_ref(),
            Some(&self.words),
        ];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        // Whom it names stands in a table and in its index.
        let names: usize = self.names.iter().map(|name| 2 * name.len()).sum();
        OVERHEAD + (texts + names + 100 * self.members.len()) as u64
    }

    /// Takes out everything that may name a person; what was done, when, to which id and with what success stays.
    pub(crate) fn erase(&mut self) {
        let entry = &mut self.entry;
        if entry.subject.id.is_none() {
            // What stands there instead of an id may be a name.
            entry.path.clone_from(&entry.route);
        }
        entry.query = None;
        entry.detail = None;
        entry.subject.name = None;
        entry.leniencies = Vec::new();
        entry.sent = Kept::default();
        entry.answered = Kept::default();
        entry.erased = true;
        self.members = Vec::new();
        self.names = Vec::new();
        self.words = String::new();
    }
}

/// Which entries are asked for: those that fit everything that is said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// Older than this one.
    pub(crate) before: Option<LoggedRequestId>,
    /// A status within these two.
    pub(crate) status: Option<(u16, u16)>,
    /// This method.
    pub(crate) method: Option<String>,
    /// This SCIM token.
    pub(crate) token: Option<ScimTokenId>,
    /// About the resource with this id, or naming the member with it.
    pub(crate) subject: Option<String>,
    /// This text in path, query, subject or detail, folded.
    pub(crate) words: Option<String>,
    /// From this moment on.
    pub(crate) from: Option<Timestamp>,
    /// Before this moment.
    pub(crate) to: Option<Timestamp>,
    /// Only what failed, was never answered, or holds an operation that failed.
    pub(crate) failed: bool,
    /// Only what was read leniently.
    pub(crate) lenient: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_two_characters_and_says_so() {
        let text = "é".repeat(LONGEST_BODY);
        let kept = Kept::text(format!("x{text}"));
        assert_eq!(kept.note, Some(Note::Cut));
        assert_eq!(kept.text.unwrap().len(), LONGEST_BODY - 1);
        assert_eq!(Kept::text("x".to_owned()).note, None);
    }

    #[test]
    fn every_note_is_read_back_from_its_word() {
        for note in Note::ALL {
            assert_eq!(Note::from_name(note.name()), Some(note));
        }
    }
}
