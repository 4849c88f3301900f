"""The text of a document in lines, for whoever decides about it or countersigns it."""

from sqlalchemy.orm import Session

from djflow.documents.register import rules
from djflow.documents.register import service as register
from djflow.people import service as people


def told(session: Session, document_id: str) -> tuple[str, ...]:
    """Return heads and paragraphs of the present text; raises NotFoundError."""
    found, text = register.document(session, document_id), register.text(session, document_id)
    names = {unit.id: unit.name for unit in people.units(session)}
    gets, asked = register.units_of(session, document_id)
    heads = (
        ("标题", text.title),
        ("主送", "，".join(text.recipients)),
        ("发往签收", "、".join(names[one] for one in gets)),
        ("会签", "、".join(names[one] for one in asked)),
        ("附件", "、".join(one.title for one in text.attachments)),
        ("标注", "内部" if found.internal else ""),
    )
    body = tuple("　".join(rules.texts_of(block)) for block in text.body)
    return (*(f"{head}：{words}" for head, words in heads if words), *body)
