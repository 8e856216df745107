// Small comforts on top of pages that work without any script.
"use strict";

// What could not be sent stays in its form, which says so.
function showSendError(event) {
  const form = event.target.closest("form");
  const notice = form && form.querySelector(".send-error");
  if (notice) {
    notice.hidden = false;
    notice.scrollIntoView({ block: "nearest" });
  }
}
document.addEventListener("htmx:responseError", showSendError);
document.addEventListener("htmx:sendError", showSendError);
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest("form");
  const notice = form && form.querySelector(".send-error");
  if (notice) notice.hidden = true;
});

// After a refusal the first field that is wrong is where one goes on.
document.addEventListener("htmx:afterSwap", (event) => {
  const line = document.getElementById(event.detail.elt.id) || document;
  const wrong = line.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
});

// Escape leaves a form in a line the way "Cancel" does; an open menu closes.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const line = event.target.closest(".line-editing");
  const cancel = line && line.querySelector(".judge-buttons a");
  if (cancel) cancel.click();
  const menu = event.target.closest("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
