import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { PolicyResource, ReportViolation, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { rules } from "../../../policy/rules";
import { cosArgs, runCos } from "../../support/stack-program";

interface Declared {
  type: string;
  name: string;
  props: object;
  /** URNs that an input is from. */
  from?: Record<string, string[]>;
}

const urnOf = ({ type, name }: Declared) => `urn:pulumi:dev::cos::${type}::${name}`;

/** What a rule says of resources, as CrossGuard asks it. */
async function violations(rule: string, resources: Declared[], config: object = {}): Promise<string[]> {
  const found = rules.find(({ name }) => name === rule);
  assert.ok(found, rule);
  const said: string[] = [];
  const report = ((message: string) => said.push(message)) as ReportViolation;
  const getConfig = () => config;
  const all = resources.map((resource) => ({
    ...{ type: resource.type, name: resource.name, urn: urnOf(resource), props: resource.props },
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.from ?? {}).map(([key, urns]) => [key, urns.map((urn) => ({ urn }))]),
    ),
  })) as unknown as PolicyResource[];
  if ("validateStack" in found) {
    await found.validateStack({ resources: all, getConfig } as unknown as StackValidationArgs, report);
  } else {
    const checks = [found.validateResource].flat();
    for (const resource of all) {
      for (const check of checks)
        await check?.({ ...resource, getConfig } as unknown as ResourceValidationArgs, report);
    }
  }
  return said;
}

const template = "aws:ec2/launchTemplate:LaunchTemplate";
const group = "aws:autoscaling/group:Group";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const bucket = "aws:s3/bucket:Bucket";
const encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const job = "nomad:index/job:Job";

const one = (type: string, props: object, from?: Record<string, string[]>): Declared[] => [
  { type, name: "one", props, ...(from && { from }) },
];
const policyOf = (...statements: object[]) => ({
  policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
});
const cloudConfig = (content: string) =>
  Buffer.from(
    gzipSync(
      `#cloud-config\n${JSON.stringify({ write_files: [{ path: "/a", encoding: "b64", content: Buffer.from(content).toString("base64") }] })}`,
    ),
  ).toString("base64");
const servers = (count: number) => ({ tags: [{ key: "cos-role", value: "consul-server" }], desiredCapacity: count });
const jobspec = (...lines: string[]) => ({ jobspec: `job "web" {\n${lines.join("\n")}\n}\n` });
const whole = [
  'group "web" {',
  "  update {",
  "    max_parallel = 1",
  "  }",
  '  service {\n name = "web"\n check {\n type = "http"\n }\n }',
  '  task "web" {\n driver = "exec"\n config {\n args = ["-c", "{"]\n }\n resources {\n cpu = 100\n memory = 64\n }\n }',
  "}",
];
/** What `nomad job run -output` writes of a job; what is null is not said in its file. */
const json = (type: string | null, group: object, service: object | null, Resources: object | null) => ({
  json: true,
  jobspec: JSON.stringify({
    Job: {
      ...{ ID: "web", Name: "web", Type: type, Update: null },
      TaskGroups: [
        {
          ...{
            Name: "web",
            Update: null,
            Services: service && [{ Name: "web", Checks: null, Connect: null, ...service }],
          },
          ...{ Tasks: [{ Name: "web", Driver: "exec", Services: null, Resources }], ...group },
        },
      ],
    },
  }),
});
const update = { Update: { MaxParallel: 1 } };
const check = { Checks: [{ Type: "http" }] };
const enough = { CPU: 100, Cores: null, MemoryMB: 64 };

/** For each rule what it refuses, with what it says of it, and what it takes. */
const cases: Record<
  string,
  { refused: [what: string, resources: Declared[], says: RegExp][]; taken: [what: string, resources: Declared[]][] }
> = {
  "no-apis-open-to-the-world": {
    refused: [
      [
        "Nomad's API",
        one(ingress, { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 4646, toPort: 4646 }),
        /reach port 4646 \(tcp\)/,
      ],
      ["all ports by IPv6", one(ingress, { cidrIpv6: "::/0", ipProtocol: "-1" }), /reach all ports/],
      [
        "a range with a web site's port",
        one(ingress, { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 80, toPort: 443 }),
        /ports 80 to 443/,
      ],
      [
        "a rule in a group",
        one("aws:ec2/securityGroup:SecurityGroup", {
          ingress: [{ cidrBlocks: ["10.0.0.0/8", "0.0.0.0/0"], protocol: "tcp", fromPort: 22, toPort: 22 }],
        }),
        /port 22/,
      ],
      [
        "a rule of the older kind",
        one("aws:ec2/securityGroupRule:SecurityGroupRule", {
          type: "ingress",
          cidrBlocks: ["0.0.0.0/0"],
          protocol: "tcp",
          fromPort: 8501,
          toPort: 8501,
        }),
        /port 8501/,
      ],
    ],
    taken: [
      ["a web site", one(ingress, { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443 })],
      ["an office", one(ingress, { cidrIpv4: "198.51.100.0/24", ipProtocol: "tcp", fromPort: 4646, toPort: 4646 })],
      [
        "egress",
        one("aws:ec2/securityGroupRule:SecurityGroupRule", {
          type: "egress",
          cidrBlocks: ["0.0.0.0/0"],
          protocol: "-1",
        }),
      ],
    ],
  },
  "encrypted-volumes": {
    refused: [
      [
        "a node's volume",
        one(template, { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 8 } }] }),
        /volume \/dev\/xvda is not encrypted/,
      ],
      ["a volume", one("aws:ebs/volume:Volume", { size: 8 }), /not encrypted/],
      [
        "an instance's root",
        one("aws:ec2/instance:Instance", { rootBlockDevice: { encrypted: false } }),
        /of the root/,
      ],
      ["a file system", one("aws:efs/fileSystem:FileSystem", { encrypted: false }), /not encrypted/],
    ],
    taken: [
      [
        "one that is",
        one(template, {
          blockDeviceMappings: [
            { deviceName: "/dev/xvda", ebs: { encrypted: "true" } },
            { deviceName: "sdb", virtualName: "ephemeral0" },
          ],
        }),
      ],
      ["a file system that is", one("aws:efs/fileSystem:FileSystem", { encrypted: true })],
    ],
  },
  "encrypted-buckets": {
    refused: [["a bucket alone", one(bucket, { bucket: "a" }), /The bucket one has no encryption/]],
    taken: [
      ["one with its own", one(bucket, { serverSideEncryptionConfiguration: {} })],
      [
        "one whose name another resource has",
        [...one(bucket, { bucket: "a" }), { type: encryption, name: "e", props: { bucket: "a" } }],
      ],
      [
        "one that another resource refers to",
        [
          ...one(bucket, {}),
          { type: encryption, name: "e", props: {}, from: { bucket: [`urn:pulumi:dev::cos::${bucket}::one`] } },
        ],
      ],
    ],
  },
  imdsv2: {
    refused: [
      ["a template without a word", one(template, {}), /IMDSv1 answers/],
      ["one that leaves it open", one(template, { metadataOptions: { httpTokens: "optional" } }), /IMDSv1 answers/],
    ],
    taken: [
      ["one that requires it", one(template, { metadataOptions: { httpTokens: "required" } })],
      ["no metadata service", one("aws:ec2/instance:Instance", { metadataOptions: { httpEndpoint: "disabled" } })],
    ],
  },
  "private-addresses": {
    refused: [
      [
        "a public address",
        one(template, { networkInterfaces: [{ associatePublicIpAddress: "true" }] }),
        /public addresses/,
      ],
    ],
    taken: [["a private one", one(template, { networkInterfaces: [{ associatePublicIpAddress: "false" }] })]],
  },
  "no-secrets-in-user-data": {
    refused: [
      [
        "a private key in a file of cloud-init's",
        one(template, { userData: cloudConfig("-----BEGIN EC PRIVATE KEY-----\nx") }),
        /a private key/,
      ],
      [
        "a key of gossip",
        one(template, { userData: cloudConfig(`{"encrypt": "${"A".repeat(43)}="}`) }),
        /a key of gossip/,
      ],
      [
        "a token",
        one(template, { userData: cloudConfig('{"acl":{"tokens":{"agent":"01234567-89ab-cdef-0123-456789abcdef"}}}') }),
        /a secret/,
      ],
      [
        "an access key in a script",
        one("aws:ec2/instance:Instance", { userData: "#!/bin/sh\nexport AWS_ACCESS_KEY_ID=AKIAABCDEFGHIJKLMNOP" }),
        /an AWS access key/,
      ],
      [
        "a password",
        one(template, { userData: Buffer.from("#!/bin/sh\nmysql --password=hunter22").toString("base64") }),
        /a password/,
      ],
      [
        "a password beside what is no text",
        one(template, { userData: Buffer.from("password=hunter22\n\xff", "latin1").toString("base64") }),
        /a password/,
      ],
      [
        "an access key that could be base64",
        one("aws:ec2/instance:Instance", { userData: "AKIAABCDEFGHIJKLMNOP" }),
        /an AWS access key/,
      ],
    ],
    taken: [
      [
        "where secrets are",
        one(template, { userData: cloudConfig('{"secrets":[{"parameter":"/cos/a/password","path":"/etc/a"}]}') }),
      ],
      ["no user data", one(template, {})],
    ],
  },
  "pinned-launch-template": {
    refused: [
      ["the latest", one(group, { launchTemplate: { id: "lt-1", version: "$Latest" } }), /version is \$Latest/],
      ["the default, by no word", one(group, { launchTemplate: { id: "lt-1" } }), /version is \$Default/],
      [
        "the latest among instance types",
        one(group, {
          mixedInstancesPolicy: { launchTemplate: { launchTemplateSpecification: { version: "$Latest" } } },
        }),
        /\$Latest/,
      ],
    ],
    taken: [["a version", one(group, { launchTemplate: { id: "lt-1", version: "3" } })]],
  },
  "no-wildcard-iam": {
    refused: [
      ["everything", one(rolePolicy, policyOf({ Effect: "Allow", Action: "*", Resource: "*" })), /all of \*/],
      [
        "a service",
        one(rolePolicy, policyOf({ Effect: "Allow", Action: ["s3:*"], Resource: "arn:aws:s3:::a/*" })),
        /all of s3:\*/,
      ],
      [
        "a change to anything",
        one(rolePolicy, policyOf({ Effect: "Allow", Action: "ec2:TerminateInstances", Resource: ["*"] })),
        /ec2:TerminateInstances on any resource/,
      ],
      [
        "all but",
        one("aws:iam/policy:Policy", policyOf({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })),
        /NotAction/,
      ],
      [
        "a role's own",
        one("aws:iam/role:Role", { inlinePolicies: [policyOf({ Effect: "Allow", Action: "*", Resource: "*" })] }),
        /all of \*/,
      ],
    ],
    taken: [
      [
        "what only looks",
        one(rolePolicy, policyOf({ Effect: "Allow", Action: ["ec2:DescribeInstances"], Resource: "*" })),
      ],
      [
        "a resource",
        one(rolePolicy, policyOf({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*" })),
      ],
      [
        "a condition",
        one(
          rolePolicy,
          policyOf({ Effect: "Allow", Action: "ec2:CreateTags", Resource: "*", Condition: { StringEquals: {} } }),
        ),
      ],
      ["a denial", one(rolePolicy, policyOf({ Effect: "Deny", Action: "*", Resource: "*" }))],
    ],
  },
  "odd-servers": {
    refused: [
      ["four", one(group, servers(4)), /There are 4 servers/],
      ["one", one(group, servers(1)), /There are 1 servers/],
    ],
    taken: [
      ["five", one(group, servers(5))],
      ["four clients", one(group, { ...servers(4), tags: [{ key: "cos-role", value: "client" }] })],
    ],
  },
  "several-zones": {
    refused: [
      ["one subnet", one(group, { vpcZoneIdentifiers: ["subnet-1"] }), /It has one subnet/],
      ["one twice", one(group, { vpcZoneIdentifiers: ["subnet-1", "subnet-1"] }), /It has one subnet/],
    ],
    taken: [["two", one(group, { vpcZoneIdentifiers: ["subnet-1", "subnet-2"] })]],
  },
  "limited-jobs": {
    refused: [
      [
        "no update stanza",
        one(job, jobspec(...whole.filter((line) => !/update|max_parallel|^ {2}}$/.test(line)))),
        /group web has no update stanza/,
      ],
      [
        "no check",
        one(job, jobspec(...whole.map((line) => line.replace(/ check \{\n.*\n \}\n/, "")))),
        /service "web" of group web has no check/,
      ],
      [
        "no resources",
        one(job, jobspec(...whole.map((line) => line.replace(/ resources \{[^}]*\}\n/, "")))),
        /task web of group web has no CPU and memory in its resources/,
      ],
      [
        "resources in a comment",
        one(job, jobspec(...whole.map((line) => line.replace(/ resources \{[^}]*\}\n/, " # resources {}\n")))),
        /no CPU and memory/,
      ],
      [
        "resources without memory",
        one(job, jobspec(...whole.map((line) => line.replace(" memory = 64\n", "")))),
        /task web of group web has no memory in its resources/,
      ],
      ["JSON without an update", one(job, json(null, {}, check, enough)), /group web has no update stanza/],
      [
        "JSON without a check",
        one(job, json("service", update, {}, enough)),
        /service "web" of group web has no check/,
      ],
      [
        "JSON without resources",
        one(job, json(null, update, check, null)),
        /task web of group web has no CPU and memory/,
      ],
      ["JSON without memory", one(job, json(null, update, null, { ...enough, MemoryMB: null })), /has no memory/],
    ],
    taken: [
      ["a whole one", one(job, jobspec(...whole))],
      [
        "a batch job without an update",
        one(
          job,
          jobspec(
            'type = "batch"',
            'group "a" {',
            'task "a" {',
            "resources {",
            "cores = 1",
            "memory = 1",
            "}",
            "}",
            "}",
          ),
        ),
      ],
      ["a whole one as JSON", one(job, json("service", update, check, enough))],
      ["JSON with a sidecar", one(job, json(null, update, { Connect: {} }, enough))],
      ["a batch job as JSON, without an update", one(job, json("batch", {}, null, enough))],
      ["what is no JSON, which Nomad refuses", one(job, { json: true, jobspec: "{" })],
    ],
  },
};

describe("the policy pack", () => {
  it("has each rule tried here", () => {
    assert.deepEqual(rules.map(({ name }) => name).sort(), Object.keys(cases).sort());
  });

  for (const [rule, { refused, taken }] of Object.entries(cases)) {
    for (const [what, resources, says] of refused) {
      it(`refuses by ${rule}: ${what}`, async () => {
        const said = await violations(rule, resources);
        assert.equal(said.length, 1, said.join("\n"));
        assert.match(said[0] ?? "", says);
      });
    }
    for (const [what, resources] of taken) {
      it(`takes by ${rule}: ${what}`, async () => {
        assert.deepEqual(await violations(rule, resources), []);
      });
    }
  }

  it("takes other open ports by its configuration", async () => {
    const open = one(ingress, { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 8080, toPort: 8080 });
    assert.deepEqual(await violations("no-apis-open-to-the-world", open, { ports: [8080] }), []);
  });

  it("has nothing against the stack dev and the jobs that come with it", async function () {
    this.timeout(60_000);
    const { engine } = await runCos(cosArgs("dev"));
    const resources = engine.registered.map(({ type, name, inputs }) => ({ type, name, props: inputs as object }));
    const directory = join(__dirname, "..", "..", "..", "jobs");
    const jobs = readdirSync(directory).map((name) => ({
      ...{ type: job, name },
      props: { jobspec: readFileSync(join(directory, name), "utf8") },
    }));
    assert.ok(resources.some(({ type }) => type === template) && jobs.length >= 2);
    for (const { name } of rules) assert.deepEqual(await violations(name, [...resources, ...jobs]), [], name);
  });
});
