// Looks again every two seconds, and shows what came since. What was folded out stays so.
(() => {
  const watching = document.getElementById("watching"), main = document.getElementById("main");
  let was = main.innerHTML, failed = 0;
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const came = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
    if (came.innerHTML === was) return;
    was = came.innerHTML;
    const open = [...main.querySelectorAll("details")].map((d) => d.open);
    main.replaceChildren(...came.childNodes);
    const now = main.querySelectorAll("details");
    if (now.length === open.length) now.forEach((d, i) => { d.open = open[i]; });
    watching.textContent = "Changed at " + new Date().toLocaleTimeString() + ".";
  };
  const again = () => setTimeout(() => look().then(() => { failed = 0; again(); }, () => {
    if (++failed < 5) return again();
    watching.textContent = "The stand-in has ended. This is the last that it said.";
  }), 2000);
  watching.textContent = "This page shows by itself what comes.";
  again();
})();
