"""Model of `fund.toml`: the office's rules of the relief fund, each with a sentence saying why and its source."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from djflow.core.errors import InputError
from djflow.core.money import fen_of
from djflow.fund.cases.model import Category, CategoryRule, Day, Limit, Policy, Term
from djflow.fund.materials.model import MATERIAL_WORDS, OFFICE_KINDS, MaterialKind
from djflow.settings.fields import AS_TUPLE, Strings, Table, Text

_LOWEST_DAYS, _HIGHEST_DAYS = 1, 36_500
_PROOFS = tuple(kind.value for kind in MaterialKind if kind not in OFFICE_KINDS)


def _yuan(text: object) -> object:
    if isinstance(text, str):
        try:
            fen_of(text, at_least=0)
        except InputError as error:
            raise ValueError(error.message) from error
    elif text is not None:
        raise ValueError('金额要写成加引号的元，如 "3000" 或 "3000.50"。')
    return text


def _material(word: object) -> object:
    if isinstance(word, str) and word not in _PROOFS:
        words = "、".join(f"{kind}（{MATERIAL_WORDS[MaterialKind(kind)]}）" for kind in _PROOFS)
        raise ValueError(f"没有材料“{word}”，可以写：{words}。")
    return word


Yuan = Annotated[str, BeforeValidator(_yuan)]
Proof = Annotated[str, BeforeValidator(_material)]
Days = Annotated[int, Field(ge=_LOWEST_DAYS, le=_HIGHEST_DAYS)]


class Sourced(Table):
    """A rule with the reason people read and where it comes from; neither may be left out."""

    why: Text = Field(description="一句话说明为什么", examples=['why = "有限的钱帮更多的人"'])
    source: Text = Field(description="出处；还没定下来的写“待确认”", examples=['source = "待确认"'])


class Legal(Sourced):
    """What the fund rests on."""

    text: Text = Field(description="依据文件的名称", examples=['text = "本区温暖基金管理办法"'])


class Amount(Sourced):
    """An amount of money."""

    yuan: Yuan = Field(description="金额（元，加引号）", examples=['yuan = "3000"'])

    @property
    def fen(self) -> int:
        """The amount in fen."""
        return fen_of(self.yuan, at_least=0)


class Caps(Table):
    """Limits per person."""

    year: Amount = Field(description="每人每年最多得到的金额", examples=["[caps.year]"])
    income: Amount = Field(description="家庭人均月收入的上限", examples=["[caps.income]"])


class Thresholds(Sourced):
    """Amounts at which approval goes higher and lists hang wider."""

    yuan: Annotated[tuple[Yuan, ...], AS_TUPLE] = Field(
        description="审批的金额档次", examples=['yuan = ["2000", "5000"]']
    )
    district: Amount = Field(description="满多少元公示到区", examples=["[thresholds.district]"])


class Months(Sourced):
    """A number of months."""

    months: int = Field(ge=1, le=120, description="月数", examples=["months = 12"])


class PlainDays(Sourced):
    """A number of calendar days."""

    days: Days = Field(description="天数", examples=["days = 90"])


class Years(Sourced):
    """A number of years."""

    years: int = Field(ge=1, le=50, description="年数", examples=["years = 3"])


class Span(PlainDays):
    """A number of days and what kind of days."""

    unit: Literal["workday", "calendar"] = Field(
        description="按工作日（workday）还是自然日（calendar）", examples=['unit = "workday"']
    )

    @property
    def term(self) -> Term:
        """The time as the rules count it."""
        return Term(self.days, Day(self.unit))


class Windows(Table):
    """How far back is looked."""

    duplicate: Months = Field(description="重复申请往前看几个月", examples=["[windows.duplicate]"])
    splitting: PlainDays = Field(description="拆分申请往前看几天", examples=["[windows.splitting]"])
    ban: Years = Field(description="提供虚假材料几年内不受理", examples=["[windows.ban]"])


class PublicityTable(Table):
    """How long lists hang."""

    branch: Span = Field(description="支部公示", examples=["[publicity.branch]"])
    district: Span = Field(description="区级公示", examples=["[publicity.district]"])


class Emergency(Sourced):
    """The fast lane."""

    pay_before_publicity: bool = Field(description="是否先拨付后公示", examples=["pay_before_publicity = true"])


class Limits(Table):
    """Time limits of the way; each is named like the rule it belongs to."""

    draft: Span = Field(description="草稿多久作废", examples=["[limits.draft]"])
    accept: Span = Field(description="支部多久受理", examples=["[limits.accept]"])
    check: Span = Field(description="评议和核查的期限", examples=["[limits.check]"])
    approval: Span = Field(description="审批的期限", examples=["[limits.approval]"])
    supplement: Span = Field(description="补正的期限", examples=["[limits.supplement]"])
    pay: Span = Field(description="拨付的期限", examples=["[limits.pay]"])
    confirm: Span = Field(description="上门慰问的期限", examples=["[limits.confirm]"])
    revisit: Span = Field(description="回访的期限", examples=["[limits.revisit]"])
    papers: Span = Field(description="应急通道补齐材料的期限", examples=["[limits.papers]"])


class Checks(Sourced):
    """What is looked into before approval."""

    members_only: bool = Field(description="是否只帮扶组织关系在本区的党员", examples=["members_only = true"])
    departments: Strings = Field(description="要核对的部门", examples=['departments = ["民政", "医保"]'])
    min_present: int = Field(ge=1, le=500, description="评议到会最少人数", examples=["min_present = 3"])


class Uploads(Sourced):
    """How large a file may be."""

    megabytes: int = Field(ge=1, le=100, description="每个文件最大多少 MB", examples=["megabytes = 10"])
    megapixels: int = Field(ge=1, le=200, description="图片最多多少百万像素", examples=["megapixels = 50"])


class RetentionTable(Table):
    """How long materials are kept."""

    rejected: PlainDays = Field(description="没有通过的申请，材料保存天数", examples=["[retention.rejected]"])
    archive: PlainDays = Field(description="办结的申请，材料保存天数", examples=["[retention.archive]"])


class Donations(Table):
    """Rules for donors."""

    certificate: Amount = Field(description="满多少元发荣誉证书", examples=["[donations.certificate]"])


class CategoryTable(Sourced):
    """A category of help."""

    label: Text = Field(description="类别名称", examples=['label = "临时帮扶"'])
    cap: Yuan = Field(description="每次最多的金额（元，加引号）", examples=['cap = "5000"'])
    again: bool = Field(description="一年能不能再次申请", examples=["again = false"])
    materials: Annotated[tuple[Proof, ...], AS_TUPLE] = Field(
        description="必交的材料", examples=['materials = ["application_form", "id_copy"]']
    )

    @model_validator(mode="after")
    def _materials_once(self) -> Self:
        twice = [name for name, count in Counter(self.materials).items() if count > 1]
        if twice:
            raise ValueError(f"材料“{twice[0]}”写了两次，请删去一个。")
        if fen_of(self.cap, at_least=0) == 0:
            raise ValueError("每次最多的金额要大于零。")
        return self

    @property
    def rule(self) -> CategoryRule:
        """The category as the rules read it."""
        return CategoryRule(self.label, fen_of(self.cap, at_least=0), self.again, self.materials)


class FundFile(Table):
    """The whole of `fund.toml`."""

    legal: Legal = Field(description="依据", examples=["[legal]"])
    caps: Caps = Field(description="每人的上限", examples=["[caps.year]"])
    thresholds: Thresholds = Field(description="金额档次", examples=["[thresholds]"])
    windows: Windows = Field(description="往前看多久", examples=["[windows.duplicate]"])
    publicity: PublicityTable = Field(description="公示天数", examples=["[publicity.branch]"])
    emergency: Emergency = Field(description="应急通道", examples=["[emergency]"])
    limits: Limits = Field(description="各环节的时限", examples=["[limits.accept]"])
    checks: Checks = Field(description="核查", examples=["[checks]"])
    uploads: Uploads = Field(description="上传的文件", examples=["[uploads]"])
    retention: RetentionTable = Field(description="材料保存多久", examples=["[retention.rejected]"])
    donations: Donations = Field(description="捐赠", examples=["[donations.certificate]"])
    categories: Mapping[str, CategoryTable] = Field(
        min_length=1, description="帮扶类别", examples=["[categories.regular]"]
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        known = [category.value for category in Category]
        strange = [name for name in self.categories if name not in known]
        if strange:
            raise ValueError(f"没有类别“{strange[0]}”，可以写：{'、'.join(known)}。")
        year = self.caps.year.fen
        above = [one.label for one in self.categories.values() if year and fen_of(one.cap, at_least=0) > year]
        if above:
            raise ValueError(f"类别“{above[0]}”每次的上限高于每人每年的上限 {self.caps.year.yuan} 元，请改小一个。")
        if len(set(self.checks.departments)) != len(self.checks.departments):
            raise ValueError("核对部门有重复，请删去一个。")
        return self

    @property
    def policy(self) -> Policy:
        """The rules as the fund reads them."""
        return Policy(
            legal_basis=self.legal.text,
            categories={Category(name): table.rule for name, table in self.categories.items()},
            year_cap_fen=self.caps.year.fen,
            income_limit_fen=self.caps.income.fen,
            members_only=self.checks.members_only,
            ban_years=self.windows.ban.years,
            duplicate_months=self.windows.duplicate.months,
            splitting_days=self.windows.splitting.days,
            thresholds_fen=tuple(fen_of(one, at_least=0) for one in self.thresholds.yuan),
            limits={limit: getattr(self.limits, limit.value).term for limit in Limit},
            branch_publicity=self.publicity.branch.term,
            district_publicity=self.publicity.district.term,
            district_from_fen=self.thresholds.district.fen,
            pay_before_publicity=self.emergency.pay_before_publicity,
            departments=self.checks.departments,
            min_present=self.checks.min_present,
            upload_bytes=self.uploads.megabytes * 1024 * 1024,
            upload_pixels=self.uploads.megapixels * 1_000_000,
            rejected_days=self.retention.rejected.days,
            archive_days=self.retention.archive.days,
            certificate_fen=self.donations.certificate.fen,
        )
