"use strict";
// The page's own script: draws what #kengai-data holds. Text from data is only ever set as textContent.
function kengaiMap(map) {
  const data = JSON.parse(document.getElementById("kengai-data").textContent);
  const W = data.words, UNITS = data.units;
  const CARRIER_COLORS = ["#005aff", "#03785a", "#990099", "#804000", "#0083b8", "#5c6670", "#b35c00", "#7a0030"];
  const KINDS = {
    complete: { fill: "#ff4b00", hatch: "cross", dash: null, weight: 2.5 },
    partial: { fill: "#fff100", hatch: "slant", dash: null, weight: 1.2 },
    unknown: { fill: "#c8cdd3", hatch: "dots", dash: "3 4", weight: 1.5 },
  };
  const say = (key, values) => W[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = (value, digits) => value === null || value === undefined ? W.unknown_value
    : value.toLocaleString("ja-JP", { maximumFractionDigits: digits === undefined ? (Math.abs(value) < 10 ? 1 : 0) : digits });
  const points = value => value === null ? W.unknown_value : value.toFixed(1);
  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text !== undefined && text !== null) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const add = (parent, ...children) => { children.forEach(child => parent.appendChild(child)); return parent; };

  // ---- shapes: rings [x0, y0, dx, dy, ...] in whole units ----
  const ring = steps => {
    const out = [];
    let x = 0, y = 0;
    for (let k = 0; k < steps.length; k += 2) { x += steps[k]; y += steps[k + 1]; out.push([y / UNITS, x / UNITS]); }
    return out;
  };
  const polygons = shape => shape.map(rings => rings.map(ring));
  const at = item => L.latLng(item.y / UNITS, item.x / UNITS);

  // ---- hatching on canvas: zones differ by pattern, outline and marker, not by colour alone ----
  const hatchTile = (kind, color) => {
    const tile = document.createElement("canvas"), size = 8;
    tile.width = tile.height = size;
    const pen = tile.getContext("2d");
    pen.fillStyle = color; pen.globalAlpha = 0.62; pen.fillRect(0, 0, size, size);
    pen.globalAlpha = 0.85; pen.strokeStyle = pen.fillStyle = "#1a1a1a"; pen.lineWidth = 1;
    pen.beginPath();
    if (kind !== "dots") { pen.moveTo(-2, 2); pen.lineTo(2, -2); pen.moveTo(0, size); pen.lineTo(size, 0); pen.moveTo(size - 2, size + 2); pen.lineTo(size + 2, size - 2); }
    if (kind === "cross") { pen.moveTo(0, 0); pen.lineTo(size, size); pen.moveTo(-2, size - 2); pen.lineTo(2, size + 2); pen.moveTo(size - 2, -2); pen.lineTo(size + 2, 2); }
    pen.stroke();
    if (kind === "dots") { pen.fillRect(1, 1, 2, 2); pen.fillRect(5, 5, 2, 2); }
    return tile;
  };
  const patterns = new Map();
  const HatchCanvas = L.Canvas.extend({
    _fillStroke(context, layer) {
      const options = layer.options;
      if (options.hatch) {
        if (!patterns.has(options.hatch)) patterns.set(options.hatch, hatchTile(options.hatch, options.fillColor));
        context.globalAlpha = 1;
        context.fillStyle = context.createPattern(patterns.get(options.hatch), "repeat");
        context.fill("evenodd");
        context.globalAlpha = options.opacity;
        context.lineWidth = options.weight * (this._map.getZoom() < 10 ? 0.35 : this._map.getZoom() < 12 ? 0.6 : 1); context.strokeStyle = options.color;
        context.setLineDash(options.dashArray ? options.dashArray.split(" ").map(Number) : []);
        context.stroke();
        return;
      }
      L.Canvas.prototype._fillStroke.call(this, context, layer);
    },
  });
  map.attributionControl.setPrefix("Leaflet");
  const whole = L.latLngBounds([]);
  map.createPane("land").style.zIndex = 150;
  map.createPane("towns").style.zIndex = 450;
  const land = L.canvas({ pane: "land", padding: 0.3 }), front = new HatchCanvas({ padding: 0.3 });

  // ---- municipalities ----
  data.municipalities.forEach(town => {
    const layer = L.polygon(polygons(town.shape), {
      renderer: land, interactive: false, color: "#5b6673", weight: town.own ? 1 : 0.6,
      fillColor: town.own ? "#ffffff" : "#edf0f3", fillOpacity: 1,
    }).addTo(map);
    if (town.own) whole.extend(layer.getBounds());
  });
  const labels = data.municipalities.filter(town => town.own).map(town => {
    // 多気郡大台町 is 大台町 to everybody who reads a map of its prefecture
    town.name = town.name.replace(/^.+?郡(?=.+[町村]$)/, "");
    const holder = make("div"); holder.appendChild(make("span", town.name));
    return L.marker(at(town), { pane: "towns", letters: town.name.length, interactive: false, keyboard: false, icon: L.divIcon({ className: "town", html: holder, iconSize: [0, 0] }) });
  });
  const placeLabels = () => {
    const taken = [];
    labels.forEach(label => {
      const point = map.latLngToLayerPoint(label.getLatLng()), half = label.options.letters * 6 + 3;
      const fits = map.getZoom() >= 8.75 && taken.every(other => Math.abs(other.y - point.y) > 15 || Math.abs(other.x - point.x) > half + other.half);
      if (fits) taken.push({ x: point.x, y: point.y, half });
      if (fits !== map.hasLayer(label)) fits ? label.addTo(map) : label.remove();
    });
  };

  // ---- coverage: cells looked up for every pixel, so the edges are right in Mercator at every zoom ----
  const OUTSIDE = 0, NONE = 1, LITTLE = 2, HALF = 3, ALL = 4, UNKNOWN = 5;
  const decode = text => {
    const out = new Uint8Array(data.grid.nx * data.grid.ny), run = /([a-f])(\d*)/g;
    let where = 0, found;
    while ((found = run.exec(text))) {
      const length = found[2] ? +found[2] : 1;
      out.fill(found[1].charCodeAt(0) - 97, where, where + length);
      where += length;
    }
    return out;
  };
  const PERIOD = 12;
  const lines = [
    (x, y, p) => (x + y) % p < 2, (x, y, p) => (x - y + 1200) % p < 2, (x, y, p) => y % p < 2, (x, y, p) => x % p < 2,
    (x, y, p) => x % p < 3 && y % p < 3, (x, y, p) => (x % p < 1 || y % p < 1), (x, y, p) => (x + y) % p < 1 || (x - y + 1200) % p < 1,
    (x, y, p) => (x + 2 * y) % (2 * p) < 3,
  ];
  const look = (carrier, generation) => {
    const place = data.carriers.findIndex(item => item.key === carrier);
    const period = generation === data.generations[0] ? PERIOD : PERIOD / 2;
    if (place < 0) return { rgb: [92, 102, 112], line: () => false, tint: [0, 0, 26, 56, 84, 0], stroke: 0 };
    const color = CARRIER_COLORS[place % CARRIER_COLORS.length];
    const rgb = [1, 3, 5].map(k => parseInt(color.slice(k, k + 2), 16)), line = lines[place % lines.length];
    return { rgb, line: (x, y) => line(x, y, period), tint: [0, 0, 10, 24, 38, 0], stroke: 150 };
  };
  const paint = (pixels, k, style, kind, x, y) => {
    if (kind === UNKNOWN) { if ((x + y) % 8 === 0) { pixels[k] = pixels[k + 1] = pixels[k + 2] = 90; pixels[k + 3] = 160; } return; }
    const strength = kind === LITTLE ? 0.35 : kind === HALF ? 0.7 : 1;
    pixels[k] = style.rgb[0]; pixels[k + 1] = style.rgb[1]; pixels[k + 2] = style.rgb[2];
    pixels[k + 3] = style.stroke && style.line(x % (PERIOD * 100), y % (PERIOD * 100)) ? style.stroke * strength : style.tint[kind];
  };
  const Shares = L.GridLayer.extend({
    createTile(coords) {
      const tile = document.createElement("canvas"), size = this.getTileSize(), grid = data.grid;
      tile.width = size.x; tile.height = size.y;
      const pen = tile.getContext("2d"), image = pen.createImageData(size.x, size.y);
      const side = 256 * Math.pow(2, coords.z), left = coords.x * size.x, top = coords.y * size.y;
      const columns = new Int32Array(size.x);
      for (let x = 0; x < size.x; x++) columns[x] = Math.floor(((left + x + 0.5) / side * 360 - 180 - grid.west) / grid.dx);
      for (let y = 0; y < size.y; y++) {
        const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * (top + y + 0.5) / side))) * 180 / Math.PI;
        const row = Math.floor((lat - grid.south) / grid.dy);
        if (row < 0 || row >= grid.ny) continue;
        for (let x = 0; x < size.x; x++) {
          const column = columns[x];
          if (column < 0 || column >= grid.nx) continue;
          const kind = this.options.cells[row * grid.nx + column];
          if (kind > NONE) paint(image.data, (y * size.x + x) * 4, this.options.look, kind, left + x, top + y);
        }
      }
      pen.putImageData(image, 0, 0);
      return tile;
    },
  });
  const swatch = style => {
    const canvas = document.createElement("canvas");
    canvas.width = 34; canvas.height = 16;
    const pen = canvas.getContext("2d"), image = pen.createImageData(34, 16);
    for (let y = 0; y < 16; y++) for (let x = 0; x < 34; x++) paint(image.data, (y * 34 + x) * 4, style, ALL, x, y);
    pen.putImageData(image, 0, 0);
    pen.strokeStyle = "#6b7280"; pen.strokeRect(0.5, 0.5, 33, 15);
    canvas.setAttribute("aria-hidden", "true");
    return canvas;
  };

  // ---- markers: a shape a class, the rank as its number ----
  const SHAPES = {
    complete: '<rect x="1.5" y="1.5" width="23" height="23" fill="#ff4b00" stroke="#1a1a1a" stroke-width="2"/><rect x="4.5" y="5.5" width="17" height="15" fill="#fff"/>',
    partial: '<circle cx="13" cy="13" r="11.5" fill="#fff100" stroke="#1a1a1a" stroke-width="1.5"/>',
    unknown: '<path d="M13 .8 25.2 13 13 25.2.8 13Z" fill="#e3e6ea" stroke="#1a1a1a" stroke-width="1.5" stroke-dasharray="3 2"/>',
  };
  const sign = (kind, rank) => {
    const holder = make("div");
    // constants and a whole number: nothing from the files' text
    holder.innerHTML = '<svg class="sign" width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">' + SHAPES[kind] + '<text x="13" y="13.5">' + (rank === null ? "" : Math.trunc(Number(rank))) + "</text></svg>";
    return holder.firstChild;
  };
  const rankWords = zone => zone.rank === null ? W.no_rank : say("rank_nth", { n: zone.rank });
  const zones = data.zones.map((zone, order) => {
    const kind = KINDS[zone.kind];
    const shape = L.polygon(polygons(zone.shape), {
      renderer: front, color: "#1a1a1a", weight: kind.weight, opacity: 0.9, hatch: kind.hatch, fillColor: kind.fill, fillOpacity: 0.6, dashArray: kind.dash,
    }).addTo(map);
    const holder = make("div"); holder.appendChild(sign(zone.kind, zone.rank));
    const marker = L.marker(at(zone), { keyboard: false, zIndexOffset: 2000 - order, icon: L.divIcon({ className: "zone-mark", html: holder, iconSize: [26, 26] }) });
    [shape, marker].forEach(layer => {
      layer.on("click", () => choose(order, false));
      layer.bindTooltip(() => make("div", rankWords(zone) + " " + zone.name + "（" + zone.municipality + "）"), { sticky: layer === shape, direction: "top" });
    });
    return { zone, shape, marker, shown: false, wanted: true };
  });
  if (!whole.isValid()) zones.forEach(item => whole.extend(at(item.zone)));

  // markers that would cover a more urgent one wait until there is room
  const placeMarkers = () => {
    const taken = [], view = map.getBounds().pad(0.15), room = 25;
    zones.forEach((item, order) => {
      const point = map.latLngToLayerPoint(at(item.zone));
      const fits = item.wanted && view.contains(at(item.zone)) && (order === chosen || taken.every(other => Math.abs(other.x - point.x) >= room || Math.abs(other.y - point.y) >= room));
      if (fits) taken.push(point);
      if (fits !== item.shown) { fits ? item.marker.addTo(map) : item.marker.remove(); item.shown = fits; }
    });
    placeLabels();
  };

  // ---- shelters ----
  const shelters = L.layerGroup(data.facilities.map(([x, y, name]) =>
    L.circleMarker([y / UNITS, x / UNITS], { renderer: front, radius: 4, color: "#1a1a1a", weight: 1, fillColor: "#03af7a", fillOpacity: 1 })
      .bindTooltip(() => make("div", name), { direction: "top" })));

  // ---- the legend switches layers ----
  const body = document.getElementById("legend-body"), legend = document.getElementById("legend");
  L.DomEvent.disableClickPropagation(legend); L.DomEvent.disableScrollPropagation(legend);
  const tick = (words, on, change) => {
    const label = make("label"), box = make("input");
    box.type = "checkbox"; box.checked = on;
    box.addEventListener("change", () => change(box.checked));
    if (words) label.appendChild(make("span", words));
    label.prepend(box);
    return { label, box };
  };
  body.appendChild(make("h2", W.zones));
  const list = make("ul");
  ["complete", "partial", "unknown"].filter(kind => zones.some(item => item.zone.kind === kind)).forEach(kind => {
    const item = make("li"), icon = sign(kind, null);
    icon.setAttribute("width", 18); icon.setAttribute("height", 18);
    add(list, add(item, icon, make("span", W[kind])));
  });
  if (data.facilities.length) {
    const item = make("li"), { label } = tick(W.shelters_layer, false, on => on ? shelters.addTo(map) : shelters.remove());
    const dot = make("span"); dot.style.cssText = "width:10px;height:10px;border-radius:50%;background:#03af7a;border:1px solid #1a1a1a;display:inline-block";
    label.insertBefore(dot, label.lastChild);
    list.appendChild(add(item, label));
  }
  body.appendChild(list);
  body.appendChild(make("h2", W.layers));
  const table = make("table"), heading = make("tr");
  heading.appendChild(make("th", W.layer));
  data.generations.forEach(generation => { const cell = make("th", generation); cell.scope = "col"; heading.appendChild(cell); });
  add(table, add(make("thead"), heading));
  const matrix = make("tbody");
  [{ key: "any", name: data.any }, ...data.carriers].forEach(carrier => {
    const row = make("tr"), name = make("th", carrier.name);
    name.scope = "row"; row.appendChild(name);
    data.generations.forEach(generation => {
      const cell = make("td"), layer = data.layers.find(item => item.carrier === carrier.key && item.generation === generation);
      row.appendChild(cell);
      if (!layer.runs) { cell.textContent = W.not_published; return; }
      const style = look(carrier.key, generation);
      let drawn = null;
      const show = on => {
        if (on && !drawn) drawn = new Shares({ cells: decode(layer.runs), look: style, maxNativeZoom: 17 });
        if (on) drawn.addTo(map); else if (drawn) drawn.remove();
      };
      const first = carrier.key === "any" && generation === data.generation;
      const { label, box } = tick("", first, show);
      const words = carrier.name + " " + generation + (layer.as_of ? " " + layer.as_of : "");
      box.setAttribute("aria-label", words); label.title = words;
      label.appendChild(swatch(style));
      cell.appendChild(label);
      if (first) show(true);
    });
    matrix.appendChild(row);
  });
  table.appendChild(matrix);
  add(body, table, make("small", W.depth), make("small", W.pattern_note));

  // ---- the ranked table ----
  const rows = document.getElementById("rows");
  zones.forEach((item, order) => {
    const zone = item.zone, row = make("tr"), rank = make("td"), name = make("td"), button = make("button"), score = make("td", points(zone.score));
    const icon = sign(zone.kind, zone.rank);
    rank.appendChild(icon);
    icon.setAttribute("aria-hidden", "true");
    button.type = "button";
    add(button, make("span", zone.name), make("small", zone.municipality + " ・ " + zone.id + (zone.rank === null ? " ・ " + W.no_rank + (zone.gate ? "（" + zone.gate + "）" : "") : "")));
    button.setAttribute("aria-label", rankWords(zone) + " " + zone.name + " " + zone.municipality + " " + W[zone.kind]);
    name.appendChild(button);
    const bar = make("div", null, "bar"), inner = make("i");
    inner.style.width = Math.max(0, Math.min(100, zone.score || 0)) + "%";
    score.appendChild(add(bar, inner));
    add(rows, add(row, rank, name, score, make("td", number(zone.uncovered_population))));
    row.addEventListener("click", () => choose(order, true));
    item.row = row; item.button = button;
    item.words = (zone.name + " " + zone.municipality + " " + zone.id).normalize("NFKC").toLowerCase();
  });
  rows.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const visible = zones.filter(item => item.wanted), here = visible.findIndex(item => item.button === document.activeElement);
    const next = visible[here + step];
    if (next) { next.button.focus(); event.preventDefault(); }
  });
  const nothing = make("tr"), empty = make("td", W.nothing);
  empty.colSpan = 4; nothing.appendChild(empty); nothing.hidden = true; rows.appendChild(nothing);
  const search = document.getElementById("search"), found = document.getElementById("found");
  const filter = () => {
    const wanted = search.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    zones.forEach(item => {
      item.wanted = wanted.every(word => item.words.includes(word));
      item.row.hidden = !item.wanted;
      count += item.wanted;
    });
    nothing.hidden = count > 0;
    found.textContent = say(wanted.length ? "found_of" : "found", { n: count, all: zones.length });
    placeMarkers();
  };
  search.addEventListener("input", filter);

  // ---- one zone ----
  let chosen = -1;
  const card = document.getElementById("card"), ringLayer = L.layerGroup().addTo(map);
  const facts = zone => {
    const out = make("dl", null, "needs");
    const fact = (words, value, unit, digits) => add(out, make("dt", words), make("dd", value === null ? W.unknown_value : number(value, digits) + (unit ? " " + unit : "")));
    fact(W.population, zone.population, W.people_unit);
    fact(W.uncovered, zone.uncovered_population, W.people_unit);
    fact(W.of_whom_complete, zone.complete_population, W.people_unit);
    fact(W.households, zone.uncovered_households, W.households_unit);
    fact(W.old, zone.uncovered_65plus, W.people_unit);
    fact(W.shelters, zone.shelters, W.places_unit, 0);
    fact(W.nearest, zone.nearest_coverage_km, W.km_unit, 1);
    return out;
  };
  const parts = zone => {
    const out = make("div", null, "parts");
    data.criteria.forEach((criterion, k) => {
      const value = zone.parts[k], bar = make("div", null, value === null ? "bar unknown" : "bar");
      if (value !== null) { const inner = make("i"); inner.style.width = Math.min(100, 100 * value / criterion.points) + "%"; bar.appendChild(inner); }
      add(out, make("span", criterion.name), bar, make("span", value === null ? W.unknown_value : say("of_points", { v: points(value), max: number(criterion.points, 1) })));
    });
    return out;
  };
  const marks = zone => {
    const out = make("table"), head = make("tr"), inner = make("tbody");
    head.appendChild(make("th", W.layer));
    data.generations.forEach(generation => { const cell = make("th", generation); cell.scope = "col"; head.appendChild(cell); });
    data.carriers.forEach((carrier, k) => {
      const row = make("tr"), name = make("th", carrier.name);
      name.scope = "row"; row.appendChild(name);
      zone.marks[k].forEach(mark => add(row, add(make("td"), make("b", mark), make("span", W["mark_" + mark]))));
      inner.appendChild(row);
    });
    return add(out, add(make("thead"), head), inner);
  };
  const show = zone => {
    card.replaceChildren();
    const head = make("div", null, "head"), middle = make("div"), close = make("button", W.close, "close");
    close.type = "button";
    close.addEventListener("click", () => { const last = zones[chosen]; choose(-1, false); if (last) last.button.focus(); });
    add(middle, make("h2", zone.name), make("small", zone.municipality + " ・ " + zone.id + " ・ " + W["short_" + zone.kind]));
    add(head, sign(zone.kind, zone.rank), middle, close);
    const score = make("p", points(zone.score), "score");
    score.appendChild(make("small", " / 100　" + rankWords(zone) + (zone.gate ? "（" + zone.gate + "）" : "")));
    if (zone.low !== null) score.appendChild(make("small", "　" + say("range", { p: Math.round(data.shake * 100), low: zone.low, high: zone.high })));
    add(card, head, score);
    if (zone.tied) card.appendChild(make("p", W.tied, "small"));
    if (zone.without) card.appendChild(make("p", say("without", { names: zone.without }), "small"));
    add(card, make("h3", W.who), marks(zone), make("h3", W.parts), parts(zone), make("h3", W.needs), facts(zone));
    card.scrollTop = 0;
  };
  function choose(order, move) {
    if (zones[chosen]) { zones[chosen].row.removeAttribute("aria-current"); zones[chosen].marker.getElement()?.classList.remove("chosen"); }
    chosen = order;
    ringLayer.clearLayers();
    const item = zones[order];
    if (!item) { card.replaceChildren(make("p", W.choose, "hint")); placeMarkers(); return; }
    show(item.zone);
    item.row.setAttribute("aria-current", "true");
    if (move) map.setView(item.shape.getBounds().isValid() ? item.shape.getBounds().getCenter() : at(item.zone), Math.max(map.getZoom(), 12), { animate: false });
    else item.row.scrollIntoView({ block: "nearest" });
    ringLayer.addLayer(L.circleMarker(at(item.zone), { renderer: front, interactive: false, radius: 20, color: "#005aff", weight: 4, fill: false }));
    placeMarkers();
    item.marker.getElement()?.classList.add("chosen");
  }

  const Whole = L.Control.extend({
    options: { position: "topright" },
    onAdd() {
      const holder = make("div", null, "leaflet-bar leaflet-control-whole"), button = make("a", "⤢");
      button.href = "#"; button.role = "button"; button.title = W.whole; button.setAttribute("aria-label", W.whole);
      L.DomEvent.on(button, "click", event => { L.DomEvent.stop(event); map.fitBounds(whole); });
      holder.appendChild(button);
      return holder;
    },
  });
  map.addControl(new Whole());
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  if (whole.isValid()) map.fitBounds(whole, { animate: false, padding: [8, 8] });
  map.on("zoomend moveend", placeMarkers);
  // on paper the map keeps its size in pixels, so that nothing has to be drawn anew, and is scaled to fit
  const area = document.getElementById("map-area"), credits = document.getElementById("credits");
  window.addEventListener("beforeprint", () => {
    const width = area.offsetWidth, height = area.offsetHeight;
    area.style.cssText = `width:${width}px;height:${height}px;zoom:${Math.min(1, 1020 / width, 590 / height)}`;
    credits.open = true;
  });
  window.addEventListener("afterprint", () => { area.style.cssText = ""; });
  choose(-1, false);
  filter();
  document.documentElement.dataset.ready = "true";
}
