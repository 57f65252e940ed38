"""The municipalities' order beside ours: no difference without a reason, no row of a file lost."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import DataError
from requests_gen.ranking.municipal_orders import (
    asked_again,
    difference_words,
    edited_orders,
    order_table,
    read_order_file,
    unexpected,
    unexplained,
    with_edits,
)
from requests_gen.registry.conflict import Conflict
from requests_gen.registry.registry import open_registry

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ORDER_COLUMNS = {"municipal_rank": "Int64", "reason": object, "who": object, "at": object, "revision": "Int64"}


def world(ranks: list[float | None], municipalities: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
    """(ranking, zones) of zones a, b, c … ; None = not ranked; municipalities: a letter a zone."""
    ids = pd.Index([chr(ord("a") + n) for n in range(len(ranks))], name="zone_id")
    letters = municipalities or "M" * len(ranks)
    rank = pd.Series(ranks, index=ids, dtype=float)
    ranking = pd.DataFrame({"rank": rank, "gate": ["" if r == r else "small" for r in rank]}, index=ids)
    zones = pd.DataFrame(
        {"municipality_id": list(letters), "municipality": [f"{m}町" for m in letters], "name": ids.str.upper()}, index=ids
    )
    return ranking, zones


def orders(given: dict[str, tuple[int | None, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "municipal_rank": [place for place, _ in given.values()],
            "reason": [reason for _, reason in given.values()],
            "who": "山田",
            "at": AT,
            "revision": 1,
        },
        index=pd.Index(given, name="zone_id", dtype=object),
    )
    return frame.astype(ORDER_COLUMNS)


def differences(table: pd.DataFrame) -> dict[str, str]:
    return table["difference"].to_dict()


def test_the_same_order_is_no_difference():
    ranking, zones = world([3, 7, 9])
    table = order_table(ranking, zones, orders({"a": (1, ""), "b": (2, ""), "c": (3, "")}))
    assert set(differences(table).values()) == {"same"}
    assert unexplained(table).empty


def test_a_turned_pair_differs_and_needs_reasons():
    """Ours a b c; theirs b a c: a and b differ, c does not. A reason for a leaves b."""
    ranking, zones = world([1, 2, 3])
    table = order_table(ranking, zones, orders({"a": (2, "避難所"), "b": (1, " "), "c": (3, "")}))
    assert differences(table) == {"a": "moved", "b": "moved", "c": "same"}
    assert unexplained(table).index.tolist() == ["b"]
    assert difference_words(table.loc["b"]).ja == "市町の順では1番目、こちらの順では2番目"
    assert difference_words(table.loc["c"]).ja == ""


def test_only_zones_that_were_placed_are_compared():
    """Ours a b c d; the municipality placed d (5) before nobody and b (2): b before d here too."""
    ranking, zones = world([1, 2, 3, 4])
    table = order_table(ranking, zones, orders({"b": (2, ""), "d": (5, "")}))
    assert differences(table) == {"a": "", "b": "same", "c": "", "d": "same"}


def test_municipalities_are_compared_each_for_itself():
    ranking, zones = world([1, 2, 3, 4], "MNMN")
    table = order_table(ranking, zones, orders({"a": (1, ""), "c": (2, ""), "b": (2, ""), "d": (1, "")}))
    assert differences(table) == {"a": "same", "c": "same", "b": "moved", "d": "moved"}
    assert table.index.tolist() == ["a", "c", "b", "d"]


def test_ties_may_be_read_either_way():
    ranking, zones = world([1, 1, 3])
    assert set(differences(order_table(ranking, zones, orders({"a": (2, ""), "b": (1, ""), "c": (3, "")}))).values()) == {"same"}
    ranking, zones = world([1, 2, 3])
    assert set(differences(order_table(ranking, zones, orders({"a": (1, ""), "b": (1, ""), "c": (2, "")}))).values()) == {"same"}


def test_a_zone_they_named_and_we_do_not_rank_is_a_difference():
    ranking, zones = world([1, None])
    table = order_table(ranking, zones, orders({"a": (2, ""), "b": (1, "")}))
    assert differences(table) == {"a": "same", "b": "unranked"}
    assert unexplained(table).index.tolist() == ["b"]
    assert "順位を付けていません" in difference_words(table.loc["b"]).ja


def test_a_place_taken_back_and_a_zone_that_is_gone():
    ranking, zones = world([1, 2])
    given = orders({"a": (None, "x"), "z": (1, "")})
    assert differences(order_table(ranking, zones, given)) == {"a": "", "b": ""}
    assert unexpected(given, ranking).index.tolist() == ["z"]


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(1, 6)))
def test_differences_are_symmetric(places):
    """Whoever is called theirs and ours, the same zones differ; and only the identity differs nowhere."""
    ours, zones = world([1, 2, 3, 4, 5])
    theirs, _ = world([float(p) for p in places])
    ids = list("abcde")
    one = order_table(ours, zones, orders({z: (p, "") for z, p in zip(ids, places, strict=True)}))
    other = order_table(theirs, zones, orders({z: (n, "") for n, z in enumerate(ids, start=1)}))
    assert differences(one) == differences(other)
    assert (set(differences(one).values()) == {"same"}) == (list(places) == [1, 2, 3, 4, 5])


def test_edits_ask_only_for_what_changed():
    ranking, zones = world([1, 2, 3])
    held = orders({"a": (1, ""), "b": (2, "古い")})
    table = order_table(ranking, zones, held)
    edited = table[["municipal_rank", "reason"]].copy()
    edited.loc["a", "municipal_rank"] = pd.NA
    edited.loc["c", "reason"] = " 新しい "
    assert edited_orders(table, edited) == [
        {"zone_id": "a", "municipal_rank": None, "reason": "", "revision": 1},
        {"zone_id": "c", "municipal_rank": None, "reason": "新しい", "revision": 0},
    ]
    assert with_edits(held, edited)["municipal_rank"].isna().to_dict() == {"a": True, "b": False, "c": True}


def test_two_people_and_the_registry(tmp_path):
    """The second saver is shown both values; pressing again, knowingly, saves; the first value stays in the history."""
    ranking, zones = world([1, 2])
    with open_registry(tmp_path) as registry:
        began = order_table(ranking, zones, registry.municipal_order(2026))
        edited = began[["municipal_rank", "reason"]].copy()
        edited.loc["a", "municipal_rank"] = 1
        mine = edited_orders(began, edited)
        registry.save("municipal_orders", [{"year": 2026, "zone_id": "a", "municipal_rank": 2, "reason": ""}], who="佐藤", at=AT)
        with pytest.raises(Conflict) as told:
            registry.save("municipal_orders", [{"year": 2026, **row} for row in mine], who="山田", at=AT)
        assert "佐藤" in told.value.in_("ja")
        again = edited_orders(asked_again(began, told.value.clashes), edited)
        registry.save("municipal_orders", [{"year": 2026, **row} for row in again], who="山田", at=AT)
        assert int(registry.municipal_order(2026).loc["a", "municipal_rank"]) == 1
        assert [row["municipal_rank"] for row in registry.history("a")["now"]] == [2, 1]


def read(tmp_path: Path, text: str, reasons: str = "") -> tuple[pd.DataFrame, int]:
    ranking, zones = world([1, 2, 3])
    held = orders({"a": (1, reasons)}) if reasons else orders({})
    file = tmp_path / "順位.csv"
    file.write_text(text, encoding="utf-8-sig")
    return read_order_file(file, order_table(ranking, zones, held))


def test_a_file_as_people_write_it(tmp_path):
    places, blank = read(tmp_path, "甲市の要望\n地区ID,地区名,市町の優先順位,理由\na,A,１位,\nb,B,,\nc,C, 第2位 ,橋の工事\n,,,\n", "前から")
    assert places["municipal_rank"].to_dict() == {"a": 1, "c": 2}
    assert places["reason"].to_dict() == {"a": "前から", "c": "橋の工事"}
    assert blank == 1


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("地区ID,市町の順位\na,1\nzz,2\n", "order-zone-unknown", "3行目（zz）"),
        ("地区ID,市町の順位\na,1\na,2\n", "order-zone-twice", "2行目（a）"),
        ("地区ID,市町の順位\na,1.5\n", "order-unreadable", "2行目（1.5）"),
        ("地区ID,市町の順位\na,0\n", "order-unreadable", "2行目（0）"),
        ("地区ID,市町の順位\na,-1\n", "order-unreadable", "2行目（-1）"),
        ("地区ID,市町の順位\n,3\n", "order-zone-unknown", "2行目（空欄）"),
        ("地区,順番\na,1\n", "order-columns-missing", ""),
    ],
)
def test_a_wrong_row_refuses_the_file(tmp_path, text, code, where):
    with pytest.raises(DataError) as told:
        read(tmp_path, text)
    assert told.value.code == code
    assert told.value.file == "順位.csv"
    assert where in (told.value.where.ja if told.value.where else "")
