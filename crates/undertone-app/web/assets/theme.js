// Applies the chosen theme. A classic script in <head>, so that the first paint already has it.
(() => {
  const THEMES = ["system", "light", "dark"];
  const root = document.documentElement;

  const stored = () => {
    try {
      return localStorage.getItem("undertone-theme");
    } catch {
      return null; // storage is blocked, so the system's theme applies
    }
  };

  const apply = (theme) => {
    root.dataset.theme = theme;
    document.dispatchEvent(new Event("themechange"));
  };

  const chosen = stored();
  root.dataset.theme = THEMES.includes(chosen) ? chosen : "system";
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(root.dataset.theme));

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme-button");
    const describe = () => {
      const text = `Theme: ${root.dataset.theme}`;
      button.setAttribute("aria-label", text);
      button.title = text;
    };
    describe();
    button.addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
      apply(next);
      describe();
      try {
        localStorage.setItem("undertone-theme", next);
      } catch {
        // Storage is blocked, so the choice lasts as long as the page.
      }
    });
  });
})();
