// The sample recordings as buttons.

import { byId, element } from "./dom.js";
import { fetchSample } from "./engine.js";

/** List the samples. Pass the chosen one to `onFile`, and a failure to `onProblem`. */
export function setUpSamples(samples, { onFile, onProblem }) {
  const pick = async (sample) => {
    try {
      onFile(await fetchSample(sample));
    } catch (error) {
      onProblem(error);
    }
  };
  const buttons = samples.map((sample) =>
    element("li", {}, element("button", { type: "button", class: "chip", click: () => pick(sample) }, sample.title)),
  );
  byId("samples").hidden = buttons.length === 0;
  byId("samples").querySelector("ul").replaceChildren(...buttons);
}
