/* What the builder gains from JavaScript: the words follow the fields.  Without it a button asks for them.

   <form data-builder data-preview="address" data-effect="address">: when a field changes, the form is sent to data-preview
   and every [data-part] of the answer replaces its like on the page; [data-part=form] only after a field or a button that
   changes the form itself (data-redraw).  data-effect is asked more slowly, and again at once while something in it was not
   had in time ([data-again]).  What [data-part=live] data-says is spoken. */
"use strict";

(() => {
  const form = document.querySelector("[data-builder]");
  if (!form) return;
  const STOPS = "a[href], button, input, select, textarea, summary";
  const TYPING = 400, EFFECT = 900; // milliseconds
  const AGAIN = 5; // times that what could not be had in time is asked for again
  const said = document.querySelector("[data-said]");
  const estimating = document.querySelector("[data-estimating]");
  let changes = 0, redraw = false, timer = 0, slower = 0, asking = null, weighing = null;

  function later(milliseconds) {
    changes += 1;
    form.dataset.asks = "yes";
    clearTimeout(timer);
    timer = setTimeout(() => ask(), milliseconds);
  }

  async function send(address, act, running) {
    const body = new FormData(form);
    if (act) body.append("act[]", act);
    const answer = await fetch(address, {
      method: "POST", body, headers: { "X-Fragment": "1" },
      credentials: "same-origin", signal: running.signal,
    });
    if (!answer.ok || answer.redirected) return null; // signed out, or gone: the next click says so
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    return made.content;
  }

  let pressed = null; // the act of a button that was not done yet, and where the focus goes then

  async function ask() {
    clearTimeout(timer);
    if (asking) asking.abort();
    asking = new AbortController();
    const seen = changes, act = pressed, anew = redraw || act !== null;
    try {
      const fresh = await send(form.dataset.preview, act && act.value, asking);
      if (!fresh) return;
      if (seen !== changes) { if (act) later(0); return; }
      pressed = null;
      if (anew) {
        redraw = false;
        const id = document.activeElement.id;
        replace("form", fresh);
        replace("more", fresh);
        if (act) act.focus(); else document.getElementById(id)?.focus({ preventScroll: true });
      }
      fresh.querySelectorAll("[data-part]:not([data-part=form], [data-part=more])").forEach((part) => replace(part.dataset.part, fresh));
      const live = document.querySelector("[data-part=live]");
      if (said && live && said.textContent !== live.dataset.says) said.textContent = live.dataset.says;
      form.dataset.asks = "no";
      weigh();
    } catch { /* no connection, or asked again since: what is shown stays */ }
  }

  function replace(name, fresh) {
    const old = document.querySelector(`[data-part="${name}"]`);
    const part = fresh.querySelector(`[data-part="${name}"]`);
    if (!old || !part) return;
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    const focused = document.activeElement, looked = seen(focused);
    const within = [...old.querySelectorAll(STOPS)].indexOf(focused);
    old.replaceWith(part);
    [...part.querySelectorAll("details")].forEach((one, at) => { if (open[at]) one.open = true; });
    // Whoever goes by keyboard stays where they were, and sees it, however much longer what stands above has become.
    if (within >= 0) part.querySelectorAll(STOPS)[within]?.focus({ preventScroll: true });
    if (looked && focused !== document.body) document.activeElement.scrollIntoView({ block: "nearest" });
  }

  function seen(one) {
    const box = one.getBoundingClientRect();
    return one.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
  }

  function weigh(again = 0) {
    if (!form.dataset.effect) return;
    clearTimeout(slower);
    if (weighing) weighing.abort();
    const part = document.querySelector("[data-part=effect]");
    if (part && estimating && !again) {
      part.setAttribute("aria-busy", "true");
      if (!part.querySelector("[data-waiting]")) part.insertAdjacentHTML("beforeend", "<p class='small soft' data-waiting></p>");
      part.querySelector("[data-waiting]").textContent = estimating.textContent;
    }
    slower = setTimeout(async () => {
      weighing = new AbortController();
      try {
        const fresh = await send(form.dataset.effect, null, weighing);
        if (!fresh) return;
        replace("effect", fresh);
        if (document.querySelector("[data-part=effect] [data-again]") && again < AGAIN) weigh(again + 1);
      } catch { /* as above */ }
    }, again ? 0 : EFFECT);
  }

  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-redraw]")) redraw = true;
    later(redraw && event.target.matches("select") ? 0 : TYPING);
  });

  // A row more or less, without leaving the page; the focus goes to the row that came, or to where the row was.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.target !== form || !button || button.name !== "act[]") return;
    event.preventDefault();
    const before = new Set([...form.querySelectorAll("[id]")].map((one) => one.id));
    const all = [...form.querySelectorAll("button, input, select")];
    const near = all.slice(0, all.indexOf(button)).reverse().find((one) => one.id);
    pressed = {
      value: button.value,
      focus() {
        const come = [...form.querySelectorAll("select[id], input[id]")].find((one) => !before.has(one.id));
        const to = come || (near && document.getElementById(near.id)) || form.querySelector("input[id]");
        if (to) to.focus();
      },
    };
    changes += 1;
    form.dataset.asks = "yes";
    ask();
  });

  form.dataset.asks = "no";
  weigh();
})();
