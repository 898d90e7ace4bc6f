import assert from "node:assert/strict";
import { stackValues } from "../../support/stack-program";
import type { BoxUnderTest } from "./box-under-test";

type Config = Record<string, unknown>;
interface Job {
  file: string;
  variables: object;
}
type Named = { name: string }[];

const dev = stackValues("dev") as Config & { "cos:nomad": { pools: Named }; "cos:jobs": Job[]; "cos:ingresses": Named };

/** What each `up` has changed in the configuration, all that was changed before it kept. */
const steps: [what: string, change: (config: typeof dev) => Config][] = [
  ["the sample's version", (config) => withJob(config, "ping", { version: "3.0.0" })],
  ["a client more", (config) => withPool(config, { minSize: 3, maxSize: 3 })],
  ["fabio's time of grace", (config) => withJob(config, "fabio", { grace_seconds: 23 })],
  ["metadata of a pool's nodes", (config) => withPool(config, { meta: { series: "on" } })],
  ["how Nomad chooses nodes", (config) => withNomad(config, { scheduler: { algorithm: "spread" } })],
  ["a client less", (config) => withPool(config, { minSize: 2, maxSize: 2 })],
  [
    "how long requests under way have",
    ({ "cos:ingresses": ingresses }) => ({
      "cos:ingresses": ingresses.map((each) => ({ ...each, deregistrationDelaySeconds: 20 })),
    }),
  ],
  ["who may call the APIs", () => ({ "cos:apiAccess": { allowedCidrs: ["203.0.113.0/24", "198.51.100.0/24"] } })],
  ["Consul's autopilot", () => ({ "cos:consul": { autopilot: { lastContactThreshold: "3s" } } })],
  ["an instance type of Nomad's servers", (config) => withNomad(config, { instanceType: "t4g.small" })],
  ["tags of everything", () => ({ "cos:tags": { environment: "dev", series: "on" } })],
  ["all back", () => ({ ...dev, "cos:consul": undefined })],
];

const withNomad = (config: typeof dev, changes: object): Config => ({
  "cos:nomad": { ...config["cos:nomad"], ...changes },
});

const withPool = (config: typeof dev, changes: object): Config =>
  withNomad(config, {
    pools: config["cos:nomad"].pools.map((pool) => (pool.name === "private-services" ? { ...pool, ...changes } : pool)),
  });

const withJob = (config: typeof dev, name: string, variables: object): Config => ({
  "cos:jobs": config["cos:jobs"].map((job) =>
    job.file.includes(name) ? { ...job, variables: { ...job.variables, ...variables } } : job,
  ),
});

/** A dozen changes of the configuration, one `pulumi up` after the other: whatever each rolls, nothing is lost. */
export function changesInARow(tested: BoxUnderTest): void {
  describe("when `pulumi up` changes one thing after the other", function () {
    this.timeout(900_000);
    let config = dev;

    for (const [what, change] of steps) {
      it(`loses nothing and no request: ${what}`, async () => {
        config = { ...config, ...change(config) };
        const act = async () => {
          const figure = await tested.change(config);
          assert.match(figure, /changed [1-9]/);
          return [figure];
        };
        const { failures } = await tested.trial(`one of a dozen changes, ${what}`, act);
        assert.deepEqual(failures, []);
      });
    }
  });
}
