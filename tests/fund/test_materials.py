"""Materials: type by content, pictures without their camera data, nothing that acts, encrypted with a key each."""

import contextlib
import io
import os
import zipfile
import zlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from sqlalchemy import text

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, GoneError, InputError, IntegrityError, NotFoundError, RuleError
from djflow.db.session import Database
from djflow.db.store import key_use, reseal, sealed_columns
from djflow.fund import casework
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, Category, Who
from djflow.fund.materials import service as materials
from djflow.fund.materials.cleaning import cleaned
from djflow.fund.materials.model import Material, MaterialKind, Media, Upload
from tests.conftest import TEST_VAULT
from tests.fund.books import ACT, POLICY, TERMS, Branch, at, cabinet, checking, claim, move, photo, settle

PDF = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    b"xref\n0 3\ntrailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
)


def keep(content: bytes) -> tuple[Media, bytes]:
    """Return what would be kept of a file."""
    clean = cleaned(content, max_bytes=POLICY.upload_bytes, max_pixels=POLICY.upload_pixels)
    return clean.media, clean.content


def with_place(media: str = "JPEG") -> bytes:
    """Return a picture that says where, when, and with what camera it was taken, and carries a comment."""
    picture, content = Image.new("RGB", (40, 30), "green"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (IFDRational(31), IFDRational(7), IFDRational(0))
    gps[3], gps[4] = "E", (IFDRational(103), IFDRational(2), IFDRational(0))
    picture.save(content, media, exif=exif, comment=b"SecretComment" if media == "JPEG" else None)
    return content.getvalue()


def pdf_with(part: bytes) -> bytes:
    """Return the plain PDF with another object in it."""
    return PDF.replace(b"xref\n", b"3 0 obj\n" + part + b"\nendobj\nxref\n", 1)


def stream(body: bytes, about: bytes = b"") -> bytes:
    """Return a compressed stream object."""
    packed = zlib.compress(body)
    return b"<< /Filter /FlateDecode %s /Length %d >>\nstream\n%s\nendstream" % (about, len(packed), packed)


@pytest.mark.parametrize("media", ["JPEG", "PNG"])
def test_a_picture_forgets_where_it_was_taken(media: str) -> None:
    """Place, camera and comment are in the file that comes in and in no byte of the file that is kept."""
    content = with_place(media)
    with Image.open(io.BytesIO(content)) as before:
        assert before.getexif().get_ifd(0x8825)[1] == "N"
    assert b"SecretCamera" in content
    kept = keep(content)[1]
    assert b"SecretCamera" not in kept
    assert b"SecretComment" not in kept
    assert b"Exif" not in kept
    with Image.open(io.BytesIO(kept)) as after:
        assert dict(after.getexif()) == {}
        assert "comment" not in after.info
        assert after.size == (30, 40), "it stands upright, as the camera meant it"
        assert after.format == media


@pytest.mark.parametrize("media", ["JPEG", "PNG"])
@given(st.binary(min_size=1, max_size=200).filter(lambda tail: b"%PDF-" not in tail))
def test_what_is_appended_to_a_picture_is_gone(media: str, tail: bytes) -> None:
    """Bytes behind a picture never reach the folder."""
    assert keep(photo(media=media) + b"APPENDED" + tail)[1] == keep(photo(media=media))[1]


def test_transparency_is_kept_and_other_modes_become_plain() -> None:
    """A PNG with transparency stays one; palettes and CMYK become plain colours."""
    for mode, wanted in (("RGBA", "RGBA"), ("P", "RGB"), ("LA", "RGBA"), ("1", "RGB"), ("I;16", "RGB")):
        content = io.BytesIO()
        Image.new(mode, (4, 4)).save(content, "PNG")
        with Image.open(io.BytesIO(keep(content.getvalue())[1])) as kept:
            assert kept.mode == wanted
    content = io.BytesIO()
    Image.new("CMYK", (4, 4)).save(content, "JPEG")
    with Image.open(io.BytesIO(keep(content.getvalue())[1])) as kept:
        assert kept.mode == "RGB"


def archive() -> bytes:
    """Return a small archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("run.exe", "MZ")
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        photo() + archive(),
        photo(media="PNG") + archive(),
        photo() + PDF,
        PDF.replace(b"%%EOF\n", b"") + archive() + b"%%EOF",
        PDF.replace(b"%PDF-1.4\n", b"%PDF-1.4\n<script>alert(1)</script>\n"),
        PDF.replace(b"%PDF-1.4\n", b"%PDF-1.4\n<!DOCTYPE html>\n"),
        PDF[:-6] + archive()[:-2] + b"\x06\x00%%EOF\n",
    ],
    ids=["jpeg-zip", "png-zip", "jpeg-pdf", "pdf-zip", "pdf-script", "pdf-html", "pdf-zip-comment"],
)
def test_a_file_that_is_two_files_is_refused(content: bytes) -> None:
    """Whatever is a picture or PDF and something else besides is refused."""
    with pytest.raises(InputError, match=r"夹着另一个文件|末尾附加了别的内容"):
        keep(content)


@pytest.mark.parametrize(
    "part",
    [
        b"<< /S /JavaScript /JS (app.alert) >>",
        b"<< /S /J#61vaScript /JS (x) >>",
        b"<< /S /#4a#61#76#61#53cript >>",
        b"<< /S /Launch /F (cmd.exe) >>",
        b"<< /Type /EmbeddedFile >>",
        b"<< /Names << /EmbeddedFiles 4 0 R >> >>",
        b"<< /Subtype /RichMedia >>",
        b"<< /AcroForm << /XFA [1 0 R] >> >>",
        b"<< /S /SubmitForm >>",
        stream(b"<< /S /JavaScript /JS (x) >>", b"/Type /ObjStm /N 1 /First 4"),
        stream(b"4 0 << /S /Launch >>"),
        b"(stream\n) << /S /JavaScript >>",
    ],
)
def test_a_pdf_that_acts_is_refused(part: bytes) -> None:
    """Scripts, programs, embedded files and forms that send are found in plain, escaped and packed objects."""
    with pytest.raises(InputError, match="脚本、可执行的动作或夹带的文件"):
        keep(pdf_with(part))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        (b"GIF89a", "只收 PDF、JPG、PNG"),
        (b"MZ" + bytes(100), "只收 PDF、JPG、PNG"),
        (b" " + PDF, "只收 PDF、JPG、PNG"),
        (photo()[:200], "打不开"),
        (photo(media="PNG")[:60], "打不开"),
        (b"\xff\xd8\xff" + bytes(500), "打不开"),
        (bytes(POLICY.upload_bytes + 1), "超过 2 MB"),
        (photo((2001, 2000)), "百万像素"),
        (PDF[:-8], "没有传完整"),
        (PDF + b"tail", "附加了别的内容"),
        (PDF.replace(b"/Size 3", b"/Size 3 /Encrypt 9 0 R"), "加了密码"),
        (PDF.replace(b"/Size 3", b"/Size 3 /E#6ecrypt 9 0 R"), "加了密码"),
        (pdf_with(b"<< /Filter /LZWDecode >>\nstream\nx\nendstream"), "写法少见"),
        (pdf_with(stream(b"x", b"/Type /ObjStm /DecodeParms << /Predictor 12 >>")), "写法少见"),
        (pdf_with(b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\nbroken\nendstream"), "已损坏"),
    ],
)
def test_each_refusal_says_what_to_do(content: bytes, words: str) -> None:
    """Empty, foreign, broken, too large, locked or unreadable: each has its own sentence."""
    with pytest.raises(InputError, match=words):
        keep(content)


def test_a_plain_pdf_is_kept_as_it_is() -> None:
    """An ordinary PDF with packed text and pictures goes in byte for byte."""
    ordinary = pdf_with(stream(b"BT (JavaScript is a word) Tj ET") + b"\n" + stream(bytes(1000), b"/Subtype /Image"))
    assert keep(ordinary) == (Media.PDF, ordinary)
    assert keep(PDF) == (Media.PDF, PDF)


def test_a_pdf_that_unpacks_without_end_is_refused() -> None:
    """A small file that becomes hundreds of megabytes is refused before it does."""
    with pytest.raises(InputError, match="展开后太大"):
        keep(pdf_with(stream(bytes(130 * 1024 * 1024))))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_door(content: bytes) -> None:
    """Whatever comes in is kept clean or refused with a sentence; nothing else ever happens."""
    for head in (b"", b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        with contextlib.suppress(InputError):
            keep(head + content)


@pytest.fixture
def branch(database: Database, now: datetime) -> Branch:
    """A branch with its people."""
    with database.transaction() as session:
        return settle(session, now)


def hand_in(database: Database, branch: Branch, folder: Path, now: datetime) -> Material:
    """File a draft with one photograph."""
    with database.transaction() as session:
        case = cases.apply(session, claim(branch["G1"], category=Category.TEMPORARY), TERMS, by=ACT, now=now)
        upload = Upload(MaterialKind.ID_COPY, with_place())
        return materials.attach(session, case.id, upload, cabinet(folder), by=ACT, now=now)


def test_a_file_lies_encrypted_and_is_read_by_its_key(
    database: Database, branch: Branch, tmp_path: Path, now: datetime
) -> None:
    """On the disk nothing can be read, only the owner may try; whoever looks is on the record."""
    kept = hand_in(database, branch, tmp_path, now)
    (path,) = (tmp_path / "materials").iterdir()
    assert path.name == f"{kept.id}.bin"
    assert path.stat().st_mode & 0o077 == 0
    assert b"JFIF" not in path.read_bytes()
    with database.transaction() as session:
        material, content = materials.look(session, kept.id, cabinet(tmp_path), by="reviewer", now=now)
        assert (material, content) == (kept, keep(with_place())[1])
        assert audit.latest(session)[0].action == "fund.look_material"


def test_a_changed_or_moved_file_is_not_shown(
    database: Database, branch: Branch, tmp_path: Path, now: datetime
) -> None:
    """A file that was altered, swapped or lost is reported, never shown."""
    kept = hand_in(database, branch, tmp_path, now)
    path = tmp_path / "materials" / f"{kept.id}.bin"
    content = bytearray(path.read_bytes())
    content[20] ^= 1
    for damage in (bytes(content), b"", None):
        path.unlink() if damage is None else path.write_bytes(damage)
        with pytest.raises(IntegrityError, match="从备份恢复"), database.transaction() as session:
            materials.look(session, kept.id, cabinet(tmp_path), by=ACT, now=now)


def test_rotation_reseals_the_key_and_leaves_the_file(
    database: Database, branch: Branch, tmp_path: Path, now: datetime
) -> None:
    """After the house's key was changed and the old one thrown away, every material opens; no file was touched."""
    kept = hand_in(database, branch, tmp_path, now)
    before = (tmp_path / "materials" / f"{kept.id}.bin").read_bytes()
    rotated = TEST_VAULT.rotated()
    with Database(database.engine, rotated).transaction() as session:
        assert reseal(session) > 0
        assert set(key_use(session)) == {rotated.active}
    with Database(database.engine, rotated.without_old_keys()).transaction() as session:
        assert materials.look(session, kept.id, cabinet(tmp_path), by=ACT, now=now)[0] == kept
    assert (tmp_path / "materials" / f"{kept.id}.bin").read_bytes() == before
    sealed = {f"{column.table.name}.{column.name}" for column, _ in sealed_columns()}
    assert {"fund_material.data_key", "fund_case.payee_account", "fund_objection.words"} <= sealed


def test_the_same_file_is_kept_once(database: Database, branch: Branch, tmp_path: Path, now: datetime) -> None:
    """A double tap leaves one file; another kind of proof may be the same picture; proofs change the content hash."""
    kept = hand_in(database, branch, tmp_path, now)
    with database.transaction() as session:
        stamped = cases.get(session, kept.case).content_hash
        again = Upload(MaterialKind.ID_COPY, with_place())
        assert materials.attach(session, kept.case, again, cabinet(tmp_path), by=ACT, now=now) == kept
        assert cases.get(session, kept.case).content_hash == stamped
        other = Upload(MaterialKind.BANK_CARD, with_place())
        assert materials.attach(session, kept.case, other, cabinet(tmp_path), by=ACT, now=now) != kept
        assert cases.get(session, kept.case).content_hash != stamped
        assert materials.missing(session, cases.get(session, kept.case), POLICY) == ()


def test_proofs_are_closed_once_a_case_is_on_its_way(
    database: Database, branch: Branch, tmp_path: Path, now: datetime
) -> None:
    """After submission proofs can be neither added nor taken back; minutes can, while the case is checked."""
    with database.transaction() as session:
        case = checking(session, claim(branch["G1"]), now)
        upload = Upload(MaterialKind.ID_COPY, photo())
        with pytest.raises(ConflictError, match="现在不收“身份证复印件”"):
            materials.attach(session, case.id, upload, cabinet(tmp_path), by=ACT, now=now)
        stamped = cases.get(session, case.id).content_hash
        paper = Upload(MaterialKind.MINUTES, photo())
        kept = materials.attach(session, case.id, paper, cabinet(tmp_path), by=ACT, now=now)
        assert cases.get(session, case.id).content_hash == stamped
        materials.take_back(session, kept.id, by=ACT, now=now)
        with pytest.raises(NotFoundError):
            materials.look(session, kept.id, cabinet(tmp_path), by=ACT, now=now)


def test_submission_lists_what_is_missing(database: Database, branch: Branch, tmp_path: Path, now: datetime) -> None:
    """A draft without a required proof is not submitted, and the sentence names the proof."""
    kept = hand_in(database, branch, tmp_path, now)
    with database.transaction() as session:
        case = cases.get(session, kept.case)
        assert materials.missing(session, case, POLICY) == ("本人银行卡复印件",)
        with pytest.raises(RuleError, match="还缺材料：本人银行卡复印件"):
            move(session, case, Act.SUBMIT, Who.APPLICANT, now)


def test_what_is_taken_back_or_too_old_is_destroyed(
    database: Database, branch: Branch, tmp_path: Path, now: datetime
) -> None:
    """Removing destroys the key at once, the file with the next sweep; a refused case's papers go after the years."""
    kept = hand_in(database, branch, tmp_path, now)
    folder, shelf = tmp_path / "materials", cabinet(tmp_path)
    with database.transaction() as session:
        casework.withdraw(session, kept.case, TERMS, who=Who.APPLICANT, by=ACT, now=now)
        early = now + timedelta(days=POLICY.rejected_days)
        assert materials.forget_old(session, POLICY, by=ACT, now=early) == 0
        assert materials.forget_old(session, POLICY, by=ACT, now=early + timedelta(1)) == 1
        assert materials.forget_old(session, POLICY, by=ACT, now=early + timedelta(1)) == 0
        with pytest.raises(GoneError, match="已经销毁"):
            materials.look(session, kept.id, shelf, by=ACT, now=now)
        assert session.scalar(text("SELECT data_key FROM fund_material")) is None
    stray = folder / ("a" * 32 + ".new")
    stray.write_bytes(b"broken off")
    for path in folder.iterdir():
        os.utime(path, (now.timestamp(), now.timestamp()))
    with database.transaction() as session:
        assert materials.sweep_strays(session, shelf, now=now + timedelta(minutes=59)) == 0
        assert materials.sweep_strays(session, shelf, now=now + timedelta(hours=2)) == 2
    assert list(folder.iterdir()) == []


def test_no_sweep_takes_a_file_that_is_kept(database: Database, branch: Branch, tmp_path: Path, now: datetime) -> None:
    """A file whose row knows its key stays, however old."""
    kept = hand_in(database, branch, tmp_path, now)
    with database.transaction() as session:
        assert materials.sweep_strays(session, cabinet(tmp_path), now=at("2099-01-01")) == 0
        assert materials.look(session, kept.id, cabinet(tmp_path), by=ACT, now=now)[0].kind is MaterialKind.ID_COPY
