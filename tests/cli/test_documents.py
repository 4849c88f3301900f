"""`djflow documents render`: two files and one line of JSON, refusals with the field's name."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from djflow.cli.documents import documents
from djflow.core.errors import InputError
from tests.documents.official.test_reading import WHOLE


def test_a_document_is_rendered(tmp_path: Path) -> None:
    """Both files lie in the folder, the JSON names them and the pages."""
    source = tmp_path / "通知 1.json"
    source.write_text(json.dumps(WHOLE, ensure_ascii=False), "utf-8")
    out = tmp_path / "out"
    result = CliRunner().invoke(documents, ["render", str(source), "--out", str(out), "--json"], catch_exceptions=False)
    value = json.loads(result.output)
    assert set(value) == {"docx", "pdf", "pages"}
    assert Path(value["docx"]).read_bytes().startswith(b"PK")
    assert Path(value["pdf"]).read_bytes().startswith(b"%PDF")
    assert value["pages"] == 4
    assert {path.name for path in out.iterdir()} == {"通知_1.docx", "通知_1.pdf"}


def test_a_wrong_document_is_refused(tmp_path: Path) -> None:
    """The field is named, and nothing is written."""
    source = tmp_path / "a.json"
    source.write_text(json.dumps({**WHOLE, "number": "7号"}), "utf-8")
    with pytest.raises(InputError, match="number"):
        CliRunner().invoke(documents, ["render", str(source), "--out", str(tmp_path / "out")], catch_exceptions=False)
    assert not (tmp_path / "out").exists()
    source.write_bytes("关于召开会议的通知".encode("gbk"))
    with pytest.raises(InputError, match="UTF-8"):
        CliRunner().invoke(documents, ["render", str(source), "--out", str(tmp_path / "out")], catch_exceptions=False)
