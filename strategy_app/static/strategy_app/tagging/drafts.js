// What is being typed is kept in this tab until it is saved, so that signing in again in
// between loses nothing. It is offered back, never put back unasked: the cell may have
// changed. Kept by person and cell; files cannot be kept.
const PREFIX = "draft:";
const LEFT_OUT = ["csrfmiddlewaretoken", "replaces"];

function typed(form) {
  const values = {};
  for (const field of form.elements) {
    if (!field.name || LEFT_OUT.includes(field.name)) continue;
    if (field.type === "file" || field.type === "hidden" || field.type === "submit") continue;
    if (field.type === "radio") {
      if (field.checked) values[field.name] = field.value;
    } else if (field.type === "checkbox") values[field.name] = field.checked;
    else values[field.name] = field.value;
  }
  return values;
}

function put(form, values) {
  for (const field of form.elements) {
    if (!(field.name in values)) continue;
    if (field.type === "radio") field.checked = field.value === values[field.name];
    else if (field.type === "checkbox") field.checked = values[field.name];
    else if (field.type !== "hidden" && field.type !== "file") field.value = values[field.name];
  }
}

const stored = (form) => {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + form.dataset.draft));
  } catch {
    return null;
  }
};

function offer(form) {
  if (form.dataset.offered) return;
  form.dataset.offered = "yes";
  const values = stored(form);
  const offered = form.querySelector("[data-part=draft]");
  if (!values || !offered || JSON.stringify(values) === JSON.stringify(typed(form))) return;
  offered.hidden = false;
  offered.querySelector("[data-do=restore]").addEventListener("click", () => {
    put(form, values);
    offered.hidden = true;
    form.querySelector("[name=rationale]").focus();
  });
  offered.querySelector("[data-do=forget]").addEventListener("click", () => {
    sessionStorage.removeItem(PREFIX + form.dataset.draft);
    offered.hidden = true;
    form.querySelector("[name=rationale]").focus();
  });
}

function look() {
  // What has been saved need not be kept any more.
  for (const done of document.querySelectorAll("[data-done]")) {
    sessionStorage.removeItem(PREFIX + done.dataset.done);
  }
  for (const form of document.querySelectorAll("form[data-draft]")) offer(form);
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest("form[data-draft]");
    if (form) sessionStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify(typed(form)));
  });
}
document.addEventListener("htmx:afterSettle", look);
look();
