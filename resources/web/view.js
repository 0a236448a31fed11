"use strict";
// Buttons that allow something are armed a while after they are seen; pages whose subject has
// changed are fetched anew. Without this script everything works, by hand.
(() => {
  const news = document.getElementById("news");
  let timer = 0;

  const arm = () => {
    clearTimeout(timer);
    const buttons = [...document.querySelectorAll("button[data-arm-ms]")];
    if (!buttons.length) return;
    for (const button of buttons) button.disabled = true;
    if (document.visibilityState !== "visible") return;
    const wait = Math.max(...buttons.map((button) => Number(button.dataset.armMs) || 1500));
    timer = setTimeout(() => {
      for (const button of buttons) button.disabled = false;
    }, wait);
  };

  const countDown = () => {
    for (const time of document.querySelectorAll("time[data-until]")) {
      const left = Math.max(0, Math.round(Number(time.dataset.until) - Date.now() / 1000));
      const minutes = Math.floor(left / 60);
      time.textContent = minutes ? `${minutes} min ${left % 60} s` : `${left} s`;
    }
  };

  const waiting = (page) => Number(page.querySelector("#bar .count")?.textContent) || 0;

  const renew = async () => {
    const path = document.getElementById("page").dataset.path || location.href;
    const reply = await fetch(path, { credentials: "same-origin", cache: "no-store" });
    const made = new DOMParser().parseFromString(await reply.text(), "text/html");
    const next = made.getElementById("page");
    const here = document.getElementById("page");
    if (!next || !here) return;
    const bar = made.getElementById("bar");
    if (bar && waiting(made) > waiting(document) && navigator.userActivation?.hasBeenActive)
      navigator.vibrate?.(120);
    if (bar) document.getElementById("bar").replaceWith(document.adoptNode(bar));
    if (next.dataset.state === here.dataset.state) return;
    const focused = document.activeElement;
    const place = focused && here.contains(focused) ? focused.getAttribute("href") : null;
    document.title = made.title;
    here.replaceWith(document.adoptNode(next));
    if (place) {
      const again = [...next.querySelectorAll("a")].find((each) => each.getAttribute("href") === place);
      if (again) again.focus({ preventScroll: true });
    }
    arm();
    countDown();
  };

  const follow = (path) => {
    const source = new EventSource(path);
    let isBusy = false;
    let isDue = false;
    const look = async () => {
      if (isBusy) {
        isDue = true;
        return;
      }
      isBusy = true;
      try {
        do {
          isDue = false;
          await renew();
        } while (isDue);
      } catch {
        news.textContent = "The gateway does not answer.";
      }
      isBusy = false;
    };
    source.addEventListener("changed", (event) => {
      const told = event.data.split(" ");
      const wanted = (document.getElementById("page").dataset.topics || "").split(" ");
      if (told.some((topic) => topic === "questions" || wanted.includes(topic))) look();
    });
    // a phone that slept was told nothing, and may not know yet that its connection is gone
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") look();
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) look();
    });
    let wasLost = false;
    source.onerror = () => {
      wasLost = true;
      news.textContent = "The connection is lost. What you see may be old.";
    };
    source.onopen = () => {
      news.textContent = "";
      if (wasLost) look();
      wasLost = false;
    };
  };

  document.addEventListener("visibilitychange", arm);
  arm();
  countDown();
  setInterval(countDown, 1000);
  if (document.body.dataset.events) follow(document.body.dataset.events);
})();
