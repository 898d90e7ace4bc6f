import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { validate } from "../../cli/verbs/image";
import { resolveProgram } from "../../programs/resolve";
import { run } from "../support/command";
import { contextWith } from "../unit/cli/context";
import { stackOutputs } from "../unit/cli/outputs";
import { removeDirectory, temporaryDirectory } from "../support/temporary";

const ami = join(__dirname, "..", "..", "ami");

describe("the Packer template", function () {
  this.timeout(600_000);
  let directory: string;
  let packer: (...args: string[]) => Promise<string>;

  before(async () => {
    directory = await temporaryDirectory("packer");
    const { path } = await resolveProgram("packer");
    const plugin = await resolveProgram("packer-plugin-amazon");
    const env = {
      PACKER_CONFIG_DIR: directory,
      PACKER_PLUGIN_PATH: join(directory, "plugins"),
      CHECKPOINT_DISABLE: "1",
      PACKER_NO_COLOR: "1",
    };
    packer = (...args) => run(path, args, { env });
    // In the place of `packer init`, which needs the vendor's site.
    await packer("plugins", "install", "--path", plugin.path, "github.com/hashicorp/amazon");
    const programs = ["consul", "nomad", "fabio"].map((name) => ({ name, version: "1.2.3" }));
    await writeFile(join(directory, "sources.json"), JSON.stringify({ architecture: "arm64", programs }));
  });

  after(() => removeDirectory(directory));

  const check = (...variables: string[]) =>
    packer(
      "validate",
      ...[`sources=${directory}/sources.json`, "region=eu-central-1", ...variables].flatMap((each) => ["-var", each]),
      ami,
    );

  it("is formatted as Packer formats", async () => {
    await packer("fmt", "-check", "-diff", ami);
  });

  for (const architecture of ["arm64", "amd64"]) {
    for (const suite of ["trixie", "bookworm"]) {
      it(`is valid for ${suite} on ${architecture}`, async () => {
        const said = await check(`architecture=${architecture}`, `suite=${suite}`);
        assert.equal(said.trim(), "The configuration is valid.");
      });
    }
  }

  it("is valid with all that can be said", async () => {
    const said = await check(
      "kms_key_id=alias/cos",
      'region_kms_key_ids={"us-east-1":"alias/cos"}',
      'copy_to_regions=["us-east-1"]',
      'share_with_accounts=["123456789012"]',
      "java=true",
      "root_volume_gib=12",
      "subnet_id=subnet-0123456789abcdef0",
      "associate_public_ip_address=false",
      'ssh_cidrs=["192.0.2.0/24"]',
      'tags={"team":"platform"}',
      "inputs=0123",
    );
    assert.equal(said.trim(), "The configuration is valid.");
  });

  const refused: [string, string, RegExp][] = [
    ["an unknown suite", "suite=sid", /must be trixie \(Debian 13\) or bookworm/],
    ["an unknown architecture", "architecture=mips", /must be arm64 or amd64/],
    ["an account that is none", 'share_with_accounts=["12"]', /IDs of 12 digits/],
    ["sharing an image with the account's default key", 'share_with_accounts=["123456789012"]', /Cannot share AMI/],
    ["a root volume that Debian does not fit on", "root_volume_gib=2", /at least 4 GiB/],
  ];
  for (const [what, variable, message] of refused) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(check(variable), message);
    });
  }

  it("is valid as `npx pulumi-cos image validate` fills it in, which says what an image has and has not", async () => {
    const { context, written } = contextWith(stackOutputs(), process.env);
    const bake = { region: "eu-central-1", architecture: "amd64" as const, suite: "bookworm" as const, java: true };
    const options = { ...bake, shareWithAccounts: ["123456789012"], kmsKeyId: "alias/cos", tag: ["team=platform"] };
    assert.equal(await validate(context, { ...options, without: ["consul-cni"] }), 0);
    assert.match(written.out, /^An image for amd64 in eu-central-1: the template and the options are valid\./);
    assert.match(written.out, /consul +\d+\.\d+\.\d+/);
    assert.match(written.out, /consul-cni +left out +it was asked to be left out/);
  });

  it("names the image's versions in its tags", async () => {
    const variables = [`sources=${directory}/sources.json`, "region=eu-central-1"].flatMap((each) => ["-var", each]);
    const said = (await packer("inspect", ...variables, ami)).replaceAll("\\", "");
    for (const tag of ["cos-consul", "cos-nomad", "cos-fabio"]) assert.ok(said.includes(`"${tag}" = "1.2.3"`), tag);
  });
});
