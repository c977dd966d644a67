"""Mail, at a mail server by others: handed over with the credentials of the settings, and never without TLS that was asked for."""

from __future__ import annotations

import re
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

import processes
from harness import OWNER, Rollright


class Mailbox:
    """What a mail server has taken."""

    def __init__(self) -> None:
        self.taken: list[tuple[Envelope, bool]] = []

    async def handle_DATA(self, server: object, session: Session, envelope: Envelope) -> str:
        self.taken.append((envelope, bool(session.authenticated)))
        return "250 taken"


@contextmanager
def mail_server(work: Path, *, tls: bool) -> Iterator[tuple[str, Mailbox]]:
    """A mail server on a free port, which wants the user `roll`; with STARTTLS, by a certificate that nobody trusts, or without."""
    mailbox = Mailbox()
    context = None
    if tls:
        key, certificate = work / "mail.key", work / "mail.crt"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-keyout", key, "-out", certificate],
            check=True,
            capture_output=True,
        )  # fmt: skip
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)

    def judge(server: object, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"roll", b"p@ss/word")
        return AuthResult(success=right)

    port = processes.free_port()
    controller = Controller(
        mailbox, "127.0.0.1", port, tls_context=context, require_starttls=tls, authenticator=judge, auth_required=True,
        auth_require_tls=False,
    )  # fmt: skip
    controller.start()
    try:
        yield f"127.0.0.1:{port}", mailbox
    finally:
        controller.stop()


def ask(server: Rollright) -> None:
    """Has the server write a mail."""
    answer = requests.post(server.url("/user/password-reset"), json={"email": OWNER}, timeout=30)
    assert answer.status_code == 200, answer.text


def test_a_mail_server_is_handed_each_mail_once(stopped: Rollright, work: Path) -> None:
    """The mail is from whom the settings say, to one person, in plain text, and its link works."""
    with mail_server(work, tls=False) as (address, mailbox):
        stopped.start(smtp_url=f"smtp://roll:p%40ss%2Fword@{address}", mail_from="Roll <roll@example.test>")
        ask(stopped)
        processes.wait_until(lambda: bool(mailbox.taken), "the mail is there")
        (envelope, authenticated), *others = mailbox.taken
        assert authenticated and not others
        assert (envelope.mail_from, envelope.rcpt_tos) == ("roll@example.test", [OWNER])
        mail = message_from_bytes(envelope.original_content, policy=policy.default)
        assert mail["to"] == OWNER and mail["auto-submitted"] == "auto-generated"
        assert mail.get_content_type() == "text/plain"
        link = re.search(r"http://\S+/user/password-reset/\S+", mail.get_content())
        assert link, mail.get_content()
        done = requests.post(link.group(), json={"password": "another password"}, timeout=30)
        assert done.status_code == 200, done.text
        processes.wait_until(lambda: len(mailbox.taken) == 2, "the person is told that the password has changed")
        entered = requests.post(
            stopped.url("/user/login"), json={"email": OWNER, "password": "another password"}, timeout=30
        )
        assert entered.status_code == 200, entered.text


def test_tls_that_is_asked_for_is_not_given_up(stopped: Rollright, work: Path) -> None:
    """By a certificate that nobody trusts nothing is sent, neither a mail nor the password; the mail waits, and the log says why."""
    with mail_server(work, tls=True) as (address, mailbox):
        stopped.start(smtp_url=f"smtp://roll:p%40ss%2Fword@{address}?tls=required")
        ask(stopped)
        processes.wait_until(lambda: "a mail was not sent" in stopped.log_tail(), "the log says that it failed")
        assert not mailbox.taken
        log = stopped.log_tail()
        assert "certificate" in log, log
        assert OWNER not in log and "p@ss" not in log and "p%40ss" not in log, log
