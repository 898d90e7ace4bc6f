import assert from "node:assert/strict";
import { removeDirectory, temporaryDirectory } from "../../support/temporary";
import { hostNameOf } from "../amazon";
import type { HostStatus } from "../box";
import { BoxCluster } from "../cluster";
import { Laboratory, type LaboratoryOptions } from "../laboratory";
import { underLoad } from "../load-client";

/** What is in Consul's KV during all trials. */
const kept = { key: "box/kept", value: "kept" };

/** How many of the requests during a trial have failed. */
export interface Losses {
  failures: string[];
  /** Requests a second. */
  rate: number;
}

/** The box that all trials share: booted once, tried much. */
export class BoxUnderTest {
  /** What was measured, a line each. */
  readonly figures: string[] = [];
  url = "";
  /** What differs from dev's configuration from now on, whatever else a trial changes. */
  base: Record<string, unknown> = {};
  private directory = "";
  private made: { box: Laboratory; cluster: BoxCluster } | undefined;

  get box(): Laboratory {
    assert.ok(this.made, "the box is not up");
    return this.made.box;
  }

  get cluster(): BoxCluster {
    assert.ok(this.made, "the box is not up");
    return this.made.cluster;
  }

  /**
   * @param config what differs from dev's configuration
   * @param options what differs from the box of other trials
   */
  async up(config: Record<string, unknown> = {}, options: LaboratoryOptions = {}): Promise<void> {
    this.directory = await temporaryDirectory("box");
    const box = new Laboratory({
      directory: this.directory,
      name: "test",
      replaceAfter: 10,
      refreshPatience: 150,
      bound: true,
      ...options,
    });
    const cluster = new BoxCluster(box);
    this.made = { box, cluster };
    const started = Date.now();
    const { exitCode, text } = await box.up(config);
    assert.equal(exitCode, 0, text.slice(-6000));
    this.figures.push(`from nothing to the jobs ${secondsSince(started)} s`);
    const balancer = (await box.status()).balancers.find(({ name }) => name.includes("-alb-"));
    assert.ok(balancer);
    this.url = `http://${balancer.address}/ping`;
    await cluster.untilWhole();
    await cluster.loggedIn("consul-server-1", "consul", "kv", "put", kept.key, kept.value);
  }

  async down(): Promise<void> {
    await this.made?.box.down();
    await removeDirectory(this.directory);
  }

  /** The client with the most instances of the sample, and which share of them it has. */
  async fullestClient(): Promise<{ host: HostStatus; share: number }> {
    const running = await this.cluster.running("ping");
    const on = (name: string) => running.filter(({ NodeName }) => NodeName === name).length;
    const names = running.map(({ NodeName }) => NodeName).sort((one, other) => on(other) - on(one));
    const host = (await this.cluster.hosts()).find(({ address }) => hostNameOf(address) === names[0]);
    assert.ok(host, "no instance of the sample runs");
    return { host, share: on(names[0] ?? "") / running.length };
  }

  /** Nomad moves nothing by itself to a client that comes later: where one has all instances, one of them is started elsewhere. */
  async spreadSample(): Promise<void> {
    await this.cluster.untilWhole();
    const isSpread = async () => (await this.fullestClient()).share < 1;
    if (await isSpread()) return;
    const [allocation] = await this.cluster.running("ping");
    const [server] = await this.cluster.hosts("nomad-server");
    await this.cluster.nomad(server?.name ?? "", "alloc", "stop", allocation?.ID ?? "");
    await this.cluster.until("the sample is on two clients", isSpread);
  }

  /** Runs `pulumi up` with what differs from dev's configuration, however it ends. */
  tryUp(config: Record<string, unknown>) {
    return this.box.up({ ...this.base, ...config });
  }

  /** Runs `pulumi up` with what differs from dev's configuration. Returns, as a figure, how long it took and what it was about. */
  async change(config: Record<string, unknown>): Promise<string> {
    const started = Date.now();
    const { exitCode, text, changes } = await this.tryUp(config);
    assert.equal(exitCode, 0, text.match(/^Diagnostics:[^]*?^Resources:/m)?.[0] ?? text.slice(-6000));
    const changed = Object.entries(changes).flatMap(([op, count]) => (op === "same" ? [] : count));
    return `up changed ${changed.reduce((sum, count) => sum + count, 0)} resources in ${secondsSince(started)} s`;
  }

  /**
   * Does something under load, waits until all is whole again, and sees that nothing that was in the cluster is lost.
   *
   * @param act returns figures of its own
   */
  async trial(what: string, act: () => Promise<string[]>): Promise<Losses> {
    const { box, cluster, url } = this;
    await cluster.untilWhole();
    let found: string[] = [];
    const { failures, requests, seconds } = await underLoad(box, url, async () => {
      const started = Date.now();
      found = await act();
      await cluster.untilWhole();
      found.push(`whole again after ${secondsSince(started)} s`);
    });
    this.figures.push(`${what}: ${[...found, `${failures.length} of ${requests} requests failed`].join(", ")}`);
    const jobs = (await cluster.get<{ ID: string }[]>("nomad", "jobs"))?.map(({ ID }) => ID);
    assert.deepEqual(jobs?.sort(), ["fabio", "ping"], "the list of jobs");
    const [value] = (await cluster.get<{ Value: string }[]>("consul", `kv/${kept.key}`)) ?? [];
    assert.equal(Buffer.from(value?.Value ?? "", "base64").toString(), kept.value, "what was in Consul's KV");
    return { failures, rate: requests / seconds };
  }
}

export const secondsSince = (time: number): string => ((Date.now() - time) / 1000).toFixed(1);
