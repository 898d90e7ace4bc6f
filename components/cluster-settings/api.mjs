// @ts-check
// What the programs of `ClusterSettings` share: requests to the APIs of Consul and Nomad. Plain JavaScript on what Node has built in, so that
// it runs wherever the package is installed, without a build or a loader.
import { accessTo, ask, products } from "../ask.js";
import { address, message } from "../ready-gate/gate.mjs";

/**
 * One of the two products: its name, and the URL of its API.
 * @typedef {{ product: "Consul" | "Nomad", url: string }} Api
 */

const requestTimeoutMs = 10_000;

/** An answer that another attempt would not change. */
export class Refused extends Error {}

/**
 * The answer to a request.
 * @param {Api} api
 * @param {"GET" | "POST" | "PUT" | "DELETE"} method
 * @param {string} where
 * @param {{ body?: object, right: string, absent?: string }} what the body, the right that a token must have, and what stands for nothing there
 * @returns {Promise<string>}
 * @throws {Refused} where asking again would not help
 */
export async function call({ product, url }, method, where, { body, right, absent }) {
  const question = { method, ...accessTo(product), ...(body && { body: JSON.stringify(body) }) };
  const { status, text } = await ask(url + where, question, requestTimeoutMs);
  if (status < 300) return text;
  if (status === 404 && absent !== undefined) return absent;
  const answer = `HTTP ${status} ${text.trim()}`;
  if (status === 401 || status === 403) {
    throw new Refused(`${answer}; ${products[product].token} must hold a token with the right ${right}`);
  }
  // Servers without a leader answer 500: the next may have one.
  throw status < 500 ? new Refused(answer) : new Error(answer);
}

/**
 * Does something with each of the two products, which the environment names by `CONSUL_HTTP_ADDR` and `NOMAD_ADDR`, and says what has changed.
 * The exit code is 1 where one of them fails.
 * @template T
 * @param {string} variable environment variable that holds JSON: by `consul` and `nomad`, what each is to be given; what is missing is left alone
 * @param {(api: Api, wanted: T) => Promise<string[]>} apply
 */
export async function applyToBoth(variable, apply) {
  try {
    const consul = address("CONSUL_HTTP_ADDR");
    const nomad = address("NOMAD_ADDR");
    /** @type {{ consul?: T, nomad?: T }} */
    const wanted = JSON.parse(process.env[variable] ?? "");
    /** @type {[Api, T | undefined][]} */
    const all = [
      [{ product: "Consul", url: consul }, wanted.consul],
      [{ product: "Nomad", url: nomad }, wanted.nomad],
    ];
    const results = await Promise.allSettled(
      all.map(([api, of]) => (of === undefined ? Promise.resolve([]) : apply(api, of))),
    );
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
