"use strict";
// The script of map.html: draws what #kengai-data holds, with kengaiDrawing (map_draw.js), beside a table and a card.
// Text from data is only ever set as textContent.
function kengaiMap(map) {
  const data = JSON.parse(document.getElementById("kengai-data").textContent), drawing = kengaiDrawing(map, data);
  const { W, ALL, say, make, add, at, sign, rankWords, facilities, placeMarkers } = drawing;
  const points = value => value === null ? W.unknown_value : value.toFixed(1);
  drawing.goHome();
  drawing.ground.addTo(map); drawing.borders.addTo(map);
  const zones = drawing.setZones(data.zones);
  drawing.whenChosen(order => choose(order, false));

  // ---- shares of cells, as runs of classes ----
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
    const item = make("li"), { label } = tick(W.shelters_layer, false, on => on ? facilities.addTo(map) : facilities.remove());
    const kinds = make("small", null, "kinds");
    drawing.facilityKinds.forEach(category => add(kinds, add(make("span"), drawing.placeSign(category), document.createTextNode(" " + W[category]))));
    add(list, add(item, label), add(make("li"), kinds));
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
      const paint = drawing.coveragePaint(carrier.key, generation);
      let drawn = null;
      const show = on => {
        if (on && !drawn) drawn = drawing.raster(drawing.cellSource(decode(layer.runs)), paint);
        if (on) drawn.addTo(map); else if (drawn) drawn.remove();
      };
      const first = carrier.key === "any" && generation === data.generation;
      const { label, box } = tick("", first, show);
      const words = carrier.name + " " + generation + (layer.as_of ? " " + layer.as_of : "");
      box.setAttribute("aria-label", words); label.title = words;
      label.appendChild(drawing.swatch(paint, ALL));
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
    add(rows, add(row, rank, name, score, make("td", zone.people)));
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
  const card = document.getElementById("card");
  const facts = zone => {
    const out = make("dl", null, "needs");
    zone.needs.map((value, k) => [data.facts[k], value]).concat(zone.more).forEach(([words, value]) => add(out, make("dt", words), make("dd", value)));
    return out;
  };
  const parts = zone => {
    const out = make("div", null, "parts");
    data.criteria.forEach((criterion, k) => {
      const value = zone.parts[k], bar = make("div", null, value === null ? "bar unknown" : "bar");
      if (value !== null) { const inner = make("i"); inner.style.width = Math.min(100, 100 * value / criterion.points) + "%"; bar.appendChild(inner); }
      add(out, make("span", criterion.name), bar, make("span", value === null ? W.unknown_value : say("of_points", { v: points(value), max: criterion.points.toLocaleString("ja-JP", { maximumFractionDigits: 1 }) })));
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
    if (zones[chosen]) zones[chosen].row.removeAttribute("aria-current");
    chosen = order;
    const item = zones[order];
    if (!item) { card.replaceChildren(make("p", W.choose, "hint")); drawing.choose(-1); return; }
    show(item.zone);
    item.row.setAttribute("aria-current", "true");
    if (move) map.setView(item.shape.getBounds().isValid() ? item.shape.getBounds().getCenter() : at(item.zone), Math.max(map.getZoom(), 12), { animate: false });
    else item.row.scrollIntoView({ block: "nearest" });
    drawing.choose(order);
  }

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
