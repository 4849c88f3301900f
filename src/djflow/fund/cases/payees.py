"""To which account of the applicant a case is paid, and at which bank: without a bank no money leaves the house.

Who decides a case decides about need and amount; the account is the applicant's own as the register of persons has it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.errors import ConflictError, RuleError
from djflow.core.ids import PersonId
from djflow.fund.cases import service, store
from djflow.fund.cases.model import CaseState, FundCase
from djflow.fund.cases.tables import FundCaseRow
from djflow.fund.cases.transitions import ENDED
from djflow.people.dossiers import service as dossiers

_GONE = frozenset({CaseState.SENT, CaseState.PAYMENT_FAILED, CaseState.PAID, CaseState.FOLLOW_UP})


def payee(session: Session, row: FundCaseRow) -> tuple[str, str]:
    """Open the account a case is paid to and its bank; the bank is empty where nobody has said it yet.

    What the case does not say is taken from the person's record, if that is about the same account.
    """
    private = store.open_private(session, row)
    account, bank = private.payee_account, private.payee_bank
    if not bank:
        known = dossiers.dossier(session, PersonId(row.applicant_id))
        bank = known.bank_name if known.bank_account == account else ""
    return account, bank


def renew_payee(session: Session, case_id: str, *, by: str, now: datetime) -> FundCase:
    """Take account and bank of a case anew from the person's record; twice is once.

    Raises: RuleError when the record has no account or bank, or another account before the case is approved;
        ConflictError when the case has ended or its money is on its way.
    """
    row = service.require(session, case_id, lock=True)
    case = store.case_of(row)
    known = dossiers.dossier(session, case.applicant)
    if not (known.bank_account and known.bank_name):
        raise RuleError("人员登记里没有银行账号或开户行：请先更新人员登记。", code="fund.payee")
    before = store.open_private(session, row)
    if (before.payee_account, before.payee_bank) == (known.bank_account, known.bank_name):
        return case
    if case.state in ENDED | _GONE:
        raise ConflictError(f"申请 {case.number} 的款已送银行或已办结，不能再改收款账户。", code="fund.state")
    if before.payee_account != known.bank_account and case.state is not CaseState.READY_TO_PAY:
        raise RuleError("人员登记里是另一个账号：请退回补正后再改；已批准的，等到“等待拨付”再更新。", code="fund.payee")
    store.put_payee(session, row, known.bank_account, known.bank_name)
    after = store.case_of(row)
    details: Details = {"number": after.number, "same_account": before.payee_account == known.bank_account}
    audit.record(session, after.subject, "fund.payee", by=by, now=now, details=details)
    return after
