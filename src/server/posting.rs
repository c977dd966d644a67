//! Sending the mails of the outbox, for as long as the server runs. Of many nodes one sends each.

use std::time::Duration;

use anyhow::Context as _;

use crate::app::accounts::throttle;
use crate::app::mail as outbox;
use crate::domain::error::Error;
use crate::mail::Letter;
use crate::state::State;

/// How often it is looked whether anything is due. That costs one reading of an index.
const LOOK: Duration = Duration::from_secs(1);
/// After how many looks what was given up long ago is forgotten.
const PRUNE: u32 = 3600;

/// Sends what is due.
pub(super) async fn keep_posting(state: State) {
    let mut turn = tokio::time::interval(LOOK);
    let mut looks = 0_u32;
    loop {
        turn.tick().await;
        looks = (looks + 1) % PRUNE;
        let done = async {
            if looks == 1 {
                outbox::prune(&state.db, state.clock.now()).await?;
                throttle::prune(&state.db, state.clock.now()).await?;
            }
            post(&state).await
        };
        if let Err(error) = done.await.context("no mail is sent for now") {
            tracing::warn!("{error:#}");
        }
    }
}

async fn post(state: &State) -> Result<(), Error> {
    loop {
        let taken = outbox::take_due(&state.db, &state.vault, state.clock.now()).await?;
        let Some((taken, text)) = taken else {
            return Ok(());
        };
        let letter = Letter {
            id: taken.id.to_string(),
            to: taken.to.clone(),
            subject: taken.subject.clone(),
            text,
        };
        match state.mailer.send(&letter).await {
            Ok(()) => {
                outbox::sent(&state.db, &taken).await?;
                tracing::info!(
                    mail = letter.id,
                    attempts = taken.attempts,
                    "a mail was sent"
                );
            }
            Err(why) => {
                let now = state.clock.now();
                let again =
                    outbox::not_sent(&state.db, &taken, why.for_good, &why.problem, now).await?;
                let (mail, attempts) = (&letter.id, taken.attempts);
                tracing::warn!(mail, attempts, again, "a mail was not sent: {}", why.logged);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::mail::Draft;
    use crate::config::Config;
    use crate::domain::Timestamp;
    use crate::server::open_state;

    async fn state(data: &tempfile::TempDir, smtp_url: Option<&str>) -> State {
        let mut config = Config {
            data_dir: data.path().to_owned(),
            smtp_url: smtp_url.map(Into::into),
            ..Config::default()
        };
        config.settle_secret_key(Some("k".repeat(43))).unwrap();
        open_state(config).await.unwrap()
    }

    async fn enqueue(state: &State, committed: bool) -> Result<(), Error> {
        let mut tx = state.db.write_anywhere().await?;
        let draft = Draft {
            to: "ada@a.example",
            subject: "Hello",
            text: "a secret link",
        };
        outbox::enqueue(&mut tx, &state.vault, None, &draft, Timestamp(1)).await?;
        if committed {
            tx.commit().await?;
        }
        Ok(())
    }

    fn files(data: &tempfile::TempDir) -> usize {
        std::fs::read_dir(data.path().join("mail")).map_or(0, Iterator::count)
    }

    #[tokio::test]
    async fn a_mail_is_sent_once_if_what_it_tells_of_happened_and_nothing_of_it_is_left() {
        let data = tempfile::tempdir().unwrap();
        let state = state(&data, None).await;
        enqueue(&state, false).await.unwrap();
        post(&state).await.unwrap();
        assert_eq!(files(&data), 0);
        enqueue(&state, true).await.unwrap();
        let (one, other) = tokio::join!(post(&state), post(&state));
        one.and(other).unwrap();
        post(&state).await.unwrap();
        assert_eq!(files(&data), 1);
        let mut tx = state.db.read().await.unwrap();
        let (left,): (i64,) = tx
            .fetch_one("SELECT COUNT(*) FROM mails", &[])
            .await
            .unwrap();
        assert_eq!(left, 0);
    }

    #[tokio::test]
    async fn a_mail_that_cannot_be_sent_waits_sealed_with_the_reason_and_who_has_taken_it_keeps_it()
    {
        let data = tempfile::tempdir().unwrap();
        // Nobody listens at port 1.
        let state = state(&data, Some("smtp://127.0.0.1:1")).await;
        enqueue(&state, true).await.unwrap();
        let now = state.clock.now();
        let taken = outbox::take_due(&state.db, &state.vault, now)
            .await
            .unwrap();
        assert_eq!(taken.unwrap().1, "a secret link");
        assert!(
            outbox::take_due(&state.db, &state.vault, now)
                .await
                .unwrap()
                .is_none()
        );
        // As if who took it had died.
        let mut tx = state.db.write_anywhere().await.unwrap();
        tx.execute("UPDATE mails SET due_at = created_at", &[])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        post(&state).await.unwrap();
        let mut tx = state.db.read().await.unwrap();
        let (attempts, problem, sealed): (i32, String, String) = tx
            .fetch_one(
                "SELECT attempts, problem, sealed_text FROM mails WHERE due_at > created_at",
                &[],
            )
            .await
            .unwrap();
        assert_eq!(attempts, 2);
        assert!(problem.contains("onnection"), "{problem}");
        assert!(!sealed.contains("secret"));
    }
}
