// The queue by keyboard: one key for each thing that its links and buttons do as well.
const cell = () => document.getElementById("cell");
const isField = (element) =>
  element.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");

// Opens what is folded, and leads to the first thing to fill in there.
function unfold(details) {
  details.open = true;
  const field = details.querySelector("input[type=radio]:checked") || details.querySelector("textarea, input[type=radio]");
  if (field) field.focus();
}

function setLevel(level) {
  const form = cell().querySelector("[data-judge]");
  if (!form) return false;
  form.closest("details").open = true;
  const radio = form.querySelector(`[name=level][value="${level}"]`);
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  form.querySelector("[name=rationale]").focus();
  return true;
}

// Until what was sent or asked for is there, a key would still mean the cell that goes.
const isOnItsWay = () => document.querySelector("#main .htmx-request") !== null;

function press(key) {
  if (cell() && ["0", "1", "2"].includes(key)) return setLevel(key);
  const folded = cell()?.querySelector(`details[data-open="${CSS.escape(key)}"]`);
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

document.addEventListener("keydown", (event) => {
  // While Japanese is being composed, every key belongs to the composition.
  if (event.isComposing || event.defaultPrevented) return;
  const from = event.target instanceof Element ? event.target : document.body;
  if (cell() && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const within = cell().contains(from) && from.closest("form");
    const form = within || cell().querySelector("details[open] [data-judge]");
    const button = form && form.querySelector("button[type=submit]:not(:disabled)");
    if (!button || event.repeat || isOnItsWay()) return;
    event.preventDefault();
    button.click(); // which htmx takes note of: the button says what to do
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape") {
    if (!cell()?.contains(from) || from.id === "cell-title") return;
    document.getElementById("cell-title").focus();
    return;
  }
  if (isField(from) || from.closest("dialog")) return;
  // As in the grid: full-width digits count, and Delete withdraws.
  const key = event.key.length === 1 ? event.key.normalize("NFKC") : event.key;
  if (isOnItsWay()) return;
  if (press(key === "Delete" ? "d" : key)) event.preventDefault();
});

// The next cell has come in place of this one: reading goes on at its name. Where
// something was refused, app.js leads to the field that is wrong.
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
