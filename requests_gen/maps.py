"""map.html: one file that shows the zones and what lies under them, without asking anybody for anything."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from requests_gen.captions import Caption
from requests_gen.map_data import map_data
from requests_gen.map_words import MAP_WORDS

if TYPE_CHECKING:
    from coverage.run import Result

TEMPLATES = Path(__file__).parent / "templates"
LEAST_ZOOM, MOST_ZOOM = 5, 17
IMAGE_URL = re.compile(r"url\([^)]*\)")  # icons of controls that this page does not use


def map_html(result: Result, caption: Caption) -> str:
    """The whole page: Leaflet, styles, data and script inside; the browser is told to fetch nothing.

    Names come from files anybody may have written. They are only ever JSON that the script shows as text, or
    escaped by the template; no text becomes HTML or script.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    data = map_data(result, caption)
    html, script = _folium_parts(data["grid"])
    scripts = [leaflet_js(), _read("map.js"), script]
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("map.html").render(
        caption=caption,
        words={key: text.in_(caption.lang) for key, text in MAP_WORDS.items()},
        policy=_policy(scripts),
        styles=leaflet_css() + _read("map.css"),
        data=script_json(data),
        map_html=html,
        scripts=scripts,
    )


def _folium_parts(window: dict[str, Any]) -> tuple[str, str]:
    """(the map's element, the script that makes it), from folium; its own head with links to CDNs is left out."""
    import folium
    from branca.element import MacroElement
    from jinja2 import Template

    lon, lat = (
        round(window[a] + window[b] * window[c] / 2, 5)
        for a, b, c in (("west", "dx", "nx"), ("south", "dy", "ny"))
    )

    class ZoneMap(MacroElement):
        """Hands the map to our own script (templates/map.js)."""

        _template = Template(
            "{% macro script(this, kwargs) %}kengaiMap({{ this._parent.get_name() }});{% endmacro %}"
        )

    drawn = folium.Map(
        location=[lat, lon], tiles=None, prefer_canvas=True, zoom_control="topright",
        min_zoom=LEAST_ZOOM, max_zoom=MOST_ZOOM, zoom_snap=0.25, zoom_delta=0.5,
    )  # fmt: skip
    zones = ZoneMap()  # type: ignore[no-untyped-call]
    # folium's ids are random; the same findings must give the same bytes
    drawn._id, zones._id = "kengai", "zones"
    drawn.add_child(zones)
    drawn.render()  # type: ignore[no-untyped-call]
    root: Any = drawn.get_root()
    return str(root.html.render()).strip(), str(root.script.render()).strip()


@cache
def leaflet_js() -> str:
    """Leaflet's script as its wheel holds it, without the pointer to its source map."""
    text = (_leaflet_folder() / "leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=\S+\s*$", "", text)


@cache
def leaflet_css() -> str:
    """Leaflet's styles without the images they point to."""
    return IMAGE_URL.sub("none", (_leaflet_folder() / "leaflet.css").read_text(encoding="utf-8"))


def _leaflet_folder() -> Path:
    from xstatic.pkg import leaflet

    return Path(leaflet.BASE_DIR)


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def script_json(data: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element or a line."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _policy(scripts: list[str]) -> str:
    """What the browser may load: nothing from anywhere, and only these very scripts."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode('utf-8')).digest()).decode()}'"
        for script in scripts
    )
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {hashes}"
