// @ts-check
// Sets the autopilot of Consul and of Nomad through their APIs. Plain JavaScript on what Node has built in, so that it runs
// wherever the package is installed, without a build or a loader.
import { ask } from "../ask.mjs";
import { address, message } from "../ready-gate/gate.mjs";

/**
 * Settings by the names that both APIs have.
 * @typedef {Record<string, boolean | number | string>} Settings
 */

/**
 * One of the two products: its name, the URL of its API, and how a token gets there.
 * @typedef {{ product: string, url: string, tokenVariable: string, tokenHeader: string }} Api
 */

const path = "/v1/operator/autopilot/configuration";
const requestTimeoutMs = 10_000;
const attempts = 5;
const pauseMs = 500;

/**
 * Makes settings what they shall be and leaves all others alone. It reads, and writes only where something differs and on
 * the condition that nobody else has written meanwhile.
 * @param {Api} api
 * @param {Settings} settings
 * @returns {Promise<string[]>} what has changed, for people; empty where nothing had to
 * @throws where the API refuses, or does not answer after several attempts
 */
export async function apply(api, settings) {
  for (let attempt = 1; ; attempt++) {
    try {
      const changes = await applyOnce(api, settings);
      if (changes) return changes;
      if (attempt === attempts) throw new Error("somebody else keeps changing it: try again");
    } catch (error) {
      if (error instanceof Refused || attempt === attempts) {
        throw new Error(`autopilot of ${api.product} at ${api.url} cannot be set: ${message(error)}`);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** An answer that another attempt would not change. */
class Refused extends Error {}

/**
 * @param {Api} api
 * @param {Settings} settings
 * @returns {Promise<string[] | undefined>} undefined where somebody else has written meanwhile
 */
async function applyOnce(api, settings) {
  /** @type {Settings} */
  const found = JSON.parse(await call(api, "GET", path));
  const names = Object.keys(settings).filter((name) => found[name] !== settings[name]);
  if (names.length === 0) return [];
  const body = { ...found, ...settings };
  const written = await call(api, "PUT", `${path}?cas=${found.ModifyIndex}`, body);
  if (written.trim() !== "true") return undefined;
  return names.map((name) => `${api.product}: ${name} ${found[name] ?? 0} -> ${settings[name]}`);
}

/**
 * @param {Api} api
 * @param {"GET" | "PUT"} method
 * @param {string} where
 * @param {object} [body]
 * @returns {Promise<string>}
 */
async function call({ url, tokenVariable, tokenHeader }, method, where, body) {
  const token = process.env[tokenVariable];
  const headers = token ? { [tokenHeader]: token } : {};
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const { status, text } = await ask(url + where, init, requestTimeoutMs);
  if (status < 300) return text;
  const answer = `HTTP ${status} ${text.trim()}`;
  if (status === 401 || status === 403) {
    throw new Refused(`${answer}; ${tokenVariable} must hold a token with the right operator:write`);
  }
  // Servers without a leader answer 500: the next may have one.
  throw status < 500 ? new Refused(answer) : new Error(answer);
}

/** Sets what the environment says: `CONSUL_HTTP_ADDR`, `NOMAD_ADDR`, and settings of both in `COS_AUTOPILOT`. */
export async function main() {
  try {
    const consul = address("CONSUL_HTTP_ADDR");
    const nomad = address("NOMAD_ADDR");
    /** @type {{ consul: Settings, nomad: Settings }} */
    const settings = JSON.parse(process.env.COS_AUTOPILOT ?? "");
    const results = await Promise.allSettled([
      apply(
        { product: "Consul", url: consul, tokenVariable: "CONSUL_HTTP_TOKEN", tokenHeader: "X-Consul-Token" },
        settings.consul,
      ),
      apply(
        { product: "Nomad", url: nomad, tokenVariable: "NOMAD_TOKEN", tokenHeader: "X-Nomad-Token" },
        settings.nomad,
      ),
    ]);
    for (const result of results) {
      if (result.status === "fulfilled") result.value.forEach((change) => console.log(change));
      else fail(result.reason);
    }
  } catch (error) {
    fail(error);
  }
}

/** @param {unknown} error */
function fail(error) {
  console.error(message(error));
  process.exitCode = 1;
}
