/* Pages of sources: buttons that copy, and a form that shows its result while one types.

   <form data-live="#part"> is sent half a second after the last key; the answer to X-Fragment takes the place of the part,
   and what it data-says is spoken by [data-live-said]. */
"use strict";

(() => {
  document.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      button.textContent = button.dataset.done;
    });
  });

  document.querySelectorAll("form[data-live]").forEach((form) => {
    let waiting = null;
    let asking = null;

    async function look() {
      asking?.abort();
      asking = new AbortController();
      try {
        const answer = await fetch(form.action || location.href, {
          method: "POST", body: new FormData(form), headers: { "X-Fragment": "1" }, signal: asking.signal,
        });
        if (!answer.ok || answer.redirected) return; // what is shown stays; sending the form says what is wrong
        const made = document.createElement("template");
        made.innerHTML = await answer.text();
        const fresh = made.content.querySelector(form.dataset.live);
        const part = document.querySelector(form.dataset.live);
        const said = document.querySelector("[data-live-said]");
        if (fresh && part) part.replaceWith(fresh);
        if (fresh && said) said.textContent = fresh.dataset.says;
      } catch { /* no connection, or another key came: the next one tells */ }
    }

    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(look, 500);
    });
    form.addEventListener("submit", () => { clearTimeout(waiting); asking?.abort(); });
  });
})();
