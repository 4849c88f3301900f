"""What an applicant or branch hands in. Kinds are stored and never renamed; file names are never kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from djflow.fund.cases.model import CaseId


class MaterialKind(StrEnum):
    """What a material proves."""

    APPLICATION_FORM = "application_form"
    ID_COPY = "id_copy"
    MEMBERSHIP = "membership"
    INCOME_PROOF = "income_proof"
    MEDICAL = "medical"
    INVOICE = "invoice"
    DISASTER_PROOF = "disaster_proof"
    DUTY_PROOF = "duty_proof"
    HONOUR_PROOF = "honour_proof"
    BANK_CARD = "bank_card"
    COMMITMENT = "commitment"
    CONSENT = "consent"
    OTHER = "other"
    MINUTES = "minutes"
    VISIT_PHOTO = "visit_photo"
    PHONE_RECORD = "phone_record"
    RECEIPT = "receipt"
    WRITTEN_REQUEST = "written_request"


MATERIAL_WORDS: Mapping[MaterialKind, str] = MappingProxyType(
    {
        MaterialKind.APPLICATION_FORM: "申请表",
        MaterialKind.ID_COPY: "身份证复印件",
        MaterialKind.MEMBERSHIP: "党员身份证明",
        MaterialKind.INCOME_PROOF: "收入证明或低保证",
        MaterialKind.MEDICAL: "诊断材料",
        MaterialKind.INVOICE: "费用票据",
        MaterialKind.DISASTER_PROOF: "灾害或事故证明",
        MaterialKind.DUTY_PROOF: "因公证明",
        MaterialKind.HONOUR_PROOF: "荣誉证明",
        MaterialKind.BANK_CARD: "本人银行卡复印件",
        MaterialKind.COMMITMENT: "承诺书",
        MaterialKind.CONSENT: "信息核对授权书",
        MaterialKind.OTHER: "其他材料",
        MaterialKind.MINUTES: "评议记录",
        MaterialKind.VISIT_PHOTO: "入户照片",
        MaterialKind.PHONE_RECORD: "电话批准记录",
        MaterialKind.RECEIPT: "领取签收单",
        MaterialKind.WRITTEN_REQUEST: "书面请求（代办凭据）",
    }
)
OFFICE_KINDS = frozenset(
    {
        *(MaterialKind.MINUTES, MaterialKind.VISIT_PHOTO, MaterialKind.PHONE_RECORD),
        *(MaterialKind.RECEIPT, MaterialKind.WRITTEN_REQUEST),
    }
)
"""What branch and office add while a case is on its way; everything else comes from the applicant."""


class Media(StrEnum):
    """A type of file, told by its content."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in, of unknown worth."""

    kind: MaterialKind
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file as it may be kept."""

    media: Media
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Material:
    """A kept file; its name is its id."""

    id: str
    case: CaseId
    kind: MaterialKind
    media: Media
    size: int
    at: datetime
