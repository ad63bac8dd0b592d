// Finds and creates elements.

/** Return the element with this id. */
export const byId = (id) => document.getElementById(id);

/**
 * Return a new element. A function among the `attributes` becomes a listener for the event of that
 * name; null and false leave an attribute out.
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

/** Show another symbol of index.html as a button's icon. */
export function setIcon(button, name) {
  button.querySelector("use").setAttribute("href", `#icon-${name}`);
}

/** Announce a text to screen readers without moving the focus. */
export function announce(text) {
  byId("status").textContent = text;
}

/** Scroll to an element unless it is in view, and focus it if `focus` is set. */
export function reveal(target, { focus = false } = {}) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (focus) target.focus({ preventScroll: true });
  const { top } = target.getBoundingClientRect();
  if (top < 0 || top > innerHeight * 0.55) {
    target.scrollIntoView({ behavior: calm ? "instant" : "smooth", block: "start" });
  }
}
