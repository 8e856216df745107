// Elements with others below them open and close in place; without this script all are open.

for (const table of document.querySelectorAll("table[data-tree]")) {
  const key = `open:${location.pathname}`;
  const rows = [...table.tBodies[0].rows];
  const depth = (row) => Number(/indent-(\d)/.exec(row.className)[1]);
  const opened = new Set(JSON.parse(sessionStorage.getItem(key) || "[]"));
  const above = new Map(); // from each row to the one it stands below
  const path = [];
  for (const row of rows) {
    path.length = depth(row);
    above.set(row, path.findLast(Boolean));
    path[depth(row)] = row;
  }
  const branches = new Set(above.values());
  branches.delete(undefined);

  const buttons = new Map();
  for (const row of branches) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "branch";
    button.setAttribute("aria-label", `${table.dataset.tree} ${row.id}`);
    button.addEventListener("click", () => {
      if (!opened.delete(row.id)) opened.add(row.id);
      show();
    });
    row.cells[0].prepend(button);
    buttons.set(row, button);
  }

  const all = document.createElement("button");
  all.type = "button";
  all.className = "link-button";
  all.addEventListener("click", () => {
    const open = opened.size < branches.size;
    opened.clear();
    if (open) for (const row of branches) opened.add(row.id);
    show();
  });
  if (branches.size) table.parentElement.before(all);

  function isShown(row) {
    for (let up = above.get(row); up; up = above.get(up)) if (!opened.has(up.id)) return false;
    return true;
  }
  function show() {
    for (const row of rows) row.hidden = !isShown(row);
    for (const [row, button] of buttons) button.setAttribute("aria-expanded", opened.has(row.id));
    all.textContent = opened.size < branches.size ? table.dataset.openAll : table.dataset.closeAll;
    sessionStorage.setItem(key, JSON.stringify([...opened]));
  }
  // Whoever comes for one element finds it.
  const sought = document.getElementById(location.hash.slice(1));
  for (let up = above.get(sought); up; up = above.get(up)) opened.add(up.id);
  show();
  if (sought && above.has(sought)) sought.scrollIntoView({ block: "nearest" });
}
