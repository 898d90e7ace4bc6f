import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ClientPool, type ClientPoolArgs, clientPoolErrors } from "../../../components/client-pool";
import { consulClusterErrors } from "../../../components/consul-cluster/args";
import { nodeGroupErrors, type NodeGroupArgs } from "../../../components/node";
import { tlsFileErrors, tlsFiles } from "../../../components/node/tls-files";
import { nomadClusterErrors } from "../../../components/nomad-cluster";
import { MockEngine } from "../../../cli/preview/mock-engine";

const good: Omit<ClientPoolArgs, "cluster"> = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-a"],
  image: { id: "ami-1", architecture: "arm64" },
  instanceTypes: ["t4g.micro"],
};

const errorsOf = (wrong: object) =>
  clientPoolErrors({ ...good, ...wrong }).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);

const volume = { device: "/dev/sdf", sizeGiB: 1, mountPoint: "/data" };
const manyTags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]));

describe("clientPoolErrors", () => {
  const accepted: Partial<ClientPoolArgs>[] = [
    {},
    { minSize: 0 },
    { minSize: 0, maxSize: 0 },
    { desiredSize: 5 },
    { minSize: 2, maxSize: 4, desiredSize: 4 },
    { image: { id: "ami-1" }, instanceTypes: ["c7g.large", "m7g.large"] },
    { nodePool: "default", datacenter: "eu-central-1", nodeClass: "web" },
    { nodePool: "n".repeat(128) },
    { securityGroupIds: ["sg-1", "sg-2"] },
    { securityGroupIds: ["sg-1", "sg-2", "sg-3"], serviceToService: false },
    { securityGroupIds: [pulumi.output("sg-1"), pulumi.output("sg-1")] },
    { subnetIds: [pulumi.output("anything")] },
    { spot: {} },
    { spot: { share: 0, strategy: "lowest-price" } },
    { drivers: ["docker", "exec", "java", "raw_exec"] },
    { dataVolumes: [volume], hostVolumes: [{ name: "a.b_c-1", path: "/var/run/socket" }] },
    { tags: manyTags(44) },
    { volumeTags: { "with/slash and space": "v" } },
    { ecrPull: ["arn:aws-us-gov:ecr:us-gov-west-1:123456789012:repository/a/b"] },
    { buckets: [{ name: "a.bucket-1", access: "read" }] },
    { policies: { a: "arn:aws:iam::aws:policy/A", b: "arn:aws-cn:iam::123456789012:policy/team/B" } },
  ];
  for (const args of accepted) {
    it(`accepts ${Object.keys(args).join(", ") || "the least"}: ${JSON.stringify(args).slice(0, 60)}`, () => {
      assert.deepEqual(errorsOf(args), []);
    });
  }

  const refused: [wrong: object, ...errors: string[]][] = [
    [{ minSize: 3, maxSize: 2 }, "minSize: must not be greater than maxSize, which is 2, got 3"],
    [{ maxSize: 0 }, "minSize: must not be greater than maxSize, which is 0, got 1"],
    [{ minSize: 1, maxSize: 3, desiredSize: 4 }, "desiredSize: must be from minSize to maxSize, 1 to 3, got 4"],
    [{ minSize: 2, desiredSize: 1 }, "desiredSize: must be from minSize to maxSize, 2 to 2, got 1"],
    [
      { minSize: -1, maxSize: 1.5 },
      "minSize: must be a whole number, 0 or more, got -1",
      "maxSize: must be a whole number, 0 or more, got 1.5",
    ],
    [{ instanceTypes: [] }, "instanceTypes: must name at least one instance type"],
    [
      { instanceTypes: ["t4g"] },
      'instanceTypes[0]: "t4g" is not the name of an instance type for Linux, such as t4g.micro',
    ],
    [{ instanceTypes: ["t3.micro"] }, 'instanceTypes[0]: "t3.micro" is x86_64, but the image is arm64'],
    [
      { instanceTypes: ["t4g.micro", "t3.micro"], image: { id: "ami-1" } },
      'instanceTypes[1]: "t3.micro" is x86_64, but "t4g.micro" is arm64: one image runs on one of them',
    ],
    [{ instanceTypes: ["t4g.micro", "t4g.micro"] }, 'instanceTypes[1]: "t4g.micro" is there twice'],
    [{ subnetIds: [] }, "subnetIds: must name at least one subnet"],
    [{ subnetIds: ["vpc-1"] }, 'subnetIds[0]: must be the ID of a subnet (subnet-…), got "vpc-1"'],
    [{ subnetIds: ["subnet-a", "subnet-a"] }, 'subnetIds[1]: "subnet-a" is there twice'],
    [{ spot: { share: 101 } }, "spot.share: must be a whole number of percent from 0 to 100, got 101"],
    [{ spot: { share: 0.5 } }, "spot.share: must be a whole number of percent from 0 to 100, got 0.5"],
    [
      { spot: { strategy: "cheapest" } },
      'spot.strategy: must be one of price-capacity-optimized, capacity-optimized, capacity-optimized-prioritized, lowest-price, got "cheapest"',
    ],
    [
      { securityGroupIds: ["sg-1", "sg-2", "sg-3"] },
      "securityGroupIds: at most 2, for AWS allows 5 an interface and the nodes have 3 others, got 3",
    ],
    [{ securityGroupIds: ["web"] }, 'securityGroupIds[0]: must be the ID of a security group (sg-…), got "web"'],
    [{ nodePool: "all" }, `nodePool: "all" is Nomad's name for all pools together: no node can be in it`],
    [{ nodePool: "" }, 'nodePool: must be up to 128 letters, digits and "-_", got ""'],
    [{ nodePool: "a.b" }, 'nodePool: must be up to 128 letters, digits and "-_", got "a.b"'],
    [{ datacenter: "" }, 'datacenter: must be up to 128 letters, digits and ".-_", a letter or digit first, got ""'],
    [
      { datacenter: "eu*" },
      'datacenter: must be up to 128 letters, digits and ".-_", a letter or digit first, got "eu*"',
    ],
    [{ meta: { "a..b": "c" } }, 'meta["a..b"]: the key must be words with single dots between them'],
    [{ meta: { a: 1 } }, 'meta["a"]: must be text, got 1: put it in quotes'],
    [{ drivers: [] }, "drivers: must name at least one driver: nothing could run"],
    [{ drivers: ["podman"] }, 'drivers[0]: must be one of docker, exec, java, raw_exec, got "podman"'],
    [{ drivers: ["exec", "exec"] }, 'drivers[1]: "exec" is there twice'],
    [{ reservedMemoryMiB: -1 }, "reservedMemoryMiB: must be a whole number of MiB, 0 or more, got -1"],
    [
      { drainDeadlineSeconds: 20000 },
      "drainDeadlineSeconds: must be a whole number of seconds from 10 to 17700, got 20000",
    ],
    [
      { dataVolumes: [volume, { ...volume, device: "/dev/sdg" }] },
      'dataVolumes[1].mountPoint: "/data" is dataVolumes[0].mountPoint too',
    ],
    [
      { dataVolumes: [{ ...volume, mountPoint: "/etc" }] },
      'dataVolumes[0].mountPoint: "/etc" belongs to the system; choose another, such as /data',
    ],
    [
      { dataVolumes: [{ ...volume, hostVolume: "data" }], hostVolumes: [{ name: "data", path: "/a" }] },
      'hostVolumes[0].name: "data" is the name of dataVolumes[0].hostVolume too',
    ],
    [
      { hostVolumes: [{ name: "a b", path: "data" }] },
      'hostVolumes[0].name: must be up to 128 letters, digits and ".-_", got "a b"',
      'hostVolumes[0].path: must be an absolute path of letters, digits and ._-, without . or .. parts and without a slash at the end, got "data"',
    ],
    [{ cpuCredits: "endless" }, 'cpuCredits: must be "standard" or "unlimited", got "endless"'],
    [
      { instanceTypes: ["t4g.micro", "m7g.large"] },
      "instanceTypes: must be all of T families or none: only those have CPU credits, and a launch template says them for all; of others are m7g.large",
    ],
    [
      { cpuCredits: "standard", instanceTypes: ["t4g.micro", "m7g.large"] },
      "cpuCredits: only instance types of T families have CPU credits; leave it out with m7g.large",
    ],
    [{ metadataHopLimit: 3 }, "metadataHopLimit: must be 1 or 2, got 3"],
    [{ tags: { "aws:x": "y" } }, 'tags["aws:x"]: keys that begin with aws: are AWS\'s own'],
    [{ instanceTags: { "cos-role": "y" } }, 'instanceTags["cos-role"]: is a tag that the component sets itself'],
    [
      { instanceTags: { "a/b": "c" } },
      'instanceTags["a/b"]: the key of an instance\'s tag must be of letters, digits and +-=.,_:@, for the metadata service shows it',
    ],
    [{ volumeTags: { [""]: "c" } }, 'volumeTags[""]: the key must have 1 to 128 characters, got 0'],
    [{ volumeTags: { a: "c".repeat(257) } }, 'volumeTags["a"]: the value must have at most 256 characters, got 257'],
    [
      { tags: manyTags(40), instanceTags: { a: "1", b: "2", c: "3", d: "4", e: "5" } },
      "instanceTags: together with tags there may be at most 44 (of AWS's 50, the component needs the rest), got 45",
    ],
    [
      { policies: { a: "CloudWatchAgentServerPolicy" } },
      'policies.a: must be the ARN of a managed policy, such as arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy, got "CloudWatchAgentServerPolicy"',
    ],
    [
      { policyStatements: [{ sid: "Find-Nodes", actions: [], resources: [] }] },
      "policyStatements[0].actions: must name at least one action",
      "policyStatements[0].resources: must name at least one ARN",
      'policyStatements[0].sid: must be of letters and digits, got "Find-Nodes"',
    ],
    [
      {
        policyStatements: [
          { sid: "FindNodes", actions: ["a:B"], resources: ["*"] },
          { sid: "Own", effect: "Maybe", actions: ["a:B"], resources: ["*"] },
          { sid: "Own", actions: ["a:B"], resources: ["*"] },
          { sid: "PullImages", actions: ["a:B"], resources: ["*"] },
        ],
        ecrPull: true,
      },
      'policyStatements[1].effect: must be "Allow" or "Deny", got "Maybe"',
      'policyStatements[0].sid: "FindNodes" is the name of a statement of the component',
      'policyStatements[2].sid: "Own" is the name of policyStatements[1]',
      'policyStatements[3].sid: "PullImages" is the name of a statement of the component',
    ],
    [{ ecrPull: [] }, "ecrPull: must name at least one repository; true means all of the account"],
    [
      { ecrPull: ["123456789012.dkr.ecr.eu-central-1.amazonaws.com/a"] },
      'ecrPull[0]: must be the ARN of an ECR repository (arn:aws:ecr:REGION:ACCOUNT:repository/NAME), got "123456789012.dkr.ecr.eu-central-1.amazonaws.com/a"',
    ],
    [
      { buckets: [{ name: "arn:aws:s3:::a", access: "write" }] },
      'buckets[0].access: must be "read" or "read-write", got "write"',
      'buckets[0].name: must be the name of a bucket, not its ARN or URL, got "arn:aws:s3:::a"',
    ],
  ];
  for (const [wrong, ...errors] of refused) {
    it(`refuses ${JSON.stringify(wrong).slice(0, 80)}`, () => {
      assert.deepEqual(errorsOf(wrong).sort(), errors.sort());
    });
  }
});

describe("ClientPool with bad arguments", () => {
  it("names all that is wrong at once, and registers nothing", async () => {
    const engine = await MockEngine.start();
    assert.throws(
      () =>
        new ClientPool("web", {
          ...good,
          instanceTypes: ["t3.micro"],
          minSize: 2,
          maxSize: 1,
          nodePool: "all",
          cluster: {
            region: "global",
            joinTag: { key: "k", value: "v" },
            serverSecurityGroupId: "sg-1",
            clientSecurityGroupId: "sg-2",
            serviceSecurityGroupId: "sg-3",
            consul: { datacenter: "dc1", joinTag: { key: "k", value: "v" }, securityGroupId: "sg-4" },
          },
        }),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          error.errors.map(({ propertyPath }) => propertyPath),
          ["instanceTypes[0]", "minSize", "nodePool"],
        );
        return true;
      },
    );
    await pulumi.runtime.disconnect();
    assert.deepEqual(engine.registered, []);
  });
});

describe("the secrets of nodes whose agents have certificates", () => {
  const [consul, nomad] = [tlsFiles.consul, tlsFiles.nomad];
  const secrets = [consul, nomad].flatMap((files) => Object.values(files)).map((path) => ({ parameter: "/p", path }));
  const reason = (...files: string[]) =>
    `must bring the certificates that tls needs (see agentCertificates), for the files ${files.join(", ")}`;

  it("bring all of their files, or what is missing is named", () => {
    assert.deepEqual(tlsFileErrors(secrets, { consul: true, nomad: true }), []);
    assert.deepEqual(tlsFileErrors(undefined, { consul: false }), []);
    const some = secrets.filter(({ path }) => path !== nomad.authorities && path !== consul.identity);
    assert.deepEqual(tlsFileErrors(some, { nomad: true }), [
      { propertyPath: "secrets", reason: reason(nomad.authorities) },
    ]);
    assert.deepEqual(tlsFileErrors(some, { consul: true, nomad: true }), [
      { propertyPath: "secrets", reason: reason(consul.identity, nomad.authorities) },
    ]);
  });

  it("are looked at in each component that has nodes", () => {
    const { instanceTypes, subnetIds, vpcId, image } = good;
    const place = { vpcId, subnetIds, image };
    const ref = { datacenter: "dc1", joinTag: { key: "k", value: "v" }, securityGroupId: "sg-4", tls: true };
    assert.deepEqual(consulClusterErrors({ ...place, tls: true }), [
      { propertyPath: "secrets", reason: reason(consul.identity, consul.authorities) },
    ]);
    assert.deepEqual(consulClusterErrors({ ...place, tls: true, secrets }), []);
    const pools = [{ name: "web", instanceTypes }];
    const own = secrets.filter(({ path }) => path.startsWith("/etc/nomad.d"));
    assert.deepEqual(nomadClusterErrors({ ...place, consul: ref, tls: true, secrets, pools }), [
      { propertyPath: "pools[0].secrets", reason: reason(...Object.values(consul), ...Object.values(nomad)) },
    ]);
    assert.deepEqual(nomadClusterErrors({ ...place, consul: ref, tls: false, secrets: own }), [
      { propertyPath: "secrets", reason: reason(...Object.values(consul)) },
    ]);
  });
});

describe("nodeGroupErrors", () => {
  const group: NodeGroupArgs = {
    ...good,
    clusterName: "dev",
    role: "nomad-server",
    roleSecurityGroupIds: ["sg-1"],
    minSize: 3,
    maxSize: 3,
    files: {},
  };

  it("accepts servers of a fixed number, and up to five security groups", () => {
    assert.deepEqual(nodeGroupErrors({ ...group, securityGroupIds: ["sg-2", "sg-3", "sg-4", "sg-5"] }), []);
  });

  it("refuses servers whose number could change, and a cluster without a name", () => {
    assert.deepEqual(nodeGroupErrors({ ...group, maxSize: 5, clusterName: "" }), [
      { propertyPath: "clusterName", reason: "must not be empty" },
      { propertyPath: "maxSize", reason: "must be the same as minSize, 3, on servers, got 5" },
    ]);
    assert.deepEqual(nodeGroupErrors({ ...group, role: "client", maxSize: 5 }), []);
  });
});
