// Runs once for each part of the conversation; `element`, `trigger` and `watch` come from Gradio.
const box = () => document.querySelector("#say textarea, #say input");
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-press]");
  // The second half of a double click would be a second answer.
  if (!button || event.detail > 1) return;
  trigger("click", { ...button.dataset });
  // The button may vanish with the answer; the next thing to do is to type, or to look at the beliefs.
  if (button.closest("#beliefs")) document.querySelector("#beliefs-title")?.focus({ preventScroll: true });
  else if (event.detail === 0 || matchMedia("(hover: hover)").matches) box()?.focus({ preventScroll: true });
});

// A new turn is brought to the top. Its words are followed down until the reader scrolls, but never so that
// cards, which are there to be read first, move away.
let shown = null;
let following = false;
for (const kind of ["wheel", "touchmove"]) addEventListener(kind, () => (following = false), { passive: true });

watch("value", () => {
  const turn = element.querySelector(".turn.live");
  if (!turn) return (shown = null);
  // Parts of the page are drawn one after the other: scroll when all of them stand.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    if (turn.dataset.turn !== shown) {
      const jump = calm || (shown === null && !turn.classList.contains("busy"));
      shown = turn.dataset.turn;
      following = true;
      turn.scrollIntoView({ block: "start", behavior: jump ? "instant" : "smooth" });
    } else if (following && !turn.querySelector(".slate")) {
      const end = turn.lastElementChild.getBoundingClientRect().bottom;
      const room = document.querySelector("#composer").getBoundingClientRect().top - 8;
      if (end > room) scrollBy({ top: end - room, behavior: calm ? "instant" : "smooth" });
    }
  }));
});
