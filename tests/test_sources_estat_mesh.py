"""Census meshes: totals stay, disclosure groups are shared out exactly, and what cannot be right is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geodata.errors import DataError
from geodata.report import IntakeReport
from geodata.schema import Population
from geodata.sources import estat_mesh

LABELS_2020 = {
    "001": "　人口（総数）",
    "002": "　人口（総数）　男",
    "016": "　２０歳以上人口　総数",
    "019": "　６５歳以上人口　総数",
    "022": "　７５歳以上人口　総数",
    "034": "　世帯総数",
    "035": "　一般世帯数",
}
LABELS_2015 = {
    "001": "　人口総数",
    "002": "　人口総数　男",
    "016": "　６５歳以上人口総数",
    "019": "　７５歳以上人口総数",
    "025": "　世帯総数",
    "026": "　一般世帯数",
}
# code, HTKSYORI, HTKSAKI, GASSAN, people, aged 65+, households
Row = tuple[str, str, str, str, str, str, str]


def estat(rows: list[Row], table: str = "T001101", *, labels: bool = True) -> str:
    """The text of a file as e-Stat writes it; columns that are not asked for hold numbers to be taken for them."""
    names, elderly, households = (LABELS_2015, "016", "025") if table == "T000847" else (LABELS_2020, "019", "034")
    lines = ["KEY_CODE,HTKSYORI,HTKSAKI,GASSAN," + ",".join(table + number for number in names)]
    if labels:
        lines.append(",,,," + ",".join(names.values()))
    for code, treatment, into, given, people, aged, homes in rows:
        values = dict.fromkeys(names, "7777") | {"001": people, elderly: aged, households: homes}
        lines.append(",".join([code, treatment, into, given, *values.values()]))
    return "\r\n".join(lines) + "\r\n"


def write(folder: Path, text: str, name: str = "tblT001101H5136.txt", encoding: str = "cp932") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def plain(code: str, people: str = "10", aged: str = "4", homes: str = "5") -> Row:
    return (code, "0", "", "", people, aged, homes)


def codes_of(report: IntakeReport) -> list[str]:
    return [notice.code for notice in report.notices]


def refused(path: Path | list[Path], level: object = 500) -> DataError:
    with pytest.raises(DataError) as caught:
        estat_mesh.read(path, level)
    return caught.value


GROUPS: list[Row] = [
    plain("513600011", "64", "20", "30"),
    ("513600012", "2", "513600013", "", "3", "*", "1"),
    ("513600013", "1", "", "513600012", "57", "30", "20"),
    ("513600014", "1", "", "513600021;513600022", "24", "19", "11"),
    ("513600021", "2", "513600014", "", "2", "*", "1"),
    ("513600022", "2", "513600014", "", "4", "*", "2"),
]


class TestDisclosure:
    def test_totals_never_move_and_groups_keep_their_sum(self, tmp_path: Path) -> None:
        """19 of the 30 people of a group are 65+; 24:2:4 of them give 15.2, 1.27, 2.53.

        The other group: 30 of 60, 3:57 give 1.5 and 28.5; of equal remainders the lower code gets the person.
        """
        population, (report,) = estat_mesh.read(write(tmp_path, estat(GROUPS)), 500)
        frame = population.frame
        assert frame["population"].tolist() == [64, 3, 57, 24, 2, 4]
        assert frame["households"].tolist() == [30, 1, 20, 11, 1, 2]
        assert frame["population_65plus"].tolist() == [20, 2, 28, 15, 1, 3]
        assert frame["age_basis"].tolist() == ["own"] + ["group"] * 5
        assert report.verdict == "accept"
        assert report.records_in_file == report.accepted == 6

    def test_order_of_rows_does_not_matter(self, tmp_path: Path) -> None:
        expected = estat_mesh.read(write(tmp_path, estat(GROUPS)), 500)[0].frame
        for rows in (GROUPS[::-1], GROUPS[3:] + GROUPS[:3]):
            found = estat_mesh.read(write(tmp_path, estat(rows)), 500)[0].frame
            pd.testing.assert_frame_equal(found, expected)

    def test_a_group_across_two_files(self, tmp_path: Path) -> None:
        here = write(tmp_path, estat([("513677994", "1", "", "513770903", "30", "12", "9")]), "tblT001101H5136.txt")
        there = write(tmp_path, estat([("513770903", "2", "513677994", "", "10", "*", "4")]), "tblT001101H5137.txt")
        population, reports = estat_mesh.read([here, there], 500)
        assert population.frame["population_65plus"].tolist() == [9, 3]
        assert population.covers == {"5136", "5137"}
        assert [report.verdict for report in reports] == ["accept", "accept"]

    def test_a_partner_that_was_not_read_is_unknown_and_told(self, tmp_path: Path) -> None:
        rows: list[Row] = [
            ("513677994", "1", "", "513770903", "30", "12", "9"),
            plain("513600011"),
            ("513600012", "2", "503670013", "", "3", "*", "1"),
        ]
        population, (report,) = estat_mesh.read(write(tmp_path, estat(rows)), 500)
        assert population.frame["population"].tolist() == [10, 3, 30]
        assert population.frame["age_basis"].tolist() == ["own", "", ""]
        assert np.isnan(population.frame["population_65plus"]).tolist() == [False, True, True]
        assert codes_of(report) == ["disclosure-receiver-missing", "disclosure-giver-missing"]
        assert report.notices[1].places == ("513677994",)

    def test_links_that_disagree_are_told(self, tmp_path: Path) -> None:
        rows: list[Row] = [("513600012", "2", "513600013", "", "3", "*", "1"), ("513600013", "1", "", "", "57", "30", "20")]
        population, (report,) = estat_mesh.read(write(tmp_path, estat(rows)), 500)
        assert population.frame["population_65plus"].sum() == 30
        assert codes_of(report) == ["disclosure-links-disagree"]

    def test_a_star_without_a_receiver_is_unknown(self, tmp_path: Path) -> None:
        population, (report,) = estat_mesh.read(write(tmp_path, estat([plain("513600011", aged="*")])), 500)
        assert codes_of(report) == ["disclosure-unlinked"]
        assert population.frame["population_65plus"].isna().all()
        assert population.frame["age_basis"].tolist() == [""]

    def test_more_aged_than_people_is_fine_in_a_receiver_only(self, tmp_path: Path) -> None:
        rows: list[Row] = [
            ("513600012", "2", "513600013", "", "20", "*", "1"),
            ("513600013", "1", "", "513600012", "5", "15", "2"),
            plain("513600021", "5", "15"),
        ]
        population, (report,) = estat_mesh.read(write(tmp_path, estat(rows)), 500)
        assert population.frame["population_65plus"].iloc[:2].tolist() == [12, 3]
        assert np.isnan(population.frame["population_65plus"].iloc[2])
        assert codes_of(report) == ["elderly-above-total"]

    def test_stars_that_excel_blanked_are_still_suppressed(self, tmp_path: Path) -> None:
        blanked = [(*row[:5], row[5].replace("*", ""), row[6]) for row in GROUPS]
        expected = estat_mesh.read(write(tmp_path, estat(GROUPS)), 500)[0].frame
        found, (report,) = estat_mesh.read(write(tmp_path, estat(blanked)), 500)
        pd.testing.assert_frame_equal(found.frame, expected)
        assert report.verdict == "accept"

    def test_an_unknown_treatment_is_refused(self, tmp_path: Path) -> None:
        error = refused(write(tmp_path, estat([("513600011", "9", "", "", "1", "1", "1")])))
        assert (error.code, error.file) == ("disclosure-code", "tblT001101H5136.txt")
        assert "3行目" in str(error)


class TestStates:
    def test_blank_dash_x_and_dots_are_not_zero(self, tmp_path: Path) -> None:
        rows = [
            plain("513600011", "", "", ""),
            plain("513600012", "X", "X", "X"),
            plain("513600013", "…", "…", "…"),
            plain("513600014", "5", "-", "-"),
            plain("513600021", "5", "", "3"),
            plain("513600022", "0", "0", "0"),
        ]
        population, (report,) = estat_mesh.read(write(tmp_path, estat(rows)), 500)
        frame = population.frame
        nan = float("nan")
        np.testing.assert_array_equal(frame["population"], [nan, nan, nan, 5, 5, 0])
        np.testing.assert_array_equal(frame["households"], [nan, nan, nan, 0, 3, 0])
        # a blank or `-` detail means none (docs/definitions.md, Disclosure); withheld stays unknown
        np.testing.assert_array_equal(frame["population_65plus"], [0, nan, nan, 0, 0, 0])
        assert report.verdict == "warn"
        assert [(n.code, n.count) for n in report.notices] == [
            ("unknown-population", 3),
            ("unknown-households", 3),
            ("unknown-population_65plus", 2),
        ]
        assert report.notices[0].places == ("3", "4", "5")

    def test_figures_as_people_write_them(self, tmp_path: Path) -> None:
        rows = [plain("513600011", '"1,234"', "３００", "12世帯"), plain("513600012", "12人", "4", "5")]
        population, (report,) = estat_mesh.read(write(tmp_path, estat(rows)), 500)
        assert population.frame["population"].tolist() == [1234, 12]
        assert population.frame["population_65plus"].tolist() == [300, 4]
        assert report.facts["population_total"] == 1246
        assert set(codes_of(report)) == {"figures-mended"}

    @pytest.mark.parametrize(
        ("figure", "slug"),
        [
            ("▲3", "figure-negative"),
            ("-3", "figure-negative"),
            ("△３", "figure-negative"),
            ("−3", "figure-negative"),
            ("約12", "figure-unreadable"),
            ('"1,23"', "figure-unreadable"),
            ("1.2E+03", "figure-unreadable"),
            ("１２人位", "figure-unreadable"),
            ("12 34", "figure-unreadable"),
        ],
    )
    @pytest.mark.parametrize("place", [4, 5, 6])
    def test_figures_that_cannot_be(self, tmp_path: Path, figure: str, slug: str, place: int) -> None:
        row = list(plain("513600012"))
        row[place] = figure
        error = refused(write(tmp_path, estat([plain("513600011"), tuple(row)])))  # type: ignore[list-item]
        assert error.code == slug
        assert "4行目" in str(error)


class TestColumns:
    def test_labels_decide_not_numbers(self, tmp_path: Path) -> None:
        """019 is 65+ in 2020 and 75+ in 2015."""
        path = write(tmp_path, estat([plain("533900054", "64", "20", "30")], "T000847"), "tblT000847H5339.txt")
        population, (report,) = estat_mesh.read(path, "H")
        assert population.frame.iloc[0].tolist() == [64, 30, 20, "own"]
        assert (report.facts["year"], report.facts["datum"]) == (2015, "JGD2000")

    def test_a_lost_label_row_eats_no_cell(self, tmp_path: Path) -> None:
        for table, year in (("T001101", 2020), ("T000847", 2015)):
            text = estat([plain("513600011", "64", "20", "30"), plain("513600012")], table, labels=False)
            population, (report,) = estat_mesh.read(write(tmp_path, text, f"tbl{table}H5136.txt"), 500)
            assert population.frame["population"].tolist() == [64, 10]
            assert population.frame["population_65plus"].tolist() == [20, 4]
            assert population.frame["households"].tolist() == [30, 5]
            assert (codes_of(report), report.facts["year"]) == (["label-row-missing"], year)
            assert report.records_in_file == report.accepted == 2

    def test_a_lost_label_row_of_an_unknown_table_is_refused(self, tmp_path: Path) -> None:
        text = estat([plain("513600011")], "T009999", labels=False)
        assert refused(write(tmp_path, text, "x.txt")).code == "label-row-missing"
        # with labels the unknown table (a future census) is fine
        population, (report,) = estat_mesh.read(write(tmp_path, estat([plain("513600011")], "T009999"), "x.txt"), 500)
        assert population.frame["population_65plus"].tolist() == [4]
        assert report.facts["statistics_id"] == "T009999"
        assert "year" not in report.facts

    def test_missing_and_doubled_columns(self, tmp_path: Path) -> None:
        assert refused(write(tmp_path, "a,b\n1,2\n", "a.csv")).code == "column-missing"
        assert refused(write(tmp_path, "メッシュコード,世帯\n513600011,2\n", "a.csv")).code == "column-missing"
        error = refused(write(tmp_path, "mesh,人口,総人口\n513600011,2,3\n", "a.csv"))
        assert error.code == "column-ambiguous"
        assert "総人口" in str(error)

    @pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
    def test_encodings_give_the_same(self, tmp_path: Path, encoding: str) -> None:
        expected = estat_mesh.read(write(tmp_path, estat(GROUPS)), 500)[0].frame
        found, (report,) = estat_mesh.read(write(tmp_path, estat(GROUPS), "tblT001101H5136.csv", encoding), 500)
        pd.testing.assert_frame_equal(found.frame, expected)
        assert report.verdict == "accept"

    def test_the_zip_as_downloaded(self, tmp_path: Path) -> None:
        path = tmp_path / "tblT001101H5136.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("tblT001101H5136.txt", estat(GROUPS).encode("cp932"))
        population, (report,) = estat_mesh.read(path, 500)
        assert population.frame["population"].sum() == report.facts["population_total"] == 154
        assert population.covers == {"5136"}

    def test_a_table_of_the_team(self, tmp_path: Path) -> None:
        text = "メッシュコード,地区名,人口（人）,世帯数,６５歳以上人口\n513600011,001,12,5,4\n513600012,NA,-,,\n合計,,12,5,4\n"
        population, (report,) = estat_mesh.read(write(tmp_path, text, "町の表.csv", "utf-8-sig"), "4次")
        nan = float("nan")
        np.testing.assert_array_equal(population.frame["population"], [12, nan])  # what `-` means here nobody said
        np.testing.assert_array_equal(population.frame["population_65plus"], [4, nan])
        assert population.frame["age_basis"].tolist() == ["own", ""]
        assert population.covers == {"5136"}
        assert (report.records_in_file, report.accepted, report.excluded) == (3, 2, {"total-row": 1})

    def test_people_alone_are_enough(self, tmp_path: Path) -> None:
        population, (report,) = estat_mesh.read(write(tmp_path, "mesh,population\n51360000,12\n", "a.csv"), 1000)
        assert population.frame[["households", "population_65plus"]].isna().all(axis=None)
        assert population.frame["age_basis"].tolist() == [""]
        assert report.verdict == "accept"
        assert "households_total" not in report.facts


class TestRows:
    def test_total_blank_and_note_rows_go_out_counted(self, tmp_path: Path) -> None:
        text = estat([plain("513600011"), plain("513600012"), ("合計", "", "", "", "20", "8", "10"), ("津市 計", "", "", "", "3", "", "")])
        path = write(tmp_path, text + "注）国勢調査による,,,,,,,,,,\r\n")
        population, (report,) = estat_mesh.read(path, 500)
        assert len(population.frame) == 2
        assert report.excluded == {"total-row": 2, "note-row": 1}
        assert report.records_in_file == 5
        assert "total-differs" not in codes_of(report)

    def test_a_total_that_differs_is_told(self, tmp_path: Path) -> None:
        text = estat([plain("513600011"), ("合計", "", "", "", "99", "8", "5")])
        _, (report,) = estat_mesh.read(write(tmp_path, text), 500)
        assert codes_of(report) == ["total-row", "total-differs"]
        assert "99" in report.notices[1].text.ja

    def test_identical_repeats_go_out_others_refuse(self, tmp_path: Path) -> None:
        _, (report,) = estat_mesh.read(write(tmp_path, estat([plain("513600011"), plain("513600011")])), 500)
        assert (report.accepted, report.excluded, report.facts["population_total"]) == (1, {"duplicate-row": 1}, 10)
        error = refused(write(tmp_path, estat([plain("513600011"), plain("513600011", "11")])))
        assert error.code == "mesh-duplicate"
        assert "513600011" in str(error)
        assert "3行目" in str(error)
        assert "4行目" in str(error)

    def test_equal_figures_of_two_places_in_one_cell_are_not_repeats(self, tmp_path: Path) -> None:
        path = write(tmp_path, "mesh,地区,人口\n513600011,大杉,3\n513600011,久豆,3\n", "a.csv", "utf-8")
        assert refused(path).code == "mesh-duplicate"

    def test_no_rows(self, tmp_path: Path) -> None:
        assert refused(write(tmp_path, estat([]))).code == "no-rows"
        with pytest.raises(DataError):
            estat_mesh.read([], 500)


class TestCodes:
    @pytest.mark.parametrize(
        ("codes", "level", "slug"),
        [
            (["5.136E+08"], 500, "mesh-code-exponent"),
            (["513600011", "5.13600E+08"], 500, "mesh-code-exponent"),
            (["51360001"], 500, "mesh-level-mismatch"),
            (["513600205"], 500, "mesh-level-mismatch"),
            (["513600011", "51360002"], 500, "mesh-levels-mixed"),
            (["513600011", "513600205"], 500, "mesh-levels-mixed"),
            (["513600011", "513600019"], 500, "mesh-code"),
            (["13600011"], 500, "mesh-level-mismatch"),
            (["513600011", "大杉"], 500, "mesh-code"),
            (["513600011", ""], 500, "mesh-code"),
            (["5136000105"], 250, "mesh-level-mismatch"),
            (["5136000111", "5136000105"], 250, "mesh-levels-mixed"),
        ],
    )
    def test_codes_that_cannot_be_read(self, tmp_path: Path, codes: list[str], level: int, slug: str) -> None:
        text = "mesh,人口\n" + "".join(f"{code},5\n" for code in codes)
        assert refused(write(tmp_path, text, "a.csv", "utf-8"), level).code == slug

    @pytest.mark.parametrize("code", ["５１３６０００１１", '"513,600,011"', "513600011.0", "5136-00-01-1", " 513600011 "])
    def test_codes_that_can_be_mended(self, tmp_path: Path, code: str) -> None:
        population, (report,) = estat_mesh.read(write(tmp_path, f"mesh,人口\n{code},5\n", "a.csv", "utf-8"), 500)
        assert population.frame.index.tolist() == [513600011]
        assert codes_of(report) == ["mesh-codes-mended"]

    @pytest.mark.parametrize("code", ["'513600011", '"=""513600011"""'])
    def test_codes_that_excel_was_told_are_text(self, tmp_path: Path, code: str) -> None:
        population, (report,) = estat_mesh.read(write(tmp_path, f"mesh,人口\n{code},5\n", "a.csv", "utf-8"), 500)
        assert population.frame.index.tolist() == [513600011]
        assert [(notice.code, notice.places) for notice in report.notices] == [("excel-text-marks", ("2 mesh",))]

    def test_ten_digits_are_read_as_the_study_says(self, tmp_path: Path) -> None:
        path = write(tmp_path, "mesh,人口\n5136000111,5\n", "a.csv", "utf-8")
        assert estat_mesh.read(path, 250)[0].level == 250
        assert estat_mesh.read(path, 100)[0].level == 100

    def test_the_table_itself_may_contradict_the_level(self, tmp_path: Path) -> None:
        text = estat([plain("5136000111")], "T001102")
        assert refused(write(tmp_path, text, "a.csv"), 100).code == "mesh-level-mismatch"
        assert refused(write(tmp_path, estat([plain("5136000111")], "T009999"), "tblT009999Q5136.txt"), 100).code == "mesh-level-mismatch"


class TestCuts:
    def test_parts_of_a_border_cell_add_up(self, tmp_path: Path) -> None:
        mie = write(tmp_path, estat([plain("513600011", "5", "2", "2"), plain("513600012")]), "tblT001141H24.txt")
        nara = write(tmp_path, estat([plain("513600011", "7", "3", "X")]), "tblT001141H29.txt")
        population, reports = estat_mesh.read([mie, nara], 500)
        assert population.frame["population"].tolist() == [12, 10]
        assert population.frame["population_65plus"].tolist() == [5, 4]
        assert np.isnan(population.frame["households"].iloc[0])  # 2 + unknown is unknown
        assert population.covers == {"24", "29"}
        assert [report.facts["population_total"] for report in reports] == [15, 7]

    def test_groups_stay_inside_their_prefecture(self, tmp_path: Path) -> None:
        rows_24: list[Row] = [("513600011", "1", "", "513600012", "6", "6", "3"), ("513600012", "2", "513600011", "", "3", "*", "1")]
        mie = write(tmp_path, estat(rows_24), "tblT001141H24.txt")
        nara = write(tmp_path, estat([plain("513600012", "4", "4", "2")]), "tblT001141H29.txt")
        frame = estat_mesh.read([mie, nara], 500)[0].frame
        assert frame["population_65plus"].tolist() == [4, 6]
        assert frame["age_basis"].tolist() == ["group", "group"]

    def test_cuts_and_years_are_not_mixed(self, tmp_path: Path) -> None:
        mesh_cut = write(tmp_path, estat([plain("513600011")]), "tblT001101H5136.txt")
        prefecture = write(tmp_path, estat([plain("523600011")]), "tblT001101H24.txt")
        error = refused([mesh_cut, prefecture])
        assert error.code == "cuts-mixed"
        assert "tblT001101H24.txt" in str(error)
        old = write(tmp_path, estat([plain("523600011")], "T000847"), "tblT000847H5236.txt")
        assert refused([mesh_cut, old]).code == "years-mixed"

    def test_two_tables_of_one_year_are_told(self, tmp_path: Path) -> None:
        first = write(tmp_path, estat([plain("513600011")]), "tblT001101H5136.txt")
        second = write(tmp_path, estat([plain("523600011")], "T001141"), "tblT001141H5236.txt")
        _, reports = estat_mesh.read([first, second], 500)
        assert codes_of(reports[0]) == ["tables-mixed"]

    def test_a_renamed_file_is_known_by_its_content(self, tmp_path: Path) -> None:
        one = estat_mesh.read(write(tmp_path, estat(GROUPS), "人口.csv"), 500)
        assert one[0].covers == {"5136"}
        assert one[1][0].verdict == "accept"
        several = write(tmp_path, estat([plain("513600011"), plain("523600011")]), "人口2.csv")
        population, (report,) = estat_mesh.read(several, 500)
        assert population.covers == {"5136", "5236"}
        assert codes_of(report) == ["cut-unknown"]
        misnamed = write(tmp_path, estat(GROUPS), "tblT001101H5236.txt")
        population, (report,) = estat_mesh.read(misnamed, 500)
        assert (population.covers, codes_of(report)) == ({"5136"}, ["cut-unknown"])

    def test_the_same_cell_in_overlapping_files(self, tmp_path: Path) -> None:
        first = write(tmp_path, estat([plain("513600011"), plain("513600012")]), "a.csv")
        second = write(tmp_path, estat([plain("513600012"), plain("513600013")]), "b.csv")
        population, reports = estat_mesh.read([first, second], 500)
        assert population.frame["population"].sum() == 30
        assert reports[1].excluded == {"duplicate-row": 1}
        other = write(tmp_path, estat([plain("513600012", "9")]), "c.csv")
        error = refused([first, other])
        assert error.code == "mesh-duplicate"
        assert "c.csv" in str(error)


class TestRealData:
    def read(self, path: Path, level: int) -> tuple[Population, IntakeReport, pd.DataFrame]:
        raw = pd.read_csv(path, encoding="cp932", dtype=str, keep_default_na=False).iloc[1:]
        population, (report,) = estat_mesh.read(path, level)
        return population, report, raw

    @pytest.mark.parametrize(
        ("name", "level", "rows", "people", "treated"),
        [
            ("tblT001100S5236.txt", 1000, 3826, 6_185_530, {"0": 3447, "1": 177, "2": 202}),
            ("tblT001101H5130.txt", 500, 806, 98_387, {"0": 381, "1": 173, "2": 252}),
        ],
    )
    def test_two_files_of_2020(self, shared_data: Path, name: str, level: int, rows: int, people: int, treated: dict[str, int]) -> None:
        population, report, raw = self.read(shared_data / "population" / name, level)
        assert (report.facts["rows"], report.facts["population_total"], report.facts["htksyori"]) == (rows, people, treated)
        assert report.verdict == "accept"
        frame = population.frame
        prefix = raw.columns[4][:-3]
        raw = raw.set_index(raw["KEY_CODE"].astype(int))
        assert (frame["population"] == raw[prefix + "001"].astype(float).sort_index()).all()
        assert (frame["households"] == raw[prefix + "034"].astype(float).sort_index()).all()
        assert frame["population_65plus"].notna().all()
        assert (frame["population_65plus"] <= frame["population"]).all()
        assert (frame["population_65plus"] % 1 == 0).all()
        # every group keeps exactly what was published for its receiver
        published = pd.to_numeric(raw[prefix + "019"], errors="coerce")
        receiver = raw["HTKSAKI"].where(raw["HTKSYORI"] == "2", raw["KEY_CODE"]).astype(int)
        assert (frame["population_65plus"].groupby(receiver).sum() == published.dropna().sort_index()).all()
