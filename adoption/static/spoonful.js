/* What pages gain from JavaScript; without it everything works, only less at once.

   <… data-refresh="seconds"> asks for its own address again (data-address, else the page's) and replaces itself when the
   answer has changed; what it data-says anew is spoken by [data-said].  With data-polite it says so in [data-announce] and
   leaves the change to the reader. */
"use strict";

(() => {
  const jitter = (seconds) => seconds * 1000 * (0.9 + 0.2 * Math.random());

  function follow(part) {
    const seconds = Number(part.dataset.refresh);
    const address = part.dataset.address || location.href;
    let tag = part.dataset.etag || "";
    let waiting = null;

    async function look() {
      clearTimeout(waiting);
      if (!part.isConnected) return;
      if (!document.hidden) {
        try {
          const headers = { "X-Fragment": "1", ...(tag ? { "If-None-Match": tag } : {}) };
          const answer = await fetch(address, { headers, credentials: "same-origin", cache: "no-store" });
          if (answer.status === 200) {
            tag = answer.headers.get("ETag") || "";
            change(await answer.text());
          } else if (answer.status === 401 || answer.redirected) {
            return; // signed out elsewhere: the next click says so
          }
        } catch { /* no connection: what is shown stays, with its time */ }
      }
      clearTimeout(waiting);
      waiting = setTimeout(look, jitter(seconds));
    }

    function change(html) {
      const made = document.createElement("template");
      made.innerHTML = html;
      const fresh = made.content.querySelector("[data-refresh]");
      if (!fresh || fresh.outerHTML === part.outerHTML) return;
      if (!("polite" in part.dataset)) {
        const said = document.querySelector("[data-said]");
        if (said && fresh.dataset.says !== part.dataset.says) said.textContent = fresh.dataset.says;
        part.replaceWith(fresh);
        clearTimeout(waiting);
        follow(fresh);
        return;
      }
      const said = document.querySelector("[data-announce]");
      if (said) said.hidden = false;
    }

    waiting = setTimeout(look, jitter(seconds));
    document.addEventListener("visibilitychange", function back() { // whoever comes back sees at once what is new
      if (!part.isConnected) document.removeEventListener("visibilitychange", back);
      else if (!document.hidden) look();
    });
  }

  document.querySelectorAll("[data-refresh]").forEach(follow);

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });

  // A bar that is wider than the screen shows the page that is open, and whatever has the focus.
  document.querySelectorAll(".desk").forEach((bar) => {
    const show = (one) => one?.scrollIntoView({ block: "nearest", inline: "nearest" });
    show(bar.querySelector("[aria-current]"));
    bar.addEventListener("focusin", (event) => show(event.target));
  });

  // A menu closes on Escape and when the focus leaves it.
  document.querySelectorAll("details.menu").forEach((menu) => {
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
  });
})();
