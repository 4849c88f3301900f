"""Which open font stands for which official type, from what this machine has. Source: domain handbook, section 4.4."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from djflow.core.errors import ConfigError
from djflow.documents.official.plan import Face

_LAST = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "FandolSong", "Noto Sans CJK SC")
_SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei")
NUMBER = "number"

OPEN_FACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        Face.FANG: ("FandolFang", "FandolFang R", *_LAST),
        Face.KAI: ("FandolKai", "LXGW WenKai", "AR PL KaitiM GB", "AR PL UKai CN", *_LAST),
        Face.HEI: (*_SANS, "FandolHei", *_LAST),
        Face.SONG: ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "FandolSong", *_SANS),
        NUMBER: (*_LAST, *_SANS),
    }
)
"""Open fonts of each type, the likest first; later ones fill in rare letters such as 喆, 镕 and 䶮."""

OFFICIAL_NAMES: Mapping[Face, str] = MappingProxyType(
    {Face.FANG: "仿宋_GB2312", Face.KAI: "楷体_GB2312", Face.HEI: "黑体", Face.SONG: "方正小标宋简体"}
)
"""What the fonts are called in offices; a .docx names them and holds none."""

_BOLD = frozenset({Face.SONG, Face.HEI})
_NO_FONT = (
    "这台机器上没有能排印公文的开放字体，只出 .docx，没有出 PDF："
    "请安装 sudo apt-get install fonts-noto-cjk（仿宋、楷体另装 texlive-lang-chinese），再打印一次。"
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The families for one type, the best first."""

    families: tuple[str, ...]
    weight: str


def choose(families: Collection[str]) -> Mapping[str, Chosen]:
    """Return the fonts of each type among the machine's `families`.

    Raises: ConfigError when one of the types has none.
    """
    return {face: Chosen(_found(names, families), _weight(face)) for face, names in OPEN_FACES.items()}


def missing(families: Collection[str]) -> tuple[str, ...]:
    """Return which official types have no font of their kind here and are set in another, in Chinese."""
    words = {Face.FANG: ("仿宋", ("Fandol",)), Face.KAI: ("楷体", ("FandolKai", "LXGW", "AR PL"))}
    return tuple(word for word, starts in words.values() if not any(name.startswith(starts) for name in families))


def _weight(face: str) -> str:
    return "bold" if face in _BOLD else "regular"


def _found(names: Sequence[str], families: Collection[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(name for name in names if name in families))
    if not found:
        raise ConfigError(_NO_FONT, code="print.no_font")
    return found
