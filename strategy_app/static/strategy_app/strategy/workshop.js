// The workshop: what is typed is saved by itself, and others' edits appear. Without it the
// page's buttons do the same. The outline beside it is moved by outline.js.

import { send, Unsent } from "../send.js";
import { quiet, swap as swapOutline, write } from "./outline.js";

const form = document.getElementById("wording-form");
const badge = document.getElementById("save-state");
const notice = document.getElementById("notice");
const PAUSE = 1000, POLL = 20_000, RETRY = 5000;
const LARGEST = 10 * 1024 * 1024;
const element = (id) => document.getElementById(id);

const fields = () => [...form.elements].filter((field) => field.matches("[name]:is(textarea, select, input[type=text])"));
const values = () => Object.fromEntries(fields().map((field) => [field.name, field.value]));
const plain = (text) => text.normalize("NFC").trim();
const same = (one, other) => Object.keys(one).every((name) => one[name] === other[name]);
const fromServer = (field) =>
  field.matches("select") ? ([...field.options].find((option) => option.defaultSelected) || field).value : field.defaultValue;

let saved = form && Object.fromEntries(fields().map((field) => [field.name, fromServer(field)]));
// What the server has refused stands in the form, but nowhere else.
if (form && "unsaved" in form.dataset) saved = {};
// halted: nothing is sent until a choice is made; next: what the choice would replace.
let timer, sending, next, halted = Boolean(notice && notice.childElementCount);
const isDirty = () => form && !same(values(), saved);

// What the badge says while nothing waits to be saved.
let settled = badge && badge.textContent;

function show(state, text) {
  badge.dataset.state = state;
  badge.textContent = text || badge.dataset[state.replace(/-(.)/g, (_all, letter) => letter.toUpperCase())];
  if (state === "saved") settled = badge.textContent;
}

// --- what is typed stays in this tab until it is saved ---

const key = () => `workshop:${form.dataset.typed}`;
const keep = () => {
  try {
    sessionStorage.setItem(key(), JSON.stringify({ values: values(), replaces: form.replaces.value }));
  } catch {
    // More than the browser keeps: it still stands in its field.
  }
};
const forget = () => sessionStorage.removeItem(key());

function put(given, besides = []) {
  for (const field of fields()) {
    if (!besides.includes(field) && field.name in given && field.value !== given[field.name]) field.value = given[field.name];
  }
}

function showErrors(errors) {
  for (const field of fields()) {
    const place = element(`${field.id}_error`);
    const wrong = errors[field.name];
    place.textContent = wrong ? wrong.join(" ") : "";
    place.classList.toggle("field-error", Boolean(wrong));
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

// --- parts of the page, without taking the focus or what is being filled in ---

function swapState(parts) {
  const state = element("wording-state");
  const isFilled = [...state.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue)
    || [...state.querySelectorAll("input[type=checkbox], input[type=radio]")].some((field) => field.checked !== field.defaultChecked);
  if (!isFilled && !state.contains(document.activeElement)) {
    const open = [...state.querySelectorAll("details")].map((details) => details.open);
    state.innerHTML = parts.state;
    state.querySelectorAll("details").forEach((details, at) => { if (at in open) details.open = open[at]; });
  } else {
    for (const field of state.querySelectorAll("[name=replaces]")) field.value = parts.replaces ?? "";
  }
}

// --- saving ---

async function sendTyped() {
  if (sending || halted) return;
  clearTimeout(timer);
  if (!isDirty()) {
    // Typed and taken back: all is as it was saved.
    forget();
    showErrors({});
    show("saved", settled);
    return;
  }
  const sent = values();
  const size = Object.values(sent).join("").length;
  if (size > LARGEST) {
    const [longest] = fields().sort((one, other) => other.value.length - one.value.length);
    showErrors({ [longest.name]: [badge.dataset.long] });
    show("wrong");
    return;
  }
  show("saving");
  try {
    const { status, told } = await write(form.action, { body: new FormData(form), keepalive: size < 12_000 });
    answered(status, told, sent);
  } catch (error) {
    if (!(error instanceof Unsent)) throw error;
    show(["signed-out", "refused"].includes(error.reason) ? "signed-out" : "offline");
    timer = setTimeout(save, RETRY);
  }
}

function save() {
  sending = sending || sendTyped().finally(() => { sending = null; });
  return sending;
}

// What was typed while it was being sent is sent next, and is not called saved before.
function goOn() {
  keep();
  show("typing");
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

function answered(status, parts, sent) {
  if (status === 200) {
    showErrors({});
    form.replaces.value = parts.replaces ?? "";
    saved = { ...parts.values };
    // Others may have changed other fields; what was typed meanwhile stays.
    for (const field of fields()) {
      const { name, value } = field;
      if (value !== sent[name]) continue;
      const isTidied = plain(value) === plain(saved[name]);
      if (isTidied && field === document.activeElement) saved[name] = value;
      else if (value !== saved[name]) field.value = saved[name];
    }
    notice.replaceChildren();
    swapOutline(parts.outline);
    swapState(parts);
    element("wording-title").textContent = parts.title;
    if (isDirty()) goOn();
    else {
      forget();
      show("saved");
    }
  } else if (status === 400) {
    showErrors(parts.errors || {});
    show("wrong");
    if (!same(values(), sent)) goOn();
  } else if (status === 409 && parts.notice) {
    halted = true;
    const typed = fields().filter((field) => field.value !== sent[field.name]);
    put(parts.values, [document.activeElement, ...typed]);
    next = parts.replaces ?? "";
    notice.innerHTML = parts.notice;
    notice.scrollIntoView({ block: "start" });
    show("overtaken");
  } else if (parts.gone) {
    halted = true;
    show("gone", parts.gone);
  } else {
    show("offline");
    timer = setTimeout(save, RETRY);
  }
}

// --- what others do ---

function receive(parts) {
  swapOutline(parts.outline);
  if (!form || halted || sending || isDirty() || String(parts.replaces ?? "") === form.replaces.value) return;
  const here = document.activeElement;
  const isBusy = here.form === form && here.name in parts.values && here.value !== parts.values[here.name];
  put(parts.values, isBusy ? [here] : []);
  for (const name of Object.keys(saved)) {
    if (!(isBusy && name === here.name)) saved[name] = parts.values[name];
  }
  show(isBusy ? "waiting" : "saved", badge.dataset[isBusy ? "waiting" : "theirs"].replace("{name}", parts.by));
  if (isBusy) return; // what it replaces stays as it was: writing on there asks which to keep
  form.replaces.value = parts.replaces ?? "";
  element("wording-title").textContent = parts.title;
  swapState(parts);
}

async function poll() {
  const before = quiet();
  if (document.hidden || sending || before === null) return;
  try {
    const address = form ? form.action : element("outline") && location.pathname.replace(/add\/$|discard\/$/, "");
    const { status, told: parts } = await send(address);
    // Older than what was written here meanwhile: the next one tells.
    if (quiet() !== before) return;
    if (status === 200) receive(parts);
    else if (parts.gone && form) {
      halted = true;
      show("gone", parts.gone);
    }
  } catch (error) {
    // What did not arrive comes the next time, perhaps.
    if (!(error instanceof Unsent)) throw error;
  }
}

setInterval(poll, POLL);

function watch() {
  form.addEventListener("input", () => {
    keep();
    clearTimeout(timer);
    if (halted) return;
    show("typing");
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("change", save);
  window.addEventListener("online", save);
  document.addEventListener("submit", async (event) => {
    if (event.target === form) {
      event.preventDefault();
      if (halted && badge.dataset.state === "gone") return;
      if (halted) {
        saved = {};
        form.replaces.value = next ?? form.replaces.value;
      }
      halted = false;
      if (isDirty()) await save();
      else show("saved");
    } else if (isDirty() && !halted) {
      // First what is typed above, for the other form speaks of it.
      event.preventDefault();
      await sending;
      await save();
      if (!isDirty()) event.submitter ? event.submitter.click() : event.target.requestSubmit();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-do=theirs]")) forget();
  });

  // Typed before and never saved: it goes on from where it was, and asks where others were.
  const kept = JSON.parse(sessionStorage.getItem(key()) || "null");
  if (kept && same(kept.values, saved)) forget();
  else if (kept && !halted) {
    put(kept.values);
    form.replaces.value = kept.replaces;
    save();
  }
}
if (form) watch();
