"""Lets PDF, JPEG and PNG in, by content and never by name, and strips what does not belong.

A picture is decoded and encoded afresh: camera data, place, comments and anything appended are gone with the old
bytes. A PDF is kept as it is and therefore refused when it could act (scripts, programs, embedded files), when its
inside cannot be looked at (encryption, unusual filters), or when it is at the same time another kind of file.
Nothing is ever executed. Source: ISO 32000-1 sections 7.3.5 (names), 7.4 (filters), 7.5.7 (object streams), 12.6.
"""

import base64
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from djflow.core.errors import InputError
from djflow.fund.materials.model import Cleaned, Media

MAX_INFLATED = 128 * 1024 * 1024
_JPEG_QUALITY = 88
_PDF_HEAD, _JPEG_HEAD, _PNG_HEAD = b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|ImportData|SubmitForm|GoToE)(?![A-Za-z0-9])|/XFA(?=[\s\[<(])"
)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_STRANGE_FILTER = re.compile(rb"/(?:ASCIIHexDecode|AHx|LZWDecode|LZW|RunLengthDecode|Crypt)(?![A-Za-z0-9])")
_ASCII85 = re.compile(rb"/(?:ASCII85Decode|A85)(?![A-Za-z0-9])")
_FLATE = re.compile(rb"/(?:FlateDecode|Fl)(?![A-Za-z0-9])")
_MARKUP = re.compile(rb"<\s*(?:script|html|svg|\?php|!doctype)", re.IGNORECASE)


def cleaned(content: bytes, *, max_bytes: int, max_pixels: int) -> Cleaned:
    """Return a file as it may be kept.

    Raises: InputError saying why it is refused and what to hand in instead.
    """
    if not content:
        raise InputError("文件是空的：请重新选择文件。", code="material.empty")
    if len(content) > max_bytes:
        raise InputError(f"文件超过 {max_bytes // 1024 // 1024} MB：请缩小或分开后再传。", code="material.size")
    if content.startswith(_PDF_HEAD):
        _require_single(content)
        _require_harmless(content)
        return Cleaned(Media.PDF, content)
    for head, media in ((_JPEG_HEAD, Media.JPEG), (_PNG_HEAD, Media.PNG)):
        if content.startswith(head):
            _require_single(content)
            return Cleaned(media, _encoded_afresh(content, media, max_pixels))
    raise InputError("只收 PDF、JPG、PNG 文件（按内容判断，不看文件名）：请拍照或扫描后再传。", code="material.type")


def _require_single(content: bytes) -> None:
    also_pdf = not content.startswith(_PDF_HEAD) and _PDF_HEAD in content
    if also_pdf or zipfile.is_zipfile(BytesIO(content)) or _MARKUP.search(content[:1024]):
        raise InputError("这个文件里还夹着另一个文件，不能收：请重新拍照或扫描。", code="material.polyglot")


def _encoded_afresh(content: bytes, media: Media, max_pixels: int) -> bytes:
    try:
        with Image.open(BytesIO(content), formats=(media.value.upper(),)) as found:
            too_large = found.width * found.height > max_pixels
            bare = None if too_large else _bare(found, media)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise InputError("图片打不开，可能没有传完整：请重新拍照后再传。", code="material.broken") from error
    if bare is None:
        raise InputError(f"图片超过 {max_pixels // 1_000_000} 百万像素：请缩小后再传。", code="material.pixels")
    written = BytesIO()
    if media is Media.JPEG:
        bare.save(written, "JPEG", quality=_JPEG_QUALITY)
    else:
        bare.save(written, "PNG")
    return written.getvalue()


def _bare(found: Image.Image, media: Media) -> Image.Image:
    upright = ImageOps.exif_transpose(found)
    mode = "RGBA" if media is Media.PNG and "A" in upright.getbands() else "RGB"
    bare = Image.new(mode, upright.size)
    bare.paste(upright.convert(mode))
    return bare


def _require_harmless(content: bytes) -> None:
    if not content.rstrip(b"\r\n\t \x00").endswith(b"%%EOF"):
        raise InputError("PDF 没有传完整，或末尾附加了别的内容：请重新导出后再传。", code="material.broken")
    if _ENCRYPTED.search(_plain_names(content)):
        raise InputError("PDF 加了密码，无法检查：请去掉密码后再传。", code="material.encrypted")
    for part in (content, *_streams(content)):
        if _ACTIVE.search(_plain_names(part)):
            raise InputError(
                "PDF 里有脚本、可执行的动作或夹带的文件，不能收：请打印成纸再扫描，或另存为图片。",
                code="material.active",
            )


def _plain_names(part: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)


def _streams(content: bytes) -> Iterator[bytes]:
    left = MAX_INFLATED
    for found in _STREAM.finditer(content):
        start = content.rfind(b"obj", 0, found.start())
        about = _plain_names(content[max(start, 0) : found.start()])
        end = content.find(b"endstream", found.end())
        body = content[found.end() : end if end >= 0 else len(content)]
        if _STRANGE_FILTER.search(about) or (b"/ObjStm" in about and b"/Predictor" in about):
            raise InputError("PDF 的写法少见，无法检查：请打印成纸再扫描，或另存为图片。", code="material.opaque")
        opened = _opened(about, body, left)
        left -= len(opened)
        if left <= 0:
            raise InputError("PDF 展开后太大，无法检查：请分开或另存为图片。", code="material.opaque")
        yield opened


def _opened(about: bytes, body: bytes, limit: int) -> bytes:
    if _ASCII85.search(about):
        try:
            body = base64.a85decode(body.strip().removesuffix(b"~>").removeprefix(b"<~"))
        except ValueError as error:
            raise InputError("PDF 已损坏：请重新导出后再传。", code="material.broken") from error
    if not _FLATE.search(about):
        return b"" if _ASCII85.search(about) is None else body
    inflater = zlib.decompressobj()
    try:
        return inflater.decompress(body, limit)
    except zlib.error:
        if b"/ObjStm" not in about:
            return b""  # words that look like a stream inside a text or picture
        raise InputError("PDF 已损坏：请重新导出后再传。", code="material.broken") from None
