// Problems, told where the eye is and read out at once.

import { byId, element, reveal } from "./dom.js";
import { asProblem, explain } from "./problem.js";

/** Shows a problem until it is closed or the next thing succeeds; `retry` adds a button. */
export function showProblem(thrown, model, { subject = null, retry = null } = {}) {
  const { title, advice } = explain(asProblem(thrown), model);
  const close = () => notice.remove();
  const buttons = [
    retry && element("button", { type: "button", class: "plain", click: () => (close(), retry()) }, "Try again"),
    element("button", { type: "button", class: "plain", click: close }, "Close"),
  ];
  const notice = element(
    "div",
    { class: "notice", role: "alert" },
    element("div", {}, element("p", { class: "notice-title" }, subject ? `${subject}: ${title.charAt(0).toLowerCase()}${title.slice(1)}` : title), element("p", {}, advice)),
    element("div", { class: "row" }, ...buttons.filter(Boolean)),
  );
  byId("notices").replaceChildren(notice);
  reveal(byId("notices"));
}

/** Takes away what is no longer true. */
export function clearProblems() {
  byId("notices").replaceChildren();
}
