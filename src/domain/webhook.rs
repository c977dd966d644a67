//! Where events are posted to, and what follows from how that went.

use super::{DeliveryId, Timestamp, WebhookId};

/// Stands for every kind of event.
pub(crate) const EVERY_KIND: &str = "*";
/// After how many seconds an event is tried again, from the first failure on: together a little more than three days.
const RETRIES: [i64; 9] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// What a receiver says that wants nothing ever again.
const GONE: u16 = 410;

/// An address that events are posted to.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    /// The id.
    pub(crate) id: WebhookId,
    /// Where to.
    pub(crate) url: String,
    /// What it is for, in the admin's words.
    pub(crate) description: String,
    /// The kinds that are wanted, or [`EVERY_KIND`].
    pub(crate) events: Vec<String>,
    /// Whether anything is posted.
    pub(crate) enabled: bool,
    /// Why the server disabled it, if it did.
    pub(crate) disabled_reason: Option<String>,
    /// Up to this number of the trail everything has been delivered.
    pub(crate) position: i64,
    /// How often in a row the next event could not be delivered.
    pub(crate) failures: i64,
    /// Before then nothing is tried.
    pub(crate) due: Timestamp,
    /// Until then one node is delivering.
    pub(crate) leased_until: Timestamp,
    /// The secret, sealed.
    pub(crate) secret: String,
    /// The secret before it, sealed, and until when it signs too.
    pub(crate) previous: Option<(String, Timestamp)>,
    /// When it was set up.
    pub(crate) created: Timestamp,
}

impl Webhook {
    /// Whether events of this kind are wanted.
    pub(crate) fn wants(&self, kind: &str) -> bool {
        self.events
            .iter()
            .any(|wanted| wanted == kind || wanted == EVERY_KIND)
    }
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
    /// Why there was none, in a sentence that tells nothing of the network.
    pub(crate) problem: Option<String>,
    /// How long it took.
    pub(crate) milliseconds: i64,
}

impl Outcome {
    /// Whether the receiver has it.
    pub(crate) fn is_delivered(&self) -> bool {
        self.problem.is_none()
            && self
                .status
                .is_some_and(|status| (200..300).contains(&status))
    }

    fn says(&self) -> String {
        match (&self.problem, self.status) {
            (Some(problem), _) => problem.clone(),
            (None, Some(status)) => format!("the answer has the status {status}"),
            (None, None) => "there was no answer".to_owned(),
        }
    }
}

/// What was tried.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    /// The id of the attempt.
    pub(crate) id: DeliveryId,
    /// The event's number; none for a test.
    pub(crate) seq: Option<i64>,
    /// By what the receiver knows a message again: the same in each attempt.
    pub(crate) message: String,
    /// The kind of event.
    pub(crate) kind: String,
    /// `event`, `test` or `resend`.
    pub(crate) cause: String,
    /// When.
    pub(crate) at: Timestamp,
    /// How it went.
    pub(crate) outcome: Outcome,
}

/// Takes over how the attempt to deliver the event of this number went.
pub(crate) fn settle(webhook: &mut Webhook, seq: i64, outcome: &Outcome, now: Timestamp) {
    if outcome.is_delivered() {
        webhook.position = seq;
        webhook.failures = 0;
        webhook.due = now;
        return;
    }
    let retry = usize::try_from(webhook.failures)
        .ok()
        .and_then(|failures| RETRIES.get(failures));
    webhook.failures += 1;
    match retry {
        Some(seconds) if outcome.status != Some(GONE) => webhook.due = now.plus_seconds(*seconds),
        _ => {
            webhook.enabled = false;
            webhook.disabled_reason = Some(format!(
                "event {seq} could not be delivered in {} attempts: {}",
                webhook.failures,
                outcome.says()
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn webhook() -> Webhook {
        Webhook {
            id: WebhookId(Uuid::nil()),
            url: String::new(),
            description: String::new(),
            events: vec!["member.created".to_owned()],
            enabled: true,
            disabled_reason: None,
            position: 4,
            failures: 0,
            due: Timestamp(0),
            leased_until: Timestamp(0),
            secret: String::new(),
            previous: None,
            created: Timestamp(0),
        }
    }

    fn answered(status: u16) -> Outcome {
        Outcome {
            status: Some(status),
            problem: None,
            milliseconds: 1,
        }
    }

    #[test]
    fn an_event_is_tried_for_three_days_and_then_the_webhook_is_disabled_with_the_reason() {
        let (mut webhook, mut now) = (webhook(), Timestamp(0));
        let mut attempts = 0;
        while webhook.enabled {
            settle(&mut webhook, 5, &answered(500), now);
            attempts += 1;
            assert_eq!(webhook.position, 4);
            now = webhook.due;
        }
        assert_eq!(attempts, 10);
        assert!((3 * 86_400_000..4 * 86_400_000).contains(&now.0), "{now}");
        assert_eq!(
            webhook.disabled_reason.as_deref(),
            Some("event 5 could not be delivered in 10 attempts: the answer has the status 500")
        );
    }

    #[test]
    fn what_is_delivered_is_passed_and_what_is_gone_is_tried_no_more() {
        let mut one = webhook();
        settle(&mut one, 5, &answered(503), Timestamp(0));
        assert_eq!((one.failures, one.due), (1, Timestamp(5000)));
        settle(&mut one, 5, &answered(204), Timestamp(5000));
        assert_eq!((one.position, one.failures), (5, 0));
        settle(&mut one, 6, &answered(410), Timestamp(6000));
        assert!(!one.enabled && one.position == 5);
        for status in [199, 302, 400] {
            assert!(!answered(status).is_delivered(), "{status}");
        }
    }

    #[test]
    fn a_star_stands_for_every_kind() {
        let mut webhook = webhook();
        assert!(webhook.wants("member.created") && !webhook.wants("member.deleted"));
        webhook.events = vec![EVERY_KIND.to_owned()];
        assert!(webhook.wants("member.deleted"));
    }
}
