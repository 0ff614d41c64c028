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

// What a form was given nothing for does not stand in the address.
document.addEventListener("formdata", (e) => {
  for (const [name, value] of [...e.formData]) if (value === "") e.formData.delete(name);
});

// The line of time of a framework: the address, the links and the bar follow
// the day that is chosen on it.
for (const line of document.querySelectorAll(".timeline")) {
  const slide = line.querySelector(".slide"), input = slide.querySelector("input"), read = slide.querySelector(".read");
  const { first, prefix, now } = line.dataset, today = Number(line.dataset.today);
  const entries = [...document.querySelectorAll(".versions > [data-day]")].reverse();
  const date = (n) => new Date(Date.parse(first) + n * 864e5);
  const iso = (n) => date(n).toISOString().slice(0, 10);
  const words = (n) => date(n).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const entryAt = (n) => entries.filter((e) => e.dataset.day <= iso(n)).pop();
  const isNow = (n) => now && n === today;
  const says = (n) => {
    const e = entryAt(n);
    return isNow(n) ? now : prefix.replace("@", words(n)) + (n > today && e.dataset.later || e.dataset.says);
  };
  const asOf = (href, n) => {
    const to = Object.assign(document.createElement("a"), { href });
    const params = new URLSearchParams(to.search);
    for (const name of ["as_of", "cycle"]) params.delete(name);
    if (!isNow(n)) params.set("as_of", iso(n));
    return to.pathname + (params.size ? "?" + params : "") + to.hash;
  };
  const bar = document.querySelector(".asof"), field = document.querySelector("#as-of");
  const back = () => {
    const p = document.createElement("p"), a = document.createElement("a");
    p.className = "ways";
    a.textContent = "Back to today";
    a.href = location.pathname;
    p.append(a);
    bar.querySelector(".state").append(p);
    return p;
  };
  const show = () => {
    const n = input.valueAsNumber, e = entryAt(n);
    input.setAttribute("aria-valuetext", says(n));
    read.href = asOf(read.dataset.href, n);
    read.hidden = e.classList.contains("gap");
    for (const other of entries) other.removeAttribute("aria-current");
    if (!isNow(n)) e.setAttribute("aria-current", "true");
    if (!bar) return;
    bar.querySelector(".says").textContent = says(n);
    bar.classList.toggle("elsewhere", !isNow(n));
    (bar.querySelector(".ways") || back()).hidden = isNow(n);
    field.value = iso(n);
  };
  const settle = () => {
    const n = input.valueAsNumber;
    history.replaceState(null, "", asOf(location, n));
    for (const a of document.querySelectorAll("main a[href^='/'], .brand, .top nav a[href='/upcoming']")) {
      if (!a.search.includes("version=") && !a.closest(".cycles")) a.href = asOf(a.href, n);
    }
  };
  input.addEventListener("input", show);
  input.addEventListener("change", settle);
  input.addEventListener("keydown", (e) => {
    const step = { PageUp: 1, PageDown: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const starts = entries.map((x) => Math.round((Date.parse(x.dataset.day) - Date.parse(first)) / 864e5));
    const to = step > 0 ? starts.find((n) => n > input.valueAsNumber) : starts.findLast((n) => n < input.valueAsNumber);
    if (to === undefined) return;
    input.value = to;
    show();
    settle();
  });
  slide.hidden = false;
  input.setAttribute("aria-valuetext", says(input.valueAsNumber));
  read.href = asOf(read.dataset.href, input.valueAsNumber);
  read.hidden = entryAt(input.valueAsNumber).classList.contains("gap");
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
