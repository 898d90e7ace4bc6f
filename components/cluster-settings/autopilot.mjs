// @ts-check
// Sets the autopilot of Consul and of Nomad through their APIs.
import { message } from "../ready-gate/gate.mjs";
import { applyToBoth, call, Refused } from "./api.mjs";

/** @typedef {import("./api.mjs").Api} Api */

/**
 * Settings by the names that both APIs have.
 * @typedef {Record<string, boolean | number | string>} Settings
 */

const path = "/v1/operator/autopilot/configuration";
const right = "operator:write";
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

/**
 * @param {Api} api
 * @param {Settings} settings
 * @returns {Promise<string[] | undefined>} undefined where somebody else has written meanwhile
 */
async function applyOnce(api, settings) {
  /** @type {Settings} */
  const found = JSON.parse(await call(api, "GET", path, { right }));
  const names = Object.keys(settings).filter((name) => found[name] !== settings[name]);
  if (names.length === 0) return [];
  const body = { ...found, ...settings };
  const written = await call(api, "PUT", `${path}?cas=${found.ModifyIndex}`, { body, right });
  if (written.trim() !== "true") return undefined;
  return names.map((name) => `${api.product}: ${name} ${found[name] ?? 0} -> ${settings[name]}`);
}

/** Sets what the environment says: `CONSUL_HTTP_ADDR`, `NOMAD_ADDR`, and settings of both in `COS_AUTOPILOT`. */
export async function main() {
  await applyToBoth("COS_AUTOPILOT", apply);
}
