"""Makes templates/request_letter.docx: the letter with its placeholders, for offices to change in Word.

Run `python -m requests_gen.letters.docx_template` after a change here; a test compares the file with this script.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from requests_gen.files import zips

FILE = Path(__file__).parent / "templates" / "request_letter.docx"
MINCHO, GOTHIC = "ＭＳ 明朝", "ＭＳ ゴシック"
SIZE_PT, PITCH_PT = 11, 19
LEVELS = {1: (2, -2), 2: (3, -2), 3: (5, -2)}


def template_bytes() -> bytes:
    """The template, the same bytes every time."""
    from docx import Document

    document = Document()
    _page(document)
    _style(document)
    _margins(document)
    _head(document)
    _body(document)
    _items(document)
    _contact(document)
    document.core_properties.title = "要望書ひな形"
    document.core_properties.author = "Kengai"
    document.core_properties.comments = ""
    stream = io.BytesIO()
    document.save(stream)
    return zips.same_bytes(stream.getvalue())


def _page(document: Any) -> None:
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(27), Mm(23)
    section.left_margin = section.right_margin = Mm(25)
    section.header_distance, section.footer_distance = Mm(11), Mm(11)


def _style(document: Any) -> None:
    from docx.enum.text import WD_LINE_SPACING
    from docx.oxml.ns import qn
    from docx.shared import Pt

    normal = document.styles["Normal"]
    normal.font.size = Pt(SIZE_PT)
    normal.font.name = MINCHO
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), MINCHO)  # python-docx names only the western font
    layout = normal.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(PITCH_PT)
    layout.widow_control = True


def _paragraph(where: Any, text: str, align: str = "both", left: int = 0, first: int = 0, right: int = 0, keep: bool = False) -> Any:
    """A paragraph with indents in characters (first < 0 hangs); a tab in `text` is a tab."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = where.add_paragraph()
    run = paragraph.add_run(text)
    run.font.name = MINCHO
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), MINCHO)
    properties = paragraph._p.get_or_add_pPr()
    if keep:
        paragraph.paragraph_format.keep_with_next = True
    if left or first or right:
        indent = OxmlElement("w:ind")
        names = {"left": left, "right": right, "hanging" if first < 0 else "firstLine": abs(first)}
        for name, characters in names.items():
            if characters:
                # Word follows the characters, other programs the twips
                indent.set(qn(f"w:{name}Chars"), str(characters * 100))
                indent.set(qn(f"w:{name}"), str(characters * SIZE_PT * 20))
        properties.append(indent)
    justify = OxmlElement("w:jc")
    justify.set(qn("w:val"), align)
    properties.append(justify)
    return paragraph


def _margins(document: Any) -> None:
    """The header with (案) and 架空, the footer with the number of the page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    section = document.sections[0]
    head = section.header.paragraphs[0]
    run = head.add_run("{{ draft }}{{ notice }}")
    run.font.size, run.font.name = Pt(9), GOTHIC
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), GOTHIC)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    number = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    number.append(text)
    field.append(number)
    foot._p.append(field)


def _head(document: Any) -> None:
    _paragraph(document, "{{ number }}", "right", right=1)
    _paragraph(document, "{{ date }}", "right", right=1)
    _paragraph(document, "")
    _paragraph(document, "{%p for line in addressee %}")
    _paragraph(document, "{%p if loop.first %}")
    _paragraph(document, "{{ line }}", left=1)
    _paragraph(document, "{%p else %}")
    _paragraph(document, "{{ line }}", left=2)
    _paragraph(document, "{%p endif %}")
    _paragraph(document, "{%p endfor %}")
    _paragraph(document, "")
    _paragraph(document, "{%p for line in sender %}")
    _paragraph(document, "{{ line }}", "right", right=2)
    _paragraph(document, "{%p endfor %}")
    _paragraph(document, "")
    _paragraph(document, '{%p if title_align == "center" %}')
    _paragraph(document, "{{ title }}", "center")
    _paragraph(document, "{%p else %}")
    _paragraph(document, "{{ title }}", "left", left=3, right=3)
    _paragraph(document, "{%p endif %}")
    _paragraph(document, "")


def _body(document: Any) -> None:
    _paragraph(document, "{%p for paragraph in body %}")
    _paragraph(document, "{{ paragraph }}", first=1)
    _paragraph(document, "{%p endfor %}")
    _paragraph(document, "")
    _paragraph(document, "記", "center", keep=True)
    _paragraph(document, "")


def _items(document: Any) -> None:
    _paragraph(document, "{%p for item in items %}")
    for level, (left, first) in LEVELS.items():
        _paragraph(document, f"{{%p {'if' if level == 1 else 'elif'} item.level == {level} %}}")
        _paragraph(document, "{{ item.number }}\t{{ item.text }}", left=left, first=first, keep=level == 1)
    _paragraph(document, "{%p else %}")
    _paragraph(document, "{{ item.text }}", left=1, first=1)
    _paragraph(document, "{%p endif %}")
    _paragraph(document, "{%p endfor %}")
    _paragraph(document, "以上", "right", right=1)
    _paragraph(document, "")


def _contact(document: Any) -> None:
    """The box at the end: a table, no text frame (those are lost when files are cleaned between networks)."""
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    table = document.add_table(rows=3, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.RIGHT
    table.style = "Table Grid"
    table.autofit = False
    inside = OxmlElement("w:tblBorders")
    for name in ("insideH", "insideV"):
        line = OxmlElement(f"w:{name}")
        line.set(qn("w:val"), "nil")
        inside.append(line)
    table._tbl.tblPr.append(inside)
    texts = (("{%tr for label, text in contact %}", ""), ("{{ label }}", "{{ text }}"), ("{%tr endfor %}", ""))
    for row, pair in zip(table.rows, texts, strict=True):
        unbroken = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(unbroken)
        for cell, text, width in zip(row.cells, pair, (Mm(24), Mm(78)), strict=True):
            cell.width = width
            cell._tc.remove(cell.paragraphs[0]._p)
            _paragraph(cell, text, "left")
    for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), (Mm(24), Mm(78)), strict=True):
        column.set(qn("w:w"), str(int(width.twips)))


if __name__ == "__main__":
    FILE.write_bytes(template_bytes())
