"""What every picture of the house shares: a Chinese font, colours, a pen, and how a figure becomes a PNG.

Colours are those of Okabe and Ito, which colour-blind readers tell apart. Figures are drawn without pyplot, so that
several flows may draw at the same time.
"""

import io
from dataclasses import dataclass
from pathlib import Path

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image

from djflow.core.errors import DjflowError

FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Source Han Sans",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "SimHei",
    "DengXian",
    "PingFang SC",
    "Heiti SC",
    "Droid Sans Fallback",
    "Noto Sans CJK JP",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "SimSun",
    "FangSong",
    "AR PL UMing CN",
)
"""Font families with simplified Chinese, the best for pictures first."""

_FILES = ("noto", "sourcehan", "wqy", "msyh", "simhei", "simsun", "simfang", "deng", "pingfang", "droid", "uming")

INK, GRID, SHADE = "#222222", "#D9D9D9", "#F0F0F0"
BLUE, SKY, ORANGE, RED = "#0072B2", "#A6CEE3", "#E69F00", "#D55E00"
_DPI = 110


class MissingFontError(DjflowError):
    """No font with Chinese characters is installed; a picture would show boxes."""

    code = "roster.no_chinese_font"

    def __init__(self) -> None:
        """Say which package to install."""
        super().__init__(
            "没有找到中文字体，图表暂时画不出来。请在服务器上安装：sudo apt-get install fonts-noto-cjk，然后重新生成。"
        )


def find_font() -> str | None:
    """Return the name of an installed font family with Chinese characters, None when there is none."""
    return _known_family() or (_known_family() if _look_again() else None)


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes in the installed Chinese font."""

    family: str

    @classmethod
    def chinese(cls) -> "Pen":
        """Return the pen of this machine.

        Raises: MissingFontError.
        """
        family = find_font()
        if family is None:
            raise MissingFontError
        return cls(family)

    def font(self, size: float) -> FontProperties:
        """Return the font in a size."""
        return FontProperties(family=self.family, size=size)

    def dress(self, axis: Axes, across: str, up: str) -> None:
        """Label an axis pair and give every tick the Chinese font."""
        axis.set_xlabel(across, fontproperties=self.font(11), color=INK)
        axis.set_ylabel(up, fontproperties=self.font(11), color=INK)
        for label in (*axis.get_xticklabels(), *axis.get_yticklabels()):
            label.set_fontproperties(self.font(10))
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
        axis.set_axisbelow(True)


def sheet(width: float, height: float) -> Figure:
    """Return an empty figure of a width and height in inches."""
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1, wspace=0.02)
    return Figure(figsize=(width, height), dpi=_DPI, layout=layout)


def _known_family() -> str | None:
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((family for family in FAMILIES if family in installed), None)


def _look_again() -> bool:
    """Add fonts installed after matplotlib wrote its list; return whether any was found."""
    files = [f for f in font_manager.findSystemFonts() if Path(f).name.lower().startswith(_FILES)]
    for file in sorted(files):
        font_manager.fontManager.addfont(file)
    return bool(files)


def png(figure: Figure) -> bytes:
    """Draw a figure as PNG with a palette: a third of the size, and flat colours lose nothing."""
    FigureCanvasAgg(figure)
    raw, out = io.BytesIO(), io.BytesIO()
    figure.savefig(raw, format="png", dpi=_DPI, facecolor="white", pil_kwargs={"compress_level": 1})
    picture = Image.open(raw).convert("RGB")
    picture.quantize(96, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()
