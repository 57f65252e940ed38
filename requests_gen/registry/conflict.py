"""Two people changed the same record: what the second is told and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geodata.errors import DataError, Text
from requests_gen.registry.tables import HEADINGS, Table

MOST_NAMED = 5  # records of a batch that are spelled out


@dataclass(frozen=True)
class Clash:
    """One record: `mine` was to be saved, `theirs` stands there (None: nothing does), saved by `who` at `at`."""

    table: Table
    key: str
    mine: dict[str, Any]
    theirs: dict[str, Any] | None
    revision: int  # of `theirs`; 0 where nothing stands there
    who: str
    at: str

    def as_text(self) -> Text:
        """Both values in one sentence."""
        theirs = self.theirs or {}
        when = datetime.fromisoformat(self.at).astimezone().strftime("%Y-%m-%d %H:%M") if self.at else ""
        names = [name for name in {**theirs, **self.mine} if theirs.get(name) != self.mine.get(name)]

        def shown(record: dict[str, Any], ja: bool) -> str:
            empty = "（なし）" if ja else "-"
            parts = [f"{HEADINGS.get(name, name) if ja else name}＝{record.get(name, empty)}" for name in names]
            return "、".join(parts) or ("（同じ）" if ja else "the same")

        return Text(
            f"{self.table.ja} {self.key}: 保存済み［{shown(theirs, True)}］（{self.who or 'まだ誰も'}　{when}）／あなたの入力［{shown(self.mine, True)}］",
            f"{self.table.name} {self.key}: saved [{shown(theirs, False)}] by {self.who or 'nobody'} {when}; "
            f"yours [{shown(self.mine, False)}]",
        )


@dataclass
class Conflict(DataError):  # noqa: N818 (what it is called where two people meet)
    """Somebody saved since the record was read. Nothing of the batch was saved; both values are in `clashes`."""

    clashes: tuple[Clash, ...] = ()

    def __post_init__(self) -> None:
        ValueError.__init__(
            self, self.code, self.problem, self.remedy, self.file, self.where, self.clashes
        )  # as DataError: pickling needs them all

    @property
    def mine(self) -> dict[str, Any]:
        """The first record as it was to be saved."""
        return self.clashes[0].mine

    @property
    def theirs(self) -> dict[str, Any] | None:
        """The first record as it stands."""
        return self.clashes[0].theirs

    @classmethod
    def of(cls, clashes: list[Clash]) -> Conflict:
        """The error for these records."""
        texts = [clash.as_text() for clash in clashes[:MOST_NAMED]]
        more = len(clashes) - len(texts)
        return cls(
            "registry-conflict",
            Text(
                "開いている間に、ほかの人が同じものを保存しました。あなたの入力はまだ保存していません。\n"
                + "\n".join(text.ja for text in texts)
                + (f"\nほか{more}件" if more else ""),
                "somebody saved the same record since you opened it; yours is not saved yet.\n"
                + "\n".join(text.en for text in texts)
                + (f"\nand {more} more" if more else ""),
            ),
            Text(
                "両方を見比べ、残す値を決めて、もう一度保存してください。前の値も履歴に残ります。",
                "compare both, decide, and save again; the former value stays in the history",
            ),
            clashes=tuple(clashes),
        )
