"""Tell in which encoding a file was written."""

# The first byte of half-width kana and of kanji of the second level, in cp932: texts of
# today hardly have them.
_RARE = range(0x99, 0xFD)


def reads_as_japanese(text: str) -> bool:
    """Whether what was read as cp932 is likely to have been written so.

    Nearly any bytes can be read so; EUC-JP then gives half-width kana, Latin-1 rare kanji.
    """
    foreign = [letter for letter in text if not letter.isascii()]
    strange = sum(letter.encode("cp932")[0] in _RARE for letter in foreign)
    return strange <= len(foreign) * 0.3
