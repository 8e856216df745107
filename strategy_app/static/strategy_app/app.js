// Small comforts on top of pages that work without any script.
"use strict";

// What could not be sent stays in its form, which says so; elsewhere the page does.
function sendError(form) {
  return (form && form.querySelector(".send-error")) || document.getElementById("unsent");
}
function showSendError(event) {
  const form = event.target.closest("form");
  const notice = sendError(form);
  notice.hidden = false;
  notice.scrollIntoView({ block: "nearest" });
  // While it was being sent its button was disabled, which took the focus from it.
  const button = form && form.querySelector("[type=submit]");
  if (button && document.activeElement === document.body) button.focus();
}
document.addEventListener("htmx:responseError", showSendError);
document.addEventListener("htmx:sendError", showSendError);
document.addEventListener("htmx:timeout", showSendError);
document.addEventListener("htmx:beforeRequest", (event) => {
  sendError(event.target.closest("form")).hidden = true;
  sendError(null).hidden = true;
});

// Whoever has signed in again in another tab has another token; what was typed here goes
// on with the new one.
let tokenIsOld = false;
window.renewToken = async () => {
  try {
    const page = await (await fetch(location.href)).text();
    const body = new DOMParser().parseFromString(page, "text/html").body;
    const headers = body.getAttribute("hx-headers");
    if (!headers || body.querySelector("[name=password]")) return false;
    document.body.setAttribute("hx-headers", headers);
    const token = JSON.parse(headers)["X-CSRFToken"];
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    tokenIsOld = false;
    return true;
  } catch {
    return false;
  }
};
document.addEventListener("htmx:responseError", (event) => {
  if ([401, 403].includes(event.detail.xhr.status)) tokenIsOld = true;
});
document.addEventListener("submit", async (event) => {
  if (!tokenIsOld || !event.target.matches("[hx-post]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  await window.renewToken();
  tokenIsOld = false;
  // A click, so that what the button says goes along.
  if (event.submitter) event.submitter.click();
  else event.target.requestSubmit();
}, true);

// Whoever has gone on to another form while something was on its way is not called back.
function isElsewhere(part) {
  const here = document.activeElement;
  return Boolean(here?.closest("form")) && !part.contains(here);
}
document.addEventListener("htmx:afterSwap", (event) => {
  if (!isElsewhere(event.target)) return;
  for (const one of event.target.querySelectorAll("[autofocus]")) one.removeAttribute("autofocus");
});

// After a refusal the first field that is wrong is where one goes on.
// Only once it has settled: before that, htmx itself moves the focus.
document.addEventListener("htmx:afterSettle", (event) => {
  if (isElsewhere(event.target)) return;
  const error = event.target.querySelector?.(".field-error");
  const field = error && error.closest(".field, fieldset");
  const control = field && field.querySelector("input:not([type=hidden]), textarea, select");
  if (control) control.focus();
});

// Escape leaves a form in a line the way "Cancel" does; an open menu closes.
document.addEventListener("keydown", (event) => {
  // While Japanese is being composed, Escape belongs to the composition.
  if (event.key !== "Escape" || event.isComposing) return;
  const line = event.target.closest(".line-editing");
  const cancel = line && line.querySelector(".judge-buttons a");
  if (cancel) cancel.click();
  const menu = event.target.closest("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// The headings of a matrix stay in sight; what the keyboard leads to is not left under them.
document.addEventListener("focusin", (event) => {
  if (event.target.closest(".matrix-scroll") && event.target.matches(":focus-visible")) {
    event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
});

// A timeline whose future is out of sight begins where past and future meet: with the last
// two years that are past, none of them cut.
for (const scroll of document.querySelectorAll(".timeline-scroll")) {
  const corner = scroll.querySelector(".corner");
  const first = scroll.querySelector("tbody .future-first");
  if (!first || first.offsetLeft + 2 * first.offsetWidth <= scroll.clientWidth) continue;
  const begin = first.previousElementSibling?.previousElementSibling ?? first;
  scroll.scrollLeft = begin.offsetLeft - corner.offsetWidth;
}

// Where a script may, the address of what is shown is copied rather than gone to.
for (const link of document.querySelectorAll(".copy-address")) {
  if (!navigator.clipboard) break;
  link.textContent = link.dataset.copy;
  link.setAttribute("role", "button");
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    await navigator.clipboard.writeText(link.href);
    link.textContent = link.dataset.copied;
  });
}
