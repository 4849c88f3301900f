"""Rotation of a house's key, with every table of the house known to it."""

import djflow.accounts.tables
import djflow.approvals.chains.tables
import djflow.approvals.delegation.tables
import djflow.approvals.doorway.tables
import djflow.approvals.tables
import djflow.audit.tables
import djflow.circulars.tables
import djflow.db.tables
import djflow.dispatch.batches.publicity.tables
import djflow.dispatch.batches.tables
import djflow.dispatch.policy.tables
import djflow.dispatch.postings.ending.tables
import djflow.dispatch.postings.leave.tables
import djflow.dispatch.postings.months.tables
import djflow.dispatch.postings.reviews.tables
import djflow.dispatch.postings.tables
import djflow.dispatch.profiles.tables
import djflow.dispatch.reserve.tables
import djflow.dispatch.rotation.tables
import djflow.dispatch.training.tables
import djflow.documents.numbering.tables
import djflow.documents.register.tables
import djflow.fund.behalf.tables
import djflow.fund.bookings.tables
import djflow.fund.cases.tables
import djflow.fund.checks.tables
import djflow.fund.disclosure.tables
import djflow.fund.donations.tables
import djflow.fund.ledger.tables
import djflow.fund.lists.tables
import djflow.fund.materials.tables
import djflow.fund.payment.tables
import djflow.fund.publicity.tables
import djflow.fund.running.tables
import djflow.inbox.tables
import djflow.meetings.actions.tables
import djflow.meetings.corrections.tables
import djflow.meetings.invitations.tables
import djflow.meetings.minutes.tables
import djflow.meetings.tables
import djflow.notify.tables
import djflow.people.contacts.tables
import djflow.people.tables
import djflow.roster.answers.tables
import djflow.roster.tables  # noqa: F401 - the imports fill the metadata, in which rotation finds the sealed columns
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.subject import Subject
from djflow.db import rotation
from djflow.db.rotation import KeyStatus, Rotation


def rotate(house: House, *, by: str) -> Rotation:
    """Put everything sealed under a fresh key and forget the old ones; other djflow programs must restart afterwards.

    Raises: KeyFileError when the key file is lost, damaged or belongs to another house; nothing is changed then.
    """
    done = rotation.rotate(house.database, house.key_file)
    details: Details = {"resealed": done.resealed, "dropped": ",".join(done.dropped), "resumed": done.resumed}
    with house.transaction() as session:
        subject = Subject("house.key", done.active)
        audit.record(session, subject, "key.rotate", by=by, now=house.now(), details=details)
    return done


def status(house: House) -> KeyStatus:
    """Return which key is active, how many values each key holds, and whether a rotation was broken off."""
    return rotation.key_status(house.database, house.key_file)
