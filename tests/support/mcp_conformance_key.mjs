// The suites know no keys: each request to the door gets one, unless it brings its own. They ask
// by fetch, by node's own http and by undici.
import http from "node:http";
import { createRequire, syncBuiltinESMExports } from "node:module";

const bearer = `Bearer ${process.env.CONFORMANCE_KEY}`;
const door = process.env.CONFORMANCE_URL;

const plainFetch = globalThis.fetch;
globalThis.fetch = (input, init = {}) => {
  const url = typeof input === "string" ? input : (input.url ?? String(input));
  if (!url.startsWith(door)) return plainFetch(input, init);
  const headers = new Headers(init.headers ?? input.headers);
  if (!headers.has("authorization")) headers.set("authorization", bearer);
  return plainFetch(input, { ...init, headers });
};

const plainRequest = http.request;
http.request = (...args) => {
  const options = args.find((each) => each?.headers);
  if (options && !Array.isArray(options.headers)) {
    options.headers = { authorization: bearer, ...options.headers };
  }
  return plainRequest(...args);
};
syncBuiltinESMExports();

let undici;
try {
  undici = createRequire(process.env.CONFORMANCE_SUITE)("undici");
} catch {
  undici = undefined; // an older suite does without
}
if (undici) {
  const withKey = (dispatch) => (options, handler) => {
    const { headers } = options;
    const isList = Array.isArray(headers);
    const named = isList ? [...headers, "authorization", bearer] : { authorization: bearer, ...headers };
    return dispatch({ ...options, headers: named }, handler);
  };
  undici.setGlobalDispatcher(undici.getGlobalDispatcher().compose(withKey));
}
