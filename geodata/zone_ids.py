"""The list of zone ids given so far: a CSV beside the study, only ever added to."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geodata.errors import DataError, Text

COLUMNS = ["zone_id", "municipality_id", "place_id", "name", "first_year"]
ENCODING = "utf-8-sig"  # so that Excel opens it rightly


def read_zone_ids(path: Path) -> pd.DataFrame:
    """All ids given so far (COLUMNS, text), or an empty table when there is no file yet.

    Raises DataError when columns are missing or an id stands twice: a zone must keep its one id.
    """
    if path.is_dir():
        raise DataError(
            "zone-ids-folder",
            Text("[zones] ids がフォルダを指しています。", "[zones] ids names a folder"),
            Text(
                'study.toml の [zones] ids にファイルの名前を書いてください（例: ids = "zone_ids.csv"）。',
                'name a file: ids = "zone_ids.csv"',
            ),
            str(path.name or path),
        )
    if not path.is_file():
        return pd.DataFrame(columns=COLUMNS, dtype=str)
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=ENCODING)
    wrong = [name for name in COLUMNS if name not in table.columns]
    if wrong:
        raise _refusal(path, f"列 {', '.join(wrong)} がありません", f"has no column {', '.join(wrong)}")
    for key in (["zone_id"], ["municipality_id", "place_id"]):
        doubled = table[table.duplicated(key)]
        if len(doubled):
            row, value = doubled.index[0] + 2, " ".join(doubled.iloc[0][key])
            raise _refusal(path, f"{row}行目の {value} が2度あります", f"row {row}: {value} stands twice")
    shaped = table["zone_id"].str.fullmatch(r".+-\d{3}")
    if not shaped.all():
        row = int(table.index[~shaped][0]) + 2
        raise _refusal(path, f"{row}行目の地区IDの形が違います", f"row {row}: not a zone id")
    return table[COLUMNS]


def zone_ids_csv(table: pd.DataFrame) -> bytes:
    """The file's bytes for a table of COLUMNS."""
    text: str = table[COLUMNS].to_csv(index=False, lineterminator="\r\n")
    return text.encode(ENCODING)


def _refusal(path: Path, ja: str, en: str) -> DataError:
    remedy = Text(
        "手で直した場合は元に戻してください。地区IDは一度付けたら変えません。", "undo changes made by hand; a zone keeps its id for good"
    )
    return DataError("zone-ids-broken", Text(ja, en), remedy, path.name)
