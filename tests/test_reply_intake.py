"""Replies into the registry: every row is accepted, unchanged, 要確認 or left out, and nothing is lost."""

import io

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from geodata.errors import DataError
from requests_gen.registry.registry import open_registry
from requests_gen.replies.import_replies import look_at, take_in
from requests_gen.replies.read_form import HEADING_OF
from requests_gen.replies.review import close_unanswered, open_review_items, resolve_review, type_in
from tests.reply_world import AT, IDS, NAMES, WRITTEN, YEAR, answered, file_of, form, kept, letter, losses, many, registry_in, truth_of
from tests.sheet_distorter import DISTORTIONS, SOFFICE, as_csv, by_libreoffice, distort, distortions, filled


@pytest.fixture
def registry(tmp_path):
    with registry_in(tmp_path) as opened:
        yield opened


def take(registry, tmp_path, data, name="回答.xlsx", **more):
    return take_in(registry, file_of(tmp_path, data, name), NAMES, who="山田", at=AT, **more)


def changed(cells, zone=IDS[0], **which):
    """The form with one row filled in, cells by field, our own columns included."""
    return filled(form(**which), {zone: {HEADING_OF[name]: value for name, value in cells.items()}})


def outcome(intake, zone_row=0):
    row = intake.rows[zone_row]
    return row.outcome, row.judged.review_items


def test_a_filled_form_is_kept_as_it_says(registry, tmp_path):
    intake = take(registry, tmp_path, answered())
    assert intake.counts == {"read": 10, "accepted": 10, "doubts": 0, "unchanged": 0, "left_out": 0}
    found = kept(registry)
    assert [found[zone, "alpha"]["answer"] for zone in IDS[:10]] == [WRITTEN[zone]["answer"].split()[0] for zone in IDS[:10]]
    assert found[IDS[3], "alpha"]["reasons"] == ["1", "3"]
    assert found[IDS[9], "alpha"]["planned"] == "令和8年11月3日"
    assert found[IDS[7], "alpha"]["answered_on"] == "2027-01-20"
    row = registry.replies(YEAR).set_index("zone_id").loc[IDS[9]]
    assert row["written"] == {"planned": "R8.11.3"}
    assert (row["who"], row["publication"]) == ("山田", None)
    assert set(registry.history()["file"]) == {"", "回答.xlsx"}


def test_distorted_replies_lose_nothing(tmp_path):
    written = many(8, seed=3) | {IDS[9]: WRITTEN[IDS[9]]}
    truth = truth_of(tmp_path, written)
    files = distortions(answered(written), 26, seed=11)  # benchmarks/reply_losses.py does fifty, and LibreOffice's
    wrong = {name: found for name, data, ending in files if (found := losses(tmp_path, data, ending, truth))}
    assert wrong == {}
    assert {part for name, _, _ in files for part in name.split("+")} >= set(DISTORTIONS)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not here: its saving is left out")
def test_saved_as_an_old_workbook_and_back_nothing_is_lost(tmp_path):
    data = by_libreoffice(distort(answered(), ("moved", "merged_down", "pasted")), "xls", "xlsx")
    assert losses(tmp_path, data, ".xlsx", truth_of(tmp_path, WRITTEN)) == []


def test_the_same_file_twice_changes_nothing(registry, tmp_path):
    data = answered(WRITTEN | {IDS[0]: {"answer": "検討します"}})
    take(registry, tmp_path, data)
    before = registry.fingerprint()
    again = take(registry, tmp_path, data, "別の名前.xlsx")
    assert again.already.who == "山田"
    assert (again.counts["accepted"], again.counts["doubts"]) == (0, 0)
    assert registry.fingerprint() == before
    copy = take(registry, tmp_path, distort(data, ("pasted", "turned")))  # the same rows in other bytes
    assert (copy.counts["unchanged"], copy.counts["doubts"]) == (9, 1)
    assert len(open_review_items(registry)) == 1


def test_looking_saves_nothing(registry, tmp_path):
    before = registry.fingerprint()
    seen = look_at(registry, file_of(tmp_path, answered()), NAMES)
    assert seen.counts["accepted"] == 10
    assert registry.fingerprint() == before


def test_a_newer_answer_adds_to_the_history_and_an_older_one_waits(registry, tmp_path):
    first = changed({"answer": "B2", "answered_on": "2027-01-10"})
    take(registry, tmp_path, first)
    take(registry, tmp_path, changed({"answer": "A2", "planned": "令和9年度上期", "answered_on": "2027-01-20"}))
    assert list(registry.history(IDS[0]).query("table == 'replies'")["revision"]) == [1, 2]
    late = take(registry, tmp_path, distort(first, ("pasted",)), "控え.xlsx")
    assert outcome(late) == ("doubt", ("older",))
    assert kept(registry)[IDS[0], "alpha"]["answer"] == "A2"
    unpublished = take(registry, tmp_path, changed({"answer": "N", "answered_on": "2027-02-01"}), "無回答.xlsx")
    assert outcome(unpublished) == ("doubt", ("answer-withdrawn",))


def test_blank_rows_are_no_answer_until_somebody_says_so(registry, tmp_path):
    intake = take(registry, tmp_path, changed({"answer": "A1"}))
    assert intake.counts == {"read": 10, "accepted": 1, "doubts": 0, "unchanged": 0, "left_out": 9}
    assert len(registry.replies(YEAR)) == 1
    unpublished = close_unanswered(registry, YEAR, who="山田", at=AT, carriers=["alpha"])
    assert len(unpublished) == 9
    assert registry.replies(YEAR)["answer"].tolist() == ["A1"] + ["N"] * 9


@pytest.mark.parametrize(
    ("cells", "review_items"),
    [
        ({"answer": "検討します"}, ("answer-free",)),
        ({"answer": "Z1"}, ("answer-free",)),
        ({"remarks": "後日回答"}, ("answer-missing",)),
        ({"answer": "A2", "planned": "来年"}, ("planned",)),
        ({"answer": "C1", "reasons": "99"}, ("reasons",)),
        ({"answer": "A1", "form_version": "9"}, ("form-version",)),
        ({"answer": "A1", "year": "2025"}, ("year-other", "zone-not-asked")),
        ({"answer": "A1", "carrier": "beta"}, ("carrier-other", "zone-not-asked")),
        ({"answer": "A1", "zone_id": IDS[11], "name": "中"}, ("zone-not-asked",)),
        ({"answer": "A1", "zone_id": "24999-001"}, ("zone-unknown",)),
        ({"answer": "A1", "zone_id": "24201-1"}, ("zone-unreadable",)),
        ({"answer": "A1", "zone_id": None}, ("no-zone",)),
        ({"answer": "A1", "name": "よその地区"}, ("name-differs",)),
        ({"answer": "A1", "publication": "△"}, ("publication",)),
    ],
)
def test_what_is_doubtful_waits_and_keeps_what_was_written(registry, tmp_path, cells, review_items):
    intake = take(registry, tmp_path, changed(cells))
    assert outcome(intake) == ("doubt", review_items)
    assert registry.replies().empty
    (waiting,) = open_review_items(registry)
    assert waiting["doubts"] == list(review_items)
    assert {HEADING_OF[name]: value for name, value in cells.items() if value}.items() <= waiting["written"].items()


def test_one_zone_with_two_answers_waits_twice(registry, tmp_path):
    data = filled(changed({"answer": "A1"}), {IDS[1]: {"地区ID": IDS[0], "地区名": "東", "[1]回答区分": "C1"}})
    intake = take(registry, tmp_path, data)
    assert [row.judged.review_items for row in intake.rows[:2]] == [("zone-twice",)] * 2
    same = filled(changed({"answer": "A1"}), {IDS[1]: {"地区ID": IDS[0], "地区名": "東", "[1]回答区分": "Ａ１"}})
    assert [row.outcome for row in take(registry, tmp_path, same, "二度.xlsx").rows[:2]] == ["accepted", "left-out"]


def test_columns_of_their_own_are_kept(registry, tmp_path):
    book = openpyxl.load_workbook(file_of(tmp_path, changed({"answer": "A1"})))
    sheet = book["回答様式"]
    sheet["R5"], sheet["R6"] = "取扱い", "社外秘"
    book.save(tmp_path / "extra.xlsx")
    take_in(registry, tmp_path / "extra.xlsx", NAMES, who="山田", at=AT)
    assert registry.replies(YEAR)["extra"][0] == {"取扱い": "社外秘"}


@pytest.mark.parametrize(("beside", "became"), [("社内No.12", "left-out"), ("A2で回答予定", "doubt")])
def test_what_stands_only_in_a_column_of_their_own(registry, tmp_path, beside, became):
    csv = f"年度,事業者,地区ID,回答区分,メモ\r\n2026,alpha,{IDS[0]},,{beside}\r\n"
    assert take(registry, tmp_path, csv.encode(), "メモ.csv").rows[0].outcome == became


def test_two_columns_that_disagree_wait(registry, tmp_path):
    book = openpyxl.load_workbook(file_of(tmp_path, changed({"answer": "A1"})))
    sheet = book["回答様式"]
    sheet["R5"], sheet["R6"] = "回答区分", "C1"
    book.save(tmp_path / "two.xlsx")
    intake = take_in(registry, tmp_path / "two.xlsx", NAMES, who="山田", at=AT)
    assert "columns-differ" in intake.rows[0].judged.review_items


def test_a_list_typed_by_the_office(registry, tmp_path):
    text = f"年度,事業者,地区ID,回答区分,予定時期\r\n令和8年度,架空モバイルＡ,{IDS[1]},A2,R9下期\r\n"
    take(registry, tmp_path, text.encode("cp932"), "電話で聞いた回答.csv")
    found = kept(registry)[IDS[1], "alpha"]
    assert (found["answer"], found["planned"]) == ("A2", "令和9年度下期")


def test_without_year_and_carrier_columns_the_letter_named_above_says_them(registry, tmp_path):
    csv = as_csv(changed({"answer": "A1"}), "utf-8").decode().splitlines()
    cut = [",".join(line.split(",")[:1] + line.split(",")[2:5] + line.split(",")[6:]) for line in csv]
    intake = take(registry, tmp_path, "\r\n".join(cut).encode(), "列のない.csv")
    assert kept(registry)[IDS[0], "alpha"]["year"] == YEAR
    assert any("年度" in notice.ja for notice in intake.notices)


def test_the_files_carrier_can_be_said(registry, tmp_path):
    data = changed({"answer": "A1"})
    intake = take(registry, tmp_path, data, carrier="beta")
    assert set(intake.rows[0].judged.review_items) == {"carrier-other"}
    with pytest.raises(DataError, match="事業者 gamma") as error:
        take(registry, tmp_path, data, carrier="gamma")
    assert error.value.code == "reply-carrier-unknown"


@pytest.mark.parametrize(("data", "code"), [(b"a,b\r\n1,2\r\n", "reply-headings-missing"), (b"%PDF-1.7\x00\x01", "format-unknown")])
def test_other_files_are_refused_and_change_nothing(registry, tmp_path, data, code):
    before = registry.fingerprint()
    with pytest.raises(DataError) as error:
        take(registry, tmp_path, data, "x.csv")
    assert error.value.code == code
    assert registry.fingerprint() == before


def test_without_zones_nothing_is_read(tmp_path):
    with open_registry(tmp_path) as registry, pytest.raises(DataError, match="地区がまだない"):
        take(registry, tmp_path, answered())


def test_settling_keeps_what_was_written(registry, tmp_path):
    take(registry, tmp_path, changed({"answer": "検討します", "remarks": "春に再度"}))
    (waiting,) = open_review_items(registry)
    resolve_review(registry, waiting["doubt_id"], {"answer": "B2"}, who="鈴木", at=AT, reason="電話で確認")
    row = registry.replies(YEAR).iloc[0]
    assert (row["answer"], row["remarks"], row["who"]) == ("B2", "春に再度", "鈴木")
    assert row["written"]["[1]回答区分"] == "検討します"
    assert open_review_items(registry) == []
    with pytest.raises(DataError, match="鈴木が処理済み"):
        resolve_review(registry, waiting["doubt_id"], {"answer": "C1"}, who="山田", at=AT)
    again = take(registry, tmp_path, distort(changed({"answer": "検討します", "remarks": "春に再度"}), ("pasted",)))
    assert again.counts["unchanged"] == 1


def test_settling_needs_a_whole_answer_or_sets_aside(registry, tmp_path):
    take(registry, tmp_path, changed({"answer": "A1", "zone_id": "24999-001"}))
    (waiting,) = open_review_items(registry)
    for fields in ({}, {"zone_id": IDS[0], "answer": "Z"}):
        with pytest.raises(DataError) as error:
            resolve_review(registry, waiting["doubt_id"], fields, who="鈴木", at=AT)
        assert error.value.code in ("reply-incomplete", "reply-doubtful")
    resolve_review(registry, waiting["doubt_id"], None, who="鈴木", at=AT, reason="誤送付")
    assert registry.replies().empty
    assert registry.read("reply_doubts")["state"].tolist() == ["set_aside"]


def test_typing_in(registry):
    cells = {"year": "2026", "carrier": "beta", "zone_id": IDS[6], "answer": "C1", "reasons": "1、2"}
    type_in(registry, cells, NAMES, who="山田", at=AT)
    assert kept(registry)[IDS[6], "beta"]["reasons"] == ["1", "2"]
    with pytest.raises(DataError, match="要望していない地区"):
        type_in(registry, cells | {"zone_id": IDS[0]}, NAMES, who="山田", at=AT)
    with pytest.raises(DataError, match="記号ではありません"):
        type_in(registry, cells | {"answer": "だめ"}, NAMES, who="山田", at=AT)


def test_a_superseded_zone_waits(registry, tmp_path):
    registry.record_letter(letter("alpha", IDS[1:10]), who="担当", at=AT)
    registry.supersede([IDS[0]], [IDS[1]], year=YEAR, who="担当", at=AT)
    assert outcome(take(registry, tmp_path, changed({"answer": "A1"}))) == ("doubt", ("zone-superseded",))


def test_carriers_without_a_letter_on_record_answer_for_any_zone(registry, tmp_path):
    data = f"年度,事業者コード,地区ID,回答区分\r\n2026,gamma,{IDS[0]},A1\r\n".encode()
    take_in(registry, file_of(tmp_path, data, "c.csv"), {**NAMES, "gamma": "架空C"}, who="山田", at=AT)
    assert kept(registry)[IDS[0], "gamma"]["answer"] == "A1"


def test_hidden_sheets_and_sheets_in_parts(registry, tmp_path):
    data = answered()
    book = openpyxl.load_workbook(file_of(tmp_path, data))
    first = book["回答様式"]
    second = book.copy_worksheet(first)
    first.delete_rows(11, 5)
    second.delete_rows(6, 5)
    old = book.copy_worksheet(first)
    old.sheet_state, old["G6"] = "hidden", "C1"
    book.save(tmp_path / "parts.xlsx")
    intake = take_in(registry, tmp_path / "parts.xlsx", NAMES, who="山田", at=AT)
    assert intake.counts["accepted"] == 10
    assert any("隠れている" in notice.ja for notice in intake.notices)


def test_comments_and_struck_words_are_seen(registry, tmp_path):
    book = openpyxl.load_workbook(file_of(tmp_path, answered(WRITTEN | {IDS[8]: {}})))
    sheet = book["回答様式"]
    sheet["G6"].font = Font(strike=True)
    sheet["G7"].value = CellRichText("A2 ", TextBlock(InlineFont(strike=True), "整備予定あり"))
    sheet["G8"].comment = Comment("用地次第です", "担当")
    sheet["G14"].comment = Comment("3月に回答します", "担当")
    sheet["A1"].comment = Comment("差替え版", "担当")
    book.save(tmp_path / "seen.xlsx")
    intake = take_in(registry, tmp_path / "seen.xlsx", NAMES, who="山田", at=AT)
    assert [outcome(intake, at) for at in (0, 1, 8)] == [("doubt", ("struck",))] * 2 + [("doubt", ("answer-missing",))]
    assert outcome(intake, 2)[0] == "accepted"
    assert registry.replies().set_index("zone_id").loc[IDS[2], "extra"] == {"コメント": "G8 用地次第です"}
    assert any("差替え版" in notice.ja for notice in intake.notices)


def test_a_shape_in_the_file_is_told(registry, tmp_path):
    from openpyxl.drawing.image import Image
    from PIL import Image as Picture

    book = openpyxl.load_workbook(file_of(tmp_path, answered()))
    stream = io.BytesIO()
    Picture.new("RGB", (9, 9)).save(stream, "PNG")
    book["回答様式"].add_image(Image(stream), "B20")
    book.save(tmp_path / "shape.xlsx")
    intake = take_in(registry, tmp_path / "shape.xlsx", NAMES, who="山田", at=AT)
    assert intake.counts["accepted"] == 10
    assert any("図形や画像" in notice.ja for notice in intake.notices)


def test_two_columns_of_one_name_of_their_own_are_both_kept(registry, tmp_path):
    csv = f"年度,事業者,地区ID,回答区分,メモ,メモ\r\n2026,alpha,{IDS[0]},A1,一,二\r\n"
    take(registry, tmp_path, csv.encode(), "メモ.csv")
    assert registry.replies()["extra"][0] == {"メモ": "一", "メモ（列6）": "二"}


def test_half_a_file_is_never_kept(registry, tmp_path, monkeypatch):
    import requests_gen.replies.import_replies as reply

    real = reply.store.save

    def breaks(database, table, *rest, **more):
        if table == "reply_doubts":
            raise OSError("the disk is gone")
        return real(database, table, *rest, **more)

    monkeypatch.setattr(reply.store, "save", breaks)
    before = registry.fingerprint()
    with pytest.raises(OSError, match="disk"):
        take(registry, tmp_path, answered(WRITTEN | {IDS[0]: {"answer": "検討します"}}))
    assert registry.fingerprint() == before
