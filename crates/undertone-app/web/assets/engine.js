// What runs the model: here the server. In a page without a server, this file names the engine in the
// browser instead, which has the same functions.

export * from "./api.js";
