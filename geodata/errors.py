"""What is said to the reader when something is wrong with their data.

Every sentence is written twice, in Japanese and in English, side by side, so that neither is forgotten.
Bugs stay ordinary Python errors; only trouble in the reader's own data becomes a DataError.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Text:
    """One sentence for people, in Japanese and in English. `str()` gives the Japanese."""

    ja: str
    en: str

    def __str__(self) -> str:
        return self.ja

    def in_(self, lang: str) -> str:
        """The sentence in `lang`: "ja" or "en"."""
        return self.en if lang == "en" else self.ja


@dataclass
class DataError(ValueError):
    """Data that cannot give a right answer: which file, where in it, what is wrong, how to mend it.

    `where` names the row, feature, sheet, field or archive member, or is empty for the whole file.
    `code` is a short stable English slug for tests and programs, e.g. "crs-missing".
    """

    code: str
    problem: Text
    remedy: Text
    file: str = ""
    where: Text | None = None

    def __post_init__(self) -> None:
        # BaseException keeps its own args: pickling across the reading child process needs them all.
        super().__init__(self.code, self.problem, self.remedy, self.file, self.where)

    def in_(self, lang: str) -> str:
        """The whole message in `lang`, one line a part."""
        named = {"ja": ("ファイル", "場所", "問題", "直し方"), "en": ("file", "where", "problem", "to mend")}
        words = named["en" if lang == "en" else "ja"]
        where = self.where.in_(lang) if self.where else ""
        parts = (self.file, where, self.problem.in_(lang), self.remedy.in_(lang))
        return "\n".join(f"{word}: {part}" for word, part in zip(words, parts, strict=True) if part)

    def __str__(self) -> str:
        return self.in_("ja")

    def at(self, path: Path | str) -> DataError:
        """The same error, naming the file by its own name (not the copy that was read)."""
        return DataError(self.code, self.problem, self.remedy, Path(path).name, self.where)
