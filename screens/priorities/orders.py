"""市町の順位: what each municipality put first, beside our order, with a reason wherever the two differ."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd
import streamlit as st

from coverage.figures import figure
from geodata.errors import DataError, Text
from requests_gen.ranking import municipal_orders
from requests_gen.registry import SourceFile, conflict, store
from requests_gen.wording import caption
from screens.priorities.context import PageContext
from screens.shared import as_written, page_parts, registry_cache

EVERY = ""
BEGAN, ROUND = "orders began ", "orders round"


def orders_part(context: PageContext) -> None:
    """Choose a municipality, write its order and the reasons, save; or bring its order as a file."""
    table = context.order_table
    _standing(context, table)
    code = _municipality(context, table)
    mine = table if code == EVERY else table[table["municipality_id"] == code]
    who = _editor(context, mine, code)
    with st.expander(context.say(Text("市町から届いた表を読み込む", "Read a municipality's file"))):
        _file(context, table, mine, who)


def _standing(context: PageContext, table: pd.DataFrame) -> None:
    given, missing = int(table["municipal_rank"].notna().sum()), municipal_orders.unexplained(table)
    where = missing["municipality"].value_counts(sort=False)
    ja = "、".join(f"{name} {count}" for name, count in where.items())
    en = ", ".join(f"{name} {count}" for name, count in where.items())
    message = Text(
        f"市町が順位を付けた地区: {given}／{len(table)}。こちらの順と違うのに理由のない地区: {len(missing)}"
        + (f"（{ja}。理由を書くまで順位は確定できません）。" if ja else "。"),
        f"Zones with a place from their municipality: {given} of {len(table)}. Differing without a reason: {len(missing)}"
        + (f" ({en}; the ranking cannot be frozen until a reason is given)." if en else "."),
    )
    st.caption(as_written(context.say(message)))
    gone = municipal_orders.unexpected(context.orders, context.quick_ranking)
    if len(gone):
        st.warning(
            as_written(
                context.say(
                    Text(
                        f"今年度の結果にない地区に付けられた順位が{len(gone)}件あります（{'、'.join(gone.index)}）。保存したまま、順位には使っていません。",
                        f"{len(gone)} places were given to zones that are not in this year's findings ({', '.join(gone.index)}).",
                    )
                )
            )
        )


def _municipality(context: PageContext, table: pd.DataFrame) -> str:
    names = dict(zip(table["municipality_id"], table["municipality"], strict=True))
    names[EVERY] = context.say(Text("すべての市町", "all municipalities"))
    return st.selectbox(context.say(Text("市町", "Municipality")), list(names), format_func=names.__getitem__, key="orders municipality")


def _editor(context: PageContext, mine: pd.DataFrame, code: str) -> str:
    """The table to write in, and the name of the person who saves.

    What the registry held when the writing began is kept with it, so that another person's change is not overwritten.
    """
    number = st.session_state.setdefault(ROUND, 0)
    key = f"orders {context.opened.place.folder} {context.opened.stamp} {code} {number}"
    began: pd.DataFrame = st.session_state.setdefault(BEGAN + key, mine)
    shown = _editor_frame(context, began)
    edited = st.data_editor(
        shown,
        key=key,
        column_config=_columns(context),
        disabled=[c for c in shown if c not in ("municipal_rank", "reason")],
        num_rows="fixed",
        height=min(70 + 35 * len(shown), 430),
        placeholder="",
    )
    asked = municipal_orders.edited_orders(began, edited)
    if not asked and not began["revision"].equals(mine["revision"].reindex(began.index)):
        _begin_again()  # nothing was typed here, and another person has saved since: show the new state
    _differences(context, municipal_orders.with_edits(context.orders, edited), list(began.index))
    left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
    with left:
        who = registry_cache.signer(context.say, "orders who")
    save = middle.button(
        context.say(Text(f"保存する（{len(asked)}件の変更）", f"Save ({len(asked)} changes)")),
        type="primary",
        disabled=not asked,
        width="stretch",
    )
    if right.button(context.say(Text("入力を捨てて読み直す", "Discard and read again")), width="stretch"):
        _begin_again()
    if save:
        _save(context, asked, who, BEGAN + key)
    return who


def _editor_frame(context: PageContext, began: pd.DataFrame) -> pd.DataFrame:
    """The rows of `began`, in its order, with our ranks as they are now."""
    ours = context.quick_ranking["rank"].reindex(began.index)
    return pd.DataFrame(
        {
            "municipality": began["municipality"],
            "name": began["name"],
            "people": context.zones["uncovered_population"].reindex(began.index),
            "rank": ours,
            "inside": context.order_table["our_low"].reindex(began.index),
            "municipal_rank": began["municipal_rank"],
            "reason": began["reason"],
        },
        index=began.index,
    )


def _columns(context: PageContext) -> dict[str, Any]:
    say, column = context.say, st.column_config
    return {
        "zone_id": column.TextColumn(say(Text("地区ID", "zone id")), width=90, disabled=True),
        "municipality": column.TextColumn(say(Text("市町村", "municipality")), width=110),
        "name": column.TextColumn(say(Text("地区", "zone")), width=150),
        "people": column.NumberColumn(say(figure("uncovered_population").name), format="%.0f", width=90),
        "rank": column.NumberColumn(say(figure("rank").name), format="%d", width=120),
        "inside": column.NumberColumn(
            say(Text("市町が挙げた中での順", "ours among theirs")),
            format="%d",
            width=130,
            help=say(
                Text("市町が順位を付けた地区だけを、こちらの順位で並べたときの番号", "our order of the zones the municipality placed")
            ),
        ),
        "municipal_rank": column.NumberColumn(say(figure("municipal_rank").name), min_value=1, step=1, format="%d", width=100),
        "reason": column.TextColumn(say(Text("違いの理由", "reason")), max_chars=500, width=330),
    }


def _differences(context: PageContext, orders: pd.DataFrame, shown: list[str]) -> None:
    """Where the orders in the table above differ, saved or not."""
    table = municipal_orders.order_table(context.quick_ranking, context.zones, orders).loc[shown]
    differing = table[table["difference"].isin(["moved", "unranked"])]
    if differing.empty:
        if table["municipal_rank"].notna().any():
            st.caption(context.say(Text("市町の順と食い違う地区はありません。", "No order differs.")))
        return
    open_ones = len(municipal_orders.unexplained(differing))
    st.markdown(
        context.say(
            Text(
                f"**市町の順と違う地区: {len(differing)}（うち理由のないもの {open_ones}）**",
                f"**Differing from the municipality's order: {len(differing)} (without a reason {open_ones})**",
            )
        )
    )
    st.dataframe(
        pd.DataFrame(
            {
                context.say(Text("地区", "zone")): differing["name"],
                context.say(Text("違い", "difference")): [
                    context.say(municipal_orders.difference_words(row)) for _, row in differing.iterrows()
                ],
                context.say(Text("理由", "reason")): [
                    reason or context.say(Text("（まだありません）", "(none yet)")) for reason in differing["reason"]
                ],
            }
        ),
        hide_index=True,
        height=page_parts.table_height(len(differing), 220),
    )
    st.caption(
        context.say(
            Text(
                "順番は、市町が順位を付けた地区どうしで比べています。同じ順位の地区は、どちらが先でも違いとしません。",
                "Positions count only the zones the municipality placed; equal ranks are no difference.",
            )
        )
    )


def _begin_again() -> None:
    """Show the registry's state again, without what was typed."""
    _forget_typed()
    st.rerun()


def _forget_typed() -> None:
    for key in [key for key in st.session_state if str(key).startswith(BEGAN)]:
        del st.session_state[key]
    st.session_state[ROUND] += 1


def _save(context: PageContext, asked: list[dict[str, object]], who: str, began: str) -> None:
    """Save; where another person has saved the same cells meanwhile, show both and save on the next press."""
    rows = [{"year": context.year, **row} for row in asked]
    try:
        saved = registry_cache.registry_at(context.place).save("municipal_orders", rows, who=who, at=registry_cache.now())
    except conflict.Conflict as error:
        # both values are shown now, so pressing again is a decision between them
        st.session_state[began] = municipal_orders.asked_again(st.session_state[began], error.clashes)
        page_parts.show_error(error, context.opened.lang)
        return
    except DataError as error:
        page_parts.show_error(error, context.opened.lang)
        return
    _forget_typed()
    page_parts.done(context.opened, _saved_words(saved))


def _file(context: PageContext, table: pd.DataFrame, mine: pd.DataFrame, who: str) -> None:
    """A file of places: what it would change is shown, then saved."""
    st.download_button(
        context.say(Text("記入用の表（Excel）をダウンロード", "Download the form (Excel)")),
        data=lambda: municipal_orders.order_form_xlsx(mine, context.zones, caption(context.result, context.opened.lang)),
        file_name=f"{context.say(Text('市町の順位', 'municipal_order'))}_{context.year}.xlsx",
        mime=page_parts.XLSX,
        on_click="ignore",
    )
    given = st.file_uploader(
        context.say(Text("書き込んだ表（CSV か Excel。「地区ID」と「市町の順位」の列）", "The filled form (CSV or Excel)")),
        type=["csv", "xlsx"],
        key=f"orders file {st.session_state.get(ROUND, 0)}",
        max_upload_size=page_parts.LARGEST_FORM_MB,
    )
    if given is None:
        return
    data = given.getvalue()
    try:
        with page_parts.uploaded_file(given.name, data) as path:
            places, blank = municipal_orders.read_order_file(path, table)
    except DataError as error:
        page_parts.show_error(error, context.opened.lang)
        return
    asked = municipal_orders.edited_orders(table, places)
    st.markdown(
        context.say(
            Text(
                f"{len(places)}地区の順位を読み取りました（変わるもの {len(asked)}、空欄 {blank}）。",
                f"{len(places)} places read ({len(asked)} would change, {blank} blank).",
            )
        )
    )
    shown = pd.DataFrame(asked, columns=["zone_id", "municipal_rank", "reason"]).set_index("zone_id")
    shown.insert(0, "name", table["name"].reindex(shown.index))
    shown.insert(0, "municipality", table["municipality"].reindex(shown.index))
    st.dataframe(shown, column_config=_columns(context), height=page_parts.table_height(len(shown), 220), placeholder="")
    if st.button(context.say(Text(f"この{len(asked)}件を保存する", f"Save these {len(asked)}")), disabled=not asked):
        _save_file(context, asked, who, SourceFile(given.name, hashlib.sha256(data).hexdigest()))


def _save_file(context: PageContext, asked: list[dict[str, object]], who: str, file: SourceFile) -> None:
    rows = [{"year": context.year, **row} for row in asked]
    try:
        saved = registry_cache.registry_at(context.place).save("municipal_orders", rows, who=who, at=registry_cache.now(), file=file)
    except DataError as error:
        page_parts.show_error(error, context.opened.lang)
        return
    _forget_typed()
    page_parts.done(context.opened, _saved_words(saved))


def _saved_words(saved: store.Saved) -> Text:
    already = saved.already
    if already is not None:
        return Text(
            f"この表は {already.at:%Y-%m-%d %H:%M} に {already.who} が読み込み済みです。何も変えていません。",
            f"{already.who} read this file on {already.at:%Y-%m-%d %H:%M}; nothing was changed.",
        )
    count = saved.added + saved.changed
    return Text(f"{count}件を保存しました。", f"{count} saved.")
