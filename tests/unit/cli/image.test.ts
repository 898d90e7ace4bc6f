import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ImageBakeArgs } from "../../../components/machine-image/bake";
import { imageInputs } from "../../../components/machine-image/inputs";
import { type BakedImage, judgeImages } from "../../../cli/image/images";
import versions from "../../../versions.json";
import { bakeOf } from "../../../cli/image/options";
import { imageIdOf, Packer, packerVariables } from "../../../cli/image/packer";
import { recordedPrograms, recordSums } from "../../../cli/image/pins";
import { run } from "../../../cli/program";
import { build, list, prune } from "../../../cli/verbs/image";
import { useDirectory } from "../../support/directory";
import { useHttpDouble } from "../../support/http-double";
import { type AwsAnswer, awsStub } from "./aws-stub";
import { contextWith } from "./context";
import { stackOutputs } from "./outputs";

const region = { region: "eu-central-1" };
const bake = { architecture: "arm64" as const, ...region };

describe("pulumi-cos image: what is baked", () => {
  it("is for arm64, in the region of the environment, unless said", () => {
    assert.deepEqual(bakeOf({}, { AWS_REGION: "eu-west-1" }), { architecture: "arm64", region: "eu-west-1" });
  });

  it("takes options over what `pulumi up` asks for", () => {
    const env = { COS_IMAGE: JSON.stringify({ ...bake, java: true, publicAddress: false }) };
    assert.deepEqual(bakeOf({ architecture: "amd64", tag: ["a=b=c"], rootVolumeGib: 9 }, env), {
      ...{ architecture: "x86_64", region: "eu-central-1", java: true, publicAddress: false },
      ...{ tags: { a: "b=c" }, rootVolumeGiB: 9 },
    });
  });

  it("says all that is wrong at once", () => {
    const options = { shareWithAccounts: ["12"], copyToRegions: ["moon"], rootVolumeGib: 1, without: ["consul"] };
    assert.throws(() => bakeOf(options, {}), {
      message: [
        "No image can be baked so:",
        "region is not said: use --region, or AWS_REGION",
        "rootVolumeGiB must be a whole number of at least 4, got 1",
        'without[0] must be one of consul-cni, envoy, amazon-ssm-agent, got "consul"',
        'copyToRegions[0] must be a region such as eu-central-1, got "moon"',
        'shareWithAccounts[0] must be an ID of 12 digits, got "12"',
        "kmsKeyId is needed to share the image: AWS does not let other accounts use the account's default key for EBS",
        'regionKmsKeyIds["moon"] is needed, as the image is shared: its copy cannot have the default key',
      ].join("\n  "),
    });
    assert.throws(() => bakeOf({ tag: ["nothing"] }, {}), /--tag must be KEY=VALUE/);
  });

  it("gives the template only variables that it has", () => {
    const declared = readFileSync("ami/variables.pkr.hcl", "utf8");
    const all: Required<ImageBakeArgs> = {
      ...{ suite: "bookworm", java: true, rootVolumeGiB: 9, kmsKeyId: "k", copyToRegions: [], regionKmsKeyIds: {} },
      ...{ shareWithAccounts: [], tags: {}, without: [], subnetId: "s", publicAddress: false, sshCidrs: [] },
    };
    const variables = packerVariables({ bake: { ...bake, ...all }, inputs: "i" }, "/d");
    for (const [name, value] of Object.entries(variables)) {
      assert.ok(declared.includes(`variable "${name}"`), name);
      assert.notEqual(value, undefined, name);
    }
  });

  it("is the same for the same inputs, wherever it is baked, and another for others", () => {
    const same = imageInputs(bake);
    assert.match(same, /^[0-9a-f]{32}$/);
    assert.equal(imageInputs({ ...bake, region: "eu-west-1", subnetId: "subnet-1", sshCidrs: ["0.0.0.0/0"] }), same);
    assert.equal(imageInputs({ ...bake, java: undefined }), same);
    const others: Partial<ImageBakeArgs & typeof bake>[] = [
      ...[
        { suite: "bookworm" as const },
        { java: true },
        { kmsKeyId: "k" },
        { without: ["envoy"] },
        { tags: { a: "b" } },
      ],
    ];
    const hashes = new Set([same, ...others.map((other) => imageInputs({ ...bake, ...other }))]);
    assert.equal(hashes.size, others.length + 1);
    assert.notEqual(imageInputs({ ...bake, architecture: "x86_64" }), same);
  });

  it("is found in Packer's manifest, of the last build and the region", () => {
    const builds = [{ artifact_id: "eu-central-1:ami-1" }, { artifact_id: "eu-central-1:ami-2,eu-west-1:ami-3" }];
    assert.equal(imageIdOf({ builds }, "eu-central-1"), "ami-2");
    assert.equal(imageIdOf({ builds }, "eu-west-1"), "ami-3");
    assert.throws(() => imageIdOf({ builds }, "us-east-1"), /names no image of us-east-1/);
  });
});

describe("pulumi-cos image: sums", () => {
  const directory = useDirectory("cli-image");
  const without = ["consul", "nomad", "fabio", "consul-cni", "envoy"];
  const vendor = useHttpDouble();
  let env: NodeJS.ProcessEnv;
  const notes: string[] = [];
  const note = (text: string) => void notes.push(text);

  beforeEach(() => {
    const { url } = vendor();
    vendor().answers = {
      "/latest/VERSION": { body: "3.3.1.0\n" },
      "/3.3.1.0/debian_arm64/amazon-ssm-agent.deb": { body: "agent" },
    };
    env = { COS_MIRROR_SSM_AGENT: `${url}/`, COS_MIRROR_HASHICORP: url, COS_MIRROR_FABIO: url };
  });
  // sha256sum of "agent".
  const sum = "d4f0bc5a29de06b510f9aa428f1eedba926012b591fef7a518e776a7c9bd1824";

  it("are recorded when a program is first seen, and kept from then on", async () => {
    const file = directory.write("versions.json", '{\n  "consul": {"version":"1.2.3"}\n}\n');
    const recorded = await recordSums(["arm64"], without, { env, note, file });
    assert.deepEqual(recorded, ["amazon-ssm-agent 3.3.1.0 for arm64"]);
    const pin = `{"version":"3.3.1.0","sha256":{"arm64":"${sum}"}}`;
    assert.equal(readFileSync(file, "utf8"), `{\n  "consul": {"version":"1.2.3"},\n  "amazon-ssm-agent": ${pin}\n}\n`);
    assert.deepEqual(await recordSums(["arm64"], without, { env: {}, note, file }), []);
    assert.match(notes.join("\n"), /no key of its vendor is pinned, so .*amazon-ssm-agent.deb is trusted as it is now/);
  });

  it("that cannot be had are said all at once, and those that could be are kept", async () => {
    const file = directory.write(
      "versions.json",
      '{"consul": {"version":"1.2.3"}, "nomad": {"version":"1.2.4"}, "fabio": {"version":"1.2.5","sha256":{"arm64":"0"}}}',
    );
    await assert.rejects(recordSums(["arm64"], [], { env, note, file }), (error: Error) => {
      assert.match(error.message, /consul: \S+\/consul\/1.2.3\/consul_1.2.3_SHA256SUMS answers 404/);
      assert.match(error.message, /nomad: \S+\/nomad\/1.2.4\/nomad_1.2.4_SHA256SUMS answers 404/);
      assert.match(error.message, /leave out what a cluster can do without: --without/);
      assert.doesNotMatch(error.message, /fabio:|amazon-ssm-agent:/);
      return true;
    });
    assert.match(readFileSync(file, "utf8"), new RegExp(sum));
  });

  it("and what an image has and has not, by what is recorded", async () => {
    const file = directory.write(
      "versions.json",
      '{"consul": {"version":"1.2.3","sha256":{"arm64":"a"}}, "nomad": {"version":"1.2.4"}, "fabio": {"version":"1"}}',
    );
    const { programs, omitted } = await recordedPrograms("arm64", ["fabio"], { env: {}, file });
    assert.deepEqual(programs, [
      {
        ...{ name: "consul", version: "1.2.3", sha256: "a", format: "zip" },
        url: "https://releases.hashicorp.com/consul/1.2.3/consul_1.2.3_linux_arm64.zip",
      },
      {
        ...{ name: "nomad", version: "1.2.4", format: "zip" },
        url: "https://releases.hashicorp.com/nomad/1.2.4/nomad_1.2.4_linux_arm64.zip",
      },
    ]);
    assert.deepEqual(
      omitted.map(({ name, reason }) => `${name}: ${reason}`),
      [
        "fabio: it was asked to be left out",
        ...["consul-cni", "envoy"].map((name) => `${name}: versions.json pins no version of it`),
        "amazon-ssm-agent: no version of it is recorded yet: image build and image pin do that",
      ],
    );
  });
});

describe("pulumi-cos image: what there is", () => {
  const directory = useDirectory("cli-images");
  const image = (n: number, tags: Record<string, string> = {}): object => ({
    ...{ ImageId: `ami-${n}`, Name: `cos-${n}`, CreationDate: `2026-01-0${n}T00:00:00.000Z`, Architecture: "arm64" },
    Tags: Object.entries({ "cos-debian": "13", "cos-consul": "1.2.3", ...tags }).map(([Key, Value]) => ({
      Key,
      Value,
    })),
    BlockDeviceMappings: [{ Ebs: { SnapshotId: `snap-${n}` } }, {}],
  });
  const account = (more: Record<string, AwsAnswer> = {}): Record<string, AwsAnswer> => ({
    "ec2 describe-images": { Images: [image(1), image(3), image(2), image(4, { "cos-debian": "12" })] },
    "ec2 describe-instances": { Reservations: [{ Instances: [{ ImageId: "ami-1" }, { ImageId: "ami-1" }] }] },
    "ec2 describe-launch-template-versions": { LaunchTemplateVersions: [{ LaunchTemplateData: { ImageId: "ami-1" } }] },
    "ec2 describe-image-attribute": { LaunchPermissions: [] },
    "ec2 deregister-image": {},
    "ec2 delete-snapshot": {},
    ...more,
  });
  const start = (answers: Record<string, AwsAnswer>) => {
    const env = awsStub((name, text) => directory.write(name, text), answers);
    return { ...contextWith(stackOutputs(), env), calls: () => directory.read("calls") };
  };

  it("is listed, the newest first, with what uses it", async () => {
    const { context, written } = start(account());
    assert.equal(await list(context, region), 0);
    assert.equal(
      written.out,
      `Images
  ID     made        for    Debian  Consul  Nomad  fabio  use
  ami-4  2026-01-04  arm64  12      1.2.3   ?      ?      not in use
  ami-3  2026-01-03  arm64  13      1.2.3   ?      ?      not in use
  ami-2  2026-01-02  arm64  13      1.2.3   ?      ?      not in use
  ami-1  2026-01-01  arm64  13      1.2.3   ?      ?      2 instances, 1 launch template version
`,
    );
  });

  it("is not removed unless confirmed", async () => {
    const { context, written, calls } = start(account());
    assert.equal(await prune(context, { ...region, keep: 1 }), 0);
    assert.match(
      written.out,
      /ami-4 .*among the newest 1\n.*ami-3 .*among the newest 1\n.*ami-2 .*goes\n.*ami-1 .*in use/,
    );
    assert.match(written.out, /Nothing is removed yet; --yes removes 1/);
    assert.doesNotMatch(calls(), /deregister|delete/);
  });

  it("is removed with its snapshots when confirmed", async () => {
    const { context, written, calls } = start(account());
    assert.equal(await prune(context, { ...region, keep: 1, yes: true }), 0);
    assert.match(written.out, /Removed 1\.\n$/);
    assert.deepEqual(calls().match(/^ec2 (deregister-image|delete-snapshot) \S+ \S+/gm), [
      "ec2 deregister-image --image-id ami-2",
      "ec2 delete-snapshot --snapshot-id snap-2",
    ]);
  });

  it("stays when it is shared, unless that is confirmed too", async () => {
    const shared = { "ec2 describe-image-attribute": { LaunchPermissions: [{ UserId: "123456789012" }] } };
    const first = start(account(shared));
    assert.equal(await prune(first.context, { ...region, keep: 1, yes: true }), 0);
    assert.match(first.written.out, /ami-2 .*shared with other accounts.*\n[^]*None is to go/);
    const second = start(account(shared));
    assert.equal(await prune(second.context, { ...region, keep: 1, yes: true, shared: true }), 0);
    assert.match(second.written.out, /Removed 1\./);
  });

  it("is judged by Debian release and architecture", () => {
    const made = (id: string, architecture: string): BakedImage => ({
      ...{ id, architecture, name: id, created: id, snapshots: [] },
      tags: { "cos-debian": "13" },
    });
    const verdicts = judgeImages([made("d", "arm64"), made("c", "x86_64"), made("b", "arm64")], new Map(), 1);
    assert.deepEqual(
      verdicts.filter(({ stays }) => stays === undefined).map((verdict) => verdict.image.id),
      ["b"],
    );
  });

  it("is not baked again when it was made of the same", async () => {
    const recorded = { COS_IMAGE: JSON.stringify(bake) };
    const { context, written, calls } = start(account());
    assert.equal(await build({ ...context, env: { ...context.env, ...recorded } }, {}), 0);
    assert.equal(written.out, "ami-4\n");
    assert.match(written.notes.join(), /ami-4 was made of the same: nothing to bake/);
    assert.match(calls(), /Name=tag:cos-inputs,Values=[0-9a-f]{32}/);
  });

  it("makes no sense without a region", async () => {
    const { context, written } = contextWith(stackOutputs());
    assert.equal(await run(["node", "pulumi-cos", "image", "list"], context.terminal, {}), 1);
    assert.match(written.notes.join(), /The region is not said: use --region, or AWS_REGION/);
  });
});

describe("pulumi-cos image: Packer", () => {
  const directory = useDirectory("cli-packer");
  const input = {
    ...{ bake: { ...bake, suite: "bookworm" as const }, inputs: "0123" },
    programs: [{ name: "consul" as const, version: "1.2.3", url: "u", sha256: "s", format: "zip" as const }],
    omitted: [{ name: "envoy" as const, reason: "x" }],
  };

  /** Puts a program in the place of Packer, which does `build` as told, and notes what it is called with. */
  async function open(build: string) {
    const script = `#!/bin/sh
case "$1" in
version) echo "Packer v${versions.packer.version}" ;;
init) ;;
*) echo "$@" > ${directory.at("called")}; ${build} ;;
esac
`;
    chmodSync(directory.write("bin/packer", script), 0o755);
    const notes: string[] = [];
    const env = { PATH: `${directory.at("bin")}:${process.env.PATH ?? ""}`, XDG_CACHE_HOME: directory.at("cache") };
    const packer = await Packer.open(env, (text) => void notes.push(text));
    return { packer, notes };
  }
  /** The directory that Packer was given its files in, which is not there any more. */
  const given = () => dirname(/-var-file (\S+)/.exec(directory.read("called"))?.[1] ?? "");

  it("is given variables and sources in files, and its manifest has the image", async () => {
    const { packer, notes } = await open(`
cp "$(dirname "$4")"/* ${directory.path}
echo "amazon-ebs.cos: baking"
echo '{"builds":[{"artifact_id":"eu-central-1:ami-7"}]}' > "$(dirname "$4")/manifest.json"`);
    assert.equal(await packer.build(input), "ami-7");
    assert.deepEqual(notes, ["amazon-ebs.cos: baking"]);
    const variables = JSON.parse(directory.read("variables.pkrvars.json")) as Record<string, string>;
    assert.deepEqual(variables, {
      ...{ region: "eu-central-1", architecture: "arm64", suite: "bookworm", inputs: "0123" },
      ...{ sources: `${given()}/sources.json`, manifest: `${given()}/manifest.json` },
    });
    const { programs, omitted } = input;
    assert.deepEqual(JSON.parse(directory.read("sources.json")), { architecture: "arm64", programs, omitted });
    assert.ok(!existsSync(given()));
  });

  it("that fails is an error, and leaves nothing behind", async () => {
    const { packer, notes } = await open("echo 'Error: no VPC' >&2; exit 3");
    await assert.rejects(packer.build(input), /Packer has baked no image \(exit code 3\): see above/);
    assert.deepEqual(notes, ["Error: no VPC"]);
    assert.ok(!existsSync(given()));
  });

  it("has its say about a template that is not valid", async () => {
    const { packer } = await open("echo 'Error: unknown variable'; exit 1");
    assert.equal(await packer.validate(input), "Error: unknown variable");
  });
});
