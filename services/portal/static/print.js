// Shows the button that prints this page; without it, the browser's own menu prints.
(() => {
  const button = document.getElementById("print");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => window.print());
})();
