// The outline of a draft: an element is dragged to its place, or moved by Alt and the arrow
// keys. Where it may go the server decides. Without it the page's buttons do the same.

import { send, Unsent } from "../send.js";

const STEP = 40; // so far to the right is one step in, to the left one step out
const EDGE = 0.3; // of a row's height: there it lands beside the row, else below it
const element = (id) => document.getElementById(id);
const list = () => document.querySelector("#outline .outline");
const rows = () => [...document.querySelectorAll("#outline .outline-row")];
const link = (row) => row.querySelector(".outline-link");
const code = (row) => link(row).dataset.code;
const depth = (row) => Number(row.dataset.depth);
const linkOf = (moved) => document.querySelector(`#outline [data-code="${CSS.escape(moved)}"]`);
let drag = null;

let begun = 0, ended = 0; // how many were sent to be written, and how many answered
// Returns a number that stays the same as long as nothing is written; null while something is.
export const quiet = () => (begun === ended ? ended : null);

// Sends what is to be written, and keeps count of it.
export async function write(address, options) {
  begun += 1;
  try {
    return await send(address, options);
  } finally {
    ended += 1;
  }
}

// Puts a newer outline in place, without taking the focus or what is being dragged.
export function swap(html) {
  const old = element("outline");
  const focused = old.contains(document.activeElement) && document.activeElement.dataset.code;
  if (drag || (!focused && old.contains(document.activeElement))) return; // on one of its buttons
  const top = list()?.scrollTop;
  old.outerHTML = html;
  if (list() && top) list().scrollTop = top;
  if (focused) linkOf(focused)?.focus();
  letDrag();
}

// --- moving ---

// undo: what takes a move back, where that is offered. Where it was and is offered no more,
// the keyboard goes on at what has moved.
function tell(moved, words, isRefused, undo) {
  const refusal = element("outline-refusal");
  refusal.hidden = !isRefused;
  refusal.textContent = isRefused ? words : "";
  element("live").textContent = words;
  const told = element("outline-told");
  const hasFocus = told.contains(document.activeElement);
  told.hidden = isRefused || !undo;
  told.firstElementChild.textContent = words;
  told.lastElementChild.onclick = undo;
  if (hasFocus && told.hidden) (linkOf(moved) || document.querySelector("#outline a"))?.focus();
}

async function sendMove(moved, address, fields, undo) {
  const body = { ...fields, at: document.querySelector("#outline [aria-current]")?.dataset.code || "" };
  try {
    const { status, told } = await write(address, { body });
    if (told.outline) swap(told.outline);
    tell(moved, told.say || told.gone || element("unsent").textContent, status !== 200, undo);
    const row = rows().find((other) => code(other) === moved);
    if (status !== 200 || !row) return;
    row.classList.add("outline-moved");
    row.scrollIntoView({ block: "nearest" });
  } catch (error) {
    if (!(error instanceof Unsent)) throw error;
    tell(moved, element("unsent").textContent, true);
  }
}

// One after the other: each speaks of where the one before has led.
let moving = Promise.resolve();
function move(moved, address, fields, undo) {
  moving = moving.then(() => sendMove(moved, address, fields, undo));
}

// Each names where it stood, so that nobody else's move is undone by it.
function put(moved, address, from, to, undo) {
  move(moved, address, { below: to.below, before: to.before, stood_below: from.below, stood_before: from.before }, undo);
}

const DIRECTIONS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "out", ArrowRight: "in" };
document.addEventListener("keydown", (event) => {
  const from = event.target.closest?.("[data-move]");
  const direction = DIRECTIONS[event.key];
  if (!from || !direction || !event.altKey || event.isComposing) return;
  event.preventDefault(); // Alt and the left arrow would leave the page
  move(from.dataset.code, from.dataset.move, { direction });
});

// --- dragging ---

function letDrag() {
  for (const hint of document.querySelectorAll(".outline-hint")) hint.hidden = false;
  for (const row of rows()) {
    row.draggable = true;
    link(row).draggable = false; // or its address would be dragged
  }
}

// Returns where the row at ``at`` ends with all that stands below it.
function end(all, at) {
  let next = at + 1;
  while (next < all.length && depth(all[next]) > depth(all[at])) next += 1;
  return next;
}

// Returns what stands above a place and next beside it: before the row at ``gap``, so deep.
function placeAt(all, gap, level) {
  const above = all.slice(0, gap).findLast((row) => depth(row) < level);
  const next = all[gap] && depth(all[gap]) === level ? all[gap] : null;
  return { gap, level, above, below: above ? code(above) : "", before: next ? code(next) : "" };
}

// Returns the place that the pointer is at, among the rows that do not move along.
function placeUnder(event) {
  const { others, stood, x } = drag;
  const over = event.target.closest(".outline-row");
  if (!over) return placeAt(others, event.clientY < others[0]?.getBoundingClientRect().top ? 0 : others.length, 0);
  const at = others.indexOf(over);
  let { gap, level } = stood; // over what is dragged: where that was
  if (at >= 0) {
    const box = over.getBoundingClientRect();
    const part = (event.clientY - box.top) / box.height;
    if (part > EDGE && part < 1 - EDGE) return placeAt(others, end(others, at), depth(over) + 1);
    gap = part < 0.5 ? at : at + 1;
    level = depth(over);
  }
  const least = others[gap] ? depth(others[gap]) : 0;
  const most = gap ? depth(others[gap - 1]) + 1 : 0;
  level += Math.trunc((event.clientX - x) / STEP);
  return placeAt(others, gap, Math.min(Math.max(level, least), most));
}

const isWhereItStood = (place) => place.below === drag.stood.below && place.before === drag.stood.before;

// Shows a line where it would land, as far in as it would stand, and marks what is above.
function show(place) {
  const { others, line } = drag;
  const said = list().dataset;
  const words = place.below ? said.below.replace("{code}", place.below) : said.top;
  line.className = `outline-landing outline-${Math.min(place.level, 6)}`;
  line.firstChild.textContent = isWhereItStood(place) ? said.stays : words;
  const last = others[place.gap - 1];
  line.style.top = `${last ? last.offsetTop + last.offsetHeight : (others[0]?.offsetTop ?? 0)}px`;
  if (!line.isConnected) list().append(line);
  for (const row of others) row.classList.toggle("outline-above", row === place.above);
}

function hide() {
  drag.line.remove();
  for (const row of drag.others) row.classList.remove("outline-above");
}

function newLine() {
  const line = document.createElement("li");
  line.setAttribute("aria-hidden", "true");
  line.append(document.createElement("span"));
  return line;
}

document.addEventListener("dragstart", (event) => {
  const row = event.target.closest?.("#outline .outline-row[draggable]");
  if (!row) return;
  const all = rows();
  const at = all.indexOf(row);
  const taken = all.slice(at, end(all, at));
  const others = all.filter((other) => !taken.includes(other));
  drag = { row, taken, others, x: event.clientX, stood: placeAt(others, at, depth(row)), line: newLine() };
  event.dataTransfer.effectAllowed = "move";
  // Not as plain text, which a field of the editor would take.
  event.dataTransfer.setData("application/x-element", code(row));
  for (const one of taken) one.classList.add("outline-taken");
});

document.addEventListener("dragover", (event) => {
  if (!drag) return;
  if (!event.target.closest?.("#outline .outline")) {
    hide();
    return;
  }
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  show(placeUnder(event));
});

document.addEventListener("drop", (event) => {
  if (!drag || !event.target.closest?.("#outline .outline")) return;
  event.preventDefault();
  const { row, stood } = drag;
  const place = placeUnder(event);
  const isSame = isWhereItStood(place);
  finish();
  if (isSame) return;
  const moved = code(row), address = link(row).dataset.place;
  put(moved, address, stood, place, () => put(moved, address, place, stood));
});

function finish() {
  if (!drag) return;
  hide();
  for (const row of drag.taken) row.classList.remove("outline-taken");
  drag = null;
}
document.addEventListener("dragend", finish); // after Escape as well

const open = document.querySelector("#outline [aria-current]");
if (open) list().scrollTop = open.offsetTop - list().clientHeight / 3;
letDrag();
