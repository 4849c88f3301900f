"""The weights of rotation as the office writes them."""

import pytest
from pydantic import ValidationError

from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.rotation.model import Weights
from djflow.settings.dispatch_rotation import RotationTable


def test_what_is_not_written_is_as_usual() -> None:
    """Without the table rotation weighs as the handbook says."""
    table = RotationTable()
    assert (table.weights, table.stay) == (Weights(), frozenset({BatchKind.RURAL}))


def test_what_is_written_counts() -> None:
    """Points and kinds arrive as they stand."""
    table = RotationTable.model_validate({"year": 5, "chain": 0, "stay": ["rural", "upward"]})
    assert table.weights == Weights(year=5, chain=0)
    assert table.stay == {BatchKind.RURAL, BatchKind.UPWARD}


@pytest.mark.parametrize("wrong", [{"year": -1}, {"most_years": 0}, {"stay": ["village"]}, {"other": 1}])
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    """Negative points, no years, an unknown kind and an unknown key are refused."""
    with pytest.raises(ValidationError):
        RotationTable.model_validate(wrong)
