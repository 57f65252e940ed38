"use strict";
// Drawing for map.html (map.js) and for the map of the screen (map_frame.js): given folium's map and what lies on it.
// Text from data is only ever set as textContent.
function kengaiDrawing(map, data) {
  const W = data.words, UNITS = data.units;
  const say = (key, values) => W[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
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

  // ---- classes of zones: each has its own hatch, outline and shape of marker, so none is told by colour alone ----
  const INK = "#1a1a1a", BOX = '<rect x="1.5" y="1.5" width="23" height="23" ';
  const KINDS = {
    complete: { fill: "#ff4b00", hatch: "cross", weight: 2.5, shape: BOX + 'fill="#ff4b00" stroke="#1a1a1a" stroke-width="2"/><rect x="4.5" y="5.5" width="17" height="15" fill="#fff"/>' },
    partial: { fill: "#fff100", hatch: "slant", weight: 1.2, shape: '<circle cx="13" cy="13" r="11.5" fill="#fff100" stroke="#1a1a1a" stroke-width="1.5"/>' },
    unknown: { fill: "#c8cdd3", hatch: "dots", dash: "3 4", weight: 1.5, shape: '<path d="M13 .8 25.2 13 13 25.2.8 13Z" fill="#e3e6ea" stroke="#1a1a1a" stroke-width="1.5" stroke-dasharray="3 2"/>' },
    no5g: { fill: "#c9ace6", hatch: "upright", weight: 1.2, shape: '<path d="M7 2h12l6 11-6 11H7L1 13Z" fill="#e6d8f5" stroke="#1a1a1a" stroke-width="1.5"/>' },
    new: { fill: "#ff4b00", hatch: "lattice", weight: 2.5, shape: '<path d="M13 .5 16.8 5 22.6 3.6 21.2 9.4 25.7 13 21.2 16.8 22.6 22.6 16.8 21.2 13 25.7 9.4 21.2 3.6 22.6 5 16.8.3 13 5 9.4 3.6 3.6 9.4 5Z" fill="#ff9b75" stroke="#1a1a1a" stroke-width="1.5"/>' },
    grown: { fill: "#f6aa00", hatch: "upright", weight: 2, shape: '<path d="M13 .8 25.5 24.5H.5Z" fill="#f6aa00" stroke="#1a1a1a" stroke-width="1.5"/>' },
    shrunk: { fill: "#4dc4ff", hatch: "level", weight: 1.5, shape: '<path d="M13 25.2.5 1.5h25Z" fill="#9fdcff" stroke="#1a1a1a" stroke-width="1.5"/>' },
    unchanged: { fill: "#eceff2", hatch: "none", weight: 1, shape: '<circle cx="13" cy="13" r="11.5" fill="#fff" stroke="#4a5058" stroke-width="1.5"/>' },
    resolved: { fill: "#03af7a", hatch: "backslant", dash: "6 3", weight: 1.5, shape: BOX + 'rx="6" fill="#c9f0e1" stroke="#1a1a1a" stroke-width="1.5"/><path d="M5 21 10 25 24 9" fill="none" stroke="#03785a" stroke-width="3"/>' },
    came_back: { fill: "#990099", hatch: "rings", weight: 2.5, shape: '<path d="M13 .8 25.4 9.8 20.7 24.4H5.3L.6 9.8Z" fill="#f0d4f0" stroke="#990099" stroke-width="3"/>' },
  };
  const LINES = { slant: ["rise"], cross: ["rise", "fall"], backslant: ["fall"], upright: ["upright"], level: ["level"], lattice: ["upright", "level"] };
  const STROKES = {
    rise: (pen, s) => { pen.moveTo(-2, 2); pen.lineTo(2, -2); pen.moveTo(0, s); pen.lineTo(s, 0); pen.moveTo(s - 2, s + 2); pen.lineTo(s + 2, s - 2); },
    fall: (pen, s) => { pen.moveTo(0, 0); pen.lineTo(s, s); pen.moveTo(-2, s - 2); pen.lineTo(2, s + 2); pen.moveTo(s - 2, -2); pen.lineTo(s + 2, 2); },
    upright: (pen, s) => { pen.moveTo(s / 2 + 0.5, 0); pen.lineTo(s / 2 + 0.5, s); },
    level: (pen, s) => { pen.moveTo(0, s / 2 + 0.5); pen.lineTo(s, s / 2 + 0.5); },
  };
  const hatchTile = (hatch, color) => {
    const tile = document.createElement("canvas"), size = 8;
    tile.width = tile.height = size;
    const pen = tile.getContext("2d");
    pen.fillStyle = color; pen.globalAlpha = 0.62; pen.fillRect(0, 0, size, size);
    pen.globalAlpha = 0.85; pen.strokeStyle = pen.fillStyle = INK; pen.lineWidth = 1;
    pen.beginPath();
    (LINES[hatch] || []).forEach(line => STROKES[line](pen, size));
    if (hatch === "rings") pen.arc(4, 4, 2.5, 0, 7);
    pen.stroke();
    if (hatch === "dots") { pen.fillRect(1, 1, 2, 2); pen.fillRect(5, 5, 2, 2); }
    return tile;
  };
  const patterns = new Map();
  const HatchCanvas = L.Canvas.extend({
    _fillStroke(context, layer) {
      const kind = layer.options.kind;
      if (!kind) { L.Canvas.prototype._fillStroke.call(this, context, layer); return; }
      const style = KINDS[kind], zoom = this._map.getZoom();
      if (!patterns.has(kind)) patterns.set(kind, context.createPattern(hatchTile(style.hatch, style.fill), "repeat"));
      context.globalAlpha = 1;
      context.fillStyle = patterns.get(kind);
      context.fill("evenodd");
      context.globalAlpha = 0.9;
      context.lineWidth = style.weight * (zoom < 10 ? 0.35 : zoom < 12 ? 0.6 : 1); context.strokeStyle = INK;
      context.setLineDash(style.dash ? style.dash.split(" ").map(Number) : []);
      context.stroke();
    },
  });
  map.attributionControl.setPrefix("Leaflet");
  const whole = L.latLngBounds([]), margins = { padding: [8, 8] };
  const goHome = () => { if (whole.isValid()) map.fitBounds(whole, { animate: false, ...margins }); };
  [["land", 150], ["borders", 350], ["towns", 450]].forEach(([name, height]) => {
    const pane = map.getPane(name) || map.createPane(name);
    pane.style.zIndex = height; pane.style.pointerEvents = "none";
  });
  const land = L.canvas({ pane: "land", padding: 0.3 }), lines = L.canvas({ pane: "borders", padding: 0.3 });
  const front = new HatchCanvas({ padding: 0.3 });  // one canvas for all that can be clicked: a second would swallow clicks

  // ---- municipalities: the land below everything, borders and names above tints and tiles ----
  const ground = L.layerGroup(), borders = L.layerGroup();  // put on the map once it looks where it shall
  data.municipalities.forEach(town => {
    const rings = polygons(town.shape);
    const area = L.polygon(rings, { renderer: land, interactive: false, stroke: false, fillColor: town.own ? "#ffffff" : "#edf0f3", fillOpacity: 1 }).addTo(ground);
    L.polygon(rings, { renderer: lines, interactive: false, fill: false, color: "#5b6673", weight: town.own ? 1 : 0.6 }).addTo(borders);
    if (town.own) whole.extend(area.getBounds());
  });
  const labels = data.municipalities.filter(town => town.own).map(town => {
    // 多気郡大台町 is 大台町 to everybody who reads a map of its prefecture
    const name = town.name.replace(/^.+?郡(?=.+[町村]$)/, "");
    const holder = make("div"); holder.appendChild(make("span", name));
    return L.marker(at(town), { pane: "towns", letters: name.length, interactive: false, keyboard: false, icon: L.divIcon({ className: "town", html: holder, iconSize: [0, 0] }) });
  });
  const placeLabels = () => {
    const taken = [], named = map.hasLayer(borders) && map.getZoom() >= 8.75;
    labels.forEach(label => {
      const point = map.latLngToLayerPoint(label.getLatLng()), half = label.options.letters * 6 + 3;
      const fits = named && taken.every(other => Math.abs(other.y - point.y) > 15 || Math.abs(other.x - point.x) > half + other.half);
      if (fits) taken.push({ x: point.x, y: point.y, half });
      if (fits !== map.hasLayer(label)) fits ? label.addTo(map) : label.remove();
    });
  };

  // ---- rasters: looked up for every pixel of the screen, so edges are right in Mercator at every zoom ----
  const OUTSIDE = 0, NONE = 1, LITTLE = 2, HALF = 3, ALL = 4, UNKNOWN = 5;
  const inside = (value, count) => value >= 0 && value < count ? value : -1;
  const centres = (count, place) => { const out = new Int32Array(count); for (let k = 0; k < count; k++) out[k] = place(k + 0.5); return out; };
  // a source says which of its columns and rows the pixels of a tile lie in, and what it holds there
  const cellSource = cells => {
    const grid = data.grid;
    return {
      columns: (count, left, side) => centres(count, k => inside(Math.floor(((left + k) / side * 360 - 180 - grid.west) / grid.dx), grid.nx)),
      rows: (count, top, side) => centres(count, k => inside(Math.floor((Math.atan(Math.sinh(Math.PI * (1 - 2 * (top + k) / side))) * 180 / Math.PI - grid.south) / grid.dy), grid.ny)),
      value: (row, column) => cells[row * grid.nx + column],
    };
  };
  const maskSource = (bits, window) => {
    const round = 2 * Math.PI * 6378137, bytes = Math.ceil(window.nx / 8);
    return {
      columns: (count, left, side) => centres(count, k => inside(Math.floor((((left + k) / side - 0.5) * round - window.west) / window.pixel), window.nx)),
      rows: (count, top, side) => centres(count, k => inside(Math.floor((window.north - (0.5 - (top + k) / side) * round) / window.pixel), window.ny)),
      value: (row, column) => bits[row * bytes + (column >> 3)] >> (7 - (column & 7)) & 1 ? ALL : OUTSIDE,
    };
  };
  const Raster = L.GridLayer.extend({
    createTile(coords) {
      const tile = document.createElement("canvas"), size = this.getTileSize(), { source, paint } = this.options;
      tile.width = size.x; tile.height = size.y;
      const side = 256 * Math.pow(2, coords.z), left = coords.x * size.x, top = coords.y * size.y;
      const columns = source.columns(size.x, left, side), rows = source.rows(size.y, top, side);
      if (rows.every(row => row < 0) || columns.every(column => column < 0)) return tile;
      const pen = tile.getContext("2d"), image = pen.createImageData(size.x, size.y);
      for (let y = 0; y < size.y; y++) {
        if (rows[y] < 0) continue;
        for (let x = 0; x < size.x; x++) {
          if (columns[x] < 0) continue;
          const kind = source.value(rows[y], columns[x]);
          if (kind !== OUTSIDE) paint(image.data, (y * size.x + x) * 4, kind, left + x, top + y);
        }
      }
      pen.putImageData(image, 0, 0);
      return tile;
    },
  });
  const raster = (source, paint) => new Raster({ source, paint, maxNativeZoom: 17 });
  const ink = (pixels, k, r, g, b, a) => { pixels[k] = r; pixels[k + 1] = g; pixels[k + 2] = b; pixels[k + 3] = a; };
  const unknownInk = (pixels, k, x, y) => { if ((x + y) % 8 === 0) ink(pixels, k, 90, 90, 90, 160); };

  // ---- coverage: a pattern of lines a carrier, finer for later generations ----
  const CARRIER_COLORS = ["#005aff", "#03785a", "#990099", "#804000", "#0083b8", "#5c6670", "#b35c00", "#7a0030"];
  const PERIOD = 12;
  const patternLines = [
    (x, y, p) => (x + y) % p < 2, (x, y, p) => (x - y + 1200) % p < 2, (x, y, p) => y % p < 2, (x, y, p) => x % p < 2,
    (x, y, p) => x % p < 3 && y % p < 3, (x, y, p) => (x % p < 1 || y % p < 1), (x, y, p) => (x + y) % p < 1 || (x - y + 1200) % p < 1,
    (x, y, p) => (x + 2 * y) % (2 * p) < 3,
  ];
  const coveragePaint = (carrier, generation) => {
    const place = data.carriers.findIndex(item => item.key === carrier);
    const period = generation === data.generations[0] ? PERIOD : PERIOD / 2;
    const color = place < 0 ? "#5c6670" : CARRIER_COLORS[place % CARRIER_COLORS.length];
    const [r, g, b] = [1, 3, 5].map(k => parseInt(color.slice(k, k + 2), 16));
    const tint = place < 0 ? [0, 0, 26, 56, 84] : [0, 0, 10, 24, 38], line = place < 0 ? () => false : patternLines[place % patternLines.length];
    return (pixels, k, kind, x, y) => {
      if (kind === UNKNOWN) { unknownInk(pixels, k, x, y); return; }
      if (kind <= NONE) return;
      const strength = kind === LITTLE ? 0.35 : kind === HALF ? 0.7 : 1;
      ink(pixels, k, r, g, b, line(x % (PERIOD * 100), y % (PERIOD * 100), period) ? 150 * strength : tint[kind]);
    };
  };
  const swatch = (paint, kind) => {
    const canvas = document.createElement("canvas");
    canvas.width = 34; canvas.height = 16;
    const pen = canvas.getContext("2d"), image = pen.createImageData(34, 16);
    for (let y = 0; y < 16; y++) for (let x = 0; x < 34; x++) paint(image.data, (y * 34 + x) * 4, kind, x, y);
    pen.putImageData(image, 0, 0);
    pen.strokeStyle = "#6b7280"; pen.strokeRect(0.5, 0.5, 33, 15);
    canvas.setAttribute("aria-hidden", "true");
    return canvas;
  };

  // ---- markers: a shape a class, the rank as its number ----
  const sign = (kind, rank) => {
    const holder = make("div");
    // constants and a whole number: nothing from the files' text
    holder.innerHTML = '<svg class="sign" width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">' + KINDS[kind].shape + '<text x="13" y="13.5">' + (rank === null ? "" : Math.trunc(Number(rank))) + "</text></svg>";
    return holder.firstChild;
  };
  const rankWords = zone => zone.rank === null ? W.no_rank : say("rank_nth", { n: zone.rank });
  const label = layer => {
    const zone = items[layer.options.order].zone;
    return make("div", (zone.ranked === false ? "" : rankWords(zone) + " ") + zone.name + "（" + zone.municipality + "）");
  };
  const shapes = L.featureGroup().bindTooltip(label, { sticky: true, direction: "top" }).addTo(map);
  const marks = L.featureGroup().bindTooltip(label, { direction: "top" }).addTo(map);
  const ringLayer = L.layerGroup().addTo(map);
  const items = [];
  let chosen = -1, onChoose = () => {};
  [shapes, marks].forEach(group => group.on("click", event => { L.DomEvent.stop(event); onChoose(event.propagatedFrom.options.order, event.latlng); }));
  const setZones = list => {
    shapes.clearLayers(); marks.clearLayers(); items.length = 0; chosen = -1; ringLayer.clearLayers();
    list.forEach((zone, order) => {
      const shape = L.polygon(polygons(zone.shape), { renderer: front, kind: zone.kind, order });
      shapes.addLayer(shape);
      items.push({ zone, shape, marker: null, shown: false, wanted: true });
    });
    if (!whole.isValid()) items.forEach(item => whole.extend(at(item.zone)));
    return items;
  };
  const markerOf = (item, order) => {
    if (!item.marker) {
      const holder = make("div"); holder.appendChild(sign(item.zone.kind, item.zone.rank));
      item.marker = L.marker(at(item.zone), { keyboard: false, order, zIndexOffset: 2000 - order, icon: L.divIcon({ className: "zone-mark", html: holder, iconSize: [26, 26] }) });
    }
    return item.marker;
  };
  const dropMarker = item => { if (item.marker) { marks.removeLayer(item.marker); item.marker = null; item.shown = false; } };

  // markers that would cover a more urgent one wait until there is room
  const placeMarkers = () => {
    const view = map.getBounds().pad(0.15), room = 25, taken = new Map();
    const near = point => {
      const column = Math.floor(point.x / room), row = Math.floor(point.y / room);
      for (let c = column - 1; c <= column + 1; c++) for (let r = row - 1; r <= row + 1; r++) {
        const other = taken.get(c + "," + r);
        if (other && other.some(o => Math.abs(o.x - point.x) < room && Math.abs(o.y - point.y) < room)) return true;
      }
      return false;
    };
    const take = point => {
      const key = Math.floor(point.x / room) + "," + Math.floor(point.y / room);
      taken.has(key) ? taken.get(key).push(point) : taken.set(key, [point]);
    };
    items.forEach((item, order) => {
      let fits = item.wanted && view.contains(at(item.zone));
      if (fits) {
        const point = map.latLngToLayerPoint(at(item.zone));
        fits = order === chosen || !near(point);
        if (fits) take(point);
      }
      if (fits !== item.shown) { fits ? marks.addLayer(markerOf(item, order)) : marks.removeLayer(item.marker); item.shown = fits; }
      if (fits) item.marker.getElement()?.classList.toggle("chosen", order === chosen);
    });
    placeLabels();
  };
  const choose = order => {
    chosen = order;
    ringLayer.clearLayers();
    if (items[order]) ringLayer.addLayer(L.circleMarker(at(items[order].zone), { renderer: front, interactive: false, radius: 20, color: "#005aff", weight: 4, fill: false }));
    placeMarkers();
  };

  // ---- facilities: a house takes people in, a triangle is a place to flee to; each kind has its own shape ----
  const PLACES = {
    shelter: (pen, p, s) => { pen.moveTo(p.x, p.y - s - 1); pen.lineTo(p.x + s, p.y - 1); pen.lineTo(p.x + s, p.y + s); pen.lineTo(p.x - s, p.y + s); pen.lineTo(p.x - s, p.y - 1); },
    evacuation_site: (pen, p, s) => { pen.moveTo(p.x, p.y - s); pen.lineTo(p.x + s, p.y + s * 0.8); pen.lineTo(p.x - s, p.y + s * 0.8); },
    school: (pen, p, s) => path(pen, p, s * 0.85, [[-1, -1], [1, -1], [1, 1], [-1, 1]]),
    clinic: (pen, p, s) => path(pen, p, s, [[-0.35, -1], [0.35, -1], [0.35, -0.35], [1, -0.35], [1, 0.35], [0.35, 0.35], [0.35, 1], [-0.35, 1], [-0.35, 0.35], [-1, 0.35], [-1, -0.35], [-0.35, -0.35]]),
    office: (pen, p, s) => path(pen, p, s, [[0, -1.1], [1.1, 0], [0, 1.1], [-1.1, 0]]),
    hall: (pen, p, s) => path(pen, p, s, [[-1, -0.8], [1, -0.8], [0, 1]]),
    station: (pen, p, s) => path(pen, p, s, [[-1.2, -0.45], [1.2, -0.45], [1.2, 0.45], [-1.2, 0.45]]),
    trail: (pen, p, s) => path(pen, p, s, [[-0.55, -1], [0.55, -1], [1.05, 0], [0.55, 1], [-0.55, 1], [-1.05, 0]]),
    tourism: (pen, p, s) => path(pen, p, s, [[0, -1.1], [0.3, -0.3], [1.1, 0], [0.3, 0.3], [0, 1.1], [-0.3, 0.3], [-1.1, 0], [-0.3, -0.3]]),
    worksite: (pen, p, s) => path(pen, p, s, [[-0.6, -0.9], [0.6, -0.9], [1, 0.9], [-1, 0.9]]),
  };
  const path = (pen, p, s, corners) => corners.forEach(([x, y], k) => k ? pen.lineTo(p.x + s * x, p.y + s * y) : pen.moveTo(p.x + s * x, p.y + s * y));
  const PLACE_FILLS = { shelter: "#03af7a", evacuation_site: "#b5f0dc" }, OTHER_PLACE = "#ffffff";
  const placePath = (pen, category, point, size) => { pen.beginPath(); PLACES[category](pen, point, size); pen.closePath(); };
  const Place = L.CircleMarker.extend({
    _updatePath() {
      const canvas = this._renderer;
      if (!canvas._drawing || this._empty()) return;
      placePath(canvas._ctx, this.options.category, this._point, this._map.getZoom() < 11 ? 3 : 5);
      canvas._fillStroke(canvas._ctx, this);
    },
  });
  const placeSign = category => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 16;
    const pen = canvas.getContext("2d");
    placePath(pen, category, { x: 8, y: 8.5 }, 5.5);
    pen.fillStyle = PLACE_FILLS[category] || OTHER_PLACE; pen.fill(); pen.strokeStyle = INK; pen.stroke();
    canvas.setAttribute("aria-hidden", "true");
    return canvas;
  };
  const facilities = L.featureGroup().bindTooltip(layer => make("div", layer.options.words), { direction: "top" });
  data.facilities.forEach(([x, y, words, category]) => facilities.addLayer(new Place([y / UNITS, x / UNITS], {
    renderer: front, radius: 6, color: INK, weight: 1, fillColor: PLACE_FILLS[category] || OTHER_PLACE, fillOpacity: 1, category, words,
  })));
  const facilityKinds = Object.keys(PLACES).filter(category => data.facilities.some(place => place[3] === category));

  const Whole = L.Control.extend({
    options: { position: "topright" },
    onAdd() {
      const holder = make("div", null, "leaflet-bar leaflet-control-whole"), button = make("a", "⤢");
      button.href = "#"; button.role = "button"; button.title = W.whole; button.setAttribute("aria-label", W.whole);
      L.DomEvent.on(button, "click", event => { L.DomEvent.stop(event); goHome(); });
      holder.appendChild(button);
      return holder;
    },
  });
  const controls = [new Whole(), L.control.scale({ imperial: false, position: "bottomleft" })];
  controls.forEach(control => map.addControl(control));
  map.on("zoomend moveend", placeMarkers);
  const remove = () => {
    map.off("zoomend moveend", placeMarkers);
    controls.forEach(control => control.remove());
    [ground, borders, shapes, marks, ringLayer, facilities, ...labels].forEach(layer => layer.remove());
    [land, lines, front].forEach(canvas => canvas.remove());
  };
  return {
    W, KINDS, ALL, UNKNOWN, say, make, add, polygons, at, whole, items, borders, facilities, facilityKinds, shapes, marks, ground, ink, unknownInk,
    cellSource, maskSource, raster, coveragePaint, swatch, sign, placeSign, rankWords, setZones, dropMarker, placeMarkers, choose, remove,
    goHome, margins, whenChosen: action => { onChoose = action; },
  };
}
