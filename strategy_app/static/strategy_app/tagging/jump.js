// The dialog of the grid that leads to a programme or an element by its code.

import { body, goBack, goTo, grid, linkAt, part, placeOf, state } from "./cells.js";

const dialog = document.getElementById("jump-dialog");

export const openJump = () => dialog.showModal();
export const closeJump = () => dialog.close();

dialog.addEventListener("close", goBack);
dialog.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = document.getElementById("jump-to").value.trim().toUpperCase().normalize("NFKC");
  const row = body.querySelector(`tr[data-programme="${CSS.escape(code)}"]`);
  const column = [...grid.tHead.rows[0].cells].findIndex((cell) => cell.dataset.element === code);
  const known = [...document.querySelectorAll("#jump-list option")].find((option) => option.value === code);
  part("jump-error").hidden = true;
  if (row || column > 0) {
    const here = placeOf(state.active);
    dialog.close(); // which gives the focus back to where it was before
    goTo(linkAt(row ? row.sectionRowIndex : here.row, column > 0 ? column - 1 : here.column));
  } else if (known) {
    const address = new URL(location.href);
    address.searchParams.delete("page");
    if (known.hasAttribute("data-element")) address.searchParams.set("open", "all");
    else address.searchParams.set("at", code);
    location.assign(address);
  } else {
    part("jump-error").hidden = false;
  }
});
