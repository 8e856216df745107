// The cells of the grid: where they are, which are chosen, what the server says of them.
// What is done to them is in grid.js. Without these scripts each cell is a link to its form.

export const grid = document.getElementById("grid");
export const part = (name, root = document) => root.querySelector(`[data-part="${name}"]`);
export const words = part("words").dataset;
export const body = grid.tBodies[0];
export const mayWork = grid.getAttribute("aria-readonly") === "false";
export const state = {
  active: null, // the link of the cell that has, or had, the keyboard
  anchor: null, // where a selection with Shift began
  selected: new Set(), // names of cells, "PROGRAMME ELEMENT"
  everything: null, // lines of all cells that the filter matches, when asked for
};

// --- where things are ---
export const linkAt = (row, column) => body.rows[row]?.cells[column + 1]?.firstElementChild;
export const linkOf = (name) => grid.querySelector(`[data-cell="${name}"]`);
export const placeOf = (link) => ({
  row: link.closest("tr").sectionRowIndex,
  column: link.parentElement.cellIndex - 1,
});
export const width = () => body.rows[0].cells.length - 1;
export const height = () => body.rows.length;
export const mayChange = (link) => mayWork && link.closest("tr").hasAttribute("data-may");
export const lineOf = (name) => `${name} ${linkOf(name)?.dataset.row || 0}`;
export const say = (text) => { document.getElementById("live").textContent = text; };

export function goTo(link) {
  if (!link) return;
  if (state.active) state.active.tabIndex = -1;
  state.active = link;
  link.tabIndex = 0;
  link.focus();
  link.scrollIntoView({ block: "nearest", inline: "nearest" });
}
// Whoever types, or reads what was opened, is not called back to the cells.
export const isElsewhere = () => Boolean(document.activeElement?.closest("form, dialog, #drawer"));
export function goBack() {
  if (!isElsewhere()) goTo(state.active);
}
export function next(link) {
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
export function drawSelection() {
  for (const cell of body.querySelectorAll("[aria-selected]")) {
    if (!state.selected.has(cell.firstElementChild.dataset.cell)) cell.removeAttribute("aria-selected");
  }
  for (const name of state.selected) linkOf(name)?.parentElement.setAttribute("aria-selected", "true");
  const number = state.everything ? state.everything.length : state.selected.size;
  part("selection").hidden = number < 2 || !mayWork;
  part("selected").textContent = words.selected.replace("%(number)s", number);
}
export function select(links, add) {
  state.everything = null;
  if (!add) state.selected = new Set();
  for (const link of links) if (link && link.closest("tr").hasAttribute("data-may")) state.selected.add(link.dataset.cell);
  drawSelection();
}
export function clearSelection() {
  state.anchor = null;
  select([]);
}
export function selectTo(link) {
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
export function rowOf(link) {
  return [...link.closest("tr").querySelectorAll("td > a")];
}
export function columnOf(column) {
  return [...body.rows].map((row) => row.cells[column + 1].firstElementChild);
}
export const chosen = () => state.everything || (state.selected.size > 1 ? [...state.selected].map(lineOf) : null);

// --- what has come from the server ---
export function put(cells, look) {
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
export function mark(names, state) {
  for (const name of names) {
    const cell = linkOf(name)?.parentElement;
    cell?.classList.remove("saving", "failed", "saved", "overtaken");
    if (state) cell?.classList.add(state);
  }
}
export const namesOf = (lines) => lines.map((line) => line.split(" ").slice(0, 2).join(" "));
