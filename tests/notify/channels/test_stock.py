import asyncio
import email
import email.policy
import logging
from collections.abc import Iterator
from email.message import EmailMessage
from typing import cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from djflow.core.errors import ConfigError
from djflow.notify.channels.base import Attachment, Outcome, Outgoing, Verdict
from djflow.notify.channels.config import ChannelConfig
from djflow.notify.channels.factory import build
from djflow.notify.channels.stock import mail_ruling, web_ruling
from djflow.notify.simulator import Faults, Simulator
from tests.notify.channels.talk import NOW, message
from tests.notify.channels.test_wire import closed_port

V = Verdict


class Office:
    """A mail server's handler: refuses `gone@…` for ever, `full@…` for now, and takes the rest."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer to the recipient."""
        if address.startswith("gone"):
            return "550 no such user"
        if address.startswith("full"):
            return "452 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Keep the mail."""
        content = cast("bytes", envelope.content)
        self.mails.append(email.message_from_bytes(content, policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def post() -> Iterator[tuple[Office, int]]:
    """A real SMTP server on this machine."""
    office = Office()
    port = closed_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    yield office, port
    controller.stop()


def send(url: str, *batch: Outgoing) -> tuple[Outcome, ...]:
    """Send through a stock channel."""

    async def run() -> tuple[Outcome, ...]:
        channel = build(ChannelConfig("mail", url))
        await channel.start()
        try:
            return await channel.send(batch)
        finally:
            await channel.close()

    return asyncio.run(run())


def test_mail_arrives_with_its_attachment(post: tuple[Office, int]) -> None:
    """A roster goes out by mail: subject, text and file arrive unharmed."""
    office, port = post
    roster = Attachment("十二月赶场值班表.pdf", "application/pdf", b"%PDF-1.7 roster")
    one = message(address="zhang@example.gov.cn", title="十二月值班表", attachments=(roster,))
    outcomes = send(f"mailto://127.0.0.1:{port}?from=djflow@example.gov.cn&mode=insecure", one)
    assert [outcome.verdict for outcome in outcomes] == [V.ACCEPTED]
    mail = office.mails[0]
    files = list(mail.iter_attachments())
    body = mail.get_body(("plain",))
    assert body
    assert (mail["Subject"], mail["To"]) == ("十二月值班表", "zhang@example.gov.cn")
    assert one.text in str(body.get_content())
    assert [(file.get_filename(), file.get_payload(decode=True)) for file in files] == [(roster.name, roster.content)]


def test_each_recipient_has_an_own_answer(post: tuple[Office, int], caplog: pytest.LogCaptureFixture) -> None:
    """A mailbox that is gone is permanent, a full one waits, a wrong one never leaves; no log names them."""
    caplog.set_level(logging.DEBUG)
    office, port = post
    people = ("zhang@example.gov.cn", "gone@example.gov.cn", "full@example.gov.cn", "not an address")
    batch = [message(number, address=address) for number, address in enumerate(people)]
    outcomes = send(f"mailto://127.0.0.1:{port}?from=djflow@example.gov.cn&mode=insecure", *batch)
    assert [(one.verdict, one.code) for one in outcomes] == [
        (V.ACCEPTED, ""),
        (V.PERMANENT, "smtp_550"),
        (V.TRANSIENT, "smtp_452"),
        (V.PERMANENT, "bad_address"),
    ]
    assert len(office.mails) == 1
    ours = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    assert not any("example.gov.cn" in line for line in ours)


def test_a_mail_server_that_is_down_is_tried_again() -> None:
    """Nothing was sent when nobody listens."""
    outcomes = send(
        f"mailto://127.0.0.1:{closed_port()}?from=a@example.gov.cn&mode=insecure", message(address="b@c.cn")
    )
    assert [one.verdict for one in outcomes] == [V.TRANSIENT]


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [
        ("Socket Exception: (535, b'authentication failed')", V.CONFIG),
        ("Socket Exception: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed", V.CONFIG),
        ("Socket Exception: timed out", V.TRANSIENT),
        ('Sending email to "x" failed.\nSocket Exception: Connection unexpectedly closed', V.UNKNOWN),
        ('Sending email to "x" failed.\nSocket Exception: (554, b"spam")', V.PERMANENT),
        ('Sending email to "x" failed.\nSocket Exception: (451, b"greylisted")', V.TRANSIENT),
    ],
)
def test_what_a_mail_server_says(heard: str, verdict: Verdict) -> None:
    """Before the letter left it is certain that nobody has it; after that only the server's word counts."""
    assert mail_ruling(heard).verdict is verdict


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [
        ("Failed to send: error=403.", V.CONFIG),
        ("Failed to send: error=502.", V.UNKNOWN),
        ("Failed to send: error=429.", V.RATE_LIMITED),
        ("Socket Exception: HTTPConnectionPool: Read timed out.", V.UNKNOWN),
        ("Socket Exception: SSLError(CERTIFICATE_VERIFY_FAILED)", V.CONFIG),
    ],
)
def test_what_a_webhook_says(heard: str, verdict: Verdict) -> None:
    """A webhook's status decides; a lost answer is unknown."""
    assert web_ruling(heard).verdict is verdict


@pytest.mark.parametrize("path", ["json://{host}/json/x", "ntfy://{host}/topic"])
@pytest.mark.parametrize(
    ("faults", "verdict"),
    [
        (Faults(), V.ACCEPTED),
        (Faults(server_error=1.0), V.UNKNOWN),
        (Faults(reset_after=1.0), V.UNKNOWN),
        (Faults(refused=1.0), V.RATE_LIMITED),
    ],
)
def test_webhooks_and_ntfy(path: str, faults: Faults, verdict: Verdict) -> None:
    """JSON webhooks and ntfy go through Apprise and are judged like everything else."""

    async def run() -> tuple[Outcome, ...]:
        async with Simulator(faults=faults) as simulator:
            channel = build(ChannelConfig("hook", path.format(host=simulator.url.partition("://")[2])))
            await channel.start()
            try:
                return await channel.send([message()])
            finally:
                await channel.close()

    assert [one.verdict for one in asyncio.run(run())] == [verdict]


def test_a_webhook_that_is_down_is_tried_again() -> None:
    """Nothing was sent when nobody listens."""
    assert send(f"json://127.0.0.1:{closed_port()}/x", message())[0].verdict is V.TRANSIENT


def test_a_url_that_apprise_does_not_know_is_refused_without_repeating_it(caplog: pytest.LogCaptureFixture) -> None:
    """A wrong URL is named by its channel; its password appears nowhere."""
    with pytest.raises(ConfigError, match="mail") as refused:
        build(ChannelConfig("mail", "mailto://:s3cret@"))
    assert "s3cret" not in refused.value.message + caplog.text


def test_a_stock_channel_offers_no_questions() -> None:
    """Mail cannot be asked and pushes nothing."""

    async def run() -> tuple[Verdict, int]:
        channel = build(ChannelConfig("mail", "mailto://127.0.0.1?from=a@example.gov.cn"))
        (outcome,) = await channel.query(["m1"], ["a@example.gov.cn"])
        pulled = await channel.pull(NOW)
        return outcome.verdict, len(pulled.receipts)

    assert asyncio.run(run()) == (V.UNKNOWN, 0)
