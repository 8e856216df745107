// How pages send: by htmx, or by send() where the answer is not a part of the page. Either
// way what could not be sent stays where it was typed, and says so.

const PATIENCE = 30_000; // in ms, as htmx waits: what is not answered by then is unsent

// Why something did not arrive: "offline", "late", "signed-out", "refused" or "failed".
export class Unsent extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

// Send a body (an object of fields, or FormData) to an address, or fetch it where there is none.
// Returns the status and what was told: an object where that is JSON, else its text. A refusal
// told in JSON is an answer; what did not arrive, or was not taken, is an Unsent.
export async function send(address, { body, keepalive } = {}) {
  let answer = await ask(address, body, keepalive);
  const hasOldToken = answer.status === 401 || answer.status === 403;
  if (hasOldToken && (await renewToken())) answer = await ask(address, body, keepalive);
  const { status, isJson } = answer;
  if (status === 401 || (status === 403 && tokenIsOld)) throw new Unsent("signed-out");
  if (status === 403) throw new Unsent("refused");
  if (status >= 500 || (status >= 400 && !isJson)) throw new Unsent("failed");
  return { status, told: answer.told };
}

async function ask(address, body, keepalive = false) {
  const headers = { Accept: "application/json", "HX-Request": "true" };
  const options = { headers, keepalive, signal: AbortSignal.timeout(PATIENCE) };
  if (body) {
    body.delete?.("csrfmiddlewaretoken"); // the newest one goes in the header
    options.method = "POST";
    options.body = body instanceof FormData ? body : new URLSearchParams(body);
    headers["X-CSRFToken"] = token();
  }
  try {
    const answer = await fetch(address, options);
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    return { status: answer.status, isJson, told: isJson ? await answer.json() : await answer.text() };
  } catch (error) {
    throw new Unsent(error.name === "TimeoutError" ? "late" : "offline");
  }
}

// --- whoever has signed in again in another tab has another token ---

let tokenIsOld = false;
const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

// Take the token of who is signed in now. Returns whether there was one to take.
async function renewToken() {
  tokenIsOld = true;
  try {
    const page = await (await fetch(location.href)).text();
    const { body } = new DOMParser().parseFromString(page, "text/html");
    const newest = body.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (!newest || body.querySelector("[name=password]")) return false;
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = newest;
    const headers = body.getAttribute("hx-headers");
    if (headers) document.body.setAttribute("hx-headers", headers);
    tokenIsOld = false;
    return true;
  } catch {
    return false;
  }
}

document.addEventListener("submit", async (event) => {
  if (!tokenIsOld || !event.target.matches("[hx-post]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  await renewToken();
  tokenIsOld = false;
  // A click, so that what the button says goes along.
  if (event.submitter) event.submitter.click();
  else event.target.requestSubmit();
}, true);

// --- what htmx could not send stays in its form, which says so; elsewhere the page does ---

const noticeOf = (form) => form?.querySelector(".send-error") || document.getElementById("unsent");

export function showUnsent(form) {
  const notice = noticeOf(form);
  notice.hidden = false;
  notice.scrollIntoView({ block: "nearest" });
  // While it was being sent its button was disabled, which took the focus from it.
  const button = form?.querySelector("[type=submit]");
  if (button && document.activeElement === document.body) button.focus();
}

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => showUnsent(event.target.closest("form")));
}
document.addEventListener("htmx:responseError", (event) => {
  if ([401, 403].includes(event.detail.xhr.status)) tokenIsOld = true;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  noticeOf(event.target.closest("form")).hidden = true;
  noticeOf(null).hidden = true;
});

// --- what is answered late calls nobody back who has gone on to another form ---

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
  const field = error?.closest(".field, fieldset");
  field?.querySelector("input:not([type=hidden]), textarea, select")?.focus();
});
