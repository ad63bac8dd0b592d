// The model card in a dialog.

import { byId, element } from "./dom.js";

// Removes links into the repository, which do not work here, and lets wide tables scroll.
function prepared(html) {
  const text = new DOMParser().parseFromString(html, "text/html").body;
  for (const link of text.querySelectorAll("a")) {
    if (/^https?:/.test(link.getAttribute("href") ?? "")) link.rel = "noopener";
    else link.replaceWith(...link.childNodes);
  }
  for (const wide of text.querySelectorAll("table, pre")) {
    const frame = element("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": wide.tagName === "TABLE" ? "Table" : "Commands" });
    wide.replaceWith(frame);
    frame.append(wide);
  }
  return text.childNodes;
}

/** Set up the buttons that open and close the card. */
export function setUpCard({ card_html: html, name }) {
  const dialog = byId("card");
  byId("card-title").textContent = name;
  byId("card-text").replaceChildren(...prepared(html));
  for (const id of ["open-card", "open-card-below"]) byId(id).addEventListener("click", () => dialog.showModal());
  byId("close-card").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close()); // a click outside
}
