"""Reports with photos: what they say of reception is kept, who said it and the pictures are not."""

from __future__ import annotations

import math

import pytest
from PIL import Image

from geodata.evidence.photos import PhotoError, read_photo
from geodata.sources import site_reports
from geodata.sources.site_reports import kind_of, signal_of
from tests.test_sources_field_tests import CARRIERS, adds_up, codes

HEAD = "日付,緯度,経度,事業者,世代,状況,屋内外,報告者,写真,内容"


def photo(path, taken="2026:10:05 09:30:00", direction=123.5, ref="T"):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = taken
    exif.get_ifd(0x8825).update({16: ref, 17: direction})
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), "#808080").save(path, exif=exif)
    return path


def read(tmp_path, *rows: str, photos=None):
    file = tmp_path / "reports.csv"
    file.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8-sig")
    return site_reports.read(file, carriers=CARRIERS, photos=photos)


def test_reports_and_their_photos(tmp_path):
    photo(tmp_path / "写真" / "a.jpg")
    table, (report,) = read(
        tmp_path,
        "令和8年10月5日,34.5,136.5,架空アルファ,4G,圏外,屋外,山田花子 090-0000-0000,a.jpg,家の前で使えない",
        "2026-10-06,34.5,136.5,全社,,つながらない,,○○町役場,,",
        "2026-10-07,34.6,136.5,アルファ、架空ベータ,4G,弱い,,市町,,",
        photos=tmp_path / "写真",
    )
    rows = table.sort_values(["row", "carrier"]).to_dict("records")
    assert [(int(r["row"]), r["carrier"], r["signal"]) for r in rows] == [
        (2, "alpha", "none"),
        (3, "alpha", "none"),
        (3, "beta", "none"),
        (4, "alpha", "weak"),
        (4, "beta", "weak"),
    ]
    assert [r["kind"] for r in rows] == ["resident_report", *["municipal_report"] * 4]
    assert (rows[0]["photos"], rows[0]["photo_day"], rows[0]["photo_direction"]) == (1.0, "2026-10-05", 123.5)
    assert report.records_in_file == 3
    assert adds_up(report)


def test_nothing_of_the_photo_or_its_writer_is_taken_over(tmp_path):
    photo(tmp_path / "p" / "個人宅.jpg")
    table, (report,) = read(tmp_path, "2026-10-05,34.5,136.5,アルファ,4G,圏外,,山田花子,個人宅.jpg,うちの玄関", photos=tmp_path / "p")
    said = table.to_csv() + str(report.as_dict())
    assert not any(word in said for word in ("個人宅", "山田", "玄関"))


@pytest.mark.parametrize("name", ["../x.jpg", "/etc/x.jpg", "C:\\x.jpg", "~/x.jpg", "a/../../x.jpg", "..\\x.jpg"])
def test_photos_outside_the_folder_are_not_touched(tmp_path, name):
    photo(tmp_path / "x.jpg")
    (tmp_path / "p").mkdir()
    with pytest.raises(PhotoError, match="unsafe"):
        read_photo(tmp_path / "p", name)


def test_links_big_and_broken_photos_are_told_and_the_report_stays(tmp_path, monkeypatch):
    photo(tmp_path / "outside.jpg")
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (tmp_path / "p" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    (tmp_path / "p" / "page.svg").write_text("<svg/>")
    table, (report,) = read(
        tmp_path, "2026-10-05,34.5,136.5,アルファ,4G,圏外,,,link.jpg;broken.jpg;page.svg;none.png,", photos=tmp_path / "p"
    )
    assert table["photos"].tolist() == [0.0]
    assert {"photo-unsafe", "photo-unreadable", "photo-missing"} <= codes(report)
    monkeypatch.setattr("geodata.evidence.photos.MOST_BYTES", 10)
    photo(tmp_path / "p" / "big.jpg")
    with pytest.raises(PhotoError, match="too-big"):
        read_photo(tmp_path / "p", "big.jpg")


def test_a_magnetic_direction_is_not_called_true(tmp_path):
    photo(tmp_path / "a.jpg", direction=90.0, ref="M")
    assert math.isnan(read_photo(tmp_path, "a.jpg").direction)


def test_a_photo_without_a_day(tmp_path):
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    found = read_photo(tmp_path, "a.png")
    assert found.day == ""
    assert math.isnan(found.direction)


def test_words_not_understood_leave_the_row_out_and_say_so(tmp_path):
    table, (report,) = read(
        tmp_path,
        "2026-10-05,34.5,136.5,アルファ,4G,よく分からない,,,,",
        "2026-10-05,34.5,136.5,知らない会社,4G,圏外,,,,",
        "2026-10-05,34.5,136.5,アルファ,4G,圏外,,,,",
    )
    assert len(table) == 1
    assert report.excluded == {"says-nothing": 1, "carrier-unknown": 1}
    assert adds_up(report)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("圏外", "none"),
        ("通話できない", "none"),
        ("つながりにくい", "weak"),
        ("途切れる", "weak"),
        ("つながる", "works"),
        ("良好", "works"),
        ("○", "works"),
        ("", ""),
        ("つながるか不明", ""),
    ],
)
def test_words_for_the_signal(word, told):
    assert signal_of(word) == told


def test_whose_report_it_is():
    assert kind_of("大台町役場") == kind_of("市町") == kind_of("県庁") == "municipal_report"
    assert kind_of("村田") == kind_of("中村") == kind_of("町田市子") == kind_of("") == "resident_report"
