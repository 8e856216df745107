// What is done in the grid by keyboard: saving, undo, the small form, several at once.
"use strict";

(() => {
  if (!window.gridCells) return;
  const {
    grid, body, part, words, state, mayWork, linkAt, linkOf, placeOf, width, height,
    mayChange, lineOf, say, goTo, goBack, isElsewhere, next, drawSelection, select, clearSelection,
    selectTo, rowOf, columnOf, chosen, ask, put, mark, namesOf,
  } = window.gridCells;
  const popover = document.getElementById("popover");
  const drawer = document.getElementById("drawer");
  const preview = document.getElementById("preview");
  let waiting = null; // what the small form is about
  let shown = null; // what the preview is about
  let queue = Promise.resolve(); // saves go one by one, in the order of the keys
  const undone = []; // changes made here, the newest last
  let unsent = [];
  const kept = new Map(); // by cell, what was refused there or overtaken

  // --- saving ---
  const fieldsOf = (what) => ({
    do: what.do,
    strategy: grid.dataset.strategy,
    level: what.level ?? "",
    rationale: what.rationale || "",
    "source-title": what.source?.title || "",
    "source-url": what.source?.url || "",
    "source-dated_on": what.source?.date || "",
    cells: what.lines.join("\n"),
  });

  // One save: refused, overtaken or unsent, what was typed is kept.
  function save(what) {
    const names = what.names;
    for (const name of names) kept.delete(name);
    showKept();
    mark(names, "saving");
    queue = queue.then(async () => {
      // The rows are read now: an earlier save of the same cell has changed them.
      what.lines = what.lines || names.map(lineOf);
      try {
        settle(what, await ask(grid.dataset.write, fieldsOf(what)));
      } catch (error) {
        // What has not arrived is sent again as it is seen then.
        if (names.length === 1) what.lines = null;
        unsent.push(what);
        mark(names, "failed");
        showUnsent(error?.status === 401 || error?.status === 403);
      }
    });
    return queue;
  }
  function settle(what, answer) {
    const { status, body: told } = answer;
    if (status === 200) {
      mark(what.names, null);
      if (told.change) undone.push(told.change);
      drawUndo();
      say(told.message);
      if (told.cells === null) location.reload();
      put(told.cells, "saved");
      return;
    }
    mark(what.names, status === 409 ? "overtaken" : "failed");
    if (told.cells) put(told.cells, "overtaken");
    what.lines = null;
    if (what.names.length === 1) {
      // Whoever types goes on elsewhere already: the focus is not taken from them.
      kept.set(what.names[0], { ...what, told });
      showKept();
    } else {
      say(told.message || Object.values(told.errors).flat().join(" "));
      showPreview({ ...what, lines: what.names.map(lineOf) });
    }
  }
  function showKept() {
    const list = part("kept");
    list.replaceChildren();
    for (const [name, what] of kept) {
      const item = document.createElement("li"), open = document.createElement("button");
      const text = what.told.message || Object.values(what.told.errors).flat().join(" ");
      item.textContent = `${name.replace(" ", " × ")}: ${text} `;
      open.type = "button";
      open.className = "btn btn-outline-secondary btn-sm";
      open.textContent = words.look;
      open.addEventListener("click", () => openKept(name));
      item.append(open);
      list.append(item);
    }
    list.hidden = !kept.size;
  }
  function openKept(name) {
    const what = kept.get(name);
    goTo(linkOf(name));
    openPopover(what);
  }
  function showUnsent(signedOut) {
    part("unsent").hidden = !unsent.length;
    if (!unsent.length) return;
    const text = words.unsent.replace("%(number)s", unsent.length);
    part("unsent-text").textContent = signedOut ? `${text} ${words.signin}` : text;
  }
  async function sendAgain() {
    if (!unsent.length && kept.size) return openKept(kept.keys().next().value);
    const again = unsent;
    unsent = [];
    showUnsent(false);
    await window.renewToken?.();
    for (const what of again) save(what);
  }
  window.addEventListener("beforeunload", (event) => {
    if (unsent.length || kept.size || (!popover.hidden && popover.elements.rationale.value)) event.preventDefault();
  });

  // --- undo ---
  function drawUndo() {
    const button = document.querySelector('[data-do="undo"]');
    if (button) button.disabled = !undone.length;
  }
  function undo() {
    const was = state.active.dataset.cell;
    queue = queue.then(async () => {
      const change = undone.pop();
      drawUndo();
      if (!change) return say(words.nothing);
      try {
        const address = `${grid.dataset.change.replace("/0/", `/${change}/`)}revert/?${grid.dataset.query}`;
        const { body: told } = await ask(address, {});
        say(told.message);
        await refresh(told.cells);
        // Whoever has gone on meanwhile stays there.
        const hasStayed = state.active.dataset.cell === was && drawer.hidden && !isElsewhere();
        if (told.cells.length && hasStayed) goTo(linkOf(told.cells[0]));
      } catch {
        undone.push(change);
        drawUndo();
        document.getElementById("unsent").hidden = false;
      }
    });
  }
  async function refresh(names) {
    if (names.length > 200) return location.reload();
    const asked = names.map((name) => `&cell=${encodeURIComponent(name)}`).join("");
    const { body: told } = await ask(`${grid.dataset.cells}${asked}`);
    put(told.cells, "saved");
  }

  // --- the small form, in place ---
  const RULES = { 0: "0", 1: "1", 2: "2" };
  async function openPopover(what) {
    waiting = what;
    const fields = popover.elements;
    const link = what.names.length === 1 ? linkOf(what.names[0]) : state.active;
    const isSource = what.do === "evidence";
    const count = what.lines ? what.lines.length : what.names.length;
    const about = count === 1 ? what.names[0].replace(" ", " × ") : words.cells.replace("%(number)s", count);
    part("popover-title").textContent = isSource ? `${about}: ${words.source}` : `${about}: ${["○", "◐", "●"][what.level] ?? ""} ${what.level ?? ""}`;
    const rule = document.querySelector(`template[data-rule="${RULES[what.level]}"]`);
    part("popover-rule").textContent = rule && !isSource ? rule.content.textContent : "";
    fields.rationale.closest(".field").hidden = isSource;
    fields.rationale.value = what.rationale || "";
    fields["source-title"].value = what.source?.title || "";
    fields["source-url"].value = what.source?.url || "";
    fields["source-dated_on"].value = what.source?.date || "";
    part("source", popover).hidden = !isSource && what.level !== 2;
    showTold(what);
    if (!preview.open) shown = null; // one still on its way is of what was left
    popover.hidden = false;
    place(link);
    (isSource ? fields["source-title"] : fields.rationale).focus();
    if (count === 1 && what.rationale === undefined && link.dataset.row !== "0") {
      try {
        const { body: told } = await ask(`${grid.dataset.cells}&details=1&cell=${encodeURIComponent(what.names[0])}`);
        const known = told.details[what.names[0]];
        if (known && waiting === what && !fields.rationale.value) {
          fields.rationale.value = known.rationale;
          if (document.activeElement === fields.rationale) fields.rationale.select();
        }
      } catch { /* it is only a comfort */ }
    }
  }
  // What the server said against it, next to what was typed.
  function showTold(what) {
    const conflict = part("conflict", popover), errors = part("errors", popover);
    conflict.hidden = true;
    errors.hidden = true;
    const told = what.told;
    if (told?.conflicts) {
      const theirs = told.conflicts[what.names[0]];
      conflict.textContent = theirs
        ? `${words.theirs} ${theirs.level_name}${theirs.by ? ` · ${theirs.by}` : ""} – “${theirs.rationale}”. ${words.mine}`
        : `${words.gone} ${words.mine}`;
      conflict.hidden = false;
    }
    if (told?.errors) {
      errors.textContent = Object.values(told.errors).flat().join(" ");
      errors.hidden = false;
    }
    for (const field of popover.querySelectorAll("input, textarea")) {
      field.toggleAttribute("aria-invalid", Boolean(told?.errors?.[field.name]));
    }
  }
  function place(link) {
    const box = link.getBoundingClientRect();
    const own = popover.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, window.innerWidth - own.width - 8));
    const below = box.bottom + 6;
    const top = below + own.height < window.innerHeight ? below : Math.max(8, box.top - own.height - 6);
    popover.style.left = `${left}px`;
    popover.style.top = `${top}px`;
  }
  function closePopover() {
    popover.hidden = true;
    popover.reset();
    // Left on purpose: what stands there now is what is meant.
    if (waiting?.told && waiting.names.length === 1) {
      kept.delete(waiting.names[0]);
      mark(waiting.names, null);
      showKept();
    }
    waiting = null;
    goTo(state.active);
  }
  popover.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = popover.elements;
    const what = {
      ...waiting,
      told: null,
      rationale: fields.rationale.value,
      source: {
        title: fields["source-title"].value,
        url: fields["source-url"].value,
        date: fields["source-dated_on"].value,
      },
    };
    popover.hidden = true;
    waiting = null;
    if (what.names.length === 1) {
      const link = linkOf(what.names[0]);
      goTo(next(link));
      save(what);
    } else {
      showPreview({ ...what, lines: what.lines || what.names.map(lineOf) });
    }
  });

  // --- several at once: first what would happen ---
  async function showPreview(what) {
    shown = what;
    try {
      const { status, body: told } = await ask(grid.dataset.preview, fieldsOf(what));
      if (shown !== what) return; // another one was asked for meanwhile
      if (status === 400) return openPopover({ ...what, told });
      preview.innerHTML = told;
      if (!preview.open) preview.showModal();
    } catch {
      document.getElementById("unsent").hidden = false;
    }
  }
  preview.addEventListener("close", goBack);
  function apply() {
    const what = shown;
    preview.close();
    clearSelection();
    save({ ...what, names: namesOf(what.lines) });
  }
  function leaveOut() {
    const refused = new Set([...preview.querySelectorAll("[data-refused]")].map((row) => row.dataset.refused));
    const lines = shown.lines.filter((line) => !refused.has(namesOf([line])[0]));
    if (!lines.length) return preview.close();
    showPreview({ ...shown, lines, names: namesOf(lines) });
  }
  async function askEverything() {
    const columns = [...new Set([...state.selected].map((name) => name.split(" ")[1]))];
    try {
      const { status, body: told } = await ask(`${grid.dataset.names}&elements=${columns.join(",")}`);
      if (status !== 200) return say(Object.values(told.errors).flat().join(" "));
      state.everything = told.cells;
      drawSelection();
      part("selection").hidden = false;
    } catch {
      document.getElementById("unsent").hidden = false;
    }
  }

  // --- what keys and buttons do ---
  function doTo(action, level) {
    const lines = chosen();
    if (lines) {
      const what = { do: action, level, lines, names: namesOf(lines) };
      if (level === 0) what.rationale = document.getElementById("zero-words").value;
      return level > 0 || action === "evidence" ? openPopover(what) : showPreview(what);
    }
    const link = state.active;
    if (!mayChange(link)) return say(words.readonly);
    if (kept.has(link.dataset.cell) && kept.get(link.dataset.cell).level === level) return openKept(link.dataset.cell);
    const what = { do: action, level, names: [link.dataset.cell] };
    if (action === "level" && level === 0) {
      what.rationale = document.getElementById("zero-words").value;
      goTo(next(link));
      return save(what);
    }
    if (action === "level" || action === "evidence") return openPopover(what);
    if (link.dataset.row === "0") return say(words.empty);
    // Whoever confirms sees first what, and what has changed since it was last confirmed.
    if (action === "confirm") return showPreview({ ...what, lines: what.names.map(lineOf) });
    return save(what);
  }
  function openDrawer(link) {
    const target = part("drawer-body");
    part("drawer-title").textContent = link.dataset.cell.replace(" ", " × ");
    drawer.hidden = false;
    window.htmx.ajax("GET", `${link.getAttribute("href")}?${grid.dataset.query}`, { source: target, target, swap: "innerHTML" })
      .catch(() => {}); // closed before it came; what could not be sent is told elsewhere
  }
  function closeDrawer() {
    drawer.hidden = true;
    window.htmx.trigger(part("drawer-body"), "htmx:abort"); // or it would come into the next
    part("drawer-body").replaceChildren();
    goTo(state.active);
  }
  drawer.addEventListener("htmx:afterSettle", () => {
    // Saved, withdrawn or left: the line has taken the form's place.
    if (drawer.hidden || drawer.querySelector("form[enctype]") || !drawer.querySelector(".line")) return;
    const name = state.active.dataset.cell;
    closeDrawer();
    queue = queue.then(() => refresh([name])).catch(() => {});
  });
  const jump = document.getElementById("jump-dialog");
  jump.addEventListener("close", goBack);
  jump.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const code = document.getElementById("jump-to").value.trim().toUpperCase().normalize("NFKC");
    const row = body.querySelector(`tr[data-programme="${CSS.escape(code)}"]`);
    const column = [...grid.tHead.rows[0].cells].findIndex((cell) => cell.dataset.element === code);
    const known = [...document.querySelectorAll("#jump-list option")].map((option) => option.value);
    part("jump-error").hidden = true;
    if (row || column > 0) {
      const here = placeOf(state.active);
      jump.close(); // which gives the focus back to where it was before
      goTo(linkAt(row ? row.sectionRowIndex : here.row, column > 0 ? column - 1 : here.column));
    } else if (known.includes(code)) {
      const address = new URL(location.href);
      address.searchParams.delete("page");
      if (document.querySelector(`#jump-list option[data-element][value="${CSS.escape(code)}"]`)) {
        address.searchParams.set("open", "all");
      } else {
        address.searchParams.set("at", code);
      }
      location.assign(address);
    } else {
      part("jump-error").hidden = false;
    }
  });
  const actions = {
    undo,
    resend: sendAgain,
    jump: () => jump.showModal(),
    keys: () => document.getElementById("keys").showModal(),
    "close-keys": () => document.getElementById("keys").close(),
    "close-jump": () => jump.close(),
    "close-popover": closePopover,
    "close-drawer": closeDrawer,
    close: () => preview.close(),
    apply,
    "leave-out": leaveOut,
    everything: askEverything,
    clear: () => { clearSelection(); goTo(state.active); },
    evidence: () => doTo("evidence"),
    confirm: () => doTo("confirm"),
    withdraw: () => doTo("withdraw"),
    "level-0": () => doTo("level", 0),
    "level-1": () => doTo("level", 1),
    "level-2": () => doTo("level", 2),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) actions[button.dataset.do]?.();
  });

  const moves = {
    ArrowLeft: (at) => linkAt(at.row, at.column - 1),
    ArrowRight: (at) => linkAt(at.row, at.column + 1),
    ArrowUp: (at) => linkAt(at.row - 1, at.column),
    ArrowDown: (at) => linkAt(at.row + 1, at.column),
    Home: (at, ctrl) => linkAt(ctrl ? 0 : at.row, 0),
    End: (at, ctrl) => linkAt(ctrl ? height() - 1 : at.row, width() - 1),
    PageUp: (at) => linkAt(Math.max(0, at.row - 10), at.column),
    PageDown: (at) => linkAt(Math.min(height() - 1, at.row + 10), at.column),
  };
  const keys = {
    0: () => doTo("level", 0),
    1: () => doTo("level", 1),
    2: () => doTo("level", 2),
    Delete: () => doTo("withdraw"),
    y: () => doTo("confirm"),
    Enter: () => openDrawer(state.active),
    e: () => openDrawer(state.active),
    u: undo,
    r: sendAgain,
    g: () => jump.showModal(),
    "?": () => document.getElementById("keys").showModal(),
    o: () => grid.tHead.rows[0].cells[state.active.parentElement.cellIndex].querySelector(".toggle")?.click(),
    "/": () => {
      const bar = document.querySelector(".scope-bar details");
      bar.open = true;
      bar.querySelector('[name="q"]').focus();
    },
    Escape: clearSelection,
  };
  grid.addEventListener("keydown", (event) => {
    const link = event.target.closest("td > a");
    if (!link || event.isComposing || event.altKey || event.metaKey) return;
    // Full-width digits are what a Japanese keyboard sends while its input is on.
    const key = event.key.length === 1 ? event.key.normalize("NFKC") : event.key;
    if (moves[key]) {
      event.preventDefault();
      const to = moves[key](placeOf(link), event.ctrlKey);
      if (!to) return;
      if (event.shiftKey) selectTo(to);
      else { state.anchor = null; goTo(to); }
    } else if (key === " ") {
      event.preventDefault();
      if (event.shiftKey) select(rowOf(link));
      else if (event.ctrlKey) select(columnOf(placeOf(link).column));
      else select([link], true);
    } else if (keys[key] && !event.ctrlKey) {
      event.preventDefault();
      keys[key]();
    }
  });
  grid.addEventListener("click", (event) => {
    const heading = event.target.closest("th[data-element]");
    if (heading && !event.target.closest("a") && mayWork) {
      select(columnOf(heading.cellIndex - 1), event.ctrlKey || event.metaKey);
      return;
    }
    const link = event.target.closest("td")?.firstElementChild;
    if (!link) return;
    event.preventDefault();
    if (event.shiftKey) return selectTo(link);
    if (event.ctrlKey || event.metaKey) return select([link, ...(state.selected.size ? [] : [state.active])], true);
    const isSecond = link === state.active && document.activeElement === link;
    clearSelection();
    goTo(link);
    if (isSecond) openDrawer(link);
  });
  // However the focus comes to a cell, by a screen reader too: it is the one that keys mean.
  grid.addEventListener("focusin", (event) => {
    const link = event.target.closest("td > a");
    if (!link || link === state.active) return;
    state.active.tabIndex = -1;
    state.active = link;
    link.tabIndex = 0;
  });
  // A press gives the focus before the click: the second click is told by this.
  grid.addEventListener("mousedown", (event) => {
    if (event.target.closest("td")) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !popover.hidden) closePopover();
    else if (event.key === "Escape" && !drawer.hidden && !event.target.closest(".line-editing")) closeDrawer();
    if (event.key === "Enter" && event.ctrlKey) {
      if (popover.contains(event.target)) popover.requestSubmit();
      else if (drawer.contains(event.target)) drawer.querySelector("form[enctype]")?.requestSubmit();
    }
  });
})();
