// @ts-check
// Tells running nodes which versions of their secrets they are to have, and waits until they do. It is said and answered in Consul's KV store, in
// which no secret is: see ami/files/usr/local/lib/cos-boot/cos_boot/renewal.py for the other side.
import { Buffer } from "node:buffer";
import { setTimeout as delay } from "node:timers/promises";
import { message } from "../ready-gate/gate.mjs";
import { applyToBoth, call, Refused } from "./api.mjs";

/** @typedef {import("./api.mjs").Api} Api */

/** Versions of SSM parameters by their names. @typedef {Record<string, number>} Versions */

/** @typedef {{ Key: string, Value: string | null }} Entry */

/**
 * What nodes are to have.
 * @typedef {{ cluster: string, versions: Versions, waits: boolean }} Wanted
 */

// Nodes ask every five minutes at least, and have to be told by AWS then.
const patienceMs = 420_000;
const pauseMs = 1000;

/**
 * Has all nodes take the secrets, and waits for them where that is wanted.
 * @param {Api} api
 * @param {Wanted} wanted
 * @param {number} [patience] for how long, in milliseconds
 * @returns {Promise<string[]>} what has changed, for people; empty where nothing had to
 * @throws where Consul refuses, or nodes do not have them for that long
 */
export async function apply(api, { cluster, versions, waits }, patience = patienceMs) {
  const own = `cos/${cluster}/secrets/`;
  const right = `key:write for ${own}`;
  const deadline = Date.now() + patience;
  let told = false;
  for (;;) {
    try {
      if (!told) {
        await call(api, "PUT", `/v1/kv/${own}wanted`, { body: versions, right });
        told = true;
      }
      if (!waits) return [];
      const { late, stale } = await look(api, versions);
      if (late.length === 0) {
        const forgotten = stale.filter((key) => key.startsWith(own));
        await Promise.all(forgotten.map((key) => call(api, "DELETE", `/v1/kv/${key}`, { right })));
        return ["Consul: all nodes have their present secrets"];
      }
      if (Date.now() > deadline) {
        const advice =
          "`journalctl -u cos-secrets` on each says why; `pulumi up` goes on waiting, and a node that is ended gets a successor";
        throw new Refused(`nodes do not have them: ${late.join(", ")}; ${advice}`);
      }
    } catch (error) {
      if (error instanceof Refused || Date.now() > deadline) {
        throw new Error(`secrets do not reach the nodes of ${cluster} through Consul at ${api.url}: ${message(error)}`);
      }
    }
    await delay(pauseMs);
  }
}

/**
 * Nodes that are there, and have older secrets than they are to have, or have not said yet what they have; and keys of what nodes have said that are gone.
 * @param {Api} api
 * @param {Versions} versions
 */
async function look(api, versions) {
  /** @type {(where: string, right: string) => Promise<any[]>} */
  const list = async (where, right) => JSON.parse(await call(api, "GET", where, { right, absent: "[]" }));
  const [nodes, failed, entries] = await Promise.all([
    list("/v1/catalog/nodes", "node:read"),
    list("/v1/health/state/critical", "node:read"),
    list("/v1/kv/cos/?recurse", "key:read for cos/"),
  ]);
  // Those that have failed fetch what is new when they are back.
  const gone = new Set(failed.filter(({ CheckID }) => CheckID === "serfHealth").map(({ Node }) => Node));
  // Other clusters' too: one Consul can serve several.
  const said = entries.flatMap((entry) => reported(entry));
  const known = new Map(said.map(({ node, has }) => [node, has]));
  const there = new Set(nodes.map(({ Node }) => Node));
  const late = nodes
    .filter(({ Node, Meta }) => !gone.has(Node) && Meta?.instance_id !== undefined)
    .map(({ Node }) => Node)
    .filter((node) => isLate(known.get(node), versions))
    .sort();
  return { late, stale: said.filter(({ node }) => !there.has(node)).map(({ key }) => key) };
}

/** @param {Versions | undefined} has @param {Versions} wanted */
function isLate(has, wanted) {
  return has === undefined || Object.entries(has).some(([name, version]) => version < (wanted[name] ?? 0));
}

/**
 * What a node says that it has, where the entry is that of a node.
 * @param {Entry} entry
 * @returns {{ key: string, node: string, has: Versions }[]}
 */
function reported({ Key, Value }) {
  const [, node] = /^cos\/[^/]+\/secrets\/nodes\/([^/]+)$/.exec(Key) ?? [];
  if (node === undefined || Value === null) return [];
  return [{ key: Key, node, has: JSON.parse(Buffer.from(Value, "base64").toString("utf8")) }];
}

/**
 * Does it with what the environment says: `CONSUL_HTTP_ADDR`, and in `COS_SECRETS` the cluster and its versions.
 * @param {{ waits: boolean }} options whether to wait for the nodes that run
 */
export async function main({ waits }) {
  await applyToBoth("COS_SECRETS", (api, /** @type {Omit<Wanted, "waits">} */ wanted) =>
    apply(api, { ...wanted, waits }),
  );
}
