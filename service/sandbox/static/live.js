// Keeps the parts marked data-live up to date. Without it every page works by reloading.
"use strict";

const EVERY_MS = 2000;

function keepAtEnd(element, change) {
  const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
  change();
  if (atEnd) element.scrollTop = element.scrollHeight;
}

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(part.id);
    if (!next || next.innerHTML === part.innerHTML || part.contains(document.activeElement)) continue;
    keepAtEnd(part, () => part.replaceChildren(...next.childNodes));
  }
}

async function loop() {
  try {
    await refresh();
  } catch {
    // The sandbox is restarting; the next round finds it again.
  }
  setTimeout(loop, EVERY_MS);
}

const talk = document.getElementById("talk");
if (talk) talk.scrollTop = talk.scrollHeight;
setTimeout(loop, EVERY_MS);
