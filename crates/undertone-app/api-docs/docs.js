// Shows openapi.json as a page, and sends requests to try the API.

import { authorization, setToken, takeToken } from "../../assets/token.js";

const $ = (id) => document.getElementById(id);
const server = new URL("..", location.href);
/** The longest response that is shown, in characters. */
const SHOWN = 20000;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const code = (text) => element("pre", { tabIndex: 0 }, element("code", {}, text));

/** Return a paragraph. Text in backticks becomes code. */
function prose(text = "") {
  const parts = text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
  return element("p", {}, ...parts);
}

/** Return the value, or what it refers to within the document. */
function resolved(description, value) {
  if (!value?.$ref) return value;
  return value.$ref.slice(2).split("/").reduce((at, key) => at[key], description);
}

function responses(description, operation) {
  const rows = Object.entries(operation.responses).map(([status, response]) =>
    element("tr", {}, element("th", { scope: "row" }, status), element("td", {}, resolved(description, response).description)),
  );
  const head = element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Status"), element("th", { scope: "col" }, "Meaning")));
  return element("div", { className: "scroll", tabIndex: 0, role: "group", ariaLabel: "Responses" },
    element("table", {}, head, element("tbody", {}, ...rows)));
}

/** Return the request as a curl command. */
function curl(method, address, fields) {
  const parts = ["curl"];
  if (authorization().Authorization) parts.push('-H "Authorization: Bearer $UNDERTONE_TOKEN"');
  if (method !== "get" && !fields) parts.push(`-X ${method.toUpperCase()}`);
  parts.push(...(fields ?? []).map((name) => `-F file=@${JSON.stringify(name)}`));
  return [...parts, `'${address}'`].join(" ");
}

async function send(method, address, files) {
  const body = files ? new FormData() : undefined;
  for (const file of files ?? []) body.append("file", file, file.name);
  const began = performance.now();
  const response = await fetch(address, { method: method.toUpperCase(), headers: authorization(), body });
  const text = await response.text();
  const milliseconds = (performance.now() - began).toFixed(1);
  const isJson = response.headers.get("content-type")?.includes("json");
  const shown = isJson ? JSON.stringify(JSON.parse(text), null, 2) : text;
  return {
    status: `${response.status} ${response.statusText} in ${milliseconds} ms`,
    shown: shown.length > SHOWN ? `${shown.slice(0, SHOWN)}\n… ${shown.length - SHOWN} more characters` : shown,
  };
}

/** Return a form that sends an operation's request and shows the response. */
function trial(description, path, method, operation) {
  const form = element("form");
  const controls = (operation.parameters ?? []).map((parameter) => {
    const { name, description: meaning, schema } = resolved(description, parameter);
    const isSwitch = schema.enum.includes("1");
    const control = isSwitch
      ? element("input", { type: "checkbox", name, value: "1" })
      : element("select", { name }, ...["", ...schema.enum].map((value) => element("option", { value }, value || "–")));
    form.append(element("label", {}, control, element("span", {}, element("code", {}, name), ": ", ...prose(meaning).childNodes)));
    return { name, value: () => (isSwitch && !control.checked ? "" : control.value) };
  });
  let input = null;
  if (operation.requestBody) {
    const { schema } = operation.requestBody.content["multipart/form-data"];
    const several = schema.properties.file.type === "array";
    input = element("input", { type: "file", name: "file", required: true, multiple: several, accept: "audio/*" });
    form.append(element("label", {}, several ? "Recordings" : "Recording", input));
  }
  form.append(element("button", { type: "submit", className: "primary" }, "Send"));
  const output = element("div", { className: "answer", role: "status" });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const address = new URL(path.slice(1), server);
    for (const { name, value } of controls) if (value()) address.searchParams.set(name, value());
    const files = input ? [...input.files] : null;
    output.replaceChildren("…");
    const command = code(curl(method, address, files?.map((file) => file.name)));
    try {
      const { status, shown } = await send(method, address, files);
      output.replaceChildren(element("h3", {}, status), command, code(shown));
    } catch (error) {
      output.replaceChildren(element("h3", { className: "error" }, "The server does not answer"), command, String(error));
    }
  });
  return [form, output];
}

/** Return whether a form can send the request: it has no body, or files. */
function canBeTried(path, { requestBody }) {
  return path !== "/api/live" && (!requestBody || "multipart/form-data" in requestBody.content);
}

function described(description, path, method, operation) {
  const summary = element("summary", {},
    element("span", { className: "method" }, method.toUpperCase()),
    element("span", { className: "path" }, path),
    element("span", { className: "soft" }, operation.summary));
  const inside = element("div", { className: "inside" });
  if (operation.description) inside.append(prose(operation.description));
  if (canBeTried(path, operation)) inside.append(...trial(description, path, method, operation));
  inside.append(responses(description, operation));
  return element("details", { className: "operation card", id: operation.operationId }, summary, inside);
}

function show(description) {
  $("about").replaceChildren(...prose(description.info.description).childNodes);
  const operations = Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  const parts = description.tags.flatMap(({ name }) => [
    element("h2", {}, name),
    ...operations
      .filter(({ operation }) => operation.tags.includes(name))
      .map(({ path, method, operation }) => described(description, path, method, operation)),
  ]);
  $("operations").replaceChildren(...parts);
  $("operations").querySelector("details").open = true;
}

async function load() {
  $("trouble").hidden = true;
  for (const part of document.querySelectorAll(".with-token")) part.hidden = !authorization().Authorization;
  try {
    const response = await fetch("openapi.json", { headers: authorization() });
    $("token-form").hidden = response.status !== 401;
    if (response.status === 401) $("token").focus();
    else if (response.ok) show(await response.json());
    else throw new Error(`${response.status} ${response.statusText}`);
  } catch (error) {
    $("trouble").textContent = `The document could not be loaded: ${error.message}`;
    $("trouble").hidden = false;
  }
}

$("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  setToken($("token").value);
  load();
});
for (const place of document.querySelectorAll(".server")) place.textContent = server.href;
takeToken();
load();
