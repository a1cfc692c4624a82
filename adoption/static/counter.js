/* The counter: the camera looks all the time, what it sees is sent at once, and the answer fills the screen.

   Nothing is decided here, and nothing without the server: without a connection it says so and waits for one.  A voucher
   is never sent a second time by itself, since whoever holds it may be gone by then. */
"use strict";

(() => {
  const till = document.querySelector("[data-till]");
  const panel = till && till.querySelector("[data-scan]");
  if (!panel) return; // a page made without JavaScript shows its answer and a way on

  const form = panel.querySelector("[data-form]");
  const box = form.elements.code;
  const answer = till.querySelector("[data-answer]");
  const back = panel.querySelector("[data-back]");
  const PAUSE = 250; // milliseconds between two looks of the camera
  const SAME = 6000; // a voucher that is still in front of the camera is not scanned again
  const SHOWN = 10000; // how long an answer stays if nobody touches anything
  const RETRY = 4000;
  let busy = false;
  let typed = false;
  let last = { code: "", at: 0 };
  let closing = null;
  let counting = null;

  // --- what is shown

  function show(html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    const today = made.content.querySelector("[data-today]");
    const verdict = made.content.querySelector("[data-verdict]");
    if (today) till.querySelector("[data-today]").replaceWith(today);
    if (verdict) face(verdict);
  }

  function face(verdict) {
    clear();
    answer.replaceChildren(verdict);
    rest(true);
    const next = verdict.querySelector("[data-next]");
    if (next) {
      next.addEventListener("click", (event) => { event.preventDefault(); scanning(); });
      next.focus({ preventScroll: true });
    }
    const undo = verdict.querySelector("[data-undo]");
    if (undo) count(undo);
    if (verdict.dataset.verdict !== "offline") closing = setTimeout(scanning, SHOWN);
    verdict.scrollIntoView({ block: "nearest" });
    sound(verdict.dataset.look);
  }

  function scanning() {
    const again = typed && answer.querySelector('[data-verdict="unknown"], [data-verdict="often"]');
    clear();
    answer.replaceChildren();
    rest(false);
    if (!again) box.value = ""; // a typing slip is mended, not typed anew
    typed = false;
    box.focus({ preventScroll: true });
    box.select();
  }

  function rest(resting) { // the camera goes on behind the answer: the next phone needs no touch
    panel.classList.toggle("resting", resting);
    panel.inert = resting;
    back.hidden = true;
  }

  function clear() {
    clearTimeout(closing);
    clearInterval(counting);
  }

  function count(undo) {
    const said = undo.querySelector("[data-words]");
    const words = JSON.parse(said.dataset.words);
    let left = words.length - 1;
    said.textContent = words[left];
    counting = setInterval(() => {
      left -= 1;
      if (left > 0) said.textContent = words[left];
      else { clearInterval(counting); undo.remove(); }
    }, 1000);
    undo.addEventListener("submit", (event) => { event.preventDefault(); send(undo); });
  }

  // --- what is asked

  async function send(from) {
    if (busy) return;
    busy = true;
    try {
      const sent = { method: "POST", body: new FormData(from), headers: { "X-Fragment": "1", Accept: "text/html" } };
      const got = await fetch(from.action, { ...sent, credentials: "same-origin", cache: "no-store" });
      if (got.ok || got.status === 429) show(await got.text());
      else if (got.status >= 500) offline();
      else location.reload(); // no longer registered, or the page is too old
    } catch {
      offline();
    } finally {
      busy = false;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!box.value.trim()) return;
    typed = true;
    send(form);
  });

  function offline() {
    const made = till.querySelector("[data-offline]").content.cloneNode(true).firstElementChild;
    face(made);
    made.querySelector("[data-again]").addEventListener("click", again);
    closing = setTimeout(again, RETRY);
  }

  async function again() { // only whether anybody answers: a voucher is shown anew
    clearTimeout(closing);
    try {
      const got = await fetch(till.dataset.here, { headers: { "X-Fragment": "1" }, credentials: "same-origin", cache: "no-store" });
      if (got.ok) {
        show(await got.text());
        last = { code: "", at: 0 };
        scanning();
        back.hidden = false;
        return;
      }
      if (got.status < 500) { location.reload(); return; }
    } catch { /* still none */ }
    closing = setTimeout(again, RETRY);
  }

  // A scanner that types, or a person who does: what is typed goes into the box, whatever has the focus.
  document.addEventListener("keydown", (event) => {
    const plain = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey && event.key !== " ";
    if (plain && !event.target.closest("input, select, summary, .menu")) {
      if (panel.inert) scanning();
      box.focus({ preventScroll: true });
    }
  });

  // --- sound: two short tones, none for who wants little motion or has switched it off

  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const label = document.querySelector("[data-sound]");
  const wanted = label && label.querySelector("[data-sound-on]");
  let audio = null;
  if (label && "AudioContext" in window && !still.matches) {
    label.hidden = false;
    try { wanted.checked = localStorage.getItem("sound") !== "off"; } catch { wanted.checked = true; }
    wanted.addEventListener("change", () => {
      try { localStorage.setItem("sound", wanted.checked ? "on" : "off"); } catch { /* not kept */ }
    });
    for (const kind of ["pointerdown", "keydown"]) {
      document.addEventListener(kind, () => { audio ??= new AudioContext(); audio.resume(); }, { once: true });
    }
  }
  const TONES = { yes: [660, 880], wait: [440, 440], no1: [330, 220] };

  function sound(look) {
    if (!audio || !wanted.checked || still.matches || !TONES[look]) return;
    TONES[look].forEach((pitch, at) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const begins = audio.currentTime + 0.14 * at;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.15, begins);
      volume.gain.exponentialRampToValueAtTime(0.001, begins + 0.13);
      tone.connect(volume).connect(audio.destination);
      tone.start(begins);
      tone.stop(begins + 0.14);
    });
  }

  // --- the camera

  const video = panel.querySelector("video");
  const canvas = document.createElement("canvas");

  async function look() {
    try {
      const sees = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: sees, audio: false });
      await video.play();
      video.hidden = false;
      panel.querySelector("[data-waits]").hidden = true;
      watch(await reader());
    } catch {
      none();
    }
  }

  function none() {
    panel.querySelector("[data-finder]").hidden = true;
    panel.querySelector("[data-camera-off]").hidden = false;
  }

  async function reader() { // the browser's own, else ours, which is loaded only then
    if ("BarcodeDetector" in window) {
      const kinds = await BarcodeDetector.getSupportedFormats();
      if (kinds.includes("qr_code")) {
        const detector = new BarcodeDetector({ formats: ["qr_code"] });
        return async () => { const [found] = await detector.detect(video); return found ? found.rawValue : ""; };
      }
    }
    await new Promise((done, fault) => {
      const script = document.createElement("script");
      script.src = till.dataset.reader;
      script.onload = done;
      script.onerror = fault;
      document.head.append(script);
    });
    const drawn = canvas.getContext("2d", { willReadFrequently: true });
    return async () => {
      const scale = Math.min(1, 640 / Math.max(video.videoWidth, video.videoHeight, 1));
      canvas.width = video.videoWidth * scale;
      canvas.height = video.videoHeight * scale;
      if (!canvas.width || !canvas.height) return "";
      drawn.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = drawn.getImageData(0, 0, canvas.width, canvas.height);
      const found = jsQR(data, width, height, { inversionAttempts: "dontInvert" });
      return found ? found.data : "";
    };
  }

  async function watch(read) {
    try {
      if (!document.hidden && !busy) seen((await read()).trim());
    } catch { /* this frame could not be read; the next one may */ }
    setTimeout(watch, PAUSE, read);
  }

  function seen(text) {
    const code = text.slice(0, 8); // a token renews itself while the phone is held out; its code stays
    const now = Date.now();
    if (!text || (code === last.code && now - last.at < SAME)) {
      if (text) last.at = now;
      return;
    }
    if (answer.querySelector('[data-verdict="offline"]')) return;
    last = { code, at: now };
    typed = false;
    box.value = text;
    send(form);
  }

  if (navigator.mediaDevices && navigator.mediaDevices.getUserMedia) look();
  else none();
})();
