// A cell of the matrix opens its programmes beside the matrix; without this it leads to them.

const panel = document.getElementById("cell");
const list = document.getElementById("cell-list");
const none = document.getElementById("cell-none");
const failed = document.getElementById("cell-failed");
let chosen = null; // the link of the cell that is open
let turn = 0; // goes on with whatever is opened or closed: the same cell may be opened again

function words(element) {
  return element.textContent.replace(/\s+/g, " ").trim();
}

// The heading says what was clicked: the element, the group, the number.
function describe(link) {
  const cell = link.closest("td");
  const table = link.closest("table");
  const row = cell.parentElement.querySelector("th");
  const column = table.tHead.rows[0].cells[cell.cellIndex].querySelector(".group");
  document.getElementById("cell-title").textContent = `${words(row)} × ${words(column)}`;
  document.getElementById("cell-told").textContent = link.title;
  document.getElementById("cell-page").href = link.href;
}

function leave() {
  if (!chosen) return;
  chosen.closest("td").classList.remove("chosen");
  chosen.removeAttribute("aria-expanded");
  chosen.removeAttribute("aria-controls");
  chosen = null;
}

function close() {
  const link = chosen;
  drop();
  leave();
  panel.hidden = true;
  document.body.classList.remove("cell-open");
  if (link) link.focus();
}

// The cell stays in sight above what it has opened.
function keepInSight(link) {
  const cell = link.closest("td");
  // At once: where it is to be is measured in between.
  cell.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  const over = cell.getBoundingClientRect().bottom + 8 - panel.getBoundingClientRect().top;
  if (over > 0) window.scrollBy({ top: over, behavior: "instant" });
}

// What was asked for an earlier cell must not come under the heading of this one.
function drop() {
  turn += 1;
  if (chosen) window.htmx.trigger(chosen, "htmx:abort");
  list.replaceChildren();
  none.hidden = true;
  failed.hidden = true;
}

// Loads the programmes of a cell; returns whether they are there.
async function load(link) {
  let isLoaded = false;
  const note = (event) => { isLoaded = event.detail.successful === true; };
  link.addEventListener("htmx:afterRequest", note, { once: true });
  try {
    await window.htmx.ajax("GET", link.href, {
      source: link, target: list, select: "#programmes, .pages", swap: "innerHTML",
    });
  } catch {
    isLoaded = false; // it did not arrive, or another cell was chosen meanwhile
  } finally {
    link.removeEventListener("htmx:afterRequest", note);
  }
  return isLoaded;
}

async function open(link) {
  drop();
  leave();
  chosen = link;
  const mine = turn;
  link.closest("td").classList.add("chosen");
  link.setAttribute("aria-expanded", "true");
  link.setAttribute("aria-controls", "cell");
  describe(link);
  panel.hidden = false;
  document.body.classList.add("cell-open");
  document.getElementById("cell-title").focus({ preventScroll: true });
  const isLoaded = await load(link);
  if (mine !== turn) return;
  failed.hidden = isLoaded;
  none.hidden = !isLoaded || list.childElementCount > 0;
  // What leads on from there, by its order or pages, is written for the page that it is of.
  for (const further of list.querySelectorAll("a[href^='?']")) {
    further.href = new URL(further.getAttribute("href"), link.href).href;
  }
  keepInSight(link);
}

if (panel && window.htmx) {
  const body = document.querySelector(".matrix tbody");
  // That it failed is said where it was to come, and there only.
  for (const what of ["responseError", "sendError", "timeout"]) {
    body.addEventListener(`htmx:${what}`, (event) => event.stopPropagation());
  }
  body.addEventListener("click", (event) => {
    const link = event.target.closest("td a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link === chosen) close();
    else open(link);
  });
  document.getElementById("cell-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && chosen && event.target.closest("#cell, .matrix")) close();
  });
}
