"""What batches ask of policies: keep the version they are called under, and find it again."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import ConfigError, IntegrityError
from djflow.core.subject import Subject
from djflow.dispatch.policy import store
from djflow.dispatch.policy.model import BatchKind, KindPolicy


def require_unchanged(session: Session, policies: Iterable[KindPolicy]) -> None:
    """See that no version under which a batch was called has been given other content.

    Raises: ConfigError naming kind and version.
    """
    known = store.digests(session)
    for policy in policies:
        if known.get((policy.kind, policy.version), policy.digest) != policy.digest:
            raise ConfigError(
                f"config/dispatch.toml 里“{policy.name}”第 {policy.version} 版的内容被改动了，而已有批次按它办理："
                "请恢复原来的内容；要改规则，请把这一段抄一份，version 加 1、写上新的 valid_from。",
                code="dispatch.policy_changed",
            )


def use(session: Session, policy: KindPolicy, *, by: str, now: datetime) -> bool:
    """Keep the version a batch is called under; False when it was kept before.

    Raises: ConfigError when that version was used with other content.
    """
    require_unchanged(session, [policy])
    if (policy.kind, policy.version) in store.digests(session):
        return False
    store.add(session, policy, now=now)
    subject = Subject("dispatch.policy", f"{policy.kind}-{policy.version}")
    audit.record(session, subject, "policy.use", by=by, now=now, details={"digest": policy.digest[:16]})
    return True


def running(session: Session, kind: BatchKind, version: int, digest: str) -> KindPolicy:
    """Return the policy a running batch was called under.

    Raises: IntegrityError when it is gone or not what the batch was called under.
    """
    policy = store.version(session, kind, version, digest)
    if policy is None:
        raise IntegrityError(f"“{kind}”第 {version} 版选派规则与批次记下的不符：请从备份恢复数据库。")
    return policy
