"""Who acts on payments at the desk: the account as the record names it, with the person behind it."""

from djflow.core.errors import InputError
from djflow.fund.payment.model import Clerk
from djflow.web.desk.frame import Visit


def clerk_of(visit: Visit) -> Clerk:
    """Return who asks, as payments know him.

    Raises: InputError for an account that is a unit's and no person's.
    """
    account = visit.account
    if account.person is None:
        raise InputError("付款须由个人账号办理：这个账号没有对应在册人员。", code="payment.no_person")
    return Clerk(account.actor, account.person, account.roles)
