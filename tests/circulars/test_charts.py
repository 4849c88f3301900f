"""Charts of a circular: units, never persons, the best on top."""

import base64
import io
from dataclasses import replace
from decimal import Decimal

from PIL import Image

from djflow.circulars.charts import MOST_BARS, Chart, charts, drawn, pictures_of
from djflow.circulars.model import NamedUnit, Snapshot
from djflow.core.ids import UnitId
from djflow.core.sections import Figure
from djflow.documents.official.rules import picture_size
from djflow.people.model import UnitKind
from tests.circulars.told import TERMS, UNITS, named, section, snapshot


def test_the_best_is_on_top_and_small_samples_are_left_out() -> None:
    """Higher attendance is better, fewer days are; a unit without a value has no bar, a lone unit no chart."""
    assert charts(snapshot(), TERMS) == ()
    told = {
        UNITS["T1"]: {"present": Figure(90, 100), "days": Figure(30, 10)},
        UNITS["T2"]: {"present": Figure(95, 100), "days": Figure(50, 10)},
        UNITS["T3"]: {"present": Figure(4, 4)},
    }
    found = charts(Snapshot((section(told),), (), named("T1", "T2", "T3")), TERMS)
    assert [one.caption for one in found] == ["各镇（街道）到岗率（%）", "各镇（街道）办理平均用时（天）"]
    assert found[0].bars == (("T2单位", Decimal("95.0")), ("T1单位", Decimal("90.0")))
    assert found[1].bars == (("T1单位", Decimal("3.0")), ("T2单位", Decimal("5.0")))


def test_a_long_group_is_drawn_in_several_pictures_that_fit_a_page() -> None:
    """Thirty towns are two pictures; over-long names are shortened in them."""
    towns = [NamedUnit(UnitId(f"{at:032x}"), f"第{at}镇" + "长" * 90, UnitKind.TOWNSHIP, at) for at in range(30)]
    told = {one.id: {"present": Figure(60 + one.order, 100)} for one in towns}
    found = Snapshot((section(told),), (), tuple(towns))
    assert [len(one.bars) for one in charts(found, TERMS)] == [MOST_BARS, 6]
    for picture in pictures_of(found, TERMS):
        assert picture_size(picture.png) is not None
        assert Image.open(io.BytesIO(base64.b64decode(picture.png))).format == "PNG"


def test_a_chart_of_noughts_can_be_drawn() -> None:
    """Nothing is divided by the longest bar."""
    chart = Chart("图", "%", (("T1", Decimal(0)), ("T2", Decimal(0))))
    assert drawn(chart).startswith(b"\x89PNG")
    assert drawn(replace(chart, bars=chart.bars[:1])).startswith(b"\x89PNG")
