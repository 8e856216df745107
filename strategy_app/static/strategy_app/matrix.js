// A cell of the matrix opens its programmes beside the matrix; without this it leads to them.
"use strict";

const panel = document.getElementById("cell");
const list = document.getElementById("cell-list");
let chosen = null; // the link of the cell that is open

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
  leave();
  panel.hidden = true;
  document.body.classList.remove("cell-open");
  list.replaceChildren();
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

async function open(link) {
  leave();
  chosen = link;
  link.closest("td").classList.add("chosen");
  link.setAttribute("aria-expanded", "true");
  link.setAttribute("aria-controls", "cell");
  describe(link);
  list.replaceChildren();
  document.getElementById("cell-none").hidden = true;
  panel.hidden = false;
  document.body.classList.add("cell-open");
  document.getElementById("cell-title").focus({ preventScroll: true });
  await window.htmx.ajax("GET", link.href, {
    source: link, target: list, select: "#programmes, .pages", swap: "innerHTML",
  });
  if (chosen !== link) return;
  document.getElementById("cell-none").hidden = list.childElementCount > 0;
  // What leads on from there, by its order or pages, is written for the page that it is of.
  for (const further of list.querySelectorAll("a[href^='?']")) {
    further.href = new URL(further.getAttribute("href"), link.href).href;
  }
  keepInSight(link);
}

if (panel && window.htmx) {
  document.querySelector(".matrix tbody").addEventListener("click", (event) => {
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
