// Small comforts on top of pages that work without any script.
// Escape closes an open menu.
document.addEventListener("keydown", (event) => {
  // While Japanese is being composed, Escape belongs to the composition.
  if (event.key !== "Escape" || event.isComposing) return;
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
