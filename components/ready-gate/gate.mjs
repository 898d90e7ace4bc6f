// @ts-check
// The ready gate's program. Plain JavaScript on what Node has built in, so that it runs wherever the package is installed,
// without a build or a loader.
import { accessTo, ask } from "../ask.js";

/**
 * What the cluster must have.
 * @typedef {{ consulServers: number, nomadServers: number, nodePools: string[], minClients?: Record<string, number>, timeoutSeconds: number }} Requirements
 */

/**
 * What was found: `missing` is empty when the cluster has all it must have; `usable` tells whether it can take jobs.
 * @typedef {{ missing: string[], usable: boolean }} Finding
 */

const pollMs = 200;
const requestTimeoutMs = 5000;

/**
 * Looks at the cluster once.
 * @param {string} consul URL of the Consul API
 * @param {string} nomad URL of the Nomad API
 * @param {Requirements} want
 * @returns {Promise<Finding>}
 */
export async function inspect(consul, nomad, want) {
  const [consulServers, nomadServers, clients] = await Promise.all([
    servers("Consul", `${consul}/v1/operator/autopilot/health`, want.consulServers),
    servers("Nomad", `${nomad}/v1/operator/autopilot/health`, want.nomadServers),
    readyClients(nomad, want.nodePools, want.minClients ?? {}),
  ]);
  return {
    missing: [...consulServers.missing, ...nomadServers.missing, ...clients],
    usable: consulServers.usable && nomadServers.usable,
  };
}

/**
 * @param {"Consul" | "Nomad"} product
 * @param {string} url of autopilot's health, which only a leader can answer
 * @param {number} want
 * @returns {Promise<Finding>}
 */
async function servers(product, url, want) {
  /** @type {{ Servers?: { Leader: boolean, Voter: boolean, Healthy: boolean }[] | null }} */
  let health;
  try {
    // Autopilot answers 429 with the same body while a server is unhealthy.
    health = await get(product, url, [200, 429]);
  } catch (error) {
    return {
      missing: [`${product} at ${new URL(url).origin} has no leader that answers: ${message(error)}`],
      usable: false,
    };
  }
  const found = health.Servers ?? [];
  const voters = found.filter((server) => server.Voter && server.Healthy).length;
  const usable = found.some((server) => server.Leader);
  const missing = [];
  if (!usable) missing.push(`${product} has no leader`);
  if (voters < want) missing.push(`${product} has ${voters} of ${want} servers as healthy voters`);
  return { missing, usable };
}

/**
 * @param {string} nomad
 * @param {string[]} pools
 * @param {Record<string, number>} minClients of a pool, 1 where it is not there
 * @returns {Promise<string[]>} what is missing
 */
async function readyClients(nomad, pools, minClients) {
  if (pools.length === 0) return [];
  /** @type {{ NodePool?: string, Status: string, SchedulingEligibility: string, Drain: boolean }[]} */
  let nodes;
  try {
    nodes = await get("Nomad", `${nomad}/v1/nodes`, [200]);
  } catch (error) {
    return [`the clients of node pools ${pools.join(", ")} are unknown: ${message(error)}`];
  }
  const ready = nodes.filter(
    (node) => node.Status === "ready" && node.SchedulingEligibility === "eligible" && !node.Drain,
  );
  return pools.flatMap((pool) => {
    const count = ready.filter((node) => (node.NodePool ?? "default") === pool).length;
    const needed = minClients[pool] ?? 1;
    if (count >= needed) return [];
    if (needed === 1) return `node pool ${pool} has no client that is ready`;
    return `node pool ${pool} has ${count} of ${needed} clients ready`;
  });
}

/**
 * @param {"Consul" | "Nomad"} product
 * @param {string} url
 * @param {number[]} accept
 */
async function get(product, url, accept) {
  const { status, text } = await ask(url, accessTo(product), requestTimeoutMs);
  if (!accept.includes(status)) throw new Error(`HTTP ${status} ${text.trim()}`);
  return JSON.parse(text);
}

/**
 * What happened, for people.
 * @param {unknown} error
 */
export function message(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Waits until nothing is missing or the time is over.
 * @param {() => Promise<Finding>} look
 * @param {number} timeoutSeconds
 * @param {(missing: string[]) => void} [onChange] told whenever what is missing changes
 * @returns {Promise<Finding>} the last finding
 */
export async function wait(look, timeoutSeconds, onChange) {
  const deadline = Date.now() + timeoutSeconds * 1000;
  let told = "";
  for (;;) {
    const finding = await look();
    const text = finding.missing.join("; ");
    if (text !== told) onChange?.(finding.missing);
    told = text;
    if (text === "" || Date.now() + pollMs > deadline) return finding;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/**
 * Runs the gate with the addresses and requirements in the environment.
 * @param {"strict" | "tolerant"} mode
 */
export async function main(mode) {
  let consul, nomad;
  try {
    consul = address("CONSUL_HTTP_ADDR");
    nomad = address("NOMAD_ADDR");
  } catch (error) {
    console.error(message(error));
    process.exitCode = 1;
    return;
  }
  /** @type {Requirements} */
  const want = JSON.parse(process.env.COS_GATE ?? "");
  const look = () => inspect(consul, nomad, want);
  // A degraded cluster is let through on an update, but not before a moment's lull has had the time to pass.
  const seconds = mode === "strict" ? want.timeoutSeconds : Math.min(want.timeoutSeconds, 10);
  const finding = await wait(look, seconds, (missing) => {
    if (missing.length > 0) console.error(`waiting: ${missing.join("; ")}`);
  });
  if (finding.missing.length === 0) return;
  const text = finding.missing.join("; ");
  if (mode === "tolerant" && finding.usable) {
    console.log(`warning: the cluster is degraded: ${text}`);
    return;
  }
  console.error(`the cluster is not ready after ${seconds} s: ${text}`);
  process.exitCode = 1;
}

/**
 * The URL of an API, without a slash at its end, from an environment variable.
 * @param {string} name
 * @throws where there is none
 */
export function address(name) {
  const value = process.env[name];
  if (!value || !URL.canParse(value))
    throw new Error(`${name} must be a URL such as http://127.0.0.1:8500, got "${value ?? ""}"`);
  return value.replace(/\/+$/, "");
}
