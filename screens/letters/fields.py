"""One field of the letters' settings on the page: its mark if it is empty, its widget, its help."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from geodata.errors import Text
from requests_gen.workspace import letters_form, letters_toml
from screens.letters.context import PageContext
from screens.shared import as_written

ROUND = "papers-round"  # session key of a counter; a new number makes new widgets, which show the file again


def settings_field(context: PageContext, field: letters_form.FormField, before: letters_form.Values, mine: letters_form.Values) -> None:
    """One field: its mark if it is empty, its widget."""
    for missing in letters_form.still_empty(mine, context.carrier):
        if missing.key == field.key and mine[f"carriers.{context.carrier}.ask"]:
            if missing.needed:
                st.badge(context.say(Text("必須・未記入", "needed, still empty")), color="red")
            else:
                st.badge(context.say(Text("未記入（案になります）", "empty: a draft")), color="orange")
    _input(context, field, before, mine)
    example = context.say(Text(f"　例: {field.example}", f" E.g. {field.example}")) if field.example else ""
    st.caption(as_written(context.say(field.help) + example))


def _input(context: PageContext, field: letters_form.FormField, before: letters_form.Values, mine: letters_form.Values) -> None:
    """The widget of a field. It starts with the file's value and then keeps what was typed."""
    label, value = as_written(context.say(field.label)), before[field.key]
    options: dict[str, Any] = {"key": widget_key(field), "persist_state": "session"}
    fresh = widget_key(field) not in st.session_state
    if field.kind == "date" and _is_day(value):
        st.date_input(label, value=date.fromisoformat(str(value)) if value and fresh else None, **options)
    elif field.kind == "yes_no":
        st.checkbox(label, **options, **({"value": value} if fresh else {}))
    elif field.kind == "whole":
        least, most = min(1, int(str(value))), max(999, int(str(value)))
        st.number_input(label, least, most, step=1, **options, **({"value": value} if fresh else {}))
    elif field.kind == "choice":
        choices = list(field.choices or {})
        choices += [value] if value not in choices else []
        st.selectbox(
            label,
            choices,
            **options,
            **({"index": choices.index(value)} if fresh else {}),
            format_func=lambda one: context.say((field.choices or {}).get(one, Text(str(one), str(one)))),
        )
    elif field.kind == "marks":
        marks = [mark for mark in letters_toml.LACKING if mark in (value or [])]  # type: ignore[operator]
        st.multiselect(label, letters_toml.LACKING, **options, **({"default": marks} if fresh else {}))
    elif field.kind == "promises":
        _promises(context, field, value, mine, options)
    else:
        text = "\n".join(value) if isinstance(value, list) else str(value)
        long = field.kind in ("list", "paragraph")
        write = partial(st.text_area, height=110) if long else st.text_input
        write(label, **options, **({"value": text} if fresh else {}))


def _promises(
    context: PageContext, field: letters_form.FormField, value: letters_form.Value, mine: letters_form.Values, options: dict[str, Any]
) -> None:
    """All approved promises, or some of them."""
    approved = [str(text) for text in (mine["texts.approved_commitments"] or [])]  # type: ignore[union-attr]
    words = {"all": Text("約束してよい事柄をすべて述べる", "all approved ones"), "some": Text("選んだものだけ述べる", "only some")}
    fresh = options["key"] not in st.session_state
    how = st.selectbox(
        context.say(field.label),
        list(words),
        **options,
        format_func=lambda one: context.say(words[one]),
        **({"index": int(isinstance(value, list))} if fresh else {}),
    )
    if how == "some":
        key = options["key"] + ":some"
        chosen = st.session_state.get(key, value if isinstance(value, list) else approved)
        st.session_state[key] = [text for text in chosen if text in approved]
        label = context.say(Text("述べる約束", "Promises told"))
        st.multiselect(label, approved, key=key, persist_state="session", format_func=str)


def as_value(field: letters_form.FormField, raw: Any, before: letters_form.Value) -> letters_form.Value:
    """The widget's value in the form that letters.toml has; `before` itself where the two mean the same."""
    if field.kind == "promises":
        chosen = st.session_state.get(widget_key(field) + ":some", before)  # missing until the list is first shown
        return list(chosen) if raw == "some" and chosen is not None else None
    if isinstance(raw, date):
        return raw.isoformat()
    if raw is None:
        return ""
    if field.kind == "list":
        lines = [line.strip() for line in str(raw).splitlines() if line.strip()]
        return before if lines == before else lines
    if field.kind == "paragraph":
        return " ".join(str(raw).splitlines()).strip() if raw != before else before
    if field.kind == "marks":
        return [mark for mark in letters_toml.LACKING if mark in raw]
    return raw  # type: ignore[no-any-return]


def widget_key(field: letters_form.FormField) -> str:
    """The key of a field's widget; see ROUND."""
    return f"papers-{st.session_state[ROUND]}:{field.key}"


def _is_day(value: letters_form.Value) -> bool:
    try:
        return value == "" or bool(date.fromisoformat(str(value)))
    except ValueError:
        return False
