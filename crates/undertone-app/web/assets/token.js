// The bearer token of a server started with --token. It comes once in the address
// (?token=…), leaves it at once, so that it is not shared with a copied link, and stays in this tab.

const KEY = "undertone-token";
const SENDABLE = /^[\w.~-]+$/; // what a server's token may consist of, and headers and subprotocols carry
let token = "";

function remember(value) {
  const given = value.trim();
  token = SENDABLE.test(given) ? given : "";
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // Storage is blocked: the token lasts as long as the page.
  }
}

function stored() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

/** Takes the token out of the address, or out of this tab's memory. */
export function takeToken() {
  const address = new URL(location.href);
  const given = address.searchParams.get("token");
  if (given === null) {
    token = stored();
    return;
  }
  remember(given);
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
}

/** Uses this token from now on. */
export const setToken = remember;

/** The request headers that carry the token. */
export const authorization = () => (token ? { Authorization: `Bearer ${token}` } : {});

/** The WebSocket subprotocols that carry the token, since browsers send no headers there. */
export const subprotocols = () => (token ? [`undertone.token.${token}`] : []);
