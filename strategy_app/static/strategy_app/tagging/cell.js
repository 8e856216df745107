// A cell opened, wherever it stands: what is typed is kept, Escape leaves it, Ctrl+Enter sends
// it. In the queue there is a key for each thing that its links and buttons do as well.

import "./drafts.js";

const inQueue = () => document.getElementById("cell");
const isField = (element) =>
  element.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");
// Until what was sent or asked for is there, a key would still mean the cell that goes.
const isOnItsWay = () => document.querySelector("#main .htmx-request") !== null;

// Opens what is folded, and leads to the first thing to fill in there.
function unfold(details) {
  details.open = true;
  const field = details.querySelector("input[type=radio]:checked") || details.querySelector("textarea, input[type=radio]");
  if (field) field.focus();
}

function setLevel(level) {
  const form = inQueue().querySelector("[data-judge]");
  if (!form) return false;
  form.closest("details").open = true;
  const radio = form.querySelector(`[name=level][value="${level}"]`);
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  form.querySelector("[name=rationale]").focus();
  return true;
}

function press(key) {
  if (inQueue() && ["0", "1", "2"].includes(key)) return setLevel(key);
  const folded = inQueue()?.querySelector(`details[data-open="${CSS.escape(key)}"]`);
  if (folded) {
    if (key === "?") folded.open = !folded.open;
    else unfold(folded);
    return true;
  }
  const control = document.querySelector(`#main [data-key="${CSS.escape(key)}"]`);
  if (!control || control.disabled) return false;
  control.click();
  return true;
}

// Sends the form that one is in, else the one that stands open.
function sendFrom(element, opened) {
  const form = element.closest("form") || opened.querySelector("details[open] [data-judge]");
  const button = form?.querySelector("[type=submit]:not(:disabled)");
  button?.click(); // which htmx takes note of: the button says what to do
  return Boolean(button);
}

function leave(element, opened) {
  if (opened !== inQueue()) opened.querySelector(".judge-buttons a").click();
  else if (element.id !== "cell-title") document.getElementById("cell-title").focus();
}

document.addEventListener("keydown", (event) => {
  // While Japanese is being composed, every key belongs to the composition.
  if (event.isComposing || event.defaultPrevented) return;
  const from = event.target instanceof Element ? event.target : document.body;
  const opened = from.closest(".line-editing, #cell");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const around = opened || inQueue();
    if (around && !event.repeat && !isOnItsWay() && sendFrom(opened ? from : around, around)) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape") {
    if (opened) leave(from, opened);
    return;
  }
  const isQueue = document.querySelector(".queue-tabs") !== null;
  if (!isQueue || isField(from) || from.closest("dialog") || isOnItsWay()) return;
  // As in the grid: full-width digits count, and Delete withdraws.
  const key = event.key.length === 1 ? event.key.normalize("NFKC") : event.key;
  if (press(key === "Delete" ? "d" : key)) event.preventDefault();
});

// The next cell has come in place of this one: reading goes on at its name. Where
// something was refused, send.js leads to the field that is wrong.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "main" || event.target.querySelector(".field-error")) return;
  // Read out as well: it came with the page, which is no news to a screen reader.
  const told = event.target.querySelector(":scope > .alert-success");
  if (told) document.getElementById("live").textContent = told.textContent;
  const title = document.getElementById("cell-title");
  if (title) {
    title.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  } else {
    event.target.focus();
  }
});
