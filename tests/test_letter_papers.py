"""Names that would like to be something else, characters without a glyph, templates with holes, equal bytes."""

import dataclasses
import io
import zipfile
from datetime import date

import openpyxl
import pytest
from pypdf import PdfReader

from geodata.errors import DataError
from requests_gen.letters.annexes.annex1_xlsx import write_annex_xlsx
from requests_gen.letters.docx import as_text, docx_texts, letter_docx, template_file
from requests_gen.letters.docx_template import FILE, template_bytes
from requests_gen.letters.pdf import annex1_pdf, annex2_pdf, cover_pdf, letter_pdf
from requests_gen.wording.captions import caption
from tests.letter_world import SETTINGS, named, papers_of, settings_of, world

MADE = date(2026, 11, 20)
HOSTILE = [
    '=HYPERLINK("http://a.invalid","x")',
    "+1+1",
    "${7*7}",
    "{{ 7*7 }}",
    "{%p if 1 %}",
    "{_{ x }_}",
    "<b>太字</b>",
    "A & B <C>",
    '#read("/etc/passwd")',
    "*強調* _下線_ `code` $x$",
    "@SUM(1)",
    "\\n &amp; &#123;",
    "NA",
    "001",
    "髙﨑𠮷①㎢",
    "'; DROP TABLE",
    "“引用” -- ... 'a'",
    "]]>",
    "{# c #}",
    "100人",
    "葛\U000e0100城",
]


def pdf_text(data):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).replace("\n", "").replace(" ", "")


def toml_text(name):
    return name.replace("\\", "\\\\").replace('"', '\\"')


@pytest.fixture
def papers_with(tmp_path):
    """Papers to beta with these names of its three zones; the company is called like the first, its head like the last."""

    def make(*names):
        zones = dict(zip(("24202-001", "24201-001", "24201-002"), names, strict=False))
        text = SETTINGS.replace("架空ベータ株式会社", "会社" + toml_text(names[0])).replace("架空　二郎", "氏" + toml_text(names[-1]))
        return papers_of(named(world(), zones), settings_of(tmp_path, text), "beta")

    return make


@pytest.mark.parametrize("names", [HOSTILE[at : at + 3] for at in range(0, len(HOSTILE), 3)], ids=str)
def test_names_come_out_as_they_were_written(papers_with, tmp_path, names):
    papers = papers_with(*names)
    bare = [name.replace(" ", "") for name in names]
    letter = pdf_text(letter_pdf(papers.letter, papers.frame))
    assert "会社" + bare[0] in letter
    assert "氏" + bare[-1] in letter
    for pdf in (annex1_pdf(papers.table, papers.frame), annex2_pdf(papers.sheets, {}, papers.frame), cover_pdf(papers.cover, papers.frame)):
        text = pdf_text(pdf)
        assert [name for name in bare if name not in text] == []
    document = "\n".join(docx_texts(letter_docx(papers.letter, FILE, MADE)))
    assert "会社" + names[0] in document
    assert "氏" + names[-1] in document
    write_annex_xlsx(tmp_path / "a.xlsx", papers.table, caption(world(), "ja"), ("", "架空"), papers.letter.carrier_name)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    for name in names:
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == name]
        assert [(cell.data_type, cell.hyperlink) for cell in cells] == [("s", None)]


def test_control_characters_are_taken_out(tmp_path):
    letter = papers_of(world(), settings_of(tmp_path)).letter
    letter = dataclasses.replace(letter, addressee=("会社あ\x00い\u202eう\tえ\x07",))
    frame = papers_of(world(), settings_of(tmp_path)).frame
    assert "会社あいうえ" in pdf_text(letter_pdf(letter, frame))
    assert "会社あいう え" in "\n".join(docx_texts(letter_docx(letter, FILE, MADE)))


@pytest.mark.parametrize("sign", ["🗾", "\ue000", "葛\U000e01ef", "ກ"])
def test_a_character_without_a_glyph_is_named_with_its_place(papers_with, sign):
    papers = papers_with(f"外字{sign}町")
    with pytest.raises(DataError) as error:
        annex2_pdf(papers.sheets, {}, papers.frame)
    assert error.value.code == "glyph-missing"
    assert f"U+{ord(sign[-1]):04X}" in str(error.value)
    assert "24202-001" in str(error.value)
    for make in (lambda: letter_pdf(papers.letter, papers.frame), lambda: letter_docx(papers.letter, FILE, MADE)):
        with pytest.raises(DataError) as error:
            make()
        assert "宛先" in str(error.value)


def test_a_hole_is_refused(tmp_path):
    papers = papers_of(world(), settings_of(tmp_path))
    with pytest.raises(DataError) as error:
        letter_pdf(dataclasses.replace(papers.letter, title=""), papers.frame)
    assert (error.value.code, "件名" in str(error.value)) == ("letter-hole", True)


def test_the_same_papers_have_the_same_bytes(tmp_path):
    papers = papers_of(world(), settings_of(tmp_path))
    for make in (
        lambda: letter_pdf(papers.letter, papers.frame),
        lambda: annex1_pdf(papers.table, papers.frame),
        lambda: annex2_pdf(papers.sheets, {}, papers.frame),
        lambda: cover_pdf(papers.cover, papers.frame),
        lambda: letter_docx(papers.letter, FILE, MADE),
    ):
        assert make() == make()


def test_every_page_bears_its_marks(tmp_path):
    papers = papers_of(world(), settings_of(tmp_path, SETTINGS.replace('person = "例示"', "")))
    for pdf in (
        letter_pdf(papers.letter, papers.frame),
        annex1_pdf(papers.table, papers.frame),
        annex2_pdf(papers.sheets, {}, papers.frame),
        cover_pdf(papers.cover, papers.frame),
    ):
        for page in PdfReader(io.BytesIO(pdf)).pages:
            text = page.extract_text()
            assert "（案）" in text
            assert "架空のエリア" in text
    assert any("（案）架空のエリア" in text for text in docx_texts(letter_docx(papers.letter, FILE, MADE)))


@pytest.mark.parametrize("length", [5, 300])
def test_the_cover_is_always_one_page(tmp_path, length):
    papers = papers_of(named(world(), {"24202-001": "字" * length, "24201-001": "大" * length}), settings_of(tmp_path))
    assert len(PdfReader(io.BytesIO(cover_pdf(papers.cover, papers.frame))).pages) == 1


def test_a_cover_that_no_size_makes_fit_is_refused(tmp_path):
    papers = papers_of(named(world(), {"24202-001": "字" * 9000}), settings_of(tmp_path))
    with pytest.raises(DataError) as error:
        cover_pdf(papers.cover, papers.frame)
    assert error.value.code == "cover-too-long"


def test_the_pdf_is_tagged_and_archivable(tmp_path):
    papers = papers_of(world(), settings_of(tmp_path))
    reader = PdfReader(io.BytesIO(letter_pdf(papers.letter, papers.frame)))
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2<" in xmp
    assert "<pdfuaid:part>1<" in xmp
    assert reader.metadata.title == papers.letter.title


def test_the_template_is_what_its_script_makes():
    assert FILE.read_bytes() == template_bytes()


def own_template(folder, change):
    """Our template with a changed word/document.xml, as an office might save it."""
    folder.mkdir(exist_ok=True)
    target = folder / "templates" / "request_letter.docx"
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(FILE) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                text = data.decode("utf-8")
                assert change(text) != text
                data = change(text).encode("utf-8")
            new.writestr(name, data)
    return target


def test_an_offices_own_template_is_taken(tmp_path):
    settings = settings_of(tmp_path)
    assert template_file(settings.folder) == FILE
    target = own_template(tmp_path, lambda text: text.replace("以上", "以上でございます"))
    assert template_file(settings.folder) == target
    papers = papers_of(world(), settings)
    assert "以上でございます" in docx_texts(letter_docx(papers.letter, target, MADE))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{{ date }}", "令和８年", "差し込みがありません date"),
        ("{{ date }}", "{{ date }}{{ governor }}", "知らない差し込み governor"),
        ("{{ date }}", "{{ date }}{{ figures.roads }}", "roads"),
        ("{{ date }}", "{{ date }}{{ date", "使えません"),
        ("{{ date }}", "{{ date }}｛｛ date ｝｝", "差し込みの書き方が違います"),
        ("{%p endfor %}", "", "使えません"),
        ("{{ date }}", "{{ date }}{{ ''.__class__.__mro__ }}", "使えません"),
    ],
)
def test_a_template_that_would_leave_a_hole_is_refused(tmp_path, before, after, said):
    target = own_template(tmp_path, lambda text: text.replace(before, after, 1))
    with pytest.raises(DataError) as error:
        letter_docx(papers_of(world(), settings_of(tmp_path)).letter, target, MADE)
    assert error.value.code == "template-invalid"
    assert said in str(error.value)


def test_a_file_that_is_no_document_is_refused(tmp_path):
    (tmp_path / "templates").mkdir()
    target = tmp_path / "templates" / "request_letter.docx"
    target.write_bytes(b"not a zip")
    with pytest.raises(DataError) as error:
        letter_docx(papers_of(world(), settings_of(tmp_path)).letter, target, MADE)
    assert error.value.code == "template-invalid"


def test_texts_are_nothing_but_text():
    assert str(as_text("{{ x }} <b>&")) == "&#123;&#123; x &#125;&#125; &lt;b&gt;&amp;"


@pytest.mark.parametrize("align", ["indent3", "center"])
def test_title_align_and_digits_in_the_document(tmp_path, align):
    text = SETTINGS + f'[style]\ntitle_align = "{align}"\ndigits = "hankaku"\n'
    papers = papers_of(world(), settings_of(tmp_path, text))
    texts = docx_texts(letter_docx(papers.letter, FILE, MADE))
    assert texts.count(papers.letter.title) == 1
    assert not [line for line in texts if any(sign in "０１２３４５６７８９" for sign in line)]
    pdf = pdf_text(letter_pdf(papers.letter, papers.frame)) + pdf_text(annex1_pdf(papers.table, papers.frame))
    assert not [sign for sign in pdf if sign in "０１２３４５６７８９"]
