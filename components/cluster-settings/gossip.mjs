// @ts-check
// Brings the keys of a cluster's gossip to its running agents, through the APIs of Consul and Nomad. Agents that boot have them from a file.
import { setTimeout as delay } from "node:timers/promises";
import { message } from "../ready-gate/gate.mjs";
import { applyToBoth, call, Refused } from "./api.mjs";

/** @typedef {import("./api.mjs").Api} Api */

/**
 * Agents that gossip with each other: how many there are, how many of them have a key, and how many encrypt with it, which Nomad does not say.
 * @typedef {{ NumNodes: number, Keys: Record<string, number>, PrimaryKeys?: Record<string, number> }} Pool
 */

/** @typedef {"install" | "use" | "remove"} Change */

/**
 * How a product is asked about keys.
 * @typedef {{
 *   right: string,
 *   list: string,
 *   pools: (answer: any) => Pool[],
 *   changes: Record<Change, ["POST" | "PUT" | "DELETE", string]>,
 * }} Keyring
 */

/** @type {Record<string, Keyring>} */
const keyrings = {
  Consul: {
    right: "keyring:write",
    list: "/v1/operator/keyring",
    pools: (answer) => answer,
    changes: {
      install: ["POST", "/v1/operator/keyring"],
      use: ["PUT", "/v1/operator/keyring"],
      remove: ["DELETE", "/v1/operator/keyring"],
    },
  },
  Nomad: {
    right: "agent:write",
    list: "/v1/agent/keyring/list",
    pools: (answer) => [answer],
    changes: {
      install: ["PUT", "/v1/agent/keyring/install"],
      use: ["PUT", "/v1/agent/keyring/use"],
      remove: ["PUT", "/v1/agent/keyring/remove"],
    },
  },
};

// Every agent must answer: one that has just died is waited for until the others know that it has.
const patienceMs = 120_000;
const pauseMs = 1000;

/**
 * Makes the keys of all agents what they shall be: first all have them, then the first encrypts, then others go.
 * @param {Api} api
 * @param {string[]} keys
 * @returns {Promise<string[]>} what has changed, for people and without the keys; empty where nothing had to
 * @throws where the API refuses, or an agent does not answer for {@link patienceMs}
 */
export async function apply(api, keys) {
  const keyring = keyrings[api.product];
  if (!keyring) throw new Error(`there is no keyring of ${api.product}`);
  const { right, list, pools, changes } = keyring;
  /** @param {Change} change @param {string} key */
  const send = async (change, key) => {
    const [method, where] = changes[change];
    await call(api, method, where, { body: { Key: key }, right });
  };
  const deadline = Date.now() + patienceMs;
  /** Keys by what was done with them. @type {Record<Change, Set<string>>} */
  const done = { install: new Set(), use: new Set(), remove: new Set() };
  for (;;) {
    try {
      const found = pools(JSON.parse(await call(api, "GET", list, { right })));
      const next = nextChange(found, keys, done.use);
      if (!next) return told(api.product, done);
      if (Date.now() > deadline) throw new Error("agents without them keep coming: try again");
      await send(next.change, next.key);
      done[next.change].add(next.key);
    } catch (error) {
      if (error instanceof Refused || isPlain(error) || Date.now() > deadline) {
        throw new Error(`the gossip keys of ${api.product} at ${api.url} cannot be set: ${reason(error)}`);
      }
      await delay(pauseMs);
    }
  }
}

/**
 * What is to be done next. It is found anew after each change, since agents may have come meanwhile.
 * @param {Pool[]} pools
 * @param {string[]} keys
 * @param {Set<string>} used keys that all agents have been told to encrypt with
 * @returns {{ change: Change, key: string } | undefined}
 */
export function nextChange(pools, [primary = "", ...others], used) {
  const keys = [primary, ...others];
  const missing = keys.find((key) => pools.some(({ NumNodes, Keys }) => (Keys[key] ?? 0) < NumNodes));
  if (missing !== undefined) return { change: "install", key: missing };
  const surplus = pools.flatMap(({ Keys }) => Object.keys(Keys)).find((key) => !keys.includes(key));
  const encrypts = pools.every(({ NumNodes, PrimaryKeys }) =>
    PrimaryKeys
      ? (PrimaryKeys[primary] ?? 0) >= NumNodes
      : // Where it is not told, it matters only where there is another key.
        used.has(primary) || (others.length === 0 && surplus === undefined),
  );
  if (!encrypts) return { change: "use", key: primary };
  return surplus === undefined ? undefined : { change: "remove", key: surplus };
}

/** @param {string} product @param {Record<Change, Set<string>>} done */
function told(product, { install, use, remove }) {
  const count = (/** @type {Set<string>} */ of) => `${of.size} ${of.size === 1 ? "key" : "keys"}`;
  // What Nomad is told to use it may have used before.
  const isNews = install.size > 0 || remove.size > 0 || (use.size > 0 && product === "Consul");
  if (!isNews) return [];
  return [
    ...(install.size > 0 ? [`${product}: gossip takes ${count(install)} more`] : []),
    ...(use.size > 0 ? [`${product}: gossip is encrypted with the first key`] : []),
    ...(remove.size > 0 ? [`${product}: gossip takes ${count(remove)} less`] : []),
  ];
}

const plainGossip = "encryption not enabled";

/** Whether there is an agent whose gossip is not encrypted, which no key changes. @param {unknown} error */
const isPlain = (error) => message(error).includes(plainGossip);

/** @param {unknown} error */
const reason = (error) =>
  isPlain(error)
    ? "an agent has started without keys, and its gossip cannot be encrypted while it runs: docs/security.md, Encrypted gossip, has what to do"
    : message(error);

/** Sets what the environment says: `CONSUL_HTTP_ADDR`, `NOMAD_ADDR`, and keys of both in `COS_GOSSIP`. */
export async function main() {
  await applyToBoth("COS_GOSSIP", apply);
}
