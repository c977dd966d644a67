//! Events of webhooks.

use serde_json::{Value, json};

use super::{Event, Kind};
use crate::domain::WebhookId;
use crate::domain::webhook::Webhook;

impl Event {
    /// A webhook was set up.
    pub(crate) fn webhook_created(webhook: &Webhook) -> Self {
        Self::plain(Kind::WebhookCreated, webhook.id, told(webhook))
    }

    /// A webhook was changed, or the server disabled it.
    pub(crate) fn webhook_changed(before: &Webhook, after: &Webhook) -> Self {
        let facts = json!({ "before": told(before), "after": told(after) });
        Self::plain(Kind::WebhookChanged, after.id, facts)
    }

    /// A webhook has another secret.
    pub(crate) fn webhook_rekeyed(webhook: WebhookId) -> Self {
        Self::plain(Kind::WebhookRekeyed, webhook, json!({}))
    }

    /// A webhook was deleted.
    pub(crate) fn webhook_deleted(webhook: WebhookId) -> Self {
        Self::plain(Kind::WebhookDeleted, webhook, json!({}))
    }
}

fn told(webhook: &Webhook) -> Value {
    json!({
        "url": webhook.url,
        "events": webhook.events,
        "enabled": webhook.enabled,
        "disabled_reason": webhook.disabled_reason,
        "position": webhook.position,
    })
}
