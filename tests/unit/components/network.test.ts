import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { Network, type NetworkArgs } from "../../../components/network";
import { subnetIdOf } from "../../../components/network/vpc-parts";
import { awsFunctions, awsOutputs } from "../../../cli/preview/mock-aws";
import { MockEngine, type Registered, unknown, valueOf } from "../../../cli/preview/mock-engine";

const functions = {
  ...awsFunctions,
  "aws:index/getIpRanges:getIpRanges": (args: Record<string, unknown>) => {
    assert.deepEqual(args, { services: ["amazon"], regions: ["eu-central-1"] });
    return { cidrBlocks: ["52.0.1.0/24", "3.0.0.0/15", "52.0.0.0/24"] };
  },
};

const start = (preview = false) => MockEngine.start(awsOutputs, preview, functions);

async function registeredBy(args: NetworkArgs, preview = false): Promise<Registered[]> {
  const engine = await start(preview);
  await engine.run(() => new Network("net", args));
  return engine.registered;
}

const child = (registered: readonly Registered[], name: string): unknown =>
  registered.find((resource) => resource.name === name)?.inputs;
/** Sorted, as children are registered when what they are made of is known. */
const names = (registered: readonly Registered[]) => registered.map(({ name }) => name).sort();

const small: NetworkArgs = {
  cidrBlock: "10.7.0.0/20",
  availabilityZones: ["eu-central-1a", "eu-central-1c"],
  maxAvailabilityZones: 3,
  tiers: [
    { name: "front", kind: "public", prefixLength: 26 },
    { name: "work", kind: "private", prefixLength: 24 },
    { name: "quiet", kind: "private", prefixLength: 26, egress: "none" },
  ],
};
const subnets = (tier: string, ...zones: number[]) => zones.map((zone) => `net-vpc-${tier}-${zone}-subnet`);
const routeTables = (tiers: string[], ...zones: number[]) =>
  zones.flatMap((zone) => tiers.map((tier) => `net-vpc-${tier}-${zone}-subnet-routes`));

describe("Network", () => {
  it("is a VPC of awsx with our blocks and a gateway endpoint for S3, and nothing else", async () => {
    const engine = await start();
    const network = await engine.run(() => new Network("net"));
    const { registered } = engine;
    assert.deepEqual(names(registered), ["net", "net-gateway-s3", "net-vpc"]);
    const spec = (type: string, name: string, ...cidrBlocks: string[]) => ({
      type,
      name,
      cidrBlocks,
      tags: { "cos-tier": name },
    });
    assert.deepEqual(registered[1], {
      type: "awsx:ec2:Vpc",
      name: "net-vpc",
      inputs: {
        cidrBlock: "10.128.0.0/16",
        numberOfAvailabilityZones: 3,
        subnetStrategy: "Auto",
        subnetSpecs: [
          spec("Public", "public", "10.128.0.0/24", "10.128.1.0/24", "10.128.2.0/24"),
          spec("Private", "services", "10.128.32.0/19", "10.128.64.0/19", "10.128.96.0/19"),
          spec("Private", "backoffice", "10.128.6.0/24", "10.128.7.0/24", "10.128.8.0/24"),
          spec("Private", "content-connector", "10.128.12.0/23", "10.128.14.0/23", "10.128.16.0/23"),
        ],
        natGateways: { strategy: "Single" },
        enableDnsSupport: true,
        enableDnsHostnames: true,
      },
      parent: "net",
      provider: undefined,
      dependsOn: [],
      outputs: undefined,
    });
    const { dependsOn, ...endpoint } = registered.find(({ name }) => name === "net-gateway-s3") ?? assert.fail();
    assert.deepEqual(dependsOn, ["net-vpc"]);
    assert.deepEqual(endpoint, {
      type: "aws:ec2/vpcEndpoint:VpcEndpoint",
      name: "net-gateway-s3",
      inputs: {
        vpcId: "net-vpc-id",
        vpcEndpointType: "Gateway",
        serviceName: "com.amazonaws.eu-central-1.s3",
        routeTableIds: routeTables(["public", "services", "backoffice", "content-connector"], 1, 2, 3),
        tags: { Name: "net-gateway-s3" },
      },
      parent: "net",
      provider: undefined,
      outputs: undefined,
    });
    assert.deepEqual(registered[0]?.outputs, {
      vpcId: "net-vpc-id",
      cidrBlock: "10.128.0.0/16",
      availabilityZones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
      subnetIds: {
        public: subnets("public", 1, 2, 3),
        services: subnets("services", 1, 2, 3),
        backoffice: subnets("backoffice", 1, 2, 3),
        "content-connector": subnets("content-connector", 1, 2, 3),
      },
      natAddresses: ["192.0.2.1"],
    });
    assert.equal(network.endpointSecurityGroupId, undefined);
    assert.equal(await valueOf(network.vpcId), "net-vpc-id");
  });

  it("takes zones by name, tiers, tags and addresses of one gateway per zone", async () => {
    const engine = await start();
    const network = await engine.run(
      () =>
        new Network("net", {
          ...small,
          natGateways: "one-per-az",
          natAddressIds: ["eipalloc-1", "eipalloc-2"],
          gatewayEndpoints: ["s3", "dynamodb"],
          tags: { stack: "dev" },
          transform: { vpc: { instanceTenancy: "dedicated" }, gatewayEndpoint: { policy: "{}" } },
        }),
    );
    assert.deepEqual(child(engine.registered, "net-vpc"), {
      cidrBlock: "10.7.0.0/20",
      availabilityZoneNames: ["eu-central-1a", "eu-central-1c"],
      subnetStrategy: "Auto",
      subnetSpecs: [
        { type: "Public", name: "front", cidrBlocks: ["10.7.0.0/26", "10.7.0.64/26"], tags: { "cos-tier": "front" } },
        { type: "Private", name: "work", cidrBlocks: ["10.7.1.0/24", "10.7.2.0/24"], tags: { "cos-tier": "work" } },
        {
          type: "Isolated",
          name: "quiet",
          cidrBlocks: ["10.7.0.192/26", "10.7.4.0/26"],
          tags: { "cos-tier": "quiet" },
        },
      ],
      natGateways: { strategy: "OnePerAz", elasticIpAllocationIds: ["eipalloc-1", "eipalloc-2"] },
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { stack: "dev" },
      instanceTenancy: "dedicated",
    });
    assert.deepEqual(names(engine.registered), ["net", "net-gateway-dynamodb", "net-gateway-s3", "net-vpc"]);
    assert.deepEqual(child(engine.registered, "net-gateway-dynamodb"), {
      vpcId: "net-vpc-id",
      vpcEndpointType: "Gateway",
      serviceName: "com.amazonaws.eu-central-1.dynamodb",
      routeTableIds: routeTables(["front", "work", "quiet"], 1, 2),
      tags: { stack: "dev", Name: "net-gateway-dynamodb" },
      policy: "{}",
    });
    assert.deepEqual(await valueOf(network.availabilityZones), ["eu-central-1a", "eu-central-1c"]);
    assert.deepEqual(await valueOf(network.natAddresses), ["192.0.2.1", "192.0.2.1"]);
  });

  it("makes no NAT gateway where no private tier needs one", async () => {
    const tiers: NetworkArgs["tiers"] = [
      { name: "front", kind: "public", prefixLength: 26 },
      { name: "quiet", kind: "private", prefixLength: 26, egress: "none" },
    ];
    const registered = await registeredBy({ ...small, tiers, gatewayEndpoints: [] });
    assert.deepEqual(names(registered), ["net", "net-vpc"]);
    const { natGateways } = child(registered, "net-vpc") as { natGateways: unknown };
    assert.deepEqual(natGateways, { strategy: "None" });
  });

  it("keeps a tier's egress to AWS: one prefix list, and a route through the zone's gateway in each of its route tables", async () => {
    const tiers: NetworkArgs["tiers"] = [
      { name: "front", kind: "public", prefixLength: 26 },
      { name: "work", kind: "private", prefixLength: 24, egress: "aws" },
      { name: "open", kind: "private", prefixLength: 26 },
    ];
    const args: NetworkArgs = {
      ...small,
      tiers,
      gatewayEndpoints: [],
      natGateways: "one-per-az",
      awsRanges: { maxEntries: 2 },
      tags: { stack: "dev" },
      transform: { awsPrefixList: { maxEntries: 3 } },
    };
    const registered = await registeredBy(args);
    assert.deepEqual(names(registered), ["net", "net-aws", "net-vpc", "net-work-1-aws", "net-work-2-aws"]);
    const { subnetSpecs } = child(registered, "net-vpc") as { subnetSpecs: { type: string }[] };
    assert.deepEqual(
      subnetSpecs.map(({ type }) => type),
      ["Public", "Isolated", "Private"],
    );
    assert.deepEqual(child(registered, "net-aws"), {
      addressFamily: "IPv4",
      maxEntries: 3,
      entries: [{ cidr: "3.0.0.0/15" }, { cidr: "52.0.0.0/23" }],
      tags: { stack: "dev", Name: "net-aws" },
    });
    assert.deepEqual(
      [child(registered, "net-work-1-aws"), child(registered, "net-work-2-aws")],
      [1, 2].map((zone) => ({
        routeTableId: `net-vpc-work-${zone}-subnet-routes`,
        destinationPrefixListId: "net-aws-id",
        natGatewayId: `net-vpc-nat-eu-central-1${zone === 1 ? "a" : "c"}`,
      })),
    );
    const single = await registeredBy({ ...args, natGateways: "single" });
    assert.deepEqual(child(single, "net-work-2-aws"), {
      routeTableId: "net-vpc-work-2-subnet-routes",
      destinationPrefixListId: "net-aws-id",
      natGatewayId: "net-vpc-nat-eu-central-1a",
    });
    const { maxEntries } = child(
      await registeredBy({ ...args, awsRanges: undefined, transform: undefined }),
      "net-aws",
    ) as { maxEntries: number };
    assert.equal(maxEntries, 40);
  });

  it("makes interface endpoints in one private tier, open to the VPC on 443", async () => {
    const engine = await start();
    const network = await engine.run(
      () =>
        new Network("net", {
          ...small,
          gatewayEndpoints: [],
          interfaceEndpoints: ["ssm", "ecr.api"],
          tags: { stack: "dev" },
          transform: { interfaceEndpoint: { ipAddressType: "ipv4" } },
        }),
    );
    const { registered } = engine;
    const rule = "net-endpoints-client-10.7.0.0/20-to-endpoint-tcp-443-ingress";
    assert.deepEqual(names(registered), [
      "net",
      "net-endpoints",
      rule,
      "net-interface-ecr.api",
      "net-interface-ssm",
      "net-vpc",
    ]);
    assert.deepEqual(child(registered, "net-endpoints"), {
      vpcId: "net-vpc-id",
      description: "VPC endpoints of AWS services",
      tags: { stack: "dev", Name: "net-endpoints" },
    });
    assert.deepEqual(child(registered, rule), {
      securityGroupId: "net-endpoints-id",
      cidrIpv4: "10.7.0.0/20",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      description: "AWS APIs",
      tags: { stack: "dev", Name: rule },
    });
    assert.deepEqual(child(registered, "net-interface-ecr.api"), {
      vpcId: "net-vpc-id",
      vpcEndpointType: "Interface",
      serviceName: "com.amazonaws.eu-central-1.ecr.api",
      subnetIds: subnets("work", 1, 2),
      securityGroupIds: ["net-endpoints-id"],
      privateDnsEnabled: true,
      tags: { stack: "dev", Name: "net-interface-ecr.api" },
      ipAddressType: "ipv4",
    });
    assert.equal(await valueOf(network.endpointSecurityGroupId ?? assert.fail()), "net-endpoints-id");
    const elsewhere = await registeredBy({ ...small, interfaceEndpoints: ["ssm"], endpointTier: "quiet" });
    const { subnetIds } = child(elsewhere, "net-interface-ssm") as { subnetIds: string[] };
    assert.deepEqual(subnetIds, subnets("quiet", 1, 2));
  });

  it("records connections, by a role that may write its own log group and nothing else", async () => {
    const logGroup = {
      "aws:cloudwatch/logGroup:LogGroup": { arn: "arn:aws:logs:eu-central-1:123456789012:log-group:flow" },
    };
    const engine = await MockEngine.start({ ...awsOutputs, ...logGroup }, false, functions);
    const args: NetworkArgs = {
      ...small,
      gatewayEndpoints: [],
      flowLogs: {},
      tags: { stack: "dev" },
      transform: { flowLog: { trafficType: "REJECT" }, flowLogGroup: { kmsKeyId: "a-key" } },
    };
    await engine.run(() => new Network("net", args));
    const { registered } = engine;
    assert.deepEqual(names(registered), [
      "net",
      "net-flow-log",
      "net-flow-logs",
      "net-flow-logs-policy",
      "net-flow-logs-role",
      "net-vpc",
    ]);
    assert.deepEqual(child(registered, "net-flow-logs"), {
      retentionInDays: 30,
      tags: { stack: "dev", Name: "net-flow-logs" },
      kmsKeyId: "a-key",
    });
    const role = child(registered, "net-flow-logs-role") as { assumeRolePolicy: string };
    assert.deepEqual(
      { ...role, assumeRolePolicy: JSON.parse(role.assumeRolePolicy) as unknown },
      {
        description: "Delivers VPC flow logs",
        tags: { stack: "dev", Name: "net-flow-logs-role" },
        assumeRolePolicy: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "vpc-flow-logs.amazonaws.com" },
              Action: "sts:AssumeRole",
              Condition: {
                StringEquals: { "aws:SourceAccount": "123456789012" },
                ArnLike: { "aws:SourceArn": "arn:aws:ec2:eu-central-1:123456789012:vpc-flow-log/*" },
              },
            },
          ],
        },
      },
    );
    const policy = child(registered, "net-flow-logs-policy") as { role: string; policy: string };
    assert.equal(policy.role, "net-flow-logs-role-id");
    assert.deepEqual(JSON.parse(policy.policy), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          Resource: "arn:aws:logs:eu-central-1:123456789012:log-group:flow:*",
        },
      ],
    });
    assert.deepEqual(child(registered, "net-flow-log"), {
      vpcId: "net-vpc-id",
      trafficType: "REJECT",
      logDestinationType: "cloud-watch-logs",
      logDestination: "arn:aws:logs:eu-central-1:123456789012:log-group:flow",
      iamRoleArn: "arn:aws:iam::123456789012:role/net-flow-logs-role",
      tags: { stack: "dev", Name: "net-flow-log" },
    });
    const { dependsOn } = registered.find(({ name }) => name === "net-flow-log") ?? assert.fail();
    assert.ok(dependsOn.includes("net-flow-logs-policy"));
    const short = await registeredBy({ ...small, flowLogs: { retentionDays: 3 } });
    const { retentionInDays } = child(short, "net-flow-logs") as { retentionInDays: number };
    assert.equal(retentionInDays, 3);
  });

  it("shows all of itself in a preview, with as many subnets as there will be", async () => {
    const args: NetworkArgs = {
      ...small,
      tiers: [...(small.tiers ?? []), { name: "aws", kind: "private", prefixLength: 26, egress: "aws" }],
      interfaceEndpoints: ["ssm"],
      flowLogs: {},
    };
    const engine = await start(true);
    const network = await engine.run(() => new Network("net", args));
    const shape = (registered: readonly Registered[]) =>
      registered.map(({ type, name, parent }) => `${name} ${type} ${String(parent)}`).sort();
    assert.deepEqual(shape(engine.registered), shape(await registeredBy(args)));
    assert.deepEqual(
      Object.entries(network.subnetIds).map(([tier, ids]) => [tier, ids.length]),
      [
        ["front", 2],
        ["work", 2],
        ["quiet", 2],
        ["aws", 2],
      ],
    );
    assert.equal(await valueOf(network.subnetIds.work?.[0] ?? assert.fail()), undefined);
    assert.equal(await valueOf(network.cidrBlock), "10.7.0.0/20");
    const { subnetIds, securityGroupIds, serviceName } = child(engine.registered, "net-interface-ssm") as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      { subnetIds, securityGroupIds, serviceName },
      {
        subnetIds: [unknown, unknown],
        securityGroupIds: [unknown],
        serviceName: "com.amazonaws.eu-central-1.ssm",
      },
    );
  });

  it("knows the subnets that exist in a preview that adds one", async () => {
    const engine = await start(true);
    const [existing, added] = await engine.run(() => {
      const subnet = (id: string | typeof pulumi.unknown, cidrBlock: string) => ({
        id: pulumi.output<unknown>(id),
        cidrBlock: pulumi.output(cidrBlock),
      });
      const all = [subnet(pulumi.unknown, "10.0.1.0/24"), subnet("subnet-1", "10.0.0.0/24")];
      // An output of resources, whose own outputs are not part of its value.
      const subnets = { apply: (use: (subnets: typeof all) => unknown) => use(all) };
      const parts = { subnets } as unknown as awsx.ec2.Vpc;
      return [subnetIdOf(parts, "10.0.0.0/24"), subnetIdOf(parts, "10.0.1.0/24")] as const;
    });
    assert.equal(await valueOf(existing), "subnet-1");
    assert.equal(await valueOf(added), undefined);
  });

  it("passes explicit providers to its children", async () => {
    const engine = await start();
    await engine.run(() => {
      const providers = { aws: new aws.Provider("own"), awsx: new awsx.Provider("owns") };
      return new Network("net", { ...small, interfaceEndpoints: ["ssm"], flowLogs: {} }, { providers });
    });
    const children = engine.registered.filter(({ parent }) => parent === "net");
    assert.ok(children.length > 6);
    for (const { name, type, provider } of children) {
      assert.equal(provider, type.startsWith("awsx:") ? "owns" : "own", name);
    }
  });

  it("names everything that is wrong with its arguments at once, and registers nothing", async () => {
    const engine = await start();
    assert.throws(
      () => new Network("net", { cidrBlock: "10.0.0.0/8", availabilityZones: 0 }),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(error.errors, [
          { propertyPath: "cidrBlock", reason: 'must be from /16 to /28, got "10.0.0.0/8"' },
          {
            propertyPath: "availabilityZones",
            reason: "must be a whole number of at least 1 or a list of names, got 0",
          },
        ]);
        return true;
      },
    );
    await pulumi.runtime.disconnect();
    assert.deepEqual(engine.registered, []);
  });
});
