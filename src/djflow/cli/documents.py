"""`djflow documents`: official documents from files, without home, database or Prefect."""

import re
from pathlib import Path

import click

from djflow.cli.frame import answer, json_option, progress
from djflow.core.clock import SystemClock


@click.group("documents", help="公文：按国家标准排印。")
def documents() -> None:
    """Group of commands for official documents."""


@documents.command("render", help="由公文文件（JSON）排出 .docx 和 PDF。")
@click.argument("source", metavar="公文文件", type=click.Path(path_type=Path))
@click.option("--out", required=True, metavar="目录", type=click.Path(path_type=Path), help="两个文件放到这个目录。")
@json_option
def render(source: Path, out: Path, *, as_json: bool) -> None:
    """Render a document file."""
    from djflow.documents.official.reading import read_document  # noqa: PLC0415 - heavy
    from djflow.documents.official.rendering import render as rendered  # noqa: PLC0415 - heavy

    document = read_document(_text(source))
    made = rendered(document, now=SystemClock().now())
    out.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^\w.-]", "_", source.stem)
    docx, pdf = out / f"{stem}.docx", out / f"{stem}.pdf"
    docx.write_bytes(made.docx)
    if made.pdf is not None:
        pdf.write_bytes(made.pdf)
    else:
        progress(made.problem)
    value = {"docx": str(docx), "pdf": str(pdf) if made.pdf is not None else None, "pages": made.pages}
    if made.problem:
        value["problem"] = made.problem
    lines = [f"已排印，共 {made.pages} 页。", f"  {docx}", *([f"  {pdf}"] if made.pdf is not None else [])]
    answer(value, as_json=as_json, text="\n".join(lines))


def _text(source: Path) -> str:
    from djflow.core.errors import InputError  # noqa: PLC0415 - beside its use

    try:
        return source.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("公文文件不是 UTF-8 编码，请另存为 UTF-8。", code="document.encoding") from error
