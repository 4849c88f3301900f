"""Sets papers with typst and the open fonts of this machine; values are printed as they are, never read as markup.

Official fonts may not be passed on, so none is; whoever has none of the open ones is told which package to install.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal

from djflow.core.errors import ConfigError, IntegrityError

OPEN_FONTS = (
    "FandolSong",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Noto Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "AR PL UMing CN",
)
"""Open fonts with Chinese letters, the best for a paper first; the later ones fill what the first lacks."""

_NO_FONT = "这台机器上没有能排印汉字的开放字体：请安装一种（sudo apt-get install fonts-noto-cjk），再打印一次。"

Form = Literal["pdf", "png"]


def choose_fonts(families: frozenset[str]) -> tuple[str, ...]:
    """Return the open Chinese fonts among `families`, the best first.

    Raises: ConfigError when there is none.
    """
    found = tuple(font for font in OPEN_FONTS if font in families)
    if not found:
        raise ConfigError(_NO_FONT, code="print.no_font")
    return found


def paper(layout: str, values: Mapping[str, str], *, now: datetime, form: Form = "pdf") -> bytes:
    """Return the paper of a layout (`receipt`, `certificate`) filled with values; both are one page.

    Raises: ConfigError without a font; IntegrityError when the layout cannot be set.
    """
    import typst  # noqa: PLC0415 - 80 MB that only printing needs

    source = files("djflow.documents").joinpath("layouts", f"{layout}.typ").read_bytes()
    inputs = {**values, "fonts": ",".join(choose_fonts(_families()))}
    try:
        return typst.compile(source, format=form, sys_inputs=inputs, timestamp=now.replace(microsecond=0))
    except typst.TypstError as error:
        raise IntegrityError("文书排不出来：程序自带的版式有误，请报告管理员。", code="print.layout") from error


@cache
def _families() -> frozenset[str]:
    import typst  # noqa: PLC0415 - 80 MB that only printing needs

    return frozenset(typst.Fonts(include_embedded_fonts=False).families())
