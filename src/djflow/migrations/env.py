"""Alembic's entry: every table of the house, on the connection that the caller hands over."""

from alembic import context

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
import djflow.roster.tables  # noqa: F401 - the imports fill the metadata
from djflow.db.base import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
