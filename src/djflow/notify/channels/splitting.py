"""Cuts a text into pieces that fit a provider's limit in UTF-8 bytes, never inside a character."""


def split_bytes(text: str, limit: int) -> tuple[str, ...]:
    """Return pieces of at most `limit` bytes (≥ 4) that joined give the text; a cut prefers the end of a line.

    Raises: ValueError when a character may not fit into `limit`.
    """
    if limit < 4:
        msg = "a character takes up to 4 bytes"
        raise ValueError(msg)
    rest = text.encode()
    pieces: list[str] = []
    while len(rest) > limit:
        end = _cut(rest, limit)
        pieces.append(rest[:end].decode())
        rest = rest[end:]
    return (*pieces, rest.decode()) if rest or not pieces else tuple(pieces)


def _cut(data: bytes, limit: int) -> int:
    end = limit
    while data[end] & 0b1100_0000 == 0b1000_0000:
        end -= 1
    # A line end in the second half costs little and reads better.
    line = data.rfind(b"\n", limit // 2, end) + 1
    return line or end
