"""What others ask of chains: put the configured versions in force, find the one for a new or a running case."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.approvals.chains import store
from djflow.approvals.chains.model import Chain
from djflow.audit import service as audit
from djflow.core.errors import ConfigError, IntegrityError, RuleError
from djflow.core.subject import Subject


def unpublished(session: Session, chains: Iterable[Chain]) -> tuple[Chain, ...]:
    """Return the chains that are not in force yet.

    Raises: ConfigError when a version that is in force has been given other content.
    """
    known = store.digests(session)
    fresh = []
    for chain in chains:
        digest = known.get((chain.kind, chain.version))
        if digest is None:
            newest = max((number for kind, number in known if kind == chain.kind), default=0)
            _require_newer(chain, newest)
            fresh.append(chain)
        elif digest != chain.digest:
            raise ConfigError(
                f"config/approvals.toml 里“{chain.kind}”第 {chain.version} 版的内容被改动了，而它已经在用："
                "请恢复原来的内容；要改流程，请把 version 加 1、写上新的 valid_from。",
                code="approval.chain_changed",
            )
    return tuple(fresh)


def _require_newer(chain: Chain, newest: int) -> None:
    if chain.version < newest:
        raise ConfigError(
            f"config/approvals.toml 里“{chain.kind}”写的是第 {chain.version} 版，而第 {newest} 版已经用过："
            f"请把 version 改成 {newest + 1}。",
            code="approval.chain_old",
        )


def publish(session: Session, chains: Iterable[Chain], *, by: str, now: datetime) -> int:
    """Put configured chains in force and return how many are new; safe to repeat.

    Raises: ConfigError when a version that is in force has been given other content.
    """
    fresh = unpublished(session, chains)
    for chain in fresh:
        store.add(session, chain, now=now)
        subject = Subject("approvals.chain", f"{chain.kind}-{chain.version}")
        audit.record(session, subject, "chain.publish", by=by, now=now, details={"digest": chain.digest[:16]})
    return len(fresh)


def valid_chain(session: Session, kind: str, on: date) -> Chain:
    """Return the chain that a case of this kind opened on a day meets.

    Raises: RuleError when none is valid.
    """
    chain = store.valid(session, kind, on)
    if chain is None:
        raise RuleError(
            f"“{kind}”还没有在 {on} 有效的审批流程：请在 config/approvals.toml 里写好，再重新启动。",
            code="approval.no_chain",
        )
    return chain


def running_chain(session: Session, kind: str, version: int, digest: str) -> Chain:
    """Return the chain a running case began with.

    Raises: IntegrityError when it is gone or not what the case began with.
    """
    chain = store.version(session, kind, version, digest)
    if chain is None:
        raise IntegrityError(f"“{kind}”第 {version} 版审批流程与案件记下的不符：请从备份恢复数据库。")
    return chain
