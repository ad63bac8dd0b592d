// Finding and making elements.

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/**
 * A new element. `attributes` are set as attributes, except functions, which listen to the event
 * of that name; null and false leave an attribute out.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Points a button's icon at another symbol of index.html. */
export function setIcon(button, name) {
  button.querySelector("use").setAttribute("href", `#icon-${name}`);
}

/** Tells screen readers what happened, without moving the focus. */
export function announce(text) {
  byId("status").textContent = text;
}

/** Brings an answer into view where it is not, and focuses it where `focus` says so. */
export function reveal(target, { focus = false } = {}) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (focus) target.focus({ preventScroll: true });
  const { top } = target.getBoundingClientRect();
  if (top < 0 || top > innerHeight * 0.55) {
    target.scrollIntoView({ behavior: calm ? "instant" : "smooth", block: "start" });
  }
}
