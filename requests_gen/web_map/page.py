"""The maps folium makes: map.html, one file that fetches nothing, and the page of the screen's map."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from requests_gen.web_map.data import map_data
from requests_gen.web_map.words import MAP_WORDS
from requests_gen.wording import Caption

if TYPE_CHECKING:
    import pandas as pd

    from coverage.result import Result

TEMPLATES = Path(__file__).parent
LEAST_ZOOM, MOST_ZOOM = 5, 17
MIDDLE_OF_JAPAN = (36.0, 138.0)
FRAME_LOADS = "; connect-src 'self'; img-src 'self' data: https://cyberjapandata.gsi.go.jp"
IMAGE_URL = re.compile(r"url\([^)]*\)")  # icons of controls that this page does not use


def map_html(result: Result, caption: Caption, rows: pd.DataFrame | None = None) -> str:
    """The whole page: Leaflet, styles, data and script inside; the browser is told to fetch nothing.

    Names come from files anybody may have written. They are only ever JSON that the script shows as text, or
    escaped by the template; no text becomes HTML or script. rows: ranking_rows, where they are made already.
    """
    data = map_data(result, caption, rows)
    grid = data["grid"]
    lon, lat = (round(grid[a] + grid[b] * grid[c] / 2, 5) for a, b, c in (("west", "dx", "nx"), ("south", "dy", "ny")))
    return _page(
        "map.html",
        "map.js",
        (lat, lon),
        caption=caption,
        words={key: text.in_(caption.lang) for key, text in MAP_WORDS.items()},
        data=script_json(data),
    )


def map_frame_html() -> str:
    """The page of the screen's map, the same for every study: it fetches from its own address only, and tiles if they are asked for."""
    return _page("map_frame.html", "map_frame.js", MIDDLE_OF_JAPAN, loads=FRAME_LOADS)


def _page(template: str, script: str, middle: tuple[float, float], loads: str = "", **holds: Any) -> str:
    """A page with Leaflet, our drawing and folium's map inside. middle: (lat, lon) of the first view."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    html, made_by_folium = _folium_parts(middle)
    scripts = [leaflet_js(), _read("map_draw.js") + _read(script), made_by_folium]
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    return environment.get_template(template).render(
        policy=_policy(scripts, loads), styles=leaflet_css() + _read("map.css"), map_html=html, scripts=scripts, **holds
    )


def _folium_parts(middle: tuple[float, float]) -> tuple[str, str]:
    """(the map's element, the script that makes it), from folium; its own head with links to CDNs is left out."""
    import folium
    from branca.element import MacroElement
    from jinja2 import Template

    class ZoneMap(MacroElement):
        """Hands the map to our own script (map.js or map_frame.js)."""

        _template = Template("{% macro script(this, kwargs) %}kengaiMap({{ this._parent.get_name() }});{% endmacro %}")

    drawn = folium.Map(
        location=list(middle),
        tiles=None,
        prefer_canvas=True,
        zoom_control="topright",
        min_zoom=LEAST_ZOOM,
        max_zoom=MOST_ZOOM,
        zoom_snap=0.25,
        zoom_delta=0.5,
    )
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


def plain_json(data: Any) -> bytes:
    """JSON as a file of its own, without spaces; NaN is a mistake (use captions.plain)."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def script_json(data: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element or a line."""
    text = plain_json(data).decode()
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _policy(scripts: list[str], loads: str = "") -> str:
    """What the browser may load: only these very scripts, and besides only `loads` (nothing from anywhere)."""
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode('utf-8')).digest()).decode()}'" for script in scripts)
    loads = loads or "; img-src data:"
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src {hashes}{loads}"
