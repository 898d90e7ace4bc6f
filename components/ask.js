// @ts-check
// How programs of the package and the command line ask HTTP APIs. Plain JavaScript on what Node has built in, so that it runs wherever the package is
// installed, without a build or a loader. CommonJS, which both kinds of modules can load.
const http = require("node:http");
const https = require("node:https");
const { setTimeout: delay } = require("node:timers/promises");

/** Between two questions of what is denied. */
const pauseMs = 500;

/**
 * By what a server is known: authorities, PEM, in place of those that Node trusts; and the name that its certificate must be for, in place of that in the URL.
 * @typedef {{ ca?: string | undefined, servername?: string | undefined }} Trust
 */

/**
 * `denials`: for how many milliseconds to ask again where the answer is 403.
 * @typedef {{ method?: string, headers?: Record<string, string>, body?: string | undefined, trust?: Trust | undefined, denials?: number }} Question
 */

/** Environment variables for the API of each product, and the header that a token is sent in. */
const products = {
  Consul: {
    address: "CONSUL_HTTP_ADDR",
    token: "CONSUL_HTTP_TOKEN",
    header: "X-Consul-Token",
    serverName: "CONSUL_TLS_SERVER_NAME",
  },
  Nomad: { address: "NOMAD_ADDR", token: "NOMAD_TOKEN", header: "X-Nomad-Token", serverName: "NOMAD_TLS_SERVER_NAME" },
};

/**
 * With what the environment has the API of a product asked: its token, and by what it is known. (The products' own variables name files; `COS_CA_PEM` is
 * certificates, as Pulumi has no file for a command.)
 * @param {keyof typeof products} product
 * A server that has just started knows no token for a moment, and load balancers ask it: what is denied is asked again for 15 seconds, or `COS_DENIED_SECONDS`.
 * @returns {Pick<Required<Question>, "headers" | "trust" | "denials">}
 */
function accessTo(product) {
  const { env } = process;
  const { token, header, serverName } = products[product];
  return {
    headers: env[token] ? { [header]: env[token] } : {},
    trust: { ca: env.COS_CA_PEM || undefined, servername: env[serverName] || undefined },
    denials: env[token] ? Number(env.COS_DENIED_SECONDS ?? 15) * 1000 : 0,
  };
}

/**
 * Asks an HTTP API, by a connection of its own. Resolves to its answer, whatever its status.
 * @param {string} url
 * @param {Question} question
 * @param {number} timeoutMs
 * @returns {Promise<{ status: number, text: string }>}
 * @throws where there is none in time
 */
async function ask(url, { denials = 0, ...question }, timeoutMs) {
  const deadline = Date.now() + denials;
  for (;;) {
    const answer = await askOnce(url, question, timeoutMs);
    if (answer.status !== 403 || Date.now() >= deadline) return answer;
    await delay(pauseMs);
  }
}

/**
 * @param {string} url
 * @param {Omit<Question, "denials">} question
 * @param {number} timeoutMs
 * @returns {Promise<{ status: number, text: string }>}
 */
function askOnce(url, { method = "GET", headers = {}, body, trust = {} }, timeoutMs) {
  const { request } = url.startsWith("https:") ? https : http;
  // Node leaves it out of a DELETE.
  const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, headers: { ...headers, ...length }, agent: false, ...defined(trust) },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (/** @type {string} */ part) => (text += part));
        response.on("error", end);
        response.on("end", () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, text });
        });
      },
    );
    const timer = setTimeout(() => end(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    sent.on("error", end);
    sent.end(body);

    /** @param {Error} error */
    function end(error) {
      clearTimeout(timer);
      sent.destroy();
      reject(plain(error));
    }
  });
}

/** Node's codes for a certificate that is by none of the authorities that it knows. */
const unknownAuthority = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
];

/**
 * An error in words for people.
 * @param {NodeJS.ErrnoException} error
 * @returns {Error}
 */
function plain(error) {
  // Of a name with several addresses there is an error for each, and no word of the whole.
  if (error instanceof AggregateError) return plain(error.errors[0]);
  if (!unknownAuthority.includes(error.code ?? "")) return error;
  return new Error(`its certificate is by none of the authorities that are trusted here (${error.code})`);
}

/**
 * Without properties that are there but undefined, which Node would take for values.
 * @param {Trust} trust
 */
const defined = (trust) => Object.fromEntries(Object.entries(trust).filter(([, value]) => value !== undefined));

module.exports = { ask, accessTo, products };
