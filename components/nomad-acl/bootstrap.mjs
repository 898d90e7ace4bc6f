// @ts-check
// Has a Nomad whose ACLs are on take a management token of ours, once in its life, and ends those that it has taken besides. Plain JavaScript on what Node has built in, so that it runs wherever the
// package is installed, without a build or a loader.
import { setTimeout as delay } from "node:timers/promises";
import { accessTo, ask } from "../ask.js";
import { address, message } from "../ready-gate/gate.mjs";

const pauseMs = 500;
const requestTimeoutMs = 10_000;

/** An answer that another attempt would not change. */
class Refused extends Error {}

/**
 * Servers agree on the first bootstrap, whichever of them is asked: of two at once, one is refused, and finds then that its token is known.
 * @param {string} url of the Nomad API
 * @param {string} secret of the token
 * @param {number} patienceMs for how long it waits
 * @returns {Promise<string[]>} what has changed, for people; empty where the token was known
 * @throws where Nomad has taken another before, or does not answer in time
 */
export async function bootstrap(url, secret, patienceMs) {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await once(url, secret);
    } catch (error) {
      if (error instanceof Refused || Date.now() > deadline) {
        throw new Error(`the ACLs of Nomad at ${url} cannot be begun: ${message(error)}`);
      }
      await delay(pauseMs);
    }
  }
}

/** @param {string} url @param {string} secret */
async function once(url, secret) {
  const { trust, denials } = accessTo("Nomad");
  const headers = { "X-Nomad-Token": secret };
  const isKnown = async (patience = 0) => {
    const question = { headers, trust, denials: patience };
    const { status, text } = await ask(`${url}/v1/acl/token/self`, question, requestTimeoutMs);
    if (status === 200) {
      if (JSON.parse(text).Type === "management") return true;
      throw new Refused("the token is known, and is none of the management");
    }
    // Nomad's words for a token that it does not know.
    if (status === 403 || status === 404) return false;
    throw failure(status, text);
  };
  if (await isKnown()) return [];
  const body = JSON.stringify({ BootstrapSecret: secret });
  const { status, text } = await ask(`${url}/v1/acl/bootstrap`, { method: "POST", body, trust }, requestTimeoutMs);
  if (status === 200) return ["Nomad has taken its first management token"];
  const reset = /already done \(reset index: (\d+)\)/.exec(text)?.[1];
  if (reset === undefined) throw failure(status, text);
  if (await isKnown(denials)) return [];
  throw new Refused(
    "it has taken another management token before. Where that is to be changed, name it beside this one first: its servers take this one then. Where it was in " +
      "the life of a snapshot that was restored, have its servers take this one by `sudo systemctl restart cos-acl` on each; or, where they have no such program, " +
      `by \`echo ${reset} | sudo tee /var/lib/nomad/server/acl-bootstrap-reset\` on the one that leads; and then run this again`,
  );
}

/**
 * Ends tokens that Nomad has been bootstrapped with, but for those that are wanted. Nomad calls all of them the same, and nothing else.
 * @param {string} url of the Nomad API
 * @param {string} secret of the token that it is done with
 * @param {string[]} others secrets of those that stay, too, where Nomad knows them
 * @returns {Promise<string[]>} what has changed, for people
 */
export async function endOthers(url, secret, others) {
  const { trust, denials } = accessTo("Nomad");
  /** @param {string} path @param {string} [method] */
  const call = async (path, method = "GET") => {
    const question = { method, headers: { "X-Nomad-Token": secret }, trust, denials };
    const { status, text } = await ask(`${url}/v1/acl/${path}`, question, requestTimeoutMs);
    if (status === 200) return text;
    throw new Error(`the management tokens of Nomad at ${url} cannot be looked after: HTTP ${status} ${text.trim()}`);
  };
  /** @param {string} other */
  const accessorOf = async (other) => {
    const question = { headers: { "X-Nomad-Token": other }, trust };
    const { status, text } = await ask(`${url}/v1/acl/token/self`, question, requestTimeoutMs);
    return status === 200 ? [JSON.parse(text).AccessorID] : [];
  };
  const kept = [JSON.parse(await call("token/self")).AccessorID, ...(await Promise.all(others.map(accessorOf))).flat()];
  /** @type {{ AccessorID: string, Name: string, Type: string }[]} */
  const tokens = JSON.parse(await call("tokens"));
  const ended = tokens
    .filter(({ Name, Type }) => Name === "Bootstrap Token" && Type === "management")
    .filter(({ AccessorID }) => !kept.includes(AccessorID));
  for (const { AccessorID } of ended) await call(`token/${AccessorID}`, "DELETE");
  return ended.map(({ AccessorID }) => `the management token ${AccessorID} is not accepted any more`);
}

/** @param {number} status @param {string} text */
function failure(status, text) {
  const said = `HTTP ${status} ${text.trim()}`;
  if (text.includes("ACL support disabled")) return new Refused("they are off: its agents must have acl.enabled");
  return status < 500 ? new Refused(said) : new Error(said);
}

/**
 * Does it with the token in `NOMAD_TOKEN`, at `NOMAD_ADDR`, and ends those of others that are not in `COS_NOMAD_OTHERS`.
 * @param {{ seconds?: number }} [options] for how long it waits; by default as `COS_TIMEOUT_SECONDS` says
 */
export async function main({ seconds = Number(process.env.COS_TIMEOUT_SECONDS ?? 120) } = {}) {
  try {
    const secret = process.env.NOMAD_TOKEN;
    if (!secret) throw new Error("NOMAD_TOKEN must hold the secret of the management token that is to be");
    const url = address("NOMAD_ADDR");
    for (const change of await bootstrap(url, secret, seconds * 1000)) console.log(change);
    for (const change of await endOthers(url, secret, JSON.parse(process.env.COS_NOMAD_OTHERS ?? "[]")))
      console.log(change);
  } catch (error) {
    console.error(message(error));
    process.exitCode = 1;
  }
}
