// Shows what live mode has heard of the voice. The server keeps it as long as the connection is open.

import { byId } from "./dom.js";
import { duration } from "./format.js";

const ENOUGH = 10; // seconds of speech from which the server adapts

/**
 * Set up the switch and the button of live mode's voice. Call `send(message)` for the server when
 * they are used. Return `{ hello, show }`: `hello()` is what to add to the first message, and
 * `show(result)` shows how much was heard.
 */
export function setUpLiveVoice(model, send) {
  const root = byId("live-voice");
  const toggle = byId("live-voice-on");
  const forget = byId("live-voice-forget");
  root.hidden = !model.adapts;

  function show({ heard_seconds: heard = 0, adapted_seconds: adapted = 0 }) {
    forget.hidden = heard === 0;
    byId("live-voice-heard").textContent = adapted > 0 ? `Adapted to your voice: ${duration(adapted)} heard` : words(heard);
  }

  function words(heard) {
    if (!toggle.checked) return "Off.";
    return heard > 0
      ? `Getting to know your voice: ${duration(heard)} of ${ENOUGH}\u202fs heard`
      : `Starts after ${ENOUGH}\u202fs of speech. Forgotten when you stop.`;
  }

  toggle.addEventListener("change", () => {
    show({});
    send({ adapt: toggle.checked });
  });
  forget.addEventListener("click", () => {
    show({});
    send({ reset: true });
    toggle.focus(); // the button is gone
  });
  show({});
  return { hello: () => (model.adapts ? { adapt: toggle.checked } : {}), show };
}
