// What the grid asks before it writes: a small form in place, for one cell or many, and what
// would happen to several.

import { send, showUnsent } from "../send.js";
import { clearSelection, goBack, goTo, grid, lineOf, linkOf, namesOf, next, part, state, words } from "./cells.js";
import { fieldsOf, forget, kept, save } from "./saves.js";

const popover = document.getElementById("popover");
const preview = document.getElementById("preview");
let waiting = null; // what the small form is about
let shown = null; // what the preview is about

// --- the small form, in place ---

export async function openPopover(what) {
  waiting = what;
  const fields = popover.elements;
  const link = what.names.length === 1 ? linkOf(what.names[0]) : state.active;
  const isSource = what.do === "evidence";
  const count = what.lines ? what.lines.length : what.names.length;
  const about = count === 1 ? what.names[0].replace(" ", " × ") : words.cells.replace("%(number)s", count);
  part("popover-title").textContent = isSource ? `${about}: ${words.source}` : `${about}: ${["○", "◐", "●"][what.level] ?? ""} ${what.level ?? ""}`;
  const rule = document.querySelector(`template[data-rule="${what.level}"]`);
  part("popover-rule").textContent = rule && !isSource ? rule.content.textContent : "";
  fields.rationale.closest(".field").hidden = isSource;
  fields.rationale.value = what.rationale || "";
  fields["source-title"].value = what.source?.title || "";
  fields["source-url"].value = what.source?.url || "";
  fields["source-dated_on"].value = what.source?.date || "";
  part("source", popover).hidden = !isSource && what.level !== 2;
  showTold(what);
  if (!preview.open) shown = null; // one still on its way is of what was left
  popover.hidden = false;
  place(link);
  (isSource ? fields["source-title"] : fields.rationale).focus();
  if (count === 1 && what.rationale === undefined && link.dataset.row !== "0") putRecorded(what);
}

// Begins with what is recorded already; it is only a comfort.
async function putRecorded(what) {
  const { rationale } = popover.elements;
  try {
    const { told } = await send(`${grid.dataset.cells}&details=1&cell=${encodeURIComponent(what.names[0])}`);
    const known = told.details[what.names[0]];
    if (!known || waiting !== what || rationale.value) return;
    rationale.value = known.rationale;
    if (document.activeElement === rationale) rationale.select();
  } catch { /* what is typed counts without it */ }
}

// What the server said against it, next to what was typed.
function showTold({ told, names }) {
  const conflict = part("conflict", popover), errors = part("errors", popover);
  conflict.hidden = !told?.conflicts;
  if (told?.conflicts) {
    const theirs = told.conflicts[names[0]];
    conflict.textContent = theirs
      ? `${words.theirs} ${theirs.level_name}${theirs.by ? ` · ${theirs.by}` : ""} – “${theirs.rationale}”. ${words.mine}`
      : `${words.gone} ${words.mine}`;
  }
  errors.hidden = !told?.errors;
  if (told?.errors) errors.textContent = Object.values(told.errors).flat().join(" ");
  for (const field of popover.querySelectorAll("input, textarea")) {
    field.toggleAttribute("aria-invalid", Boolean(told?.errors?.[field.name]));
  }
}

function place(link) {
  const box = link.getBoundingClientRect();
  const own = popover.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left, window.innerWidth - own.width - 8));
  const below = box.bottom + 6;
  const top = below + own.height < window.innerHeight ? below : Math.max(8, box.top - own.height - 6);
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
}

export function closePopover() {
  popover.hidden = true;
  popover.reset();
  if (waiting?.told && waiting.names.length === 1) forget(waiting.names[0]);
  waiting = null;
  goTo(state.active);
}

export const isTyping = () => !popover.hidden && Boolean(popover.elements.rationale.value);

popover.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = popover.elements;
  const what = {
    ...waiting,
    told: null,
    rationale: fields.rationale.value,
    source: {
      title: fields["source-title"].value,
      url: fields["source-url"].value,
      date: fields["source-dated_on"].value,
    },
  };
  popover.hidden = true;
  waiting = null;
  if (what.names.length === 1) {
    goTo(next(linkOf(what.names[0])));
    save(what);
  } else {
    showPreview({ ...what, lines: what.lines || what.names.map(lineOf) });
  }
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || popover.hidden) return;
  if (event.key === "Escape") closePopover();
  if (event.key === "Enter" && event.ctrlKey && popover.contains(event.target)) popover.requestSubmit();
});

// Opens again what was refused in a cell, or overtaken there.
export function openKept(name) {
  goTo(linkOf(name));
  openPopover(kept.get(name));
}

// --- several at once: first what would happen ---

export async function showPreview(what) {
  shown = what;
  try {
    const { status, told } = await send(grid.dataset.preview, { body: fieldsOf(what) });
    if (shown !== what) return; // another one was asked for meanwhile
    if (status === 400) return openPopover({ ...what, told });
    preview.innerHTML = told;
    if (!preview.open) preview.showModal();
  } catch {
    showUnsent();
  }
}

export const closePreview = () => preview.close();

export function apply() {
  const what = shown;
  preview.close();
  clearSelection();
  save({ ...what, names: namesOf(what.lines) });
}

export function leaveOut() {
  const refused = new Set([...preview.querySelectorAll("[data-refused]")].map((row) => row.dataset.refused));
  const lines = shown.lines.filter((line) => !refused.has(namesOf([line])[0]));
  if (!lines.length) return preview.close();
  showPreview({ ...shown, lines, names: namesOf(lines) });
}

preview.addEventListener("close", goBack);
grid.addEventListener("refused", (event) => showPreview(event.detail));
