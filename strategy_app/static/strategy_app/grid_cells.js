// The cells of the grid: where they are, which are chosen, what the server says of them.
// What is done to them is in grid.js. Without these scripts each cell is a link to its form.
"use strict";

(() => {
  const grid = document.getElementById("grid");
  if (!grid) return;
  const part = (name, root = document) => root.querySelector(`[data-part="${name}"]`);
  const words = part("words").dataset;
  const body = grid.tBodies[0];
  const mayWork = grid.getAttribute("aria-readonly") === "false";
  const state = {
    active: null, // the link of the cell that has, or had, the keyboard
    anchor: null, // where a selection with Shift began
    selected: new Set(), // names of cells, "PROGRAMME ELEMENT"
    everything: null, // lines of all cells that the filter matches, when asked for
  };

  // --- where things are ---
  const linkAt = (row, column) => body.rows[row]?.cells[column + 1]?.firstElementChild;
  const linkOf = (name) => grid.querySelector(`[data-cell="${name}"]`);
  const placeOf = (link) => ({
    row: link.closest("tr").sectionRowIndex,
    column: link.parentElement.cellIndex - 1,
  });
  const width = () => body.rows[0].cells.length - 1;
  const height = () => body.rows.length;
  const mayChange = (link) => mayWork && link.closest("tr").hasAttribute("data-may");
  const lineOf = (name) => `${name} ${linkOf(name)?.dataset.row || 0}`;
  const say = (text) => { document.getElementById("live").textContent = text; };

  function goTo(link) {
    if (!link) return;
    if (state.active) state.active.tabIndex = -1;
    state.active = link;
    link.tabIndex = 0;
    link.focus();
    link.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  // Whoever types, or reads what was opened, is not called back to the cells.
  const isElsewhere = () => Boolean(document.activeElement?.closest("form, dialog, #drawer"));
  function goBack() {
    if (!isElsewhere()) goTo(state.active);
  }
  function next(link) {
    const { row, column } = placeOf(link);
    return linkAt(row, column + 1) || linkAt(row + 1, 0) || link;
  }
  for (const link of body.querySelectorAll("td > a")) link.tabIndex = -1;
  const first = grid.dataset.at && body.querySelector(`tr[data-programme="${grid.dataset.at}"] td > a`);
  state.active = first || linkAt(0, 0);
  state.active.tabIndex = 0;
  if (first) goTo(first);
  if (part("tools")) part("tools").hidden = false;

  // --- selection ---
  function drawSelection() {
    for (const cell of body.querySelectorAll("[aria-selected]")) {
      if (!state.selected.has(cell.firstElementChild.dataset.cell)) cell.removeAttribute("aria-selected");
    }
    for (const name of state.selected) linkOf(name)?.parentElement.setAttribute("aria-selected", "true");
    const number = state.everything ? state.everything.length : state.selected.size;
    part("selection").hidden = number < 2 || !mayWork;
    part("selected").textContent = words.selected.replace("%(number)s", number);
  }
  function select(links, add) {
    state.everything = null;
    if (!add) state.selected = new Set();
    for (const link of links) if (link && link.closest("tr").hasAttribute("data-may")) state.selected.add(link.dataset.cell);
    drawSelection();
  }
  function clearSelection() {
    state.anchor = null;
    select([]);
  }
  function selectTo(link) {
    state.anchor = state.anchor || state.active;
    const from = placeOf(state.anchor), to = placeOf(link), links = [];
    for (let row = Math.min(from.row, to.row); row <= Math.max(from.row, to.row); row += 1) {
      for (let column = Math.min(from.column, to.column); column <= Math.max(from.column, to.column); column += 1) {
        links.push(linkAt(row, column));
      }
    }
    select(links);
    goTo(link);
  }
  function rowOf(link) {
    return [...link.closest("tr").querySelectorAll("td > a")];
  }
  function columnOf(column) {
    return [...body.rows].map((row) => row.cells[column + 1].firstElementChild);
  }
  const chosen = () => state.everything || (state.selected.size > 1 ? [...state.selected].map(lineOf) : null);

  // --- asking the server ---
  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  async function ask(address, fields) {
    const options = { headers: { Accept: "application/json", "HX-Request": "true" } };
    if (fields) {
      options.method = "POST";
      options.body = new URLSearchParams(fields);
      options.headers["X-CSRFToken"] = token();
    }
    const answer = await fetch(address, options);
    if (answer.status === 401 || answer.status === 403) window.renewToken?.();
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (answer.status >= 500 || (!isJson && answer.status >= 400)) throw answer;
    return { status: answer.status, body: isJson ? await answer.json() : await answer.text() };
  }
  function put(cells, look) {
    for (const [name, html] of Object.entries(cells || {})) {
      const old = linkOf(name)?.parentElement;
      if (!old) continue;
      const made = document.createElement("template");
      made.innerHTML = html;
      const cell = made.content.firstElementChild;
      const link = cell.firstElementChild;
      link.tabIndex = -1;
      if (look) cell.classList.add(look);
      const hadFocus = old.contains(document.activeElement);
      const wasActive = old.contains(state.active);
      // A selection that is being drawn goes on from the new cell.
      if (old.contains(state.anchor)) state.anchor = link;
      if (old.hasAttribute("aria-selected")) cell.setAttribute("aria-selected", "true");
      old.replaceWith(cell);
      if (wasActive) { state.active = link; link.tabIndex = 0; }
      if (hadFocus) link.focus();
    }
  }
  function mark(names, state) {
    for (const name of names) {
      const cell = linkOf(name)?.parentElement;
      cell?.classList.remove("saving", "failed", "saved", "overtaken");
      if (state) cell?.classList.add(state);
    }
  }
  const namesOf = (lines) => lines.map((line) => line.split(" ").slice(0, 2).join(" "));

  window.gridCells = {
    grid, body, part, words, state, mayWork, linkAt, linkOf, placeOf, width, height,
    mayChange, lineOf, say, goTo, goBack, isElsewhere, next, drawSelection, select, clearSelection,
    selectTo, rowOf, columnOf, chosen, ask, put, mark, namesOf,
  };
})();
