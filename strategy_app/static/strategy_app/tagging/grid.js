// What keys, clicks and buttons do in the grid.

import { send, showUnsent } from "../send.js";
import { apply, closePopover, closePreview, isTyping, leaveOut, openKept, openPopover, showPreview } from "./asking.js";
import {
  chosen, clearSelection, columnOf, drawSelection, goTo, grid, height, lineOf, linkAt, mayChange, mayWork,
  namesOf, next, part, placeOf, rowOf, say, select, selectTo, state, width, words,
} from "./cells.js";
import { openDrawer } from "./drawer.js";
import { closeJump, openJump } from "./jump.js";
import { errorsOf, isWaiting, kept, refresh, save, sendAgain, undo } from "./saves.js";

function doTo(action, level) {
  const lines = chosen();
  if (lines) {
    const what = { do: action, level, lines, names: namesOf(lines) };
    if (level === 0) what.rationale = document.getElementById("zero-words").value;
    return level > 0 || action === "evidence" ? openPopover(what) : showPreview(what);
  }
  const link = state.active;
  if (!mayChange(link)) return say(words.readonly);
  if (kept.has(link.dataset.cell) && kept.get(link.dataset.cell).level === level) return openKept(link.dataset.cell);
  const what = { do: action, level, names: [link.dataset.cell] };
  if (action === "level" && level === 0) {
    what.rationale = document.getElementById("zero-words").value;
    goTo(next(link));
    return save(what);
  }
  if (action === "level" || action === "evidence") return openPopover(what);
  if (link.dataset.row === "0") return say(words.empty);
  // Whoever confirms sees first what, and what has changed since it was last confirmed.
  if (action === "confirm") return showPreview({ ...what, lines: what.names.map(lineOf) });
  return save(what);
}

function openCell() {
  const link = state.active, name = link.dataset.cell;
  openDrawer(name.replace(" ", " × "), `${link.getAttribute("href")}?${grid.dataset.query}`, (isDone) => {
    goTo(state.active);
    if (isDone) refresh(name);
  });
}

async function chooseEverything() {
  const columns = [...new Set([...state.selected].map((name) => name.split(" ")[1]))];
  try {
    const { status, told } = await send(`${grid.dataset.names}&elements=${columns.join(",")}`);
    if (status !== 200) return say(errorsOf(told));
    state.everything = told.cells;
    drawSelection();
    part("selection").hidden = false;
  } catch {
    showUnsent();
  }
}

function resend() {
  if (!sendAgain() && kept.size) openKept(kept.keys().next().value);
}

const dialog = document.getElementById("keys");
const actions = {
  undo,
  resend,
  jump: openJump,
  keys: () => dialog.showModal(),
  "close-keys": () => dialog.close(),
  "close-jump": closeJump,
  "close-popover": closePopover,
  close: closePreview,
  apply,
  "leave-out": leaveOut,
  look: (button) => openKept(button.dataset.name),
  everything: chooseEverything,
  clear: () => { clearSelection(); goTo(state.active); },
  evidence: () => doTo("evidence"),
  confirm: () => doTo("confirm"),
  withdraw: () => doTo("withdraw"),
  "level-0": () => doTo("level", 0),
  "level-1": () => doTo("level", 1),
  "level-2": () => doTo("level", 2),
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do]?.(button);
});

const moves = {
  ArrowLeft: (at) => linkAt(at.row, at.column - 1),
  ArrowRight: (at) => linkAt(at.row, at.column + 1),
  ArrowUp: (at) => linkAt(at.row - 1, at.column),
  ArrowDown: (at) => linkAt(at.row + 1, at.column),
  Home: (at, ctrl) => linkAt(ctrl ? 0 : at.row, 0),
  End: (at, ctrl) => linkAt(ctrl ? height() - 1 : at.row, width() - 1),
  PageUp: (at) => linkAt(Math.max(0, at.row - 10), at.column),
  PageDown: (at) => linkAt(Math.min(height() - 1, at.row + 10), at.column),
};
const keys = {
  0: () => doTo("level", 0),
  1: () => doTo("level", 1),
  2: () => doTo("level", 2),
  Delete: () => doTo("withdraw"),
  y: () => doTo("confirm"),
  Enter: openCell,
  e: openCell,
  u: undo,
  r: resend,
  g: openJump,
  "?": () => dialog.showModal(),
  o: () => grid.tHead.rows[0].cells[state.active.parentElement.cellIndex].querySelector(".toggle")?.click(),
  "/": () => {
    const bar = document.querySelector(".scope-bar details");
    bar.open = true;
    bar.querySelector('[name="q"]').focus();
  },
  Escape: clearSelection,
};
grid.addEventListener("keydown", (event) => {
  const link = event.target.closest("td > a");
  if (!link || event.isComposing || event.altKey || event.metaKey) return;
  // Full-width digits are what a Japanese keyboard sends while its input is on.
  const key = event.key.length === 1 ? event.key.normalize("NFKC") : event.key;
  if (moves[key]) {
    event.preventDefault();
    const to = moves[key](placeOf(link), event.ctrlKey);
    if (!to) return;
    if (event.shiftKey) selectTo(to);
    else { state.anchor = null; goTo(to); }
  } else if (key === " ") {
    event.preventDefault();
    if (event.shiftKey) select(rowOf(link));
    else if (event.ctrlKey) select(columnOf(placeOf(link).column));
    else select([link], true);
  } else if (keys[key] && !event.ctrlKey) {
    event.preventDefault();
    keys[key]();
  }
});
grid.addEventListener("click", (event) => {
  const heading = event.target.closest("th[data-element]");
  if (heading && !event.target.closest("a") && mayWork) {
    select(columnOf(heading.cellIndex - 1), event.ctrlKey || event.metaKey);
    return;
  }
  const link = event.target.closest("td")?.firstElementChild;
  if (!link) return;
  event.preventDefault();
  if (event.shiftKey) return selectTo(link);
  if (event.ctrlKey || event.metaKey) return select([link, ...(state.selected.size ? [] : [state.active])], true);
  const isSecond = link === state.active && document.activeElement === link;
  clearSelection();
  goTo(link);
  if (isSecond) openCell();
});
// However the focus comes to a cell, by a screen reader too: it is the one that keys mean.
grid.addEventListener("focusin", (event) => {
  const link = event.target.closest("td > a");
  if (!link || link === state.active) return;
  state.active.tabIndex = -1;
  state.active = link;
  link.tabIndex = 0;
});
// A press gives the focus before the click: the second click is told by this.
grid.addEventListener("mousedown", (event) => {
  if (event.target.closest("td")) event.preventDefault();
});
window.addEventListener("beforeunload", (event) => {
  if (isWaiting() || isTyping()) event.preventDefault();
});
