// A cell beside the page that leads to it: opened in a drawer, and left for where one was.

const drawer = document.getElementById("drawer");
const part = (name) => drawer.querySelector(`[data-part="${name}"]`);
let leave = null; // what comes after: called with whether anything was done in the cell

export function openDrawer(title, address, after) {
  leave = after;
  const target = part("drawer-body");
  part("drawer-title").textContent = title;
  drawer.hidden = false;
  window.htmx.ajax("GET", address, { source: target, target, swap: "innerHTML" })
    .catch(() => {}); // closed before it came; what could not be sent is told elsewhere
}

export function closeDrawer(isDone = false) {
  drawer.hidden = true;
  window.htmx.trigger(part("drawer-body"), "htmx:abort"); // or it would come into the next
  part("drawer-body").replaceChildren();
  leave(isDone);
}

drawer.addEventListener("htmx:afterSettle", () => {
  // Saved, withdrawn or left: the line has taken the form's place.
  if (drawer.hidden || drawer.querySelector("form[enctype]") || !drawer.querySelector(".line")) return;
  closeDrawer(true);
});
drawer.addEventListener("click", (event) => {
  if (event.target.closest('[data-do="close-drawer"]')) closeDrawer();
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing || drawer.hidden) return;
  if (event.key === "Escape" && !event.target.closest(".line-editing")) closeDrawer();
  if (event.key === "Enter" && event.ctrlKey && drawer.contains(event.target)) {
    drawer.querySelector("form[enctype]")?.requestSubmit();
  }
});
