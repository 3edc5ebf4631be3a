// Asks every five seconds whether what this page shows has changed, and then shows it anew.
// Without it the page is the same; the link below it loads it again.
(() => {
  const EVERY_MS = 5000;
  const live = document.getElementById("live");
  if (!live || !live.dataset.tag) return;
  let tag = `"${live.dataset.tag}"`;
  const look = async () => {
    if (document.hidden) return;
    try {
      const state = await fetch(live.dataset.state, { headers: { "If-None-Match": tag }, redirect: "manual" });
      if (state.status !== 200) return;
      const page = await fetch(location.pathname, { redirect: "manual" });
      if (page.status !== 200) return;
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html").getElementById("live");
      if (fresh && !live.contains(document.activeElement)) {
        live.replaceChildren(...fresh.childNodes);
        tag = state.headers.get("ETag");
      }
    } catch { /* The services are away; the next look may find them. */ }
  };
  setInterval(look, EVERY_MS);
})();
