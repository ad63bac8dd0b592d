// What runs the model: here this browser. The page of a server has another file of this name.

export * from "./browser-engine.js";
