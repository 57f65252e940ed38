"""The settings of the letters as a form. What was typed stays until it is saved or given up."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geodata.errors import DataError, Text
from requests_gen.letter_edit import (
    CHANGED,
    Written,
    changed,
    differences,
    edited,
    parsed,
    read_written,
    save,
)
from requests_gen.letter_form import Values, form_groups, form_values, shown, still_empty
from requests_gen.letter_settings import LETTERS_FILE
from screens.papers_desk import Desk
from screens.papers_fields import ROUND, as_value, settings_field, widget_key
from screens.words import as_written

SAVED = "papers-saved"


def settings_part(desk: Desk) -> None:
    """The form for the chosen carrier."""
    file = desk.opened.place.folder / LETTERS_FILE
    now = read_written(file)
    if st.session_state.pop(SAVED, False):
        st.success(desk.say(Text(f"{LETTERS_FILE} に保存しました。前の内容は {LETTERS_FILE}.old にあります。", f"Saved in {LETTERS_FILE}; what it said before is in {LETTERS_FILE}.old.")))  # fmt: skip
    began = _began(desk, now)
    try:
        before = _all_values(desk, began)
    except DataError:
        _by_hand(desk, file, began, now)  # what is wrong already stands above
        return
    mine = _typed(desk, before)
    edits = changed(mine, before)
    if now.text != began.text:
        if edits:
            _settle(desk, file, began, now, edits)
            return
        _restart()
        st.rerun()
    _top(desk, file, began, before, mine)
    for group in form_groups(desk.carrier):
        st.subheader(desk.say(group.title))
        for at in range(0, len(group.fields), 2):  # row by row, so that neighbours stand side by side
            for column, field in zip(st.columns(2), group.fields[at : at + 2], strict=False):
                with column:
                    settings_field(desk, field, before, mine)
    _save_button(desk, file, began, edits, "bottom")


def unsaved(desk: Desk) -> bool:
    """Whether something was typed into the form that is not yet in the file."""
    began = st.session_state.get(_key("began", desk))
    if not isinstance(began, Written):
        return False
    try:
        before = _all_values(desk, began)
    except DataError:
        return False
    return bool(changed(_typed(desk, before), before))


def _key(name: str, desk: Desk) -> str:
    return f"papers-{name}:{desk.opened.place.folder}"


def _began(desk: Desk, now: Written) -> Written:
    """The file as it was when the editing began."""
    st.session_state.setdefault(ROUND, 0)
    began: Written = st.session_state.setdefault(_key("began", desk), now)
    return began


def _restart() -> None:
    """Forget what was typed; the form shows the file again."""
    st.session_state[ROUND] += 1
    for key in [key for key in st.session_state if str(key).startswith("papers-began:")]:
        del st.session_state[key]


def _all_values(desk: Desk, written: Written) -> Values:
    """The form's values for every carrier of the study."""
    told = parsed(written.text)
    values: Values = {}
    for key in desk.result.study.carrier_keys:
        values |= form_values(told, key)
    return values


def _typed(desk: Desk, before: Values) -> Values:
    """`before` with what stands in the widgets, those of other carriers too."""
    mine = dict(before)
    for carrier in desk.result.study.carrier_keys:
        for group in form_groups(carrier):
            for field in group.fields:
                if (key := widget_key(field)) in st.session_state:
                    mine[field.key] = as_value(field, st.session_state[key], before[field.key])
    return mine


def _top(desk: Desk, file: Path, began: Written, before: Values, mine: Values) -> None:
    """What is still empty, whether it can be saved, and the button."""
    empty = still_empty(mine, desk.carrier) if mine[f"carriers.{desk.carrier}.ask"] else []
    labels = {field.key: field.label for group in form_groups(desk.carrier) for field in group.fields}
    comma = desk.say(Text("、", ", "))
    needed = comma.join(desk.say(labels[each.key]) for each in empty if each.needed)
    draft = comma.join(desk.say(labels[each.key]) for each in empty if not each.needed)
    if needed:
        st.error(desk.say(Text(f"必須の項目が空です（このままでは要望書を作れません）: {needed}", f"Needed and still empty (no letter can be made): {needed}")), icon=":material/edit:")  # fmt: skip
    if draft:
        st.warning(desk.say(Text(f"空のあいだは（案）として作ります: {draft}", f"While empty, the letter is a draft: {draft}")), icon=":material/edit:")  # fmt: skip
    if not empty:
        st.success(desk.say(Text("必要な項目はすべて書かれています。", "Everything is filled in.")))
    _save_button(desk, file, began, changed(mine, before), "top")


def _save_button(desk: Desk, file: Path, began: Written, edits: Values, where: str) -> None:
    label = desk.say(Text(f"設定を保存する（{len(edits)}項目）", f"Save the settings ({len(edits)})"))
    left, right = st.columns([1, 1])
    pressed = left.button(label, type="primary", key=f"papers-save-{where}", disabled=not edits)
    if edits:
        right.button(
            desk.say(Text("書いた内容をやめる", "Give up what was typed")), key=f"papers-drop-{where}", on_click=_restart
        )  # fmt: skip
    if pressed:
        _save(desk, file, began, edits)


def _save(desk: Desk, file: Path, began: Written, edits: Values) -> None:
    try:
        save(file, began, edited(began.text, edits), desk.result.study)
    except DataError as error:
        kept = Text(
            "まだ保存していません。書いた内容は残っています。", "Nothing was saved; what you typed is kept."
        )
        st.error(desk.say(kept) + "\n\n" + as_written(error.in_(desk.opened.lang)), icon=":material/error:")
        if error.code == CHANGED:
            st.rerun()
        return
    _restart()
    st.session_state[SAVED] = True
    st.rerun()


def _settle(desk: Desk, file: Path, began: Written, now: Written, edits: Values) -> None:
    """Someone else changed the file: show both, and let the visitor choose."""
    say = desk.say
    st.error(say(Text("書いているあいだに、ほかの人が letters.toml を変えました。まだ何も保存していません。書いた内容は残っています。", "Someone else changed letters.toml while you were typing. Nothing was saved yet; what you typed is kept.")), icon=":material/error:")  # fmt: skip
    before = _all_values(desk, began)
    try:
        theirs = _all_values(desk, now)
    except DataError as error:
        st.error(as_written(error.in_(desk.opened.lang)))
        return
    labels = {
        field.key: field.label
        for key in desk.result.study.carrier_keys
        for group in form_groups(key)
        for field in group.fields
    }
    unchanged = say(Text("（変えていない）", "(not changed)"))
    rows = differences(before, theirs, {**before, **edits})
    names = [
        Text("項目", "Field"), Text("ファイルの項目名", "Key"), Text("書き始めたとき", "When you began"),
        Text("今のファイル（ほかの人）", "In the file now (someone else)"), Text("あなたの入力", "What you typed"), Text("ぶつかり", "Clash"),
    ]  # fmt: skip
    st.dataframe(
        [
            dict(zip((say(name) for name in names), (
                say(labels[row.key]), row.key, shown(row.before),
                unchanged if row.now == row.before else shown(row.now), unchanged if row.mine == row.before else shown(row.mine),
                say(Text("同じ項目を両方が変えた", "both changed it")) if row.both else "",
            ), strict=True))
            for row in rows
        ],
        hide_index=True,
    )  # fmt: skip
    if st.button(say(Text("今のファイルに、自分の入力だけを書き足して保存する", "Add only what I typed to the file as it is now")), type="primary"):  # fmt: skip
        _save(desk, file, now, edits)
    st.button(
        say(Text("自分の入力をやめて、今のファイルを読む", "Give up what I typed and read the file")),
        on_click=_restart,
    )


def _by_hand(desk: Desk, file: Path, began: Written, now: Written) -> None:
    """The file as text, where it cannot be read as a form."""
    key = f"papers-{st.session_state[ROUND]}-text"
    if now.text != began.text and st.session_state.get(key, began.text) == began.text:
        _restart()
        st.rerun()
    st.info(desk.say(Text("ファイルの書き方に誤りがあるため、項目ごとに表示できません。下で直して保存してください。", "The file cannot be shown field by field. Mend it below and save.")))  # fmt: skip
    text = st.text_area(LETTERS_FILE, began.text, height=420, key=key)
    if now.text != began.text:
        st.warning(desk.say(Text("書いているあいだに、ほかの人がファイルを変えました。上書きはしません。", "Someone else changed the file meanwhile; it is not overwritten.")))  # fmt: skip
        st.button(desk.say(Text("自分の入力をやめて、今のファイルを読む", "Give up what I typed and read the file")), on_click=_restart)  # fmt: skip
        return
    if st.button(desk.say(Text("直した内容を保存する", "Save")), type="primary"):
        try:
            save(file, began, text, desk.result.study)
        except DataError as error:
            st.error(as_written(error.in_(desk.opened.lang)), icon=":material/error:")
            return
        _restart()
        st.session_state[SAVED] = True
        st.rerun()
