// Small conveniences. Every page can be read and used without them.
"use strict";

// Choosing a day in the calendar shows it. Typing one does not: each digit
// would ask for another day.
for (const field of document.querySelectorAll(".dateform input[type=date]")) {
  let typed = false;
  field.addEventListener("keydown", () => { typed = true; });
  field.addEventListener("pointerdown", () => { typed = false; });
  field.addEventListener("change", () => {
    if (!typed && field.value && field.checkValidity()) field.form.requestSubmit();
  });
}

// The address of a cell is copied where that is allowed.
for (const link of document.querySelectorAll(".addr")) {
  link.addEventListener("click", () => {
    if (!navigator.clipboard) return;
    navigator.clipboard.writeText(link.href).then(() => {
      link.classList.add("copied");
      setTimeout(() => link.classList.remove("copied"), 2000);
    }, () => {});
  });
}

// On a level's page, what is not new can be folded at once.
for (const button of document.querySelectorAll(".fold")) {
  const all = document.querySelectorAll("details.same");
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = ![...all].some((d) => d.open);
    for (const d of all) d.open = open;
    button.textContent = open ? button.dataset.fold : button.dataset.unfold;
  });
}

// A phone shows no matrix: the address of a cell leads to the level's page.
const frame = document.querySelector(".frame");
if (frame && frame.offsetParent === null && location.hash.includes(".")) {
  const [level, competency] = location.hash.slice(1).split(".");
  const column = document.getElementById(level);
  const link = column && column.querySelector("a");
  if (link) location.replace(link.href + "#" + encodeURIComponent(competency));
}

// A server that has just started is asked again.
const waiting = document.querySelector("[data-retry]");
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.retry) * 1000);
