// What is written from the grid: one save after the other. What is refused, overtaken or not
// sent is kept with what was typed, and so is what can be undone.

import { send, showUnsent } from "../send.js";
import { goTo, grid, isElsewhere, lineOf, linkOf, mark, part, put, say, state, words } from "./cells.js";

let queue = Promise.resolve(); // saves go one by one, in the order of the keys
const undone = []; // changes made here, the newest last
let unsent = [];
export const kept = new Map(); // by cell, what was refused there or overtaken

export const fieldsOf = (what) => ({
  do: what.do,
  strategy: grid.dataset.strategy,
  level: what.level ?? "",
  rationale: what.rationale || "",
  "source-title": what.source?.title || "",
  "source-url": what.source?.url || "",
  "source-dated_on": what.source?.date || "",
  cells: what.lines.join("\n"),
});

export const errorsOf = (told) => told.message || Object.values(told.errors).flat().join(" ");

// One save: refused, overtaken or unsent, what was typed is kept.
export function save(what) {
  const names = what.names;
  for (const name of names) kept.delete(name);
  showKept();
  mark(names, "saving");
  queue = queue.then(async () => {
    // The rows are read now: an earlier save of the same cell has changed them.
    what.lines = what.lines || names.map(lineOf);
    try {
      settle(what, await send(grid.dataset.write, { body: fieldsOf(what) }));
    } catch (error) {
      // What has not arrived is sent again as it is seen then.
      if (names.length === 1) what.lines = null;
      unsent.push(what);
      mark(names, "failed");
      showWaiting(error.reason === "signed-out");
    }
  });
}

function settle(what, { status, told }) {
  if (status === 200) {
    mark(what.names, null);
    if (told.change) undone.push(told.change);
    drawUndo();
    say(told.message);
    if (told.cells === null) location.reload();
    put(told.cells, "saved");
    return;
  }
  mark(what.names, status === 409 ? "overtaken" : "failed");
  if (told.cells) put(told.cells, "overtaken");
  what.lines = null;
  if (what.names.length === 1) {
    // Whoever types goes on elsewhere already: the focus is not taken from them.
    kept.set(what.names[0], { ...what, told });
    showKept();
  } else {
    say(errorsOf(told));
    const detail = { ...what, lines: what.names.map(lineOf) };
    grid.dispatchEvent(new CustomEvent("refused", { detail }));
  }
}

function showKept() {
  const list = part("kept");
  list.replaceChildren();
  for (const [name, what] of kept) {
    const item = document.createElement("li"), open = document.createElement("button");
    item.textContent = `${name.replace(" ", " × ")}: ${errorsOf(what.told)} `;
    open.type = "button";
    open.className = "btn slim";
    open.textContent = words.look;
    open.dataset.do = "look";
    open.dataset.name = name;
    item.append(open);
    list.append(item);
  }
  list.hidden = !kept.size;
}

// Left on purpose: what stands there now is what is meant.
export function forget(name) {
  kept.delete(name);
  mark([name], null);
  showKept();
}

function showWaiting(isSignedOut) {
  part("unsent").hidden = !unsent.length;
  if (!unsent.length) return;
  const text = words.unsent.replace("%(number)s", unsent.length);
  part("unsent-text").textContent = isSignedOut ? `${text} ${words.signin}` : text;
}

// Returns whether there was anything to send again.
export function sendAgain() {
  const again = unsent;
  unsent = [];
  showWaiting(false);
  for (const what of again) save(what);
  return again.length > 0;
}

export const isWaiting = () => unsent.length > 0 || kept.size > 0;

// --- undo ---

function drawUndo() {
  const button = document.querySelector('[data-do="undo"]');
  if (button) button.disabled = !undone.length;
}

export function undo() {
  const was = state.active.dataset.cell;
  queue = queue.then(async () => {
    const change = undone.pop();
    drawUndo();
    if (!change) return say(words.nothing);
    try {
      const address = `${grid.dataset.change.replace("/0/", `/${change}/`)}revert/?${grid.dataset.query}`;
      const { told } = await send(address, { body: {} });
      say(told.message);
      await fetchAnew(told.cells);
      // Whoever has gone on meanwhile stays there.
      const hasStayed = state.active.dataset.cell === was && document.getElementById("drawer").hidden && !isElsewhere();
      if (told.cells.length && hasStayed) goTo(linkOf(told.cells[0]));
    } catch {
      undone.push(change);
      drawUndo();
      showUnsent();
    }
  });
}

async function fetchAnew(names) {
  if (names.length > 200) return location.reload();
  const asked = names.map((name) => `&cell=${encodeURIComponent(name)}`).join("");
  const { told } = await send(`${grid.dataset.cells}${asked}`);
  put(told.cells, "saved");
}

// After what is being saved now: the cell as it stands then.
export function refresh(name) {
  queue = queue.then(() => fetchAnew([name])).catch(() => {});
}
