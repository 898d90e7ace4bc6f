import { HttpClient } from "../http-client";
import type { Settings } from "./config";

/** Nomad's HTTP API at one address. */
export class NomadClient extends HttpClient {
  /** @param patienceMs how long an unreachable or leaderless Nomad is tried again, in milliseconds */
  constructor({ region, ...settings }: Settings, patienceMs: number) {
    super({ product: "Nomad", query: region === "" ? {} : { region }, ...settings }, patienceMs);
  }
}
