// @ts-check
// Makes the policies and tokens of a Consul what they shall be. Plain JavaScript on what Node has built in, so that it runs wherever the package is
// installed, without a build or a loader.
import { setTimeout as delay } from "node:timers/promises";
import { call, Refused } from "../cluster-settings/api.mjs";
import { address, message } from "../ready-gate/gate.mjs";
import { accessorOf, anonymous, anonymousEntry, markOf, policyEntry, tokenEntry } from "./entries.js";
import { settleWorkloads } from "./workloads.mjs";

/** @typedef {import("../cluster-settings/api.mjs").Api} Api */

/**
 * What shall be: policies and tokens by name.
 * @typedef {{
 *   cluster: string,
 *   policies: Record<string, { description: string, rules: string }>,
 *   tokens: Record<string, { secretIds: string[], policies: string[] }>,
 *   anonymousPolicies: string[],
 *   workloads?: import("./workloads.mjs").Workloads,
 * }} Wanted
 */

/** @typedef {{ ID: string, Name: string, Description: string, Rules?: string }} Policy as Consul has it */
/** @typedef {{ AccessorID: string, SecretID: string, Description: string, Policies: { Name: string }[] | null }} Token as Consul lists it for its management */

const right = "acl:write";
const patienceMs = 120_000;
const pauseMs = 500;

/**
 * @param {Api} api
 * @param {Wanted} wanted
 * @returns {Promise<string[]>} what has changed, for people; empty where nothing had to
 * @throws where Consul refuses, or does not take the management token in time
 */
export async function apply(api, wanted) {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await once(api, wanted);
    } catch (error) {
      if (!isTransient(error) || Date.now() > deadline) {
        throw new Error(`the ACLs of Consul at ${api.url} cannot be set: ${reason(error)}`);
      }
      await delay(pauseMs);
    }
  }
}

/**
 * Policies come first, and go last: there is no token without its policies at any time.
 * @param {Api} api
 * @param {Wanted} wanted
 */
async function once(api, { cluster, policies, tokens, anonymousPolicies, workloads }) {
  /** @type {import("./workloads.mjs").Ask} */
  const ask = async (method, where, body, absent) =>
    JSON.parse(
      (await call(api, method, `/v1/acl/${where}`, { right, ...(body && { body }), ...(absent && { absent }) })) ||
        "null",
    );
  const mark = markOf(cluster);
  /** @type {string[]} */
  const changes = [];

  /** @type {Policy[]} */
  const foundPolicies = await ask("GET", "policies");
  for (const [name, policy] of Object.entries(policies)) {
    const body = policyEntry(cluster, name, policy);
    const found = foundPolicies.find(({ Name }) => Name === name);
    if (!found) {
      await ask("PUT", "policy", body);
      changes.push(`the policy ${name} is new`);
      continue;
    }
    /** @type {Policy} */
    const { Rules, Description } = await ask("GET", `policy/${found.ID}`);
    if (Rules === body.Rules && Description === body.Description) continue;
    await ask("PUT", `policy/${found.ID}`, { ...body, ID: found.ID });
    changes.push(`the policy ${name} has changed`);
  }

  /** @type {Token[]} */
  const foundTokens = await ask("GET", "tokens");
  const accessors = new Set();
  for (const [name, { secretIds, policies: of }] of Object.entries(tokens)) {
    for (const secret of secretIds) {
      // The one that the cluster has been made with has an accessor of Consul's own.
      const found = foundTokens.find(({ SecretID }) => SecretID === secret);
      const accessor = found?.AccessorID ?? accessorOf(secret);
      accessors.add(accessor);
      const body = { ...tokenEntry(cluster, name, secret, of), AccessorID: accessor };
      if (found && found.Description === body.Description && same(found.Policies, of)) continue;
      await ask("PUT", found ? `token/${accessor}` : "token", body);
      changes.push(`the token ${name} ${found ? "has changed" : "is accepted"} (${accessor})`);
    }
  }
  const unnamed = foundTokens.find(({ AccessorID }) => AccessorID === anonymous);
  if (!same(unnamed?.Policies ?? null, anonymousPolicies)) {
    await ask("PUT", `token/${anonymous}`, anonymousEntry(anonymousPolicies));
    changes.push(`who has no token has ${anonymousPolicies.join(", ") || "no rights"}`);
  }
  // Consul asks Nomad then, by a name that it looks up as somebody without a token.
  changes.push(...(await settleWorkloads(ask, mark, workloads)));

  for (const { AccessorID, Description } of foundTokens) {
    if (!Description.startsWith(mark) || accessors.has(AccessorID)) continue;
    await ask("DELETE", `token/${AccessorID}`);
    changes.push(`the token ${Description.slice(mark.length)} is not accepted any more (${AccessorID})`);
  }
  for (const { ID, Name, Description } of foundPolicies) {
    if (!Description.startsWith(mark) || Name in policies) continue;
    await ask("DELETE", `policy/${ID}`);
    changes.push(`the policy ${Name} is gone`);
  }
  return changes;
}

/** @param {Token["Policies"]} found @param {string[]} wanted */
const same = (found, wanted) =>
  JSON.stringify((found ?? []).map(({ Name }) => Name).sort()) === JSON.stringify([...wanted].sort());

/** Servers know the management token once they have a leader, and a leader that is new once it has read its state. */
const unknownToken = "ACL not found";

/** Servers make the first of them themselves, perhaps at this moment: see ami/files/usr/local/lib/cos-boot/cos_boot/acl.py. @param {unknown} error */
const isTransient = (error) => !(error instanceof Refused) || message(error).includes(unknownToken);

/** @param {unknown} error */
function reason(error) {
  const text = message(error);
  if (text.includes(unknownToken))
    return "it does not know the management token: its servers must have it as initial_management";
  if (text.includes("ACL support disabled")) return "its ACLs are off: its agents must have acl.enabled";
  return text;
}

/** Sets what `COS_CONSUL_ACL` says, with the management token in `CONSUL_HTTP_TOKEN`, at `CONSUL_HTTP_ADDR`. */
export async function main() {
  try {
    /** @type {Api} */
    const api = { product: "Consul", url: address("CONSUL_HTTP_ADDR") };
    for (const change of await apply(api, JSON.parse(process.env.COS_CONSUL_ACL ?? ""))) console.log(change);
  } catch (error) {
    console.error(message(error));
    process.exitCode = 1;
  }
}
