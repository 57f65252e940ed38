"""市町の順位: what each municipality put first, beside our order, with a reason wherever the two differ."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geodata.errors import DataError, Text
from requests_gen.captions import caption
from requests_gen.ranking_order_file import order_form_xlsx, read_order_file
from requests_gen.ranking_orders import (
    asked_again,
    difference_words,
    edited_orders,
    order_table,
    strangers,
    unexplained,
    with_edits,
)
from requests_gen.registry import Conflict, Saved, SourceFile
from screens.priorities_desk import Desk, now, registry_at, signer
from screens.words import as_written

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EVERY = ""
BEGAN, ROUND = "orders began ", "orders round"


def orders_part(desk: Desk) -> None:
    """Choose a municipality, write its order and the reasons, save; or bring its order as a file."""
    table = desk.order_table
    _standing(desk, table)
    code = _municipality(desk, table)
    mine = table if code == EVERY else table[table["municipality_id"] == code]
    who = _editor(desk, mine, code)
    with st.expander(desk.say(Text("市町から届いた表を読み込む", "Read a municipality's file"))):
        _file(desk, table, mine, who)


def _standing(desk: Desk, table: pd.DataFrame) -> None:
    given, missing = int(table["municipal_rank"].notna().sum()), unexplained(table)
    where = missing["municipality"].value_counts(sort=False)
    ja = "、".join(f"{name} {count}" for name, count in where.items())
    en = ", ".join(f"{name} {count}" for name, count in where.items())
    said = Text(
        f"市町が順位を付けた地区: {given}／{len(table)}。こちらの順と違うのに理由のない地区: {len(missing)}"
        + (f"（{ja}。理由を書くまで順位は確定できません）。" if ja else "。"),
        f"Zones with a place from their municipality: {given} of {len(table)}. Differing without a reason: {len(missing)}"
        + (f" ({en}; the ranking cannot be frozen until a reason is given)." if en else "."),
    )
    st.caption(as_written(desk.say(said)))
    gone = strangers(desk.orders, desk.quick_ranking)
    if len(gone):
        st.warning(as_written(desk.say(Text(
            f"今年度の結果にない地区に付けられた順位が{len(gone)}件あります（{'、'.join(gone.index)}）。保存したまま、順位には使っていません。",
            f"{len(gone)} places were given to zones that are not in this year's findings ({', '.join(gone.index)}).",
        ))))  # fmt: skip


def _municipality(desk: Desk, table: pd.DataFrame) -> str:
    names = dict(zip(table["municipality_id"], table["municipality"], strict=True))
    names[EVERY] = desk.say(Text("すべての市町", "all municipalities"))
    return st.selectbox(
        desk.say(Text("市町", "Municipality")),
        list(names),
        format_func=names.__getitem__,
        key="orders municipality",
    )


def _editor(desk: Desk, mine: pd.DataFrame, code: str) -> str:
    """The table to write in, and the name of who saves. What was there when the writing began stays with it, so that nobody is overwritten."""
    number = st.session_state.setdefault(ROUND, 0)
    key = f"orders {desk.opened.place.folder} {desk.opened.stamp} {code} {number}"
    began: pd.DataFrame = st.session_state.setdefault(BEGAN + key, mine)
    shown = _editor_frame(desk, began)
    edited = st.data_editor(
        shown, key=key, column_config=_columns(desk), disabled=[c for c in shown if c not in ("municipal_rank", "reason")],
        num_rows="fixed", height=min(70 + 35 * len(shown), 430), placeholder="",
    )  # fmt: skip
    asked = edited_orders(began, edited)
    if not asked and not began["revision"].equals(mine["revision"].reindex(began.index)):
        _begin_again()  # nothing is being written here, and somebody saved since: show that
    _differences(desk, with_edits(desk.orders, edited), list(began.index))
    left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
    with left:
        who = signer(desk, "orders who")
    save = middle.button(
        desk.say(Text(f"保存する（{len(asked)}件の変更）", f"Save ({len(asked)} changes)")), type="primary", disabled=not asked,
        width="stretch",
    )  # fmt: skip
    if right.button(desk.say(Text("入力を捨てて読み直す", "Discard and read again")), width="stretch"):
        _begin_again()
    if save:
        _save(desk, asked, who, BEGAN + key)
    return who


def _editor_frame(desk: Desk, began: pd.DataFrame) -> pd.DataFrame:
    """began with our order as it is now. The rows stay where they were when the writing began."""
    ours = desk.quick_ranking["rank"].reindex(began.index)
    return pd.DataFrame(
        {
            "municipality": began["municipality"], "name": began["name"],
            "people": desk.zones["uncovered_population"].reindex(began.index),
            "rank": ours, "inside": desk.order_table["our_low"].reindex(began.index),
            "municipal_rank": began["municipal_rank"], "reason": began["reason"],
        },
        index=began.index,
    )  # fmt: skip


def _columns(desk: Desk) -> dict[str, Any]:
    say, column = desk.say, st.column_config
    return {
        "zone_id": column.TextColumn(say(Text("地区ID", "zone id")), width=90, disabled=True),
        "municipality": column.TextColumn(say(Text("市町村", "municipality")), width=110),
        "name": column.TextColumn(say(Text("地区", "zone")), width=150),
        "people": column.NumberColumn(say(Text("エリア外人口", "uncovered people")), format="%.0f", width=90),
        "rank": column.NumberColumn(say(Text("こちらの順位（全体）", "our rank, all")), format="%d", width=120),
        "inside": column.NumberColumn(
            say(Text("市町が挙げた中での順", "ours among theirs")), format="%d", width=130,
            help=say(Text("市町が順位を付けた地区だけを、こちらの順位で並べたときの番号", "our order of the zones the municipality placed")),
        ),
        "municipal_rank": column.NumberColumn(say(Text("市町の順位", "municipality's rank")), min_value=1, step=1, format="%d", width=100),
        "reason": column.TextColumn(say(Text("違いの理由", "reason")), max_chars=500, width=330),
    }  # fmt: skip


def _differences(desk: Desk, orders: pd.DataFrame, shown: list[str]) -> None:
    """Where the orders differ, as they stand in the table above, saved or not."""
    table = order_table(desk.quick_ranking, desk.zones, orders).loc[shown]
    differing = table[table["difference"].isin(["moved", "unranked"])]
    if differing.empty:
        if table["municipal_rank"].notna().any():
            st.caption(desk.say(Text("市町の順と食い違う地区はありません。", "No order differs.")))
        return
    open_ones = len(unexplained(differing))
    st.markdown(desk.say(Text(
        f"**市町の順と違う地区: {len(differing)}（うち理由のないもの {open_ones}）**",
        f"**Differing from the municipality's order: {len(differing)} (without a reason {open_ones})**",
    )))  # fmt: skip
    st.dataframe(
        pd.DataFrame(
            {
                desk.say(Text("地区", "zone")): differing["name"],
                desk.say(Text("違い", "difference")): [
                    desk.say(difference_words(row)) for _, row in differing.iterrows()
                ],
                desk.say(Text("理由", "reason")): [
                    reason or desk.say(Text("（まだありません）", "(none yet)"))
                    for reason in differing["reason"]
                ],
            }
        ),
        hide_index=True,
        height=min(40 + 35 * len(differing), 220),
    )
    st.caption(desk.say(Text("順番は、市町が順位を付けた地区どうしで比べています。同じ順位の地区は、どちらが先でも違いとしません。",
                             "Positions count only the zones the municipality placed; equal ranks are no difference.")))  # fmt: skip


def _begin_again() -> None:
    for key in [key for key in st.session_state if str(key).startswith(BEGAN)]:
        del st.session_state[key]
    st.session_state[ROUND] += 1
    st.rerun()


def _save(desk: Desk, asked: list[dict[str, object]], who: str, began: str) -> None:
    """Save, or tell what somebody else saved meanwhile and let the next pressing decide."""
    rows = [{"year": desk.year, **row} for row in asked]
    try:
        saved = registry_at(desk.place).save("municipal_orders", rows, who=who, at=now())
    except Conflict as error:
        # both values are told now; whoever presses again has seen them
        st.session_state[began] = asked_again(st.session_state[began], error.clashes)
        st.error(as_written(error.in_(desk.opened.lang)))
        return
    except DataError as error:
        st.error(as_written(error.in_(desk.opened.lang)))
        return
    st.session_state["priorities told"] = desk.say(
        Text(f"{saved.added + saved.changed}件を保存しました。", f"{saved.added + saved.changed} saved.")
    )
    _begin_again()


def _file(desk: Desk, table: pd.DataFrame, mine: pd.DataFrame, who: str) -> None:
    """A file of places: what it would change is shown, then saved."""
    st.download_button(
        desk.say(Text("記入用の表（Excel）をダウンロード", "Download the form (Excel)")),
        data=lambda: order_form_xlsx(mine, desk.zones, caption(desk.result, desk.opened.lang)),
        file_name=f"{desk.say(Text('市町の順位', 'municipal_order'))}_{desk.year}.xlsx", mime=XLSX, on_click="ignore",
    )  # fmt: skip
    given = st.file_uploader(
        desk.say(Text("書き込んだ表（CSV か Excel。「地区ID」と「市町の順位」の列）", "The filled form (CSV or Excel)")),
        type=["csv", "xlsx"], key=f"orders file {st.session_state.get(ROUND, 0)}", max_upload_size=20,
    )  # fmt: skip
    if given is None:
        return
    data = given.getvalue()
    try:
        places, blank = _read(given.name, data, table)
    except DataError as error:
        st.error(as_written(error.in_(desk.opened.lang)))
        return
    asked = edited_orders(table, places)
    st.markdown(desk.say(Text(
        f"{len(places)}地区の順位を読み取りました（変わるもの {len(asked)}、空欄 {blank}）。",
        f"{len(places)} places read ({len(asked)} would change, {blank} blank).",
    )))  # fmt: skip
    shown = pd.DataFrame(asked, columns=["zone_id", "municipal_rank", "reason"]).set_index("zone_id")
    shown.insert(0, "name", table["name"].reindex(shown.index))
    shown.insert(0, "municipality", table["municipality"].reindex(shown.index))
    st.dataframe(
        shown, column_config=_columns(desk), height=min(40 + 35 * max(len(shown), 1), 220), placeholder=""
    )
    if st.button(
        desk.say(Text(f"この{len(asked)}件を保存する", f"Save these {len(asked)}")), disabled=not asked
    ):
        _save_file(desk, asked, who, SourceFile(given.name, hashlib.sha256(data).hexdigest()))


def _save_file(desk: Desk, asked: list[dict[str, object]], who: str, file: SourceFile) -> None:
    rows = [{"year": desk.year, **row} for row in asked]
    try:
        saved = registry_at(desk.place).save("municipal_orders", rows, who=who, at=now(), file=file)
    except DataError as error:
        st.error(as_written(error.in_(desk.opened.lang)))
        return
    st.session_state["priorities told"] = _file_words(desk, saved)
    _begin_again()


def _file_words(desk: Desk, saved: Saved) -> str:
    already = saved.already
    if already is not None:
        told = Text(
            f"この表は {already.at:%Y-%m-%d %H:%M} に {already.who} が読み込み済みです。何も変えていません。",
            f"{already.who} read this file on {already.at:%Y-%m-%d %H:%M}; nothing was changed.",
        )
        return as_written(desk.say(told))
    count = saved.added + saved.changed
    return desk.say(Text(f"{count}件を保存しました。", f"{count} saved."))


def _read(name: str, data: bytes, table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """read_order_file of an upload: written aside under a name of ours, named by its own in messages."""
    with tempfile.TemporaryDirectory(prefix="kengai-") as folder:
        path = Path(folder) / f"orders{'.xlsx' if name.lower().endswith('.xlsx') else '.csv'}"
        path.write_bytes(data)
        try:
            return read_order_file(path, table)
        except DataError as error:
            raise error.at(Path(name)) from None
