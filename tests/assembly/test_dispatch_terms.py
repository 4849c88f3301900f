"""The house gives its policies, and does not open when a used version was changed."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from djflow.assembly import create_house, open_house
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.core.errors import ConfigError
from djflow.dispatch.policy import service
from djflow.dispatch.policy.model import BatchKind


def test_a_used_version_that_was_changed_keeps_the_house_shut(tmp_path: Path) -> None:
    """Before any batch a rule may be changed in place; afterwards only by a new version."""
    shutil.copytree(Path(str(files("djflow") / "starter")), tmp_path / "config")
    file = tmp_path / "config" / "dispatch.toml"
    create_house(tmp_path).database.engine.dispose()
    file.write_text(file.read_text("utf-8").replace("value = 45 ", "value = 44 ", 1), "utf-8")
    house = open_house(tmp_path)
    terms = dispatch_terms(house)
    assert [one.kind for one in terms.policies] == list(BatchKind)
    assert terms.calendar is not None
    with house.transaction() as session:
        service.use(session, terms.policies[0], by="test", now=house.now())
    house.database.engine.dispose()
    file.write_text(file.read_text("utf-8").replace("value = 44 ", "value = 43 ", 1), "utf-8")
    with pytest.raises(ConfigError, match="第 1 版的内容被改动了"):
        open_house(tmp_path)
