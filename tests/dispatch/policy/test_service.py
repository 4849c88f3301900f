"""Versions of policies: what a batch was called under stays what it was."""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from djflow.core.errors import ConfigError, IntegrityError
from djflow.dispatch.policy import service
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.policy.reading import policy_of
from tests.dispatch.eligibility.known import POLICIES, RURAL
from tests.dispatch.profiles.office import NOW


def test_every_policy_survives_being_written_and_read() -> None:
    """The canonical text gives the same policy with the same digest, but for whether its source is settled."""
    for policy in POLICIES.values():
        assert policy_of(policy.canonical) == replace(policy, source="")
        assert policy_of(policy.canonical).digest == policy.digest


def test_what_later_software_adds_leaves_used_versions_the_same() -> None:
    """Only what is not as by default is part of a version, so that a new value with its default changes no digest."""
    said = json.loads(RURAL.canonical)
    assert "cooldown_from_months" not in said
    assert "clocks" not in said
    assert said["attendance"]["days_per_month"] == 20
    assert RURAL.digest != replace(RURAL, clocks=replace(RURAL.clocks, publicity_workdays=7)).digest
    assert replace(RURAL, cooldown_from_months=13).digest != RURAL.digest


def test_a_used_version_is_kept_once(session: Session) -> None:
    """Calling a second batch under the same version keeps nothing new; the first is found by its digest."""
    assert service.use(session, RURAL, by="test", now=NOW)
    assert not service.use(session, RURAL, by="test", now=NOW)
    assert service.running(session, BatchKind.RURAL, 1, RURAL.digest) == replace(RURAL, source="")


def test_a_used_version_may_not_change(session: Session) -> None:
    """Other content under the same number is refused, whoever asks; a new number is free."""
    changed = replace(RURAL, term_months=18)
    service.require_unchanged(session, [changed])  # nothing was called under it yet
    service.use(session, RURAL, by="test", now=NOW)
    service.require_unchanged(session, [RURAL, replace(RURAL, source="区委办发〔2026〕3号")])
    for refused in (lambda: service.require_unchanged(session, [changed]), lambda: service.use(
        session, changed, by="test", now=NOW)):  # fmt: skip
        with pytest.raises(ConfigError, match=r"第 1 版的内容被改动了.*version 加 1"):
            refused()
    newer = replace(changed, version=2, valid_from=date(2027, 1, 1))
    assert service.use(session, newer, by="test", now=NOW)


def test_a_version_that_does_not_match_is_no_version(session: Session) -> None:
    """A batch whose digest the house does not know stops with a sentence."""
    service.use(session, RURAL, by="test", now=NOW)
    with pytest.raises(IntegrityError, match="与批次记下的不符"):
        service.running(session, BatchKind.RURAL, 1, "0" * 64)
