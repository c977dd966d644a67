// What pages do besides without script: copy a text, offer to save a choice once it has changed, ask before leaving a
// form. Everything works without it.
"use strict";
document.documentElement.classList.add("script");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const from = document.getElementById(button.dataset.copy);
  const text = from.value ?? from.textContent;
  try {
    await navigator.clipboard.writeText(text.trim());
  } catch {
    from.select?.();
    document.execCommand("copy");
  }
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = label; }, 1500);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form.waits");
  if (form) form.classList.add("changed");
});
