// Says that a table is being worked on, and how many rows it has; the pages work without.

// Rows of a spreadsheet as lines; how many there are exactly, the server says.
function rowsOf(form) {
  if (form.dataset.rows) return Number(form.dataset.rows);
  const text = form.querySelector("textarea")?.value ?? "";
  return text.split("\n").filter((line) => line.trim()).length;
}

function showWork(form) {
  const file = form.querySelector("[type=file]")?.files[0];
  const text = file
    ? form.dataset.workingFile.replace("{name}", file.name)
    : form.dataset.working.replace(
        "{rows}",
        rowsOf(form).toLocaleString(document.documentElement.lang),
      );
  const working = form.querySelector("[data-part=working]");
  if (working) {
    working.hidden = false;
    working.querySelector("[data-part=working-text]").textContent = text;
  }
  document.getElementById("live").textContent = text;
  form.setAttribute("aria-busy", "true");
}

function endWork() {
  for (const form of document.querySelectorAll("[data-part=table]")) {
    form.removeAttribute("aria-busy");
    const working = form.querySelector("[data-part=working]");
    if (working) working.hidden = true;
  }
  for (const button of document.querySelectorAll("main [type=submit]")) button.disabled = false;
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-part=table]");
  if (!form) return;
  if (form.getAttribute("aria-busy")) {
    event.preventDefault(); // a second click
    return;
  }
  showWork(form);
  // Once it is on its way, so that the button itself does not keep the form from going.
  setTimeout(() => {
    for (const button of document.querySelectorAll("main [type=submit]")) button.disabled = true;
  });
});
// Whoever comes back by the browser's button finds the page as it was left.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) endWork();
});
