import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type Cos, type CosArgs, terraformCosPools } from "../../../components";
import {
  everythingCos,
  existingNetwork as existing,
  onePool as pool,
  Resources,
  smallestCos,
} from "../../support/cos-arguments";
import { valueOf } from "../../../cli/preview/mock-engine";
import { runCos } from "../../support/stack-program";
import { filesOf } from "../../support/user-data";

const subnets = (tier: string) => [1, 2, 3].map((zone) => `cos-network-vpc-${tier}-${zone}-subnet`);

async function make(changes: Partial<CosArgs>): Promise<{ resources: Resources; cos: Cos }> {
  const { engine, cos } = await runCos({ ...smallestCos, ...changes });
  return { resources: Resources.of(engine), cos };
}

/** The image of each launch template. */
const imagesOf = (resources: Resources) =>
  Object.fromEntries(
    resources.ofType("LaunchTemplate").map(({ name, inputs }) => [name, (inputs as { imageId: string }).imageId]),
  );

/** The files that nodes of a group get. */
const files = (resources: Resources, group: string) =>
  filesOf(resources.inputs(`${group}-template`).userData as string) as Record<string, Record<string, unknown>>;

const gateOf = (resources: Resources) =>
  JSON.parse((resources.inputs("cos-ready-gate").environment as { COS_GATE: string }).COS_GATE) as {
    nodePools: string[];
    timeoutSeconds: number;
  };

describe("options of Cos", function () {
  this.timeout(60_000);
  let everything: Resources;

  before(async () => {
    everything = Resources.of((await runCos(everythingCos)).engine);
  });

  it("stands in an existing network, whose addresses an internal ingress lets in", async () => {
    const { resources, cos } = await make({
      existingNetwork: existing,
      consul: { tier: "edge" },
      nomad: { pools: [pool] },
      ingresses: [{ name: "staff", pools: ["web"], scheme: "internal", protocol: "http" }],
    });
    assert.deepEqual(resources.ofType("Network"), []);
    assert.deepEqual(resources.ofType("Vpc"), []);
    assert.equal(cos.network, undefined);
    assert.equal(await valueOf(cos.vpcId), existing.vpcId);
    assert.deepEqual(await valueOf(pulumi.output(cos.subnetIds)), existing.subnetIds);
    for (const { name, inputs } of resources.ofType("SecurityGroup")) {
      assert.equal((inputs as { vpcId: string }).vpcId, existing.vpcId, name);
    }
    const zones = (group: string) => resources.inputs(`${group}-group`).vpcZoneIdentifiers;
    assert.deepEqual(zones("cos-consul-servers"), existing.subnetIds.edge);
    assert.deepEqual(zones("cos-nomad-servers"), existing.subnetIds.services);
    assert.deepEqual(zones("cos-nomad-web-nodes"), existing.subnetIds.services);
    assert.deepEqual(resources.inputs("cos-api-nlb").subnets, existing.subnetIds.public);
    assert.deepEqual(resources.inputs("cos-staff-alb").subnets, existing.subnetIds.services);
    assert.ok(resources.rules()["cos-staff-operator-10.9.0.0/16-to-alb-tcp-80-ingress"]);
  });

  it("puts each part into the tier that it names", async () => {
    const { resources } = await make({
      consul: { tier: "backoffice" },
      nomad: { tier: "backoffice", pools: [{ ...pool, tier: "content-connector" }] },
      ingresses: [{ name: "staff", pools: ["web"], protocol: "http", tier: "backoffice" }],
      apiAccess: { ...smallestCos.apiAccess, tier: "content-connector" },
      uiAccess: { allowedCidrs: ["198.51.100.0/24"], protocol: "http", tier: "services" },
      bastion: { tier: "services" },
      fileSystem: { tier: "backoffice" },
    });
    const zones = (group: string) => resources.inputs(`${group}-group`).vpcZoneIdentifiers;
    assert.deepEqual(zones("cos-consul-servers"), subnets("backoffice"));
    assert.deepEqual(zones("cos-nomad-servers"), subnets("backoffice"));
    assert.deepEqual(zones("cos-nomad-web-nodes"), subnets("content-connector"));
    assert.deepEqual(resources.inputs("cos-staff-alb").subnets, subnets("backoffice"));
    assert.deepEqual(resources.inputs("cos-api-nlb").subnets, subnets("content-connector"));
    assert.deepEqual(resources.inputs("cos-ui-alb").subnets, subnets("services"));
    assert.equal(resources.inputs("cos-bastion-instance").subnetId, subnets("services")[0]);
    const targets = resources.ofType("MountTarget").map(({ inputs }) => (inputs as { subnetId: string }).subnetId);
    assert.deepEqual(targets.sort(), subnets("backoffice"));
  });

  it("has load balancers inside where they are internal, and lets in the VPC where nobody is named", async () => {
    const { resources } = await make({
      network: { cidrBlock: "10.40.0.0/16" },
      nomad: { pools: [pool] },
      ingresses: [
        { name: "staff", pools: ["web"], scheme: "internal", protocol: "http" },
        { name: "office", pools: ["web"], scheme: "internal", protocol: "http", allowedCidrs: ["10.7.0.0/16"] },
      ],
      apiAccess: { ...smallestCos.apiAccess, scheme: "internal" },
      uiAccess: { allowedCidrs: ["198.51.100.0/24"], protocol: "http", scheme: "internal" },
    });
    for (const name of ["cos-staff-alb", "cos-office-alb", "cos-api-nlb", "cos-ui-alb"]) {
      assert.equal(resources.inputs(name).internal, true, name);
      assert.deepEqual(resources.inputs(name).subnets, subnets("services"), name);
    }
    const entries = Object.keys(resources.rules()).filter((name) => name.includes("-to-alb-"));
    assert.deepEqual(entries.sort(), [
      "cos-office-operator-10.7.0.0/16-to-alb-tcp-80-ingress",
      "cos-staff-operator-10.40.0.0/16-to-alb-tcp-80-ingress",
    ]);
  });

  it("boots all nodes from one image that is named by its ID, on types of its architecture", async () => {
    const image = { id: "ami-0aaaaaaaaaaaaaaaa", architecture: "x86_64" as const };
    const { resources } = await make({ image, nomad: { pools: [{ ...pool, instanceTypes: ["t3.small"] }] } });
    assert.deepEqual(resources.names(resources.ofType("MachineImage")), ["cos-image-x86_64"]);
    assert.deepEqual([...new Set(Object.values(imagesOf(resources)))], [image.id]);
    assert.equal(resources.inputs("cos-consul-servers-template").instanceType, "t3.micro");
    assert.equal(resources.inputs("cos-nomad-servers-template").instanceType, "t3.micro");
  });

  it("boots nodes from images of their own, and looks none up where all have one", async () => {
    const image = (letter: string) => ({ id: `ami-${letter.repeat(17)}`, architecture: "x86_64" as const });
    const own = { ...pool, instanceTypes: ["t3.small"], image: image("c") };
    const { resources } = await make({
      consul: { image: image("a") },
      nomad: { image: image("b"), pools: [own, { ...pool, name: "jobs" }] },
    });
    assert.deepEqual(imagesOf(resources), {
      "cos-consul-servers-template": image("a").id,
      "cos-nomad-servers-template": image("b").id,
      "cos-nomad-web-nodes-template": image("c").id,
      "cos-nomad-jobs-nodes-template": "ami-0123456789abcdef0",
    });
    assert.equal(resources.inputs("cos-consul-servers-template").instanceType, "t3.micro");
    assert.deepEqual(resources.names(resources.ofType("MachineImage")), ["cos-image-arm64"]);
    const all = await make({ consul: { image: image("a") }, nomad: { image: image("b"), pools: [own] } });
    assert.deepEqual(all.resources.ofType("MachineImage"), []);
  });

  it("looks an image up for each architecture of its instance types, once", () => {
    assert.deepEqual(everything.names(everything.ofType("MachineImage")), ["cos-image-arm64", "cos-image-x86_64"]);
    const [arm64, intel] = ["ami-0123456789abcdef0", "ami-0123456789abcdef1"];
    assert.deepEqual(imagesOf(everything), {
      "cos-consul-servers-template": arm64,
      "cos-nomad-servers-template": intel,
      "cos-nomad-web-nodes-template": arm64,
      "cos-nomad-jobs-nodes-template": intel,
      "cos-nomad-idle-nodes-template": intel,
    });
  });

  it("mounts the shared file system on nodes of the pools that say where, and on no others", () => {
    const mounts = (name: string) => files(everything, `cos-nomad-${name}-nodes`)["/etc/cos/node.json"]?.mounts;
    const shared = { kind: "efs", id: "cos-file-system-files-id", mountPoint: "/shared", readOnly: false };
    assert.deepEqual(mounts("web"), [shared]);
    assert.deepEqual(mounts("jobs"), []);
    assert.deepEqual(mounts("idle"), []);
    assert.deepEqual(everything.names(everything.ofType("MountTarget")), [
      "cos-file-system-target-1",
      "cos-file-system-target-2",
      "cos-file-system-target-3",
    ]);
  });

  it("passes federation to the servers of both", () => {
    const consul = files(everything, "cos-consul-servers")["/etc/consul.d/cos.json"];
    assert.equal(consul?.datacenter, "europe");
    assert.equal(consul.primary_datacenter, "america");
    assert.deepEqual(consul.retry_join_wan, ["10.64.0.10"]);
    const nomad = files(everything, "cos-nomad-servers")["/etc/nomad.d/cos.json"] as {
      region: string;
      server: { authoritative_region: string };
    };
    assert.equal(nomad.region, "europe");
    assert.equal(nomad.server.authoritative_region, "america");
    const peers = Object.keys(everything.rules()).filter((name) => name.includes("-peer-10.64.0.0/16-"));
    assert.equal(peers.length, 12);
  });

  it("waits as long as it is told, and for no pool that may be empty", () => {
    // The pools "web" and "jobs" are in the node pool "web"; "idle" may have no nodes.
    assert.deepEqual(gateOf(everything).nodePools, ["web"]);
    assert.equal(gateOf(everything).timeoutSeconds, 1200);
  });

  it("has the pools of terraform-cos, each in its tier, where they are asked for", async () => {
    const { resources, cos } = await make({ nomad: { pools: [...terraformCosPools] } });
    const tiers = {
      "public-services": "services",
      "private-services": "services",
      backoffice: "backoffice",
      "content-connector": "content-connector",
    };
    assert.deepEqual(Object.keys(cos.nomad.pools), Object.keys(tiers));
    for (const [name, tier] of Object.entries(tiers)) {
      assert.deepEqual(resources.inputs(`cos-nomad-${name}-nodes-group`).vpcZoneIdentifiers, subnets(tier), name);
    }
    assert.deepEqual(gateOf(resources).nodePools, Object.keys(tiers).sort());
  });

  it("shows fabio's UI of the pools of all ingresses, or of those that are named, or none", async () => {
    const uiAccess = { allowedCidrs: ["198.51.100.0/24"], protocol: "http" as const };
    const shown = (of: Resources) =>
      of
        .names(of.ofType("Attachment"))
        .filter((name) => name.startsWith("cos-ui-fabio-"))
        .map((name) => name.slice("cos-ui-fabio-".length));
    assert.deepEqual(shown(everything), ["jobs", "web"]);
    assert.equal(everything.inputs("cos-ui-fabio", "Listener").port, 9000);
    const named = await make({ uiAccess: { ...uiAccess, fabioPools: ["private-services"] } });
    assert.deepEqual(shown(named.resources), ["private-services"]);
    const none = await make({ uiAccess });
    assert.deepEqual(shown(none.resources), []);
    assert.deepEqual(Object.keys(none.cos.uiAccess?.urls ?? {}), ["consul", "nomad"]);
  });

  it("puts its tags on everything taggable", async () => {
    const untaggable = [
      "aws:autoscaling/attachment:Attachment",
      "aws:ecr/lifecyclePolicy:LifecyclePolicy",
      "aws:efs/backupPolicy:BackupPolicy",
      "aws:efs/mountTarget:MountTarget",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:autoscaling/lifecycleHook:LifecycleHook",
    ];
    const { resources } = await make({
      ...everythingCos,
      nomad: {
        pools: [
          { ...pool, tags: { team: "web", cost: "1" } },
          { ...pool, name: "jobs" },
        ],
      },
    });
    type Tagged = { tags: unknown; tagSpecifications?: { tags: Record<string, string> }[] };
    const taggable = resources.all.filter(({ type }) => /^awsx?:/.test(type) && !untaggable.includes(type));
    assert.ok(taggable.length > 150);
    for (const { type, name, inputs } of taggable) {
      const { tags, tagSpecifications = [] } = inputs as Tagged;
      const team = name.startsWith("cos-nomad-web") ? "web" : "platform";
      const own = Array.isArray(tags)
        ? (tags as { key: string; value: string }[]).find(({ key }) => key === "team")?.value
        : (tags as Record<string, string> | undefined)?.team;
      assert.equal(own, team, `${type} ${name}`);
      for (const of of tagSpecifications) assert.equal(of.tags.team, team, name);
    }
    const { tagSpecifications } = resources.inputs("cos-nomad-web-nodes-template") as unknown as Required<Tagged>;
    assert.deepEqual(
      tagSpecifications.map(({ tags }) => tags.cost),
      ["1", "1", "1"],
    );
  });
});
