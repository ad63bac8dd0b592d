// Shows problems in view and announces them to screen readers.

import { byId, element, reveal } from "./dom.js";
import { asProblem, explain, mayPass } from "./problem.js";

/** Show a problem until it is closed or the next action succeeds. Offer `retry` if it may help. */
export function showProblem(thrown, model, { subject = null, retry = null } = {}) {
  const problem = asProblem(thrown);
  const { title, advice } = explain(problem, model);
  const close = () => notice.remove();
  const buttons = [
    retry && mayPass(problem) && element("button", { type: "button", class: "plain", click: () => (close(), retry()) }, "Try again"),
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

/** Remove all problems. */
export function clearProblems() {
  byId("notices").replaceChildren();
}
