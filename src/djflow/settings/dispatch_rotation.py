"""How `dispatch.toml` weighs whose turn it is to be sent next."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from djflow.dispatch.policy.model import KIND_WORDS, BatchKind
from djflow.dispatch.rotation.model import Weights
from djflow.settings.fields import Table

Points = Annotated[int, Field(ge=0, le=1000)]


def _kinds(value: object) -> frozenset[BatchKind]:
    known = {str(one): one for one in BatchKind}
    found = [str(one) for one in value] if isinstance(value, list | tuple | frozenset) else [str(value)]
    unknown = [one for one in found if one not in known]
    if unknown:
        listed = "、".join(f"{one}（{label}）" for one, label in KIND_WORDS.items())
        raise ValueError(f"没有“{unknown[0]}”这类批次，可以写：{listed}。")
    return frozenset(known[one] for one in found)


class RotationTable(Table):
    """Points of the order in which people follow; whose term may not be broken off for another post."""

    year: Points = Field(default=10, description="距上次选派每满一年加几分", examples=["year = 10"])
    most_years: int = Field(default=10, ge=1, le=40, description="最多按几年算", examples=["most_years = 10"])
    never: Points = Field(default=30, description="从未选派过另加几分", examples=["never = 30"])
    overtime: Points = Field(default=1, description="近期值班积分比平均每多一分扣几分", examples=["overtime = 1"])
    chain: Points = Field(default=25, description="要动用在别处的人，抵几分", examples=["chain = 25"])
    stay: Annotated[frozenset[BatchKind], BeforeValidator(_kinds)] = Field(
        default=frozenset({BatchKind.RURAL}), description="哪几类任期中不抽动", examples=['stay = ["rural"]']
    )
    source: str = Field(default="", description="没定的写待确认", examples=['source = "待确认"'])

    @property
    def weights(self) -> Weights:
        """What the rules of rotation take."""
        return Weights(self.year, self.never, self.overtime, self.most_years, self.chain)
