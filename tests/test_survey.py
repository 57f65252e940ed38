"""照会, out and back: what is taken, what is held, what is left out, and that nothing is lost between."""

from __future__ import annotations

import ast
import functools
import hashlib
import io
import random
from datetime import timedelta
from typing import Any

import openpyxl
import pandas as pd
import pytest

from geodata.errors import DataError
from requests_gen.registry.conflict import Conflict
from requests_gen.survey import accept_place, candidates, decline_place, import_survey, survey_facts, survey_returns
from requests_gen.survey.columns import ASKED_OF_ZONES, ZONE_COLUMNS
from requests_gen.survey.facts import survey_needs, survey_words
from requests_gen.survey.form import HEADER_ROW, PLACES, ZONES
from requests_gen.survey.judge import judge
from requests_gen.survey.report import sentences, write_report
from tests.sheet_distorter import SOFFICE, by_libreoffice, distorted, filled, head_of, plain
from tests.survey_town import AT, NAMES, all_answers, form, kept, town, zone_id

LATER = AT + timedelta(days=30)


@pytest.fixture
def registry(tmp_path):
    with town(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture(scope="module")
def whole() -> bytes:
    """The form filled in for every zone, without merged cells: rows that move would lose what is in them."""

    def apart(book):
        for part in list(book[ZONES].merged_cells.ranges):
            book[ZONES].unmerge_cells(str(part))

    return edited(answered(), apart)


def take(registry, folder, data: bytes, name: str = "回答.xlsx", **how: Any):
    path = folder / name
    path.write_bytes(data)
    return import_survey(path, registry, **({"who": "山田", "at": AT} | how))


def edited(data: bytes, change) -> bytes:
    """The workbook after change(book)."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def cell(sheet, heading: str, row: int):
    names = {plain(each.value): each.column for each in sheet[HEADER_ROW + 1] if each.value is not None}
    return sheet.cell(row, names[plain(heading)])


def answered(change: dict[str, dict[str, Any]] | None = None, only: list[str] | None = None) -> bytes:
    """The form filled in for every zone (or `only` some), with some values changed."""
    return _answered(repr((change, only)))


@functools.cache
def _answered(asked: str) -> bytes:
    change, only = ast.literal_eval(asked)
    answers = {zone: cells for zone, cells in all_answers().items() if only is None or zone in only}
    for zone, cells in (change or {}).items():
        answers.setdefault(zone, {}).update(cells)
    return filled(form(), {zone: {f"★{name}": value for name, value in cells.items()} for zone, cells in answers.items()})


def said(done) -> str:
    return "\n".join(text.ja for text in sentences(done))


def by_zone(done) -> dict[str, Any]:
    return {row.zone_id: row for row in done.rows}


def law(done) -> None:
    """No row is lost, none counted twice; each that is not simply taken says why."""
    assert len(done.of("accepted")) + len(done.of("check")) + len(done.of("excluded")) == len(done.rows)
    assert len(done.rows) == len(done.file.rows)
    assert all(row.reason or row.review_items for row in done.rows if row.status != "accepted")


# the form


def test_the_form_is_locked_but_where_to_write_and_says_so_twice():
    book = openpyxl.load_workbook(io.BytesIO(form()))
    assert book.sheetnames == [ZONES, PLACES, "記入要領", "記入例"]
    sheet = book[ZONES]
    assert sheet.protection.sheet
    for column, asked in enumerate(ZONE_COLUMNS, start=1):
        heading, below = sheet.cell(HEADER_ROW + 1, column), sheet.cell(HEADER_ROW + 2, column)
        assert heading.value == asked.heading if asked.ours else heading.value == f"★{asked.heading}"
        assert below.protection.locked == asked.ours
        assert (below.fill.start_color.rgb == "FFFFF6D6") != asked.ours
    rules = {}
    for rule in sheet.data_validations.dataValidation:
        column = next(iter(rule.sqref.ranges)).min_col
        if rule.type not in (None, "none"):
            rules[plain(sheet.cell(HEADER_ROW + 1, column).value)] = rule
    assert set(rules) == {plain(f"★{asked.heading}") for asked in ASKED_OF_ZONES}
    assert rules["★用地"].formula1 == '"あり,見込みあり,なし,不明"'
    assert "架空" in str(sheet["A4"].value)
    assert sheet.page_setup.orientation == "landscape"


def test_names_are_never_formulas():
    data = form({zone_id(1): {"remarks": '=HYPERLINK("http://example.invalid")', "reason": "+1"}})
    sheet = openpyxl.load_workbook(io.BytesIO(data))[ZONES]
    assert cell(sheet, "★備考", HEADER_ROW + 2).data_type == "s"
    assert b"<f>" not in data


def test_the_same_facts_give_the_same_bytes():
    assert hashlib.sha256(form()).digest() == hashlib.sha256(form()).digest()


# back


def test_what_was_written_comes_back(registry, tmp_path):
    done = take(registry, tmp_path, answered())
    law(done)
    assert [row.status for row in done.rows] == ["accepted"] * 8
    assert (done.added, done.changed, done.orders) == (8, 0, 8)
    facts = survey_facts(registry, 2026)
    assert facts["people"].tolist() == [31 + 8 * n for n in range(8)]
    assert facts["municipal_rank"].tolist() == list(range(8, 0, -1))
    assert facts.loc[zone_id(4), "name"] == "@四"
    assert registry.municipal_order(2026)["municipal_rank"].tolist() == list(range(8, 0, -1))
    assert registry.municipal_order(2026)["reason"].tolist() == [f"理由その{n}" for n in range(8)]


def test_the_same_file_twice_changes_nothing(registry, tmp_path):
    take(registry, tmp_path, answered())
    before = registry.fingerprint()
    again = take(registry, tmp_path, answered(), "別の名前.xlsx", who="鈴木", at=LATER)
    assert again.already is not None
    assert again.already.who == "山田"
    assert registry.fingerprint() == before
    assert "取り込み済み" in said(again)


def test_a_newer_file_adds_history_and_says_old_and_new(registry, tmp_path):
    take(registry, tmp_path, answered())
    done = take(registry, tmp_path, answered({zone_id(1): {"人口": 40, "市町の優先順位": 9, "備考": None}}), who="鈴木", at=LATER)
    law(done)
    assert (done.added, done.changed, done.unchanged, done.orders) == (0, 1, 7, 1)
    assert by_zone(done)[zone_id(1)].changes == (
        ("人口", "31", "40"),
        ("市町の優先順位", "8", "9"),
        ("備考", "備考（0）、1,000円", "（空欄）"),
    )
    history = registry.history(zone_id(1))
    answers = history[history["table"] == "survey_answers"]
    assert answers["now"].iloc[-1]["people"] == 40
    assert answers["was"].iloc[-1]["people"] == 31
    orders = history[history["table"] == "municipal_orders"]
    assert orders["who"].tolist() == ["山田", "鈴木"]


def test_a_trial_saves_nothing(registry, tmp_path):
    before = registry.fingerprint()
    done = take(registry, tmp_path, answered(), dry_run=True)
    law(done)
    assert len(done.of("accepted")) == 8
    assert registry.fingerprint() == before
    assert "保存していません" in said(done)


def test_rows_that_nobody_touched_are_not_answers(registry, tmp_path):
    """Last year's answers stand in the cells; only the zone that was confirmed is answered this year."""
    take(registry, tmp_path, filled(form(year=2025), {z: {f"★{k}": v for k, v in cells.items()} for z, cells in all_answers().items()}))
    old = kept(registry, 2025)
    prefilled = {zone: {key: value for key, value in cells.items() if key != "confirmed"} for zone, cells in old.items()}
    data = filled(form(prefilled), {zone_id(2): {"★確認": "前のとおり"}})
    done = take(registry, tmp_path, data, "今年.xlsx")
    law(done)
    assert len(done.unanswered) == 7
    assert [row.zone_id for row in done.of("accepted")] == [zone_id(2)]
    assert survey_facts(registry, 2026).index.tolist() == [zone_id(2)]
    assert survey_facts(registry, 2026)["people"].tolist() == [39]
    assert survey_facts(registry, 2025)["people"].notna().all()


def test_unknown_is_not_zero(registry, tmp_path):
    done = take(registry, tmp_path, answered({zone_id(1): {"人口": 0, "世帯": 0}, zone_id(2): {"人口": "不明", "世帯": None}}))
    facts = survey_facts(registry, 2026)
    assert facts.loc[zone_id(1), ["people", "households"]].tolist() == [0, 0]
    assert facts.loc[zone_id(2), ["people", "households"]].isna().all()
    law(done)


DOUBTFUL = (
    ({"人口": 4000}, "people", "10倍以上"),
    ({"人口": "2〜30人"}, "people", "数として読めません"),
    ({"世帯": 99}, "households", "世帯が多く"),
    ({"市町の優先順位": 1}, "municipal_rank", "2つ以上"),
    ({"市町の優先順位": "高"}, "municipal_rank", "順位"),
    ({"用地": "たぶん"}, "land", "一覧"),
    ({"備考": "同上"}, "remarks", "同上"),
)


def test_doubtful_values_are_held_and_the_rest_is_taken(registry, tmp_path):
    """One doubt in each of the first seven zones; the eighth shares its place with the fourth."""
    done = take(registry, tmp_path, answered({zone_id(n): cells for n, (cells, _, _) in enumerate(DOUBTFUL, start=1)}))
    law(done)
    facts = survey_facts(registry, 2026)
    orders = registry.municipal_order(2026)
    for number, (cells, key, words) in enumerate(DOUBTFUL, start=1):
        row, kept_ = by_zone(done)[zone_id(number)], facts.loc[zone_id(number)]
        assert row.status == "check"
        assert words in row.review_items[0].ja
        assert pd.isna(kept_[key])
        assert kept_["held"][key]["text"] == str(next(iter(cells.values())))
        assert kept_["power"] in {"あり", "延長が必要"}
        assert (zone_id(number) in orders.index) == (key != "municipal_rank")
    assert zone_id(8) not in orders.index


def test_settled_doubts_are_taken_as_written_and_stay_so(registry, tmp_path):
    data = answered({zone_id(1): {"人口": 410, "世帯": 120}})
    take(registry, tmp_path, data)
    done = take(registry, tmp_path, data, settled=True)
    assert done.already is None
    assert survey_facts(registry, 2026).loc[zone_id(1), "people"] == 410
    newer = take(registry, tmp_path, answered({zone_id(1): {"人口": 410, "世帯": 120, "備考": "新"}}))
    assert by_zone(newer)[zone_id(1)].status == "accepted"
    worse = take(registry, tmp_path, answered({zone_id(1): {"人口": 9999, "世帯": 120}}))
    assert by_zone(worse)[zone_id(1)].status == "check"
    # what was good stays until the doubt is settled
    assert survey_facts(registry, 2026).loc[zone_id(1), "people"] == 410


def test_rows_of_others_and_unknown_zones_stay_out(registry, tmp_path):
    def change(book):
        sheet = book[ZONES]
        sheet.protection.sheet = False
        first = HEADER_ROW + 2
        cell(sheet, "地区ID", first).value = "24202-001"
        cell(sheet, "地区ID", first + 1).value = "24201-777"
        cell(sheet, "地区ID", first + 2).value = None
        cell(sheet, "地区名", first + 3).value = "よその里"
        cell(sheet, "年度", first + 4).value = "令和7年度"
        cell(sheet, "地区ID", first + 6).value = zone_id(8)

    done = take(registry, tmp_path, edited(answered(), change))
    law(done)
    reasons = [row.reason.ja if row.reason else "" for row in done.rows]
    spec = ("別の市町", "台帳にない", "地区IDがありません", "行がずれた", "別の年度", "", "値が違います", "値が違います")
    assert all(want in reason for want, reason in zip(spec, reasons, strict=True)), reasons
    assert set(kept(registry)) == {zone_id(6)}


def test_zones_that_were_merged_are_not_taken(registry, tmp_path):
    registry.supersede([zone_id(1), zone_id(2)], [zone_id(3)], year=2026, who="x", at=AT)
    done = take(registry, tmp_path, answered())
    law(done)
    assert "統合" in by_zone(done)[zone_id(1)].reason.ja
    assert zone_id(1) not in kept(registry)


def test_two_municipalities_cannot_mix(registry, tmp_path):
    def change(book):
        other = openpyxl.load_workbook(io.BytesIO(form(code="24202")))[ZONES]
        sheet = book.create_sheet("隣町")
        for row in other.iter_rows():
            for each in row:
                sheet.cell(each.row, each.column).value = each.value

    before = registry.fingerprint()
    with pytest.raises(DataError) as error:
        take(registry, tmp_path, edited(answered(), change))
    assert error.value.code == "survey-mixed"
    assert registry.fingerprint() == before


def test_files_that_are_no_form_are_refused(registry, tmp_path):
    with pytest.raises(DataError) as error:
        take(registry, tmp_path, "地区,人口\na,1\n".encode(), "x.csv")
    assert error.value.code == "survey-form-missing"
    with pytest.raises(DataError) as error:
        take(registry, tmp_path, form(code="13101"))
    assert error.value.code == "municipality-unknown"


def test_an_older_answer_does_not_turn_back_a_newer_one(registry, tmp_path):
    def day(text):
        def change(book):
            names = {str(each.value): each for each in book[ZONES][5] if each.value}
            book[ZONES].cell(5, names["★回答日"].column + 1).value = text

        return change

    take(registry, tmp_path, edited(answered(), day("令和8年6月20日")))
    assert set(survey_facts(registry, 2026)["answered_on"]) == {"2026-06-20"}
    before = registry.fingerprint()
    with pytest.raises(DataError) as error:
        take(registry, tmp_path, edited(answered({zone_id(1): {"人口": 33}}), day("R8.6.3")))
    assert error.value.code == "survey-older"
    assert registry.fingerprint() == before


def test_an_order_set_by_hand_is_not_overturned(registry, tmp_path):
    registry.set_municipal_order(2026, zone_id(1), 2, "協議の結果", who="田中", at=AT, expected_revision=0)
    done = take(registry, tmp_path, answered())
    law(done)
    assert "田中" in by_zone(done)[zone_id(1)].review_items[0].ja
    order = registry.municipal_order(2026)
    assert (order.loc[zone_id(1), "municipal_rank"], order.loc[zone_id(1), "reason"]) == (2, "協議の結果")
    assert order.loc[zone_id(2), "municipal_rank"] == 7
    assert survey_facts(registry, 2026).loc[zone_id(1), "municipal_rank"] == 8  # what the municipality said


def test_all_of_it_or_nothing(registry, tmp_path, monkeypatch):
    """Somebody sets an order while the file is weighed: neither answers nor orders of it are kept."""

    def meanwhile(file, known, settled=False):
        registry.set_municipal_order(2026, zone_id(2), 5, "", who="田中", at=AT, expected_revision=0)
        return judge(file, known, settled)

    monkeypatch.setattr("requests_gen.survey.intake.judge", meanwhile)
    with pytest.raises(Conflict, match="田中"):
        take(registry, tmp_path, answered())
    assert registry.survey_answers(2026).empty
    assert registry.municipal_order(2026).index.tolist() == [zone_id(2)]
    monkeypatch.undo()
    done = take(registry, tmp_path, answered())
    assert "田中" in by_zone(done)[zone_id(2)].review_items[0].ja


def test_a_form_without_anything_to_say_came_back_all_the_same(registry, tmp_path):
    assert survey_returns(registry, 2026).empty
    done = take(registry, tmp_path, form())
    assert len(done.unanswered) == 8
    found = survey_returns(registry, 2026)
    assert found.index.tolist() == ["24201"]
    assert found.loc["24201", "rows"] == {"accepted": 0, "check": 0, "excluded": 8, "unanswered": 8}
    assert survey_facts(registry, 2026).empty


# new places


def with_places(rows: list[dict[str, Any]], data: bytes | None = None) -> bytes:
    def change(book):
        for at, cells in enumerate(rows, start=HEADER_ROW + 2):
            for heading, value in cells.items():
                cell(book[PLACES], heading, at).value = value

    return edited(data or answered(), change)


def test_new_places_become_candidates_and_get_an_id_only_when_accepted(registry, tmp_path):
    rows = [
        {"★場所の名前": "漁港", "★およその場所": "北緯34度30分36秒 東経136度12分", "★人口": "約12人", "★つながらない事業者": "すべて"},
        {"★大字・町名": "大字奥", "★およその場所": "奥小学校の北1km", "★つながらない事業者": "B＆C、衛星"},
        {"★備考": "場所のない行"},
    ]
    done = take(registry, tmp_path, with_places(rows))
    law(done)
    assert [row.zone_id for row in done.rows[8:]] == ["24201-新1", "24201-新2", ""]
    assert [row.status for row in done.rows[8:]] == ["accepted", "accepted", "check"]
    found = candidates(registry, 2026)
    assert found.loc["24201-新1", ["longitude", "latitude", "people", "state"]].tolist() == [136.2, 34.51, 12, "new"]
    assert found.loc["24201-新1", "carriers"] == ["*"]
    assert survey_facts(registry, 2026).index.tolist() == [zone_id(n) for n in range(1, 9)]
    assert len(registry.zones()) == 9
    given = accept_place(registry, 2026, "24201-新1", who="山田", at=LATER)
    assert given == zone_id(9)
    assert accept_place(registry, 2026, "24201-新1", who="山田", at=LATER) == given
    assert registry.zones().loc[given, "name"] == "漁港"
    decline_place(registry, 2026, "24201-新2", "調べたらつながった", who="山田", at=LATER)
    # a newer file keeps what the office decided
    take(registry, tmp_path, with_places([{**rows[0], "★人口": 14}, rows[1]]), at=LATER)
    found = candidates(registry, 2026)
    assert found["state"].tolist() == ["accepted", "declined"]
    assert found.loc["24201-新1", "given_id"] == given
    assert found.loc["24201-新1", "people"] == 14
    for reference in ("24201-新7", zone_id(1)):
        with pytest.raises(DataError) as error:
            accept_place(registry, 2026, reference, who="山田", at=AT)
        assert error.value.code == "candidate-unknown"


def test_a_number_given_to_another_place_is_told(registry, tmp_path):
    take(registry, tmp_path, with_places([{"★場所の名前": "漁港"}]))
    done = take(registry, tmp_path, with_places([{"★場所の名前": "山小屋"}]))
    assert done.rows[8].status == "check"
    assert candidates(registry, 2026)["name"].tolist() == ["漁港"]


# as people send it back


@pytest.mark.parametrize("number", range(15, 24))  # each way at least once, two to five of them together
def test_whatever_people_do_to_the_sheet_the_answers_are_the_same(registry, tmp_path, number, whole):
    name, data, ending = distorted(whole, number, seed=1)
    done = take(registry, tmp_path, data, f"回答{ending}")
    law(done)
    found = kept(registry)
    assert set(found) == {zone_id(n) for n in range(1, 9)}, name
    keys = {column.heading: column.key for column in ASKED_OF_ZONES}
    for zone, cells in all_answers().items():
        for heading, value in cells.items():
            assert plain(found[zone].get(keys[heading])) == plain(value), (name, zone, heading)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not here")
def test_another_program_may_save_it(registry, tmp_path):
    done = take(registry, tmp_path, by_libreoffice(answered(), "xlsx"))
    law(done)
    assert len(done.of("accepted")) == 8
    assert survey_facts(registry, 2026)["people"].tolist() == [31 + 8 * n for n in range(8)]


def test_numbers_in_merged_cells_are_held(registry, tmp_path):
    def change(book):
        sheet = book[ZONES]
        letter = cell(sheet, "★人口", HEADER_ROW + 2).column_letter
        sheet.merge_cells(f"{letter}{HEADER_ROW + 2}:{letter}{HEADER_ROW + 4}")

    take(registry, tmp_path, edited(answered(), change))
    people = survey_facts(registry, 2026)["people"]
    assert people.notna().tolist() == [True, False, False, True, True, True, True, True]


def test_a_form_of_another_version_is_read_and_told(registry, tmp_path):
    def change(book):
        sheet = book[ZONES]
        for row in range(HEADER_ROW + 2, HEADER_ROW + 10):
            cell(sheet, "様式版", row).value = "照会0"
        cell(sheet, "★光回線", HEADER_ROW + 1).value = "光ファイバーの有無"
        cell(sheet, "★用地", HEADER_ROW + 1).value = "用地の有無"

    done = take(registry, tmp_path, edited(answered(), change))
    assert any("照会0" in text.ja for text in done.notices)
    assert any("光ファイバーの有無" in text.ja and "残しました" in text.ja for text in done.notices)
    assert any("光回線" in text.ja and "ない列" in text.ja for text in done.notices)
    assert survey_facts(registry, 2026)["land"].notna().all()
    assert survey_facts(registry, 2026)["fibre"].isna().all()


def test_a_column_that_is_gone_takes_nothing_back(registry, tmp_path):
    take(registry, tmp_path, answered())

    def change(book):
        sheet = book[ZONES]
        sheet.delete_cols(cell(sheet, "★地元同意", HEADER_ROW + 1).column)

    done = take(registry, tmp_path, edited(answered({zone_id(1): {"備考": "新"}}), change))
    assert by_zone(done)[zone_id(1)].changes == (("備考", "備考（0）、1,000円", "新"),)
    assert survey_facts(registry, 2026)["consent"].notna().all()


# what is made of it


def test_words_and_amounts_for_cards_and_the_ranking(registry, tmp_path):
    take(registry, tmp_path, answered({zone_id(2): {"用地": None, "市町の優先順位": None}}))
    facts = survey_facts(registry, 2026)
    needs = survey_needs(facts)
    assert needs.index.equals(facts.index)
    assert needs.loc[zone_id(1)].tolist() == [8.0, 1.0, 1.0, 0.0, 1.0]
    assert needs.loc[zone_id(2), ["municipal_order", "survey_land"]].isna().all()
    words = dict(survey_words(facts.loc[zone_id(1)].to_dict()))
    assert words["人口"] == "31人"
    assert "令和8年度" in words["市町把握値の出所"]
    assert "用地" not in dict(survey_words(facts.loc[zone_id(2)].to_dict()))
    empty = survey_facts(registry, 2030)
    assert empty.empty
    assert list(empty.columns) == list(facts.columns)
    assert survey_needs(empty).empty


def test_the_report_names_every_row(registry, tmp_path):
    done = take(registry, tmp_path, answered({zone_id(1): {"人口": 410}}, only=[zone_id(n) for n in range(1, 5)]))
    write_report(tmp_path / "report.xlsx", [done])
    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx").active
    told = {row[4].value: row[2].value for row in sheet.iter_rows(min_row=2) if row[4].value}
    assert told == {zone_id(1): "要確認"} | {zone_id(n): "取り込み" for n in range(2, 5)} | {zone_id(n): "除外" for n in range(5, 9)}
    assert len(NAMES) == 8


def test_rows_in_any_order_give_the_same(tmp_path):
    """Law: the order of the rows does not matter."""
    found = []
    for seed in (0, 1):
        with town(tmp_path / str(seed)) as registry:
            data = answered({zone_id(3): {"市町の優先順位": 8}, zone_id(5): {"人口": 999}})
            if seed:
                book = openpyxl.load_workbook(io.BytesIO(data))
                sheet = book[ZONES]
                top, _ = head_of(sheet)
                rows = [[each.value for each in row] for row in sheet.iter_rows(min_row=top + 1)]
                random.Random(seed).shuffle(rows)
                for at, row in enumerate(rows, start=top + 1):
                    for column, value in enumerate(row, start=1):
                        sheet.cell(at, column).value = value
                stream = io.BytesIO()
                book.save(stream)
                data = stream.getvalue()
            take(registry, tmp_path, data)
            found.append((kept(registry), registry.municipal_order(2026)["municipal_rank"].to_dict()))
    assert found[0] == found[1]
