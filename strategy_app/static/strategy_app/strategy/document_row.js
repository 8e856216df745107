// Asks before a row that was typed in and not saved is left; the page works without.

const row = document.getElementById("row-form");
// Shown again after an error, it holds words that are nowhere else.
let isTyped = row && "typed" in row.dataset;
row?.addEventListener("input", () => {
  isTyped = true;
});
row?.addEventListener("submit", () => {
  isTyped = false;
});
window.addEventListener("beforeunload", (event) => {
  if (isTyped) event.preventDefault();
});
