import assert from "node:assert/strict";
import { UserError } from "../../../cli/errors";
import { emptyInventory } from "../../../cli/cost/inventory";
import { bill, totalOf } from "../../../cli/cost/price";
import { type Price, prices, type PriceTable } from "../../../cli/cost/prices";
import { inventoryOf, unpriced } from "../../../cli/cost/stack-inventory";
import { terraformCos } from "../../../cli/cost/terraform-cos";
import { planOf } from "../../../cli/stack-plan";
import { cost, reportOf } from "../../../cli/verbs/cost";
import type { CosArgs } from "../../../components/cos/args";
import { useDirectory } from "../../support/directory";
import { contextWith } from "./context";
import { stackOutputs } from "./outputs";

const region = "eu-central-1";
const dev: CosArgs = {
  apiAccess: { allowedCidrs: ["198.18.0.1/32"] },
  ingresses: [{ name: "public", pools: ["public-services"], protocol: "http" }],
};
const plan = (args: Partial<CosArgs>) => planOf("Pulumi.dev.yaml", args, region);

describe("the price table", () => {
  const all: [string, Price][] = Object.entries(prices.regions).flatMap(
    ([name, { instanceHour, volumeGiBMonth, ...rest }]) =>
      Object.entries({ ...instanceHour, ...volumeGiBMonth, ...rest }).map(([key, price]): [string, Price] => [
        `${name} ${key}`,
        price,
      ]),
  );

  it("has a source for each figure, with a page and a date, or says that it was not seen", () => {
    for (const [name, { usd, source }] of all) {
      assert.ok(usd > 0, name);
      assert.ok(prices.sources[source], `${name}: no source ${source}`);
    }
    for (const [name, { url, seen, note }] of Object.entries(prices.sources)) {
      assert.ok(URL.canParse(url), name);
      if (seen === null) assert.match(note, /unverified here/, name);
    }
    assert.deepEqual(
      Object.keys(prices.sources).sort(),
      [...new Set(all.map(([, { source }]) => source))].sort(),
      "a source that no figure has",
    );
  });
});

describe("a bill", () => {
  const table: PriceTable = {
    hoursPerMonth: 100,
    sources: {},
    regions: {
      here: {
        instanceHour: { "t4g.micro": { usd: 0.5, source: "a" } },
        natGatewayHour: { usd: 1, source: "b" },
        applicationLoadBalancerHour: { usd: 2, source: "b" },
        networkLoadBalancerHour: { usd: 3, source: "b" },
        publicAddressHour: { usd: 4, source: "b" },
        interfaceEndpointHour: { usd: 5, source: "b" },
        kmsKeyMonth: { usd: 7, source: "b" },
        fileSystemGiBMonth: { usd: 6, source: "b" },
        volumeGiBMonth: Object.fromEntries(
          ["gp3", "gp2", "io1", "io2", "st1", "sc1", "standard"].map((type, i) => [type, { usd: i + 1, source: "c" }]),
        ) as PriceTable["regions"][string]["volumeGiBMonth"],
      },
    },
  };

  it("has a line for each thing that there is", () => {
    const lines = bill(
      {
        region: "here",
        instances: { "t4g.micro": 2 },
        volumesGiB: { gp3: 10, standard: 3 },
        natGateways: 1,
        applicationLoadBalancers: 2,
        networkLoadBalancers: 3,
        publicAddresses: 4,
        kmsKeys: 2,
        interfaceEndpointZones: 5,
        fileSystemGiB: 6,
      },
      table,
    );
    assert.deepEqual(
      lines.map(({ quantity, what, each, total }) => [quantity, what, each, total]),
      [
        [2, "t4g.micro instances", 50, 100],
        [10, "GiB of gp3 volumes", 1, 10],
        [3, "GiB of standard volumes", 7, 21],
        [1, "NAT gateways", 100, 100],
        [2, "application load balancers", 200, 400],
        [3, "network load balancers", 300, 900],
        [4, "public IPv4 addresses", 400, 1600],
        [2, "KMS keys", 7, 14],
        [5, "interface endpoints by zone", 500, 2500],
        [6, "GiB in EFS", 6, 36],
      ],
    );
    assert.equal(totalOf(lines), 5681);
    assert.deepEqual(bill(emptyInventory("here"), table), []);
  });

  it("names everything without a price at once", () => {
    assert.throws(
      () => bill({ ...emptyInventory("here"), instances: { "x9.huge": 1, "t4g.micro": 1, "y1.tiny": 2 } }, table),
      new UserError(
        "cli/cost/prices.json has no price in here for: x9.huge instances, y1.tiny instances. Add it there, with its source and date.",
      ),
    );
    assert.throws(
      () => bill(emptyInventory("elsewhere"), table),
      new UserError(
        "There are no prices for the region elsewhere in cli/cost/prices.json, only for here; --region takes one of them.",
      ),
    );
  });
});

describe("the inventory of a stack", () => {
  it("is that of the defaults", () => {
    assert.deepEqual(inventoryOf(plan(dev), region), {
      region,
      instances: { "t4g.micro": 10 },
      volumesGiB: { gp3: 80 },
      natGateways: 1,
      applicationLoadBalancers: 1,
      networkLoadBalancers: 1,
      // The NAT gateway's, and three zones of two public load balancers.
      publicAddresses: 7,
      // Of the nodes' secrets.
      kmsKeys: 1,
      interfaceEndpointZones: 0,
      fileSystemGiB: 0,
    });
  });

  it("has everything that a configuration adds", () => {
    const inventory = inventoryOf(
      plan({
        network: { availabilityZones: ["a", "b"], natGateways: "one-per-az", interfaceEndpoints: ["ssm", "ec2"] },
        consul: { servers: 5, instanceType: "t4g.small", rootVolume: { sizeGiB: 20, type: "gp2" } },
        nomad: {
          pools: [
            {
              name: "data",
              instanceTypes: ["m7g.large", "m6g.large"],
              minSize: 2,
              desiredSize: 4,
              dataVolumes: [{ device: "/dev/sdf", sizeGiB: 100, mountPoint: "/data" }],
            },
          ],
        },
        ingresses: [{ name: "in", pools: ["data"], scheme: "internal", allowedCidrs: ["10.0.0.0/8"] }],
        apiAccess: { allowedCidrs: ["198.18.0.1/32"] },
        uiAccess: { allowedCidrs: ["198.18.0.1/32"], protocol: "http" },
        bastion: { rootVolumeSizeGiB: 10 },
        security: { kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/1" },
      }),
      region,
    );
    assert.deepEqual(inventory, {
      region,
      instances: { "t4g.small": 5, "t4g.micro": 3, "m7g.large": 4, "t4g.nano": 1 },
      volumesGiB: { gp2: 100, gp3: 3 * 8 + 4 * (8 + 100) + 10 },
      natGateways: 2,
      applicationLoadBalancers: 2,
      networkLoadBalancers: 1,
      publicAddresses: 2 + 2 * 2 + 1,
      kmsKeys: 0,
      interfaceEndpointZones: 4,
      fileSystemGiB: 0,
    });
  });

  it("has no network where one is there already", () => {
    const existing = plan({
      ...dev,
      existingNetwork: { vpcId: "vpc-1", subnetIds: { public: ["a", "b"], services: ["c"] } },
    });
    const { natGateways, publicAddresses } = inventoryOf(existing, region);
    assert.deepEqual([natGateways, publicAddresses], [0, 4]);
  });

  it("has no key where there are no secrets of nodes", () => {
    assert.equal(inventoryOf(plan({ ...dev, security: { gossip: false } }), region).kmsKeys, 0);
  });

  it("has no NAT gateway where no tier needs one", () => {
    const tiers = [
      { name: "public", kind: "public" as const, prefixLength: 24 },
      { name: "services", kind: "private" as const, prefixLength: 24, egress: "none" as const },
    ];
    assert.equal(inventoryOf(plan({ ...dev, network: { tiers } }), region).natGateways, 0);
  });

  it("comes with what it leaves out", () => {
    assert.deepEqual(unpriced(plan({ ...dev, nomad: { pools: [] } })), [
      "traffic: NAT and load balancers by GB and capacity unit, between zones, to the internet",
      "AMI snapshots, key use, DNS queries, taxes",
    ]);
    const spot = { name: "spot", instanceTypes: ["t4g.micro"], spot: {}, minSize: 1, maxSize: 3 };
    assert.deepEqual(unpriced(plan({ ...dev, nomad: { pools: [spot] } })).slice(1, 3), [
      "the discount of spot instances: priced on demand",
      "nodes that an autoscaler adds",
    ]);
  });
});

describe("pulumi-cos cost", () => {
  const directory = useDirectory("cli-cost");
  const yaml = `config:
  aws:region: eu-central-1
  cos:target: aws
  cos:apiAccess: { allowedCidrs: [198.18.0.1/32] }
  cos:ingresses: [{ name: public, pools: [public-services], protocol: http }]
`;
  const write = () => directory.write("Pulumi.dev.yaml", yaml);

  it("is at most 0.45 of terraform-cos's example, with as many servers and clients, in both regions", () => {
    for (const name of Object.keys(prices.regions)) {
      const report = reportOf(plan(dev), name);
      assert.deepEqual([report.servers, report.clients], [6, 4]);
      assert.deepEqual([report.terraformCos.servers, report.terraformCos.clients], [6, 4]);
      assert.ok(report.ratio <= 0.45, `${name}: ${report.ratio}`);
      assert.ok(report.ratioWithLikeDisks <= 0.45, `${name} with like disks: ${report.ratioWithLikeDisks}`);
    }
    const theirs = terraformCos(region);
    assert.deepEqual(
      [theirs.instances, theirs.applicationLoadBalancers, theirs.natGateways, theirs.publicAddresses],
      [{ "t2.micro": 10 }, 5, 4, 14],
    );
  });

  it("shows both bills, what more would add, and where the prices are from", async () => {
    const { context, written } = contextWith(stackOutputs());
    assert.equal(await cost(undefined)(context, { config: write() }), 0);
    const [first, ...rest] = written.out.split("\n");
    assert.equal(
      first,
      `${directory.at("Pulumi.dev.yaml")}, eu-central-1: US dollars a month of 730 hours, list prices on demand`,
    );
    assert.equal(
      rest.slice(1, 27).join("\n"),
      `This stack: 6 servers, 4 clients, 3 zones
  10  t4g.micro instances          at 7.0080   70.08
  80  GiB of gp3 volumes           at 0.0952    7.62
   1  NAT gateways                at 37.9600   37.96
   1  application load balancers  at 19.7100   19.71
   1  network load balancers      at 19.7100   19.71
   7  public IPv4 addresses        at 3.6500   25.55
   1  KMS keys                     at 1.0000    1.00
                                              181.63

terraform-cos's root example: 6 servers, 4 clients, 2 zones
   10  t2.micro instances           at 9.7820   97.82
  500  GiB of standard volumes      at 0.0590   29.50
    4  NAT gateways                at 37.9600  151.84
    5  application load balancers  at 19.7100   98.55
   14  public IPv4 addresses        at 3.6500   51.10
                                               428.81

This stack costs 0.424 of it; 0.444 where its disks were as large as here, gp2.
Left out of theirs: its bastion, and 130 GB of data disks on each client.

What more would add
  a public load balancer for the UIs, in 3 zones       30.66
  a second NAT gateway, with its address               41.61
  an interface endpoint (ssm, ecr.api, …), in 3 zones  26.28
  100 GiB of data disks, gp3                            9.52`,
    );
    assert.match(written.out, /\nNot included\n {2}traffic: /);
    assert.match(written.out, /\nPrices\n {2}https:\/\//);
  });

  it("takes another region, and is JSON on demand", async () => {
    const { context, written } = contextWith(stackOutputs());
    await cost(undefined)(context, { config: write(), region: "us-east-1", json: true });
    const report = JSON.parse(written.out) as ReturnType<typeof reportOf>;
    assert.equal(report.region, "us-east-1");
    assert.equal(report.total.toFixed(2), "159.97");
  });

  it("knows the preset of pools by its name", async () => {
    const { context, written } = contextWith(stackOutputs());
    const config = directory.write("Pulumi.preset.yaml", `${yaml}  cos:nomad: { pools: terraform-cos }\n`);
    await cost(undefined)(context, { config });
    assert.match(written.out, /^This stack: 6 servers, 6 clients, 3 zones$/m);
  });

  it("says what it lacks", () => {
    const { context } = contextWith(stackOutputs());
    const lacks = (options: object, message: RegExp) => {
      assert.throws(() => void cost("prod")(context, options), { message });
    };
    lacks({}, /^There is no configuration .*Pulumi\.prod\.yaml\. Name the stack with --stack/);
    lacks({ config: directory.write("bad.yaml", "a: [") }, /bad\.yaml is no YAML: /);
    lacks({ config: directory.write("none.yaml", "config: {}") }, /has no aws:region; say it there, with --region/);
  });
});
