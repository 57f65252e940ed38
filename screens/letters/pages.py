"""The pages as they will be printed: pictures of the PDF itself, one at a time."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from geodata.errors import Text
from requests_gen.letters import last_year, proof, template_file
from requests_gen.letters import versions as letters_versions
from screens.letters.context import PageContext, paper_store
from screens.letters.settings import unsaved
from screens.shared import as_written, page_parts

PROOFS_HELD = 8  # 3 MB each
PICTURES_HELD = 300
PAGE_PX, THUMB_PX = 1400, 150
THUMBS = 5
SHEETS = "03_"
FIRST_SHOWN = "01_"
NOW = "now"


def pages_part(context: PageContext) -> None:
    """Which version, which paper, which page; and that page."""
    letter_status = context.letter_status
    versions = {entry.id: entry for entry in reversed(letter_status.versions)}
    sources = ([NOW] if letter_status.why_none is None else []) + list(versions)
    if not sources:
        st.info(context.say(letter_status.why_none or Text("要望書はありません。", "There is no letter.")))
        return
    source = st.selectbox(
        context.say(Text("見るもの", "What to look at")),
        sources,
        key=f"papers-source-{context.carrier}",
        format_func=lambda one: _source_words(context, versions.get(one)),
    )
    if source == NOW:
        made = _proof(context)
        _tell_preview(context, made)
        files, entry, whole = made.files, made.entry, not made.unfilled
    else:
        entry, whole = versions[source], True
        files = _files(context.opened.place.letters / entry.folder)
        _tell_made(context, entry)
    if not any(name.endswith(".pdf") for name in files):
        st.warning(context.say(Text("この版のPDFは、フォルダにもうありません。", "The PDFs of this version are no longer in the folder.")))
        return
    _viewer(context, files, entry, whole, draft=source == NOW)


def _source_words(context: PageContext, entry: letters_versions.Entry | None) -> str:
    if entry is None:
        return context.say(Text("今の設定で作った場合（プレビュー）", "As it would be with the present settings (preview)"))
    when = f"（{entry.sent_on} 送付済み）" if entry.sent_on else ""
    return context.say(Text(f"作ってある第{entry.version}版 {entry.id}{when}", f"version {entry.version} {entry.id} {entry.sent_on}"))


def _tell_preview(context: PageContext, made: proof.Proof) -> None:
    say = context.say
    if unsaved(context):
        st.warning(
            say(
                Text(
                    "「設定に書き込む」に、保存していない入力があります。下の紙には入っていません。",
                    "There is unsaved input in the settings; it is not in these pages.",
                )
            ),
            icon=":material/edit:",
        )
    if made.kept:
        st.info(
            say(
                Text(
                    f"プレビュー：作ってある第{made.entry.version}版から何も変わっていません。",
                    f"Preview: nothing has changed since version {made.entry.version} was made.",
                )
            )
        )
        return
    if made.unfilled:
        names = "、".join(missing.ja for missing in made.unfilled)
        st.error(
            say(
                Text(
                    f"プレビュー：必須の項目が空のため、まだ作れません。紙には〔未記入：…〕と印刷しています（{names}）。",
                    f"Preview: cannot be made yet; what is missing stands there as 〔未記入：…〕 ({names}).",
                )
            ),
            icon=":material/edit:",
        )
        return
    blanks = "、".join(str(name) for name in made.entry.facts.get("missing", []))
    state = Text(f"（案）です。空の項目: {blanks}", f"a draft; empty: {blanks}") if blanks else Text("このまま作れます", "ready to be made")
    st.info(
        say(
            Text(
                f"プレビュー（まだ作っていません）：第{made.entry.version}版 {made.entry.id}。{state.ja}。",
                f"Preview (not made yet): version {made.entry.version}, {made.entry.id}; {state.en}.",
            )
        )
    )


def _tell_made(context: PageContext, entry: letters_versions.Entry) -> None:
    changed = letters_versions.files_in(context.opened.place.letters / entry.folder) != entry.files
    if changed:
        st.warning(
            context.say(
                Text(
                    "作成後に手で直されたファイルがあります。下はフォルダにある今のPDFです。",
                    "Files were changed by hand since; these are the PDFs as they lie there now.",
                )
            )
        )


def _viewer(context: PageContext, files: Mapping[str, bytes], entry: letters_versions.Entry, whole: bool, draft: bool) -> None:
    papers = sorted(name for name in files if name.endswith(".pdf"))
    first = next((name for name in papers if name.startswith(FIRST_SHOWN)), papers[0])
    paper = (
        st.segmented_control(
            context.say(Text("紙", "Paper")),
            papers,
            default=first,
            required=True,
            key=f"papers-paper-{entry.id}-{draft}",
            format_func=lambda name: as_written(name.removesuffix(".pdf").split("_", 1)[-1].replace("_", " ")),
        )
        or first
    )
    pdf = files[paper]
    digest = hashlib.sha256(pdf).hexdigest()
    count = _count(digest, pdf)
    key = f"papers-page-{entry.id}-{paper}"
    at = min(max(int(st.session_state.get(key, 1)), 1), count)
    st.session_state[key] = at
    left, middle, right = st.columns([1, 7, 2])
    with right:
        at = _page_bar(context, key, count, entry if paper.startswith(SHEETS) else None)
        _downloads(context, files, paper, whole)
        with st.expander(context.say(Text("このページの文字（読み上げ・検索用）", "The words of this page"))):
            st.text(proof.page_text(pdf, at - 1))
    with middle, st.container(border=True):
        _page_picture(context, digest, pdf, at, count, draft)
    with left:
        _thumbnails(context, key, digest, pdf, at, count)


def _page_bar(context: PageContext, key: str, count: int, sheets: letters_versions.Entry | None) -> int:
    """The page to show, chosen from a list or by back and forward; counted from 1."""
    say = context.say

    def turn(by: int) -> None:
        st.session_state[key] = min(max(st.session_state[key] + by, 1), count)

    names = _sheet_names(context, sheets, count)
    chosen = st.selectbox(
        say(Text(f"ページ（全{count}ページ）", f"Page (of {count})")),
        range(1, count + 1),
        key=key,
        format_func=lambda page: f"{page} / {count}{names.get(page, '')}",
    )
    at = int(chosen or 1)
    back, forward = st.columns(2)
    back.button(say(Text("前へ", "Previous")), on_click=turn, args=(-1,), disabled=at <= 1, width="stretch", key=f"{key}-back")
    forward.button(say(Text("次へ", "Next")), on_click=turn, args=(1,), disabled=at >= count, width="stretch", key=f"{key}-next")
    return at


def _sheet_names(context: PageContext, sheets: letters_versions.Entry | None, count: int) -> dict[int, str]:
    """{page: its zone} where each zone has one page."""
    zones = list(sheets.facts.get("zones", [])) if sheets else []
    if len(zones) != count:
        return {}
    names = context.result.zones["name"]
    return {at: f"　{zone} {names.get(zone, '')}" for at, zone in enumerate(zones, start=1)}


def _page_picture(context: PageContext, digest: str, pdf: bytes, at: int, count: int, draft: bool) -> None:
    words = context.say(Text(f"{at}ページ目（全{count}ページ）", f"Page {at} of {count}"))
    if draft:
        words += context.say(Text("　プレビュー", " (preview)"))
    st.image(_picture(digest, at - 1, PAGE_PX, pdf), caption=words, alt=words, width="stretch")


def _thumbnails(context: PageContext, key: str, digest: str, pdf: bytes, at: int, count: int) -> None:
    """A few pages around the one that is shown; the others are not drawn."""

    def go(page: int) -> None:
        st.session_state[key] = page

    start = min(max(at - THUMBS // 2, 1), max(count - THUMBS + 1, 1))
    for page in range(start, min(start + THUMBS, count + 1)):
        st.image(_picture(digest, page - 1, THUMB_PX, pdf), alt="", width="stretch")
        here = "▶ " if page == at else ""
        st.button(
            context.say(Text(f"{here}{page}ページ", f"{here}p. {page}")),
            key=f"{key}-thumb-{page}",
            on_click=go,
            args=(page,),
            width="stretch",
            type="tertiary",
            disabled=page == at,
        )


def _downloads(context: PageContext, files: Mapping[str, bytes], paper: str, whole: bool) -> None:
    if not whole:
        st.caption(context.say(Text("必須の項目が空のあいだは、ファイルを受け取れません。", "No files while something needed is empty.")))
        return
    docx = next((name for name in sorted(files) if name.endswith(".docx")), None)
    st.download_button(
        context.say(Text("PDFを受け取る", "PDF of this paper")), files[paper], paper, "application/pdf", on_click="ignore", width="stretch"
    )
    if docx:
        st.download_button(
            context.say(Text("Wordで受け取る", "DOCX of the letter")),
            files[docx],
            docx,
            page_parts.DOCX,
            on_click="ignore",
            width="stretch",
        )


@st.cache_data(max_entries=PICTURES_HELD, show_spinner=False)
def _picture(digest: str, page: int, width_px: int, _pdf: bytes) -> bytes:
    """page_png. `_pdf` is not in the cache key; its SHA-256 `digest` is."""
    return proof.page_png(_pdf, page, width_px)


@st.cache_data(max_entries=PICTURES_HELD, show_spinner=False)
def _count(digest: str, _pdf: bytes) -> int:
    """page_count. `_pdf` is not in the cache key; its SHA-256 `digest` is."""
    return proof.page_count(_pdf)


def _files(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in letters_versions.files_in(folder)}


class _Proofs:
    """Recent proofs, for all visitors; those used longest ago are dropped first."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, ...], proof.Proof] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, ...]) -> proof.Proof | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: tuple[str, ...], made: proof.Proof) -> None:
        with self._lock:
            self._held[key] = made
            while len(self._held) > PROOFS_HELD:
                self._held.popitem(last=False)


@st.cache_resource
def _proofs() -> _Proofs:
    return _Proofs()


def _proof(context: PageContext) -> proof.Proof:
    """The papers with the present settings, made once for the same findings, settings, template and letters folder."""
    if context.settings is None:
        raise ValueError("the page shows no pages without settings")
    key = _proof_key(context)
    made = _proofs().get(key)
    if made is None:
        words = context.say(Text("紙を組んでいます（初回だけ数秒かかります）", "Typesetting (a few seconds, the first time only)"))
        place = st.empty()
        with place.status(words, expanded=False) as status:
            made = proof.proof(
                context.result,
                context.settings,
                context.carrier,
                context.opened.place.letters,
                lambda step: status.update(label=context.say(step)),
                paper_store(),
            )
        place.empty()
        _proofs().put(key, made)
    return made


def _proof_key(context: PageContext) -> tuple[str, ...]:
    """The cache key of a proof: everything that it is made from."""
    if context.settings is None:
        raise ValueError("no settings, no proof")
    folder, letter_versions, last = (context.settings.folder, context.opened.place.letters, context.letter_status.last)
    last_files = str(sorted(letters_versions.files_in(letter_versions / last.folder).items())) if last else ""
    return (
        str(context.opened.place.results),
        context.opened.stamp,
        context.carrier,
        context.settings.text,
        str(letter_versions),
        last_files,
        *(
            _digest(path)
            for path in (folder / last_year.HISTORY_FILE, template_file(folder), letter_versions / letters_versions.LETTERS_JSON)
        ),
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
