"""The letter as DOCX, from the office's own template or ours. Data is always plain text in it, never markup."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from geodata.errors import DataError, Text
from requests_gen.files import print_checks, zips
from requests_gen.letters.docx_template import FILE
from requests_gen.letters.letter import RequestLetter

if TYPE_CHECKING:
    from docxtpl import DocxTemplate

TEMPLATE_NAME = "request_letter.docx"
# placeholders a template must have, or a part of the letter would be lost without notice
NEEDED = frozenset({"draft", "notice", "number", "date", "addressee", "sender", "title", "body", "items", "contact"})
LEFT_OVER = ("{{", "}}", "{%", "%}", "｛｛", "｝｝", "｛％", "％｝")
TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
PAPER = "要望書（DOCX）"


def template_file(folder: Path) -> Path:
    """The office's own template in `folder`/templates, or ours."""
    own = folder / "templates" / TEMPLATE_NAME
    return own if own.is_file() else FILE


def letter_docx(letter: RequestLetter, template: Path, made: date) -> bytes:
    """要望書. Raises DataError when the template would leave a gap, or leave out a part of the letter."""
    data = print_checks.without_control(asdict(letter))
    print_checks.check_no_hole(data, PAPER)
    print_checks.check_glyphs(data, PAPER)
    document = _opened(template)
    _check_placeholders(document, template)
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    sandbox = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        document.render(as_text(data), sandbox, autoescape=True)
    except TemplateError as error:
        raise _bad_template(template, str(error)) from error
    if template == FILE:
        from docx.shared import Pt

        document.docx.styles["Normal"].font.size = Pt(letter.font_size)
    _properties(document, letter, made)
    stream = io.BytesIO()
    document.save(stream)
    return zips.same_bytes(stream.getvalue())


def as_text(value: Any) -> Any:
    """Texts that no step of the rendering takes for markup or a placeholder: signs become entities."""
    from markupsafe import Markup

    if isinstance(value, str):
        # docxtpl turns {_{ and the like back into braces after rendering: braces go as entities too
        return Markup(html.escape(value).replace("{", "&#123;").replace("}", "&#125;"))
    if isinstance(value, dict):
        return {key: as_text(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(part) for part in value]
    return value


def _opened(template: Path) -> DocxTemplate:
    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate

    try:
        document = DocxTemplate(str(template))
        document.init_docx()
    except (BadZipFile, PackageNotFoundError, KeyError, ValueError) as error:
        raise _bad_template(template, str(error)) from error
    return document


def _check_placeholders(document: DocxTemplate, template: Path) -> None:
    from jinja2 import Environment, TemplateError

    try:
        used = document.get_undeclared_template_variables(Environment(autoescape=True))
    except TemplateError as error:
        raise _bad_template(template, str(error)) from error
    known = set(RequestLetter.__dataclass_fields__)
    if unknown := sorted(used - known):
        raise _bad_template(template, f"知らない差し込み {', '.join(unknown)}", f"unknown {', '.join(unknown)}")
    if lacking := sorted(NEEDED - used):
        raise _bad_template(template, f"差し込みがありません {', '.join(lacking)}", f"lacks {', '.join(lacking)}")
    for text in document_texts(document.docx):
        rest = TAG.sub("", text)
        if any(sign in rest for sign in LEFT_OVER):
            raise _bad_template(template, f"差し込みの書き方が違います「{text[:40]}」", f"broken placeholder in {text[:40]!r}")


def _bad_template(template: Path, ja: str, en: str = "") -> DataError:
    return DataError(
        "template-invalid",
        Text(f"要望書のひな形を使えません（{ja}）", f"the template cannot be used ({en or ja})"),
        Text(
            "docs/letters.md の「ひな形」の差し込みの一覧に合わせるか、そのファイルを templates から除いてください（元のひな形に戻ります）。",
            "use the placeholders that docs/letters.md lists, or remove the file to go back to the usual template",
        ),
        template.name,
    )


def _properties(document: DocxTemplate, letter: RequestLetter, made: date) -> None:
    core = document.docx.core_properties
    core.title, core.author = _short(letter.title), _short(letter.sender[0])
    core.subject, core.comments, core.last_modified_by = letter.notice, "", ""
    core.created = core.modified = datetime(made.year, made.month, made.day)  # noqa: DTZ001
    core.revision = 1


def _short(text: str) -> str:
    return str(print_checks.without_control(text))[:255]


def document_texts(document: Any) -> Iterator[str]:
    """The text of every paragraph: body, tables, headers and footers."""
    from docx.oxml.ns import qn

    roots = [document.element.body]
    for section in document.sections:
        roots += [section.header._element, section.footer._element]
    for root in roots:
        for paragraph in root.iter(qn("w:p")):
            yield "".join(node.text or "" for node in paragraph.iter(qn("w:t")))


def docx_texts(data: bytes) -> list[str]:
    """The text of every paragraph of a DOCX, for reading back what was written."""
    from docx import Document

    return list(document_texts(Document(io.BytesIO(data))))
