"""The settings of the letters as a form. What was typed is kept until it is saved or discarded."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geodata.errors import DataError, Text
from requests_gen.workspace import LETTERS_FILE, letters_edit, letters_form
from screens.letters.context import PageContext
from screens.letters.fields import ROUND, as_value, settings_field, widget_key
from screens.shared import as_written, page_parts

SAVED = Text(
    f"{LETTERS_FILE} に保存しました。前の内容は {LETTERS_FILE}.old にあります。",
    f"Saved in {LETTERS_FILE}; the former content is in {LETTERS_FILE}.old.",
)


def settings_part(context: PageContext) -> None:
    """The form for the chosen carrier."""
    file = context.opened.place.folder / LETTERS_FILE
    now = letters_edit.read_written(file)
    page_parts.show_done()
    began = _began(context, now)
    try:
        before = _all_values(context, began)
    except DataError:
        _by_hand(context, file, began, now)  # the page already shows the error
        return
    mine = _typed(context, before)
    edits = letters_edit.changed(mine, before)
    if now.text != began.text:
        if edits:
            _show_conflict(context, file, began, now, edits)
            return
        _restart()
        st.rerun()
    _top(context, file, began, before, mine)
    for group in letters_form.form_groups(context.carrier):
        st.subheader(context.say(group.title))
        for at in range(0, len(group.fields), 2):  # row by row, so that neighbours stand side by side
            for column, field in zip(st.columns(2), group.fields[at : at + 2], strict=False):
                with column:
                    settings_field(context, field, before, mine)
    _save_button(context, file, began, edits, "bottom")


def unsaved(context: PageContext) -> bool:
    """Whether the form holds input that is not saved yet."""
    began = st.session_state.get(_key("began", context))
    if not isinstance(began, letters_edit.Written):
        return False
    try:
        before = _all_values(context, began)
    except DataError:
        return False
    return bool(letters_edit.changed(_typed(context, before), before))


def _key(name: str, context: PageContext) -> str:
    return f"papers-{name}:{context.opened.place.folder}"


def _began(context: PageContext, now: letters_edit.Written) -> letters_edit.Written:
    """The file as it was when the editing began."""
    st.session_state.setdefault(ROUND, 0)
    began: letters_edit.Written = st.session_state.setdefault(_key("began", context), now)
    return began


def _restart() -> None:
    """Forget what was typed; the form shows the file again."""
    st.session_state[ROUND] += 1
    for key in [key for key in st.session_state if str(key).startswith("papers-began:")]:
        del st.session_state[key]


def _all_values(context: PageContext, written: letters_edit.Written) -> letters_form.Values:
    """The form's values for every carrier of the study."""
    stored = letters_edit.parsed(written.text)
    values: letters_form.Values = {}
    for key in context.result.study.carrier_keys:
        values |= letters_form.form_values(stored, key)
    return values


def _typed(context: PageContext, before: letters_form.Values) -> letters_form.Values:
    """`before` with the values of the widgets, those of the other carriers too."""
    mine = dict(before)
    for carrier in context.result.study.carrier_keys:
        for group in letters_form.form_groups(carrier):
            for field in group.fields:
                if (key := widget_key(field)) in st.session_state:
                    mine[field.key] = as_value(field, st.session_state[key], before[field.key])
    return mine


def _top(context: PageContext, file: Path, began: letters_edit.Written, before: letters_form.Values, mine: letters_form.Values) -> None:
    """What is still empty, whether it can be saved, and the button."""
    empty = letters_form.still_empty(mine, context.carrier) if mine[f"carriers.{context.carrier}.ask"] else []
    labels = {field.key: field.label for group in letters_form.form_groups(context.carrier) for field in group.fields}
    comma = context.say(Text("、", ", "))
    needed = comma.join(context.say(labels[each.key]) for each in empty if each.needed)
    draft = comma.join(context.say(labels[each.key]) for each in empty if not each.needed)
    if needed:
        st.error(
            context.say(
                Text(
                    f"必須の項目が空です（このままでは要望書を作れません）: {needed}",
                    f"Needed and still empty (no letter can be made): {needed}",
                )
            ),
            icon=":material/edit:",
        )
    if draft:
        st.warning(
            context.say(Text(f"空のあいだは（案）として作ります: {draft}", f"While empty, the letter is a draft: {draft}")),
            icon=":material/edit:",
        )
    if not empty:
        st.success(context.say(Text("必要な項目はすべて書かれています。", "Everything is filled in.")))
    _save_button(context, file, began, letters_edit.changed(mine, before), "top")


def _save_button(context: PageContext, file: Path, began: letters_edit.Written, edits: letters_form.Values, where: str) -> None:
    label = context.say(Text(f"設定を保存する（{len(edits)}項目）", f"Save the settings ({len(edits)})"))
    left, right = st.columns([1, 1])
    pressed = left.button(label, type="primary", key=f"papers-save-{where}", disabled=not edits)
    if edits:
        right.button(context.say(Text("書いた内容をやめる", "Give up what was typed")), key=f"papers-drop-{where}", on_click=_restart)
    if pressed:
        _save(context, file, began, edits)


def _save(context: PageContext, file: Path, began: letters_edit.Written, edits: letters_form.Values) -> None:
    try:
        letters_edit.save(file, began, letters_edit.edited(began.text, edits), context.result.study)
    except DataError as error:
        kept = Text("まだ保存していません。書いた内容は残っています。", "Nothing was saved; what you typed is kept.")
        st.error(context.say(kept) + "\n\n" + as_written(error.in_(context.opened.lang)), icon=":material/error:")
        if error.code == letters_edit.CHANGED:
            st.rerun()
        return
    _restart()
    page_parts.done(context.opened, SAVED)


def _show_conflict(
    context: PageContext, file: Path, began: letters_edit.Written, now: letters_edit.Written, edits: letters_form.Values
) -> None:
    """Someone else has changed the file meanwhile: show both versions and let the visitor choose."""
    say = context.say
    st.error(
        say(
            Text(
                "書いているあいだに、ほかの人が letters.toml を変えました。まだ何も保存していません。書いた内容は残っています。",
                "Someone else changed letters.toml while you were typing. Nothing was saved yet; what you typed is kept.",
            )
        ),
        icon=":material/error:",
    )
    before = _all_values(context, began)
    try:
        theirs = _all_values(context, now)
    except DataError as error:
        page_parts.show_error(error, context.opened.lang)
        return
    labels = {
        field.key: field.label
        for key in context.result.study.carrier_keys
        for group in letters_form.form_groups(key)
        for field in group.fields
    }
    unchanged = say(Text("（変えていない）", "(not changed)"))
    rows = letters_edit.differences(before, theirs, {**before, **edits})
    names = [
        Text("項目", "Field"),
        Text("ファイルの項目名", "Key"),
        Text("書き始めたとき", "When you began"),
        Text("今のファイル（ほかの人）", "In the file now (someone else)"),
        Text("あなたの入力", "What you typed"),
        Text("ぶつかり", "Clash"),
    ]
    st.dataframe(
        [
            dict(
                zip(
                    (say(name) for name in names),
                    (
                        say(labels[row.key]),
                        row.key,
                        letters_form.shown(row.before),
                        unchanged if row.now == row.before else letters_form.shown(row.now),
                        unchanged if row.mine == row.before else letters_form.shown(row.mine),
                        say(Text("同じ項目を両方が変えた", "both changed it")) if row.both else "",
                    ),
                    strict=True,
                )
            )
            for row in rows
        ],
        hide_index=True,
    )
    if st.button(
        say(Text("今のファイルに、自分の入力だけを書き足して保存する", "Add only what I typed to the file as it is now")), type="primary"
    ):
        _save(context, file, now, edits)
    st.button(say(Text("自分の入力をやめて、今のファイルを読む", "Give up what I typed and read the file")), on_click=_restart)


def _by_hand(context: PageContext, file: Path, began: letters_edit.Written, now: letters_edit.Written) -> None:
    """The file as text, where it cannot be read as a form."""
    key = f"papers-{st.session_state[ROUND]}-text"
    if now.text != began.text and st.session_state.get(key, began.text) == began.text:
        _restart()
        st.rerun()
    st.info(
        context.say(
            Text(
                "ファイルの書き方に誤りがあるため、項目ごとに表示できません。下で直して保存してください。",
                "The file cannot be shown field by field. Correct it below and save.",
            )
        )
    )
    text = st.text_area(LETTERS_FILE, began.text, height=420, key=key)
    if now.text != began.text:
        st.warning(
            context.say(
                Text(
                    "書いているあいだに、ほかの人がファイルを変えました。上書きはしません。",
                    "Someone else changed the file meanwhile; it is not overwritten.",
                )
            )
        )
        st.button(context.say(Text("自分の入力をやめて、今のファイルを読む", "Give up what I typed and read the file")), on_click=_restart)
        return
    if st.button(context.say(Text("直した内容を保存する", "Save")), type="primary"):
        try:
            letters_edit.save(file, began, text, context.result.study)
        except DataError as error:
            page_parts.show_error(error, context.opened.lang)
            return
        _restart()
        page_parts.done(context.opened, SAVED)
