// A cell beside the page that leads to it: opened in a drawer, and left for where one was.

const drawer = () => document.getElementById("drawer");
const part = (name) => drawer().querySelector(`[data-part="${name}"]`);
let leave = null; // what comes after: called with whether the cell may have changed

export function openDrawer(title, address, after) {
  leave = after;
  const target = part("drawer-body");
  part("drawer-title").textContent = title;
  drawer().hidden = false;
  window.htmx.ajax("GET", address, { source: target, target, swap: "innerHTML" })
    .catch(() => {}); // closed before it came; what could not be sent is told elsewhere
}

function closeDrawer(isDone) {
  drawer().hidden = true;
  window.htmx.trigger(part("drawer-body"), "htmx:abort"); // or it would come into the next
  part("drawer-body").replaceChildren();
  leave(isDone);
}

document.addEventListener("htmx:afterSettle", () => {
  // Saved, withdrawn or left: the line has taken the place of the cell opened.
  if (drawer().hidden || part("drawer-body").querySelector(".line-editing") || !part("drawer-body").querySelector(".line")) return;
  closeDrawer(true);
});
document.addEventListener("click", (event) => {
  if (event.target.closest('[data-do="close-drawer"]')) closeDrawer(false);
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.key !== "Escape" || drawer().hidden) return;
  if (!event.target.closest(".line-editing")) closeDrawer(false);
});

// --- a link that opens a cell, on a page that shows what follows from it ---

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-drawer]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openDrawer(link.dataset.drawer, link.href, async (isDone) => {
    if (isDone) await showAnew();
    (document.getElementById(link.id) || document.getElementById("main")).focus();
  });
});

async function showAnew() {
  const told = document.getElementById("live").textContent;
  await window.htmx.ajax("GET", location.href, { target: "#main", select: "#main", swap: "outerHTML" });
  document.getElementById("live").textContent = told;
}
