// Says in words what makes the result for a recording unreliable, or why there is none.

const WORDS = {
  silent: "There is only silence. Check that the right microphone is chosen and not muted, and speak closer to it.",
  "no-speech": "Music, noise, laughter and screams are not speech to the model. If somebody does speak, move closer to the microphone.",
  short: "There is less than half a second of speech, so the result is unreliable.",
  quiet: "It is hardly louder than a quiet room, so the result is unreliable. Move closer to the microphone.",
  clipped: "It is too loud: its peaks are cut off. Move further from the microphone.",
  unfamiliar: "It sounds unlike anything that the model has learned from, so the result is unreliable.",
};

/** Return a sentence for each of the server's warnings. */
export const warningSentences = (warnings = []) => warnings.map((kind) => WORDS[kind] ?? kind);
