"""What the registry holds on one zone, as rows for people."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geodata.errors import Text

TABLES = {
    "zones": Text("地区ID", "zone id"),
    "ranking_rows": Text("確定した順位", "frozen ranking"),
    "municipal_orders": Text("市町の順位", "municipal order"),
    "notes": Text("メモ", "note"),
    "letters": Text("要望書", "letter"),
    "survey_answers": Text("市町の回答", "survey answer"),
    "replies": Text("事業者の回答", "carrier's reply"),
    "reply_doubts": Text("要確認の回答", "reply to be looked at"),
    "evidence": Text("現地の記録", "evidence"),
    "verdicts": Text("確認の判断", "verdict"),
}
MOST = 20


def history_rows(workspace: Path, zone_id: str, lang: str) -> pd.DataFrame:
    """What was saved of a zone, newest first: when, what, the values, who. Empty without a registry.

    A registry is only read here: none is made where there is none. Raises DataError where it cannot be read.
    """
    from requests_gen.registry import location, open_registry

    place = location.existing_registry(workspace)
    if place is None:
        return pd.DataFrame()
    with open_registry(place) as registry:
        records = registry.history(zone_id).iloc[::-1].head(MOST)
    when, what = Text("日時", "when").in_(lang), Text("記録", "record").in_(lang)
    return pd.DataFrame(
        {
            when: [at.to_pydatetime().astimezone().strftime("%Y-%m-%d %H:%M") for at in records["at"]],
            what: [TABLES[kind].in_(lang) if kind in TABLES else kind for kind in records["table"]],
            Text("内容", "content").in_(lang): [
                "、".join(f"{name}: {value}" for name, value in now.items() if value not in (None, "", [])) for now in records["now"]
            ],
            Text("記録者", "who").in_(lang): records["who"].astype(str).tolist(),
        }
    )
