"""要望書: choose a carrier, fill in what is missing, see the pages, make them, download them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from coverage.figures import FIGURES, figure
from geodata.errors import DataError, Text
from requests_gen.letters import make, status, versions
from requests_gen.wording import numbers_and_eras
from requests_gen.workspace import LETTERS_FILE, LetterSettings, letters_toml, read_letter_settings
from screens.letters.context import PageContext
from screens.letters.figures import figures_part
from screens.letters.make import make_part
from screens.letters.pages import pages_part
from screens.letters.settings import settings_part
from screens.shared import Opened, address, as_written, figure_box, load_result

TITLE = Text("要望書", "Request letters")
URL = "letters"
PARTS: dict[str, tuple[Text, Callable[[PageContext], None]]] = {
    "settings": (Text("設定に書き込む", "Fill in the settings"), settings_part),
    "pages": (Text("印刷の形で見る", "See the pages"), pages_part),
    "make": (Text("作る・受け取る・送付を記録", "Make, take away, record as sent"), make_part),
    "figures": (Text("数字のもとを見る", "Where the figures come from"), figures_part),
}
ANNEXES_HELD = 60


def show(opened: Opened) -> None:
    """要望書."""
    line = st.container(horizontal=True, vertical_alignment="center")
    line.title(opened.say(TITLE), width="content")
    result = opened.findings()
    file = opened.place.folder / LETTERS_FILE
    if not file.is_file():
        _offer_settings(opened)
        return
    settings, trouble = _settings(opened)
    entries = versions.read_versions(opened.place.letters)
    keys = result.study.carrier_keys
    letter_states = {key: _letter_state(opened, settings, key, entries) for key in keys}
    _overview(opened, letter_states, settings)
    chosen = _choose(
        opened.say(Text("事業者を選ぶ", "Choose a carrier")), "carrier", {key: as_written(letter_states[key].name) for key in keys}, keys[0]
    )
    if trouble is not None:
        st.error(as_written(trouble.in_(opened.lang)), icon=":material/error:")
    with line:
        figure_box.offer(opened, [key for key in FIGURES if FIGURES[key].of == "letter"], carrier=chosen)
    context = PageContext(opened, result, settings, letter_states, chosen)
    _part(context)


def _part(context: PageContext) -> None:
    """The chosen part alone, so that nothing else is computed."""
    first = "settings" if context.settings is None or context.letter_status.cannot_be_made else "pages"
    part = _choose(context.say(Text("すること", "What to do")), "part", {key: context.say(PARTS[key][0]) for key in PARTS}, first)
    if context.settings is None and part in ("pages", "figures"):
        st.info(context.say(Text("設定の誤りを直すと表示できます。", "Correct the settings to see this.")))
        return
    PARTS[part][1](context)


def _choose(label: str, key: str, choices: dict[str, str], default: str) -> str:
    """One of {choice: its caption}; what was chosen is in the address."""
    st.session_state[f"papers-{key}"] = address.remembered(key, choices, default)
    chosen = st.segmented_control(
        label,
        list(choices),
        format_func=choices.__getitem__,
        key=f"papers-{key}",
        required=True,
        on_change=lambda: address.remember(key, st.session_state[f"papers-{key}"], ""),
    )
    return str(chosen)


def _settings(opened: Opened) -> tuple[LetterSettings | None, DataError | None]:
    """letters.toml, or what is wrong with it."""
    try:
        return read_letter_settings(opened.findings().study, opened.place.folder / LETTERS_FILE), None
    except DataError as error:
        return None, error


def _offer_settings(opened: Opened) -> None:
    st.info(
        opened.say(
            Text(
                f"要望書の設定（{LETTERS_FILE}）がまだありません。差出人や宛先を書き込むための、説明つきの見本を作ります。",
                f"There are no settings for the letters yet ({LETTERS_FILE}). A commented file to fill in can be made.",
            )
        )
    )
    if st.button(opened.say(Text("設定の見本を作る", "Make the settings file")), type="primary"):
        letters_toml.write_letters_toml(opened.place.folder, opened.findings().study)
        st.rerun()


@st.cache_resource(max_entries=ANNEXES_HELD, show_spinner=False)
def _zones(results: str, stamp: str, carrier: str, settings_text: str, _settings: LetterSettings):  # type: ignore[no-untyped-def]
    """asked_zones. `_settings` is not in the cache key; `settings_text`, which it was read from, is."""
    return status.asked_zones(load_result(results, stamp), _settings, carrier)


@st.cache_data(show_spinner=False)
def _result_sha256(results: str, stamp: str) -> str:
    return make.result_hash(load_result(results, stamp))


def _letter_state(opened: Opened, settings: LetterSettings | None, key: str, entries: list[versions.Entry]) -> status.LetterStatus:
    zones = _zones(str(opened.place.results), opened.stamp, key, settings.text, settings) if settings else None
    sha256 = _result_sha256(str(opened.place.results), opened.stamp)
    return status.letter_status(opened.findings(), sha256, settings, zones, key, entries, opened.place.letters)


def _overview(opened: Opened, letter_states: dict[str, status.LetterStatus], settings: LetterSettings | None) -> None:
    """One row a carrier: how far its letter is."""
    say = opened.say
    rows = [_row(opened, each, settings) for each in letter_states.values()]
    names = [
        Text("事業者", "Carrier"),
        Text("状態", "State"),
        Text("版", "Version"),
        figure("letter_zones").name,
        figure("letter_people").name,
        Text("まだ書かれていない項目", "Still empty"),
        Text("備考", "Notes"),
    ]
    table = [dict(zip((say(name) for name in names), row, strict=True)) for row in rows]
    st.dataframe(
        table,
        hide_index=True,
        alt=say(Text("事業者ごとの要望書の状態", "How far each letter is")),
        column_config={
            say(names[3]): st.column_config.TextColumn(alignment="right", help=figure_box.meaning("letter_zones", opened.lang)),
            say(names[4]): st.column_config.TextColumn(alignment="right", help=figure_box.meaning("letter_people", opened.lang)),
            say(names[5]): st.column_config.TextColumn(width="large"),
        },
    )


def _row(opened: Opened, each: status.LetterStatus, settings: LetterSettings | None) -> tuple[object, ...]:
    say, last = opened.say, each.last
    people = "－" if each.zones is None else (numbers_and_eras.UNKNOWN if each.people is None else f"{each.people:,}")
    missing = say(Text("なし", "nothing")) if each.why_none is None else say(each.why_none)
    if settings is None:
        missing = "－"
    elif each.missing:
        missing = _missing_words(opened, each)
    return (
        each.name,
        say(each.state),
        f"{last.version}" if last else "－",
        "－" if each.zones is None else f"{each.zones:,}",
        people,
        missing,
        _notes(opened, each),
    )


def _missing_words(opened: Opened, each: status.LetterStatus) -> str:
    """The fields that are still empty; if any of them is needed, the needed ones only."""
    asked = [missing for missing in each.missing if missing.needed] or list(each.missing)
    head = (
        Text(f"作れません（{len(asked)}項目）", f"cannot be made ({len(asked)})")
        if each.cannot_be_made
        else Text(f"（案）になります（{len(asked)}項目）", f"a draft ({len(asked)})")
    )
    names = Text("、".join(missing.ja for missing in asked), ", ".join(missing.key for missing in asked))
    return f"{opened.say(head)}: {opened.say(names)}"


def _notes(opened: Opened, each: status.LetterStatus) -> str:
    notes = [Text("手で直したファイルがあります", "changed by hand")] if each.changed_by_hand else []
    if each.outdated:
        notes.append(Text("作った後に設定か結果が変わっています", "settings or findings have changed since"))
    notes += [
        Text(f"第{old.version}版は{old.sent_on}に送付済み", f"version {old.version} was sent on {old.sent_on}")
        for old in each.sent
        if old != each.last
    ]
    return "、".join(opened.say(note) for note in notes)
