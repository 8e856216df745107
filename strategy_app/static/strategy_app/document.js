// Asks before a row that was typed in and not saved is left; the page works without.
"use strict";

(() => {
  const row = document.getElementById("row-form");
  if (!row) return;
  // Shown again after an error, it holds words that are nowhere else.
  let isTyped = "typed" in row.dataset;
  row.addEventListener("input", () => {
    isTyped = true;
  });
  row.addEventListener("submit", () => {
    isTyped = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isTyped) event.preventDefault();
  });
})();
