// Keeps the bearer token of a server started with --token in this tab. A token in the address
// (?token=…) is removed from it at once, so that it is not shared with a copied link.

const KEY = "undertone-token";
const SENDABLE = /^[\w.~-]+$/; // the characters that headers and subprotocols can carry
let token = "";

function remember(value) {
  const given = value.trim();
  token = SENDABLE.test(given) ? given : "";
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // Storage is blocked, so the token lasts as long as the page.
  }
}

function stored() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

/** Read the token from the address, or from this tab's storage. */
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

/** Set the token for all later requests. */
export const setToken = remember;

/** Return the request headers that carry the token. */
export const authorization = () => (token ? { Authorization: `Bearer ${token}` } : {});

/** Return the WebSocket subprotocols that carry the token. A page cannot set headers there. */
export const subprotocols = () => (token ? [`undertone.token.${token}`] : []);
