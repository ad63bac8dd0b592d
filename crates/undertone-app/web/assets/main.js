// Builds the page once the model is described.

import { setUpCard } from "./card.js";
import { byId } from "./dom.js";
import { setUpFiles } from "./drop.js";
import { fetchModel } from "./engine.js";
import { alternatives, duration, megabytes } from "./format.js";
import { setUpLive } from "./live.js";
import { clearProblems, showProblem } from "./notices.js";
import { setUpRecorder } from "./recorder.js";
import { ResultPanel } from "./result.js";
import { setUpSamples } from "./samples.js";
import { Session } from "./session.js";
import { setUpTabs } from "./tabs.js";
import { setToken, takeToken } from "./token.js";

async function start() {
  try {
    const model = await fetchModel();
    byId("token-form").hidden = true;
    clearProblems();
    assemble(model);
  } catch (problem) {
    if (problem.kind === "unauthorized") askForToken();
    else showProblem(problem, null, { retry: start });
  }
}

function askForToken() {
  const form = byId("token-form");
  const input = byId("token");
  const again = !form.hidden;
  form.hidden = false;
  input.value = "";
  input.setAttribute("aria-invalid", again);
  byId("token-wrong").hidden = !again;
  input.focus();
  form.onsubmit = (event) => {
    event.preventDefault();
    setToken(input.value);
    start();
  };
}

function assemble(model) {
  byId("lead").textContent = `Record your voice or open a recording, and see how it sounds: ${alternatives(model.labels.map(({ name }) => name))}.`;
  byId("file-hint").textContent = `WAV, FLAC, MP3, M4A, Ogg, WebM, … Up to ${duration(model.max_seconds)}, ${megabytes(model.max_bytes)}.`;
  byId("version").textContent = `Undertone ${model.version}, model ${model.name}.`;
  setUpCard(model);

  const onProblem = (problem) => showProblem(problem, model);
  const panel = new ResultPanel(model, { onWhy: (entry) => session.why(entry), onProblem });
  const session = new Session(model, panel);
  const takeFiles = (files) => session.take(files);
  const onStart = () => {
    panel.pause();
    clearProblems();
  };
  const onFile = (file) => takeFiles([file]);
  const recorder = setUpRecorder(model, { onFile, onProblem, onStart });
  const live = setUpLive(model, { onProblem, onStart });
  setUpSamples(model.samples, { onFile, onProblem });
  setUpFiles(takeFiles);
  setUpTabs(document.querySelector("[role=tablist]"), () => {
    recorder.stop();
    live.stop();
    clearProblems();
  });
  byId("input").hidden = false;
}

takeToken();
start();
