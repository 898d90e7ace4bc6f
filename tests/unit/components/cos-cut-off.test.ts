import assert from "node:assert/strict";
import type { CosArgs } from "../../../components";
import { cutOffWarnings } from "../../../components/cos/cut-off";
import { existingNetwork, onePool, smallestCos } from "../../support/cos-arguments";
import { runCos } from "../../support/stack-program";
import { warningsOf } from "../../support/warnings";

const tiers = [
  { name: "public", kind: "public", prefixLength: 24 },
  { name: "services", kind: "private", prefixLength: 20, egress: "none" },
  { name: "open", kind: "private", prefixLength: 20 },
] as const;
type Endpoints = NonNullable<NonNullable<CosArgs["network"]>["interfaceEndpoints"]>;

const closed = (interfaceEndpoints: Endpoints, changes: Partial<CosArgs> = {}): CosArgs => ({
  ...smallestCos,
  network: { tiers: [...tiers], interfaceEndpoints },
  nomad: { pools: [onePool] },
  ...changes,
});

/** Whose nodes are cut off from what. */
const found = (args: CosArgs) =>
  cutOffWarnings(args).map((warning) => {
    const [, of, lacking = ""] = /^nodes of (.*) are in the tier .* lacks (.*);/.exec(warning) ?? [];
    return `${of}: ${[...lacking.matchAll(/(\w+) \(/g)].map(([, service]) => service).join(" ")}`;
  });

describe("what nodes are cut off from", () => {
  it("is nothing where there is a way out, endpoints, or a network that is there already", () => {
    assert.deepEqual(cutOffWarnings(smallestCos), []);
    assert.deepEqual(cutOffWarnings(closed(["ec2", "autoscaling", "ssm", "kms"])), []);
    assert.deepEqual(cutOffWarnings({ ...smallestCos, existingNetwork }), []);
    const pools = [{ ...onePool, tier: "open" }];
    assert.deepEqual(cutOffWarnings(closed([], { consul: { tier: "open" }, nomad: { tier: "open", pools } })), []);
  });

  it("is each service that they call, by who calls it", () => {
    assert.deepEqual(found(closed(["ec2"])), [
      "consul: autoscaling ssm",
      "nomad: autoscaling ssm kms",
      "the pool web: autoscaling ssm",
    ]);
    assert.deepEqual(found(closed(["ec2", "autoscaling", "ssm"])), ["nomad: kms"]);
    assert.deepEqual(found(closed(["ec2", "autoscaling", "ssm"], { security: { keyring: false } })), []);
    // Without secrets, clients read no parameter; servers do.
    const security = { gossip: false, tls: false, acl: false } as const;
    assert.deepEqual(found(closed(["ec2", "autoscaling", "kms"], { security })), ["consul: ssm", "nomad: ssm"]);
  });

  it("is said by `up`", async () => {
    const warnings = await warningsOf(() => runCos(closed(["ec2", "autoscaling", "ssm"])));
    assert.match(
      warnings.join("\n"),
      /^nodes of nomad are in the tier services, which has no way out \(egress none\), and network\.interfaceEndpoints lacks kms \(Nomad's servers do not start\)/m,
    );
  });
});
