"""The rules of recusal: who may not go to a place because of home, relatives or spouse.

Kin are read from the kinship register, the host's people from its leaders and its key posts; where either is not
complete and nothing stands against it, the answer is to be checked. Source: handbook of the domain, section 2.2.
"""

from collections.abc import Mapping
from types import MappingProxyType

from djflow.dispatch.eligibility.asking import Answer, Asked, Judge, fails, lacks, passes
from djflow.dispatch.eligibility.model import Place
from djflow.dispatch.eligibility.months import term_from
from djflow.dispatch.policy.model import RuleKind
from djflow.dispatch.policy.words import KEY_ROLE_WORDS
from djflow.people.model import Relation


def _couple(asked: Asked) -> Answer:
    village = asked.policy.in_village or bool(asked.place and asked.place.village)
    if not village:
        return passes("不驻村")
    days = term_from(asked.on, asked.policy.term_months)
    spouses = [one for one in asked.facts.kin if one.relation is Relation.SPOUSE]
    if any(span.overlaps(days) for one in spouses for span in one.in_village):
        return fails("配偶同一时期驻村，夫妻不同时驻村")
    if not spouses and not asked.facts.kin_complete:
        return lacks("配偶情况（亲属登记还没有核对）")
    return passes("配偶同一时期不驻村" if spouses else "没有在本系统的配偶")


def _own_unit(asked: Asked) -> Answer:
    same = _place(asked).unit == asked.facts.unit
    return fails("派往的就是本人所在单位") if same else passes("不是本人所在单位")


def _native_place(asked: Asked) -> Answer:
    place, facts = _place(asked), asked.facts
    if place.township is None:
        return passes("派往区级单位，不涉及籍贯镇街")
    if not facts.native_known:
        return lacks("籍贯所在镇街")
    same = place.township == facts.native_town
    return fails("派往本人籍贯所在镇街") if same else passes("不是本人籍贯所在镇街")


def _relative(asked: Asked) -> Answer:
    place, facts = _place(asked), asked.facts
    kin = {one.person for one in facts.kin}
    if kin & place.command:
        return fails("有亲属是接收单位的领导，构成直接上下级关系")
    held = sorted({role for role, person in place.key_posts if person in kin}, key=list(KEY_ROLE_WORDS).index)
    if held:
        return fails(f"有亲属在接收单位负责{'、'.join(KEY_ROLE_WORDS[role] for role in held)}")
    if not facts.kin_complete:
        return lacks("亲属情况（亲属登记还没有核对）")
    if kin and not place.key_complete:
        return lacks("接收单位组织人事、财务、纪检、审计岗位的人员")
    return passes("没有亲属在接收单位的领导和组织人事、财务、纪检、审计岗位")


def _place(asked: Asked) -> Place:
    if asked.place is None:
        msg = "a rule about the host was asked without a host"
        raise ValueError(msg)
    return asked.place


RECUSAL: Mapping[RuleKind, Judge] = MappingProxyType(
    {
        RuleKind.COUPLE: _couple,
        RuleKind.OWN_UNIT: _own_unit,
        RuleKind.NATIVE_PLACE: _native_place,
        RuleKind.RELATIVE: _relative,
    }
)
"""What judges each rule of recusal."""
