import assert from "node:assert/strict";
import versions from "../../../versions.json";
import { imageLookup, notFound } from "../../../components/machine-image/lookup";
import { principalOf } from "../../../cli/preflight/account";
import { isPlaceholder } from "../../../cli/preflight/configuration";
import { preflight } from "../../../cli/verbs/preflight";
import { useDirectory } from "../../support/directory";
import { type AwsAnswer, awsStub } from "./aws-stub";
import { contextWith } from "./context";
import { stackOutputs } from "./outputs";

const describeTypes = (...types: [name: string, vcpus: number][]) => ({
  InstanceTypes: types.map(([InstanceType, DefaultVCpus]) => ({
    InstanceType,
    VCpuInfo: { DefaultVCpus },
    ProcessorInfo: { SupportedArchitectures: ["arm64"] },
  })),
});

const quota = (Value: number) => ({ Quota: { Value } });

/** An account in which everything is well. */
const good: Record<string, AwsAnswer> = {
  "sts get-caller-identity": { Account: "123456789012", Arn: "arn:aws:sts::123456789012:assumed-role/admin/me" },
  "ec2 describe-availability-zones": {
    AvailabilityZones: [{ ZoneName: "eu-central-1a" }, { ZoneName: "eu-central-1b" }, { ZoneName: "eu-central-1c" }],
  },
  "iam get-role": { Role: {} },
  "iam simulate-principal-policy": {
    EvaluationResults: [{ EvalActionName: "ec2:CreateVpc", EvalDecision: "allowed" }],
  },
  "ec2 describe-instance-types": describeTypes(["t4g.micro", 2]),
  "ec2 describe-images": { Images: [{ ImageId: "ami-1", Architecture: "arm64" }] },
  "ec2 describe-instances": { Reservations: [] },
  "ec2 describe-addresses": { Addresses: [] },
  "ec2 describe-vpcs": { Vpcs: [{}] },
  "service-quotas get-service-quota": quota(64),
};

describe("pulumi-cos preflight", () => {
  const directory = useDirectory("cli-preflight");
  const config = (more = "", cidr = "198.18.0.1/32") =>
    directory.write(
      "Pulumi.dev.yaml",
      `config:
  aws:region: eu-central-1
  cos:apiAccess: { allowedCidrs: [${cidr}] }
  cos:ingresses: [{ name: public, pools: [public-services], protocol: http }]
${more}`,
    );
  const run = async (answers: Record<string, AwsAnswer>, file = config()) => {
    const env = awsStub((name, text) => directory.write(name, text), answers);
    const { context, written } = contextWith(stackOutputs(), env);
    const code = await preflight(undefined)(context, { config: file, json: true });
    const results = JSON.parse(written.out) as { name: string; state: string; said: string; remedy?: string }[];
    const wrong = results.filter(({ state }) => state !== "ok").map(({ name, state, said }) => [name, state, said]);
    return { code, results, wrong };
  };

  it("finds nothing in the way of a good account", async () => {
    const env = awsStub((name, text) => directory.write(name, text), good);
    const { context, written } = contextWith(stackOutputs(), env);
    assert.equal(await preflight(undefined)(context, { config: config() }), 0);
    assert.equal(
      written.out,
      `  ok  credentials          account 123456789012 as arn:aws:sts::123456789012:assumed-role/admin/me
  ok  availability zones   3 wanted, eu-central-1 has eu-central-1a, eu-central-1b, eu-central-1c
  ok  service-linked role  AWSServiceRoleForAutoScaling
  ok  service-linked role  AWSServiceRoleForElasticLoadBalancing
  ok  rights               28 main actions are allowed
  ok  allowed addresses    no placeholder among them
  ok  instance types       t4g.micro
  ok  machine image        ami-1 for arm64
  ok  vCPU quota           20 vCPUs needed, 0 of 64 in use
  ok  Elastic IP quota     1 addresses needed, 0 of 64 in use
  ok  VPC quota            1 VPC needed, 1 of 64 in use

Nothing stands in the way.
`,
    );
    const calls = directory.read("calls");
    assert.match(calls, /--policy-source-arn arn:aws:iam::123456789012:role\/admin --action-names ec2:CreateVpc /);
    assert.match(
      calls,
      new RegExp(
        "describe-images --owners self --filters Name=architecture,Values=arm64 Name=state,Values=available " +
          `Name=virtualization-type,Values=hvm Name=tag:cos-consul,Values=${versions.consul.version} ` +
          `Name=tag:cos-nomad,Values=${versions.nomad.version} Name=tag:cos-fabio,Values=${versions.fabio.version} `,
      ),
    );
    assert.match(calls, /--service-code ec2 --quota-code L-1216C47A --output json --region eu-central-1\n/);
  });

  it("runs all checks, whatever fails", async () => {
    const { code, wrong } = await run({}, config("", "203.0.113.0/24"));
    assert.equal(code, 1);
    assert.deepEqual(
      wrong.map(([name, state]) => `${name ?? ""} ${state ?? ""}`),
      [
        "credentials failed",
        "availability zones failed",
        "service-linked role failed",
        "rights failed",
        "allowed addresses failed",
        "instance types failed",
        "machine image failed",
        "vCPU quota failed",
        "Elastic IP quota failed",
        "VPC quota failed",
      ],
    );
  });

  it("has a remedy for quotas that are too small, and warns of those that growth exceeds", async () => {
    const running = { InstanceType: "m7g.large", CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 } };
    const used = { Reservations: [{ Instances: [running, { ...running, InstanceType: "g5.xlarge" }] }] };
    const small = { ...good, "ec2 describe-instances": used };
    const { code, results, wrong } = await run({ ...small, "service-quotas get-service-quota": quota(21) });
    assert.equal(code, 1);
    assert.deepEqual(wrong, [["vCPU quota", "failed", "20 vCPUs needed, 2 of 21 in use"]]);
    assert.equal(
      results.find(({ name }) => name === "vCPU quota")?.remedy,
      "aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value 30",
    );
    const growth = await run({ ...small, "service-quotas get-service-quota": quota(22) });
    assert.equal(growth.code, 0);
    assert.deepEqual(growth.wrong, [
      ["vCPU quota", "warning", "20 vCPUs needed, 2 of 22 in use; 28 when all pools have grown"],
    ]);
  });

  it("takes AWS's default where the account has no quota of its own", async () => {
    const { wrong } = await run({
      ...good,
      "service-quotas get-service-quota": { refused: "NoSuchResourceException" },
      "service-quotas get-aws-default-service-quota": quota(5),
    });
    assert.deepEqual(wrong, [["vCPU quota", "failed", "20 vCPUs needed, 0 of 5 in use"]]);
  });

  it("counts spot instances by their own quota and role", async () => {
    const pools = `  cos:nomad: { pools: [{ name: s, instanceTypes: [t4g.micro, m7g.large], minSize: 4, spot: { share: 50 } }] }\n`;
    const { results } = await run(
      { ...good, "ec2 describe-instance-types": describeTypes(["t4g.micro", 2], ["m7g.large", 4]) },
      config(pools),
    );
    assert.deepEqual(
      results.filter(({ name }) => name === "vCPU quota").map(({ said }) => said),
      ["20 vCPUs needed, 0 of 64 in use", "8 vCPUs of spot instances needed, 0 of 64 in use"],
    );
    assert.ok(results.some(({ said }) => said === "AWSServiceRoleForEC2Spot"));
  });

  it("only warns of roles that AWS makes itself, and of rights that it may not ask for", async () => {
    const { code, wrong } = await run({
      ...good,
      "iam get-role": { refused: "NoSuchEntity" },
      "iam simulate-principal-policy": { refused: "AccessDenied" },
    });
    assert.equal(code, 0);
    assert.deepEqual(
      wrong.map(([name, state]) => [name, state]),
      [
        ["service-linked role", "warning"],
        ["service-linked role", "warning"],
        ["rights", "warning"],
      ],
    );
  });

  it("names rights that are denied, a missing image, zones that are not there", async () => {
    const { wrong } = await run(
      {
        ...good,
        "iam simulate-principal-policy": {
          EvaluationResults: [
            { EvalActionName: "ec2:CreateVpc", EvalDecision: "allowed" },
            { EvalActionName: "iam:PassRole", EvalDecision: "implicitDeny" },
          ],
        },
        "ec2 describe-images": { Images: [{ ImageId: "ami-1", Architecture: "x86_64" }] },
      },
      config("  cos:network: { availabilityZones: [eu-central-1a, eu-central-1f] }\n"),
    );
    assert.deepEqual(wrong, [
      ["availability zones", "failed", "2 wanted, eu-central-1 has eu-central-1a, eu-central-1b, eu-central-1c"],
      ["rights", "failed", "not allowed: iam:PassRole"],
      ["machine image", "failed", notFound(imageLookup({}, "arm64"), {})],
    ]);
  });

  it("asks for the image that the configuration says", async () => {
    await run(good, config("  cos:image: { id: ami-0abc }\n"));
    assert.match(directory.read("calls"), /describe-images --image-ids ami-0abc /);
    const other = { ...good, "ec2 describe-images": { Images: [{ ImageId: "ami-0abc", Architecture: "x86_64" }] } };
    assert.deepEqual((await run(other, config("  cos:image: { id: ami-0abc }\n"))).wrong, [
      ["machine image", "failed", "ami-0abc in eu-central-1 is not for arm64, which the instance types are"],
    ]);
    await run(good, config('  cos:image: { newest: { owner: "123", namePattern: "cos-*" } }\n'));
    assert.match(directory.read("calls"), /describe-images --owners 123 --filters .*Name=name,Values=cos-\* /);
  });

  it("knows the placeholders of documentation", () => {
    for (const cidr of ["203.0.113.0/24", "203.0.113.7/32", "192.0.2.0/25", "198.51.100.1/32", "2001:DB8::/32"]) {
      assert.ok(isPlaceholder(cidr), cidr);
    }
    for (const cidr of ["198.18.0.1/32", "0.0.0.0/0", "203.0.112.0/22", "2a00::/16", "nonsense"]) {
      assert.ok(!isPlaceholder(cidr), cidr);
    }
  });

  it("finds the role behind a session", () => {
    assert.equal(principalOf("arn:aws-cn:sts::1:assumed-role/dev/me@x"), "arn:aws-cn:iam::1:role/dev");
    assert.equal(principalOf("arn:aws:iam::1:user/me"), "arn:aws:iam::1:user/me");
  });
});
