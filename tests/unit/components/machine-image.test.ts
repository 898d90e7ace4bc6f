import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { MachineImage, type MachineImageArgs, machineImageErrors } from "../../../components/machine-image";
import { MockEngine, unknown, valueOf } from "../../../cli/preview/mock-engine";

const token = "aws:ec2/getAmiIds:getAmiIds";
const root = join(__dirname, "..", "..", "..");
const pinned = JSON.parse(readFileSync(join(root, "versions.json"), "utf8")) as Record<string, { version: string }>;

/** Starts mocks where a search finds these images, and notes what is searched for. */
async function start(ids: string[], preview = false) {
  const searches: Record<string, unknown>[] = [];
  const engine = await MockEngine.start({}, preview, {
    [token]: (search) => {
      searches.push(search);
      return { ids, id: "search" };
    },
  });
  return { engine, searches };
}

const images = ["ami-0123456789abcdef1", "ami-0123456789abcdef0"];
const common = (architecture: string) => [
  { name: "architecture", values: [architecture] },
  { name: "state", values: ["available"] },
  { name: "virtualization-type", values: ["hvm"] },
];

async function searchedFor(args: MachineImageArgs): Promise<Record<string, unknown>> {
  const { engine, searches } = await start(images);
  await engine.run(() => new MachineImage("image", args));
  assert.equal(searches.length, 1);
  return searches[0] ?? {};
}

describe("MachineImage", () => {
  it("is the newest of this account that has the versions which versions.json pins, and no resource but itself", async () => {
    const { engine, searches } = await start(images);
    const image = await engine.run(() => new MachineImage("image"));
    assert.deepEqual(searches, [
      {
        owners: ["self"],
        sortAscending: false,
        filters: [
          ...common("arm64"),
          { name: "tag:cos-consul", values: [pinned.consul?.version] },
          // The default, not what this machine can build.
          { name: "tag:cos-nomad", values: [pinned.nomad?.version] },
          { name: "tag:cos-fabio", values: [pinned.fabio?.version] },
        ],
      },
    ]);
    assert.deepEqual(engine.registered, [
      {
        type: "cos:index:MachineImage",
        name: "image",
        inputs: {},
        parent: undefined,
        provider: undefined,
        dependsOn: [],
        outputs: { id: images[0], architecture: "arm64" },
      },
    ]);
    assert.equal(await valueOf(image.id), images[0]);
    assert.equal(image.architecture, "arm64");
  });

  it("takes other versions, another owner, more tags and the other architecture", async () => {
    const args: MachineImageArgs = {
      architecture: "x86_64",
      version: { nomad: "1.11.3" },
      owner: "123456789012",
      tags: { suite: "trixie" },
    };
    assert.deepEqual(await searchedFor(args), {
      owners: ["123456789012"],
      sortAscending: false,
      filters: [
        ...common("x86_64"),
        { name: "tag:cos-consul", values: [pinned.consul?.version] },
        { name: "tag:cos-nomad", values: ["1.11.3"] },
        { name: "tag:cos-fabio", values: [pinned.fabio?.version] },
        { name: "tag:suite", values: ["trixie"] },
      ],
    });
  });

  it("takes the newest of an owner by name", async () => {
    assert.deepEqual(await searchedFor({ newest: { owner: "amazon", namePattern: "debian-13-*" } }), {
      owners: ["amazon"],
      sortAscending: false,
      filters: [...common("arm64"), { name: "name", values: ["debian-13-*"] }],
    });
  });

  it("takes an ID as it is, even one that is not known yet, and searches for nothing", async () => {
    const { engine, searches } = await start(images);
    const image = await engine.run(
      () => new MachineImage("image", { id: "ami-0123456789abcdef5", architecture: "x86_64" }),
    );
    assert.equal(await valueOf(image.id), "ami-0123456789abcdef5");
    assert.equal(image.architecture, "x86_64");
    assert.deepEqual(engine.registered[0]?.outputs, { id: "ami-0123456789abcdef5", architecture: "x86_64" });
    assert.deepEqual(searches, []);

    const preview = await start(images, true);
    const later = await preview.engine.run(() => new MachineImage("image", { id: new aws.ec2.Ami("baked").id }));
    assert.equal(await valueOf(later.id), undefined);
    assert.deepEqual(preview.searches, []);
  });

  it("warns once in a preview that finds none, and goes on with an ID that is not known", async () => {
    const { engine } = await start([], true);
    const warnings: string[] = [];
    const { warn } = pulumi.log;
    try {
      Object.assign(pulumi.log, { warn: async (message: string) => void warnings.push(message) });
      const image = await engine.run(() => {
        const made = new MachineImage("image");
        new aws.ec2.LaunchTemplate("template", { imageId: made.id });
        return made;
      });
      assert.equal(await valueOf(image.id), undefined);
    } finally {
      Object.assign(pulumi.log, { warn });
    }
    assert.deepEqual(engine.registered.find(({ name }) => name === "template")?.inputs, { imageId: unknown });
    assert.deepEqual(engine.registered[0]?.outputs, { id: unknown, architecture: "arm64" });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /^no machine image of this account in this region has architecture arm64, /);
  });

  it("finds the image in a preview too", async () => {
    const { engine } = await start(images, true);
    const image = await engine.run(() => new MachineImage("image"));
    assert.equal(await valueOf(image.id), images[0]);
  });

  for (const [what, args, message] of [
    [
      "by version",
      {},
      `no machine image of this account in this region has architecture arm64, state available, virtualization-type hvm, ` +
        `tag:cos-consul ${pinned.consul?.version ?? ""}, tag:cos-nomad ${pinned.nomad?.version ?? ""}, tag:cos-fabio ${pinned.fabio?.version ?? ""}. ` +
        "Bake one: `npx pulumi-cos image build`, or `pulumi config set --path cos:image.bake true`; or name an image by its ID: `pulumi config set --path cos:image.id ami-…`.",
    ],
    [
      "of another account",
      { owner: "123456789012", version: { consul: "1.2.3", nomad: "1.2.4", fabio: "1.2.5" } },
      "no machine image of 123456789012 in this region has architecture arm64, state available, virtualization-type hvm, " +
        "tag:cos-consul 1.2.3, tag:cos-nomad 1.2.4, tag:cos-fabio 1.2.5. Make one with these programs and tags, or copy one " +
        "to this region; or name an image by its ID: `pulumi config set --path cos:image.id ami-…`.",
    ],
    [
      "by name",
      { newest: { owner: "123456789012", namePattern: "cos-*" } },
      "no machine image of 123456789012 in this region has architecture arm64, state available, virtualization-type hvm, " +
        "name cos-*. Check newest.owner and newest.namePattern; or name an image by its ID: `pulumi config set --path cos:image.id ami-…`.",
    ],
  ] satisfies [string, MachineImageArgs, string][]) {
    it(`fails in an update that finds none ${what}, and says how to get one`, async () => {
      const { engine } = await start([]);
      const error = await unhandled(() => {
        new MachineImage("image", args);
      });
      assert.ok(pulumi.RunError.isInstance(error));
      assert.equal(error.message, message);
      assert.equal(engine.registered.length, 1);
    });
  }

  it("has it baked by a command of this package, whose change of inputs makes another", async () => {
    const baked = async (args: MachineImageArgs) => {
      const engine = await MockEngine.start({ "command:local:Command": { stdout: "ami-0123456789abcdef7\n" } }, false, {
        "aws:index/getRegion:getRegion": () => ({ region: "eu-central-1" }),
      });
      const image = await engine.run(() => new MachineImage("image", args));
      assert.equal(await valueOf(image.id), "ami-0123456789abcdef7");
      const [, command, ...others] = engine.registered;
      assert.ok(command?.type === "command:local:Command" && others.length === 0);
      return command.inputs as { create: string; environment: { COS_IMAGE: string }; triggers: string[] };
    };
    const inputs = await baked({ bake: true, architecture: "x86_64" });
    assert.equal(inputs.create, "npx --no-install pulumi-cos image build");
    assert.deepEqual(JSON.parse(inputs.environment.COS_IMAGE), { architecture: "x86_64", region: "eu-central-1" });
    assert.match(inputs.triggers.join(), /^[0-9a-f]{32}$/);
    assert.deepEqual((await baked({ bake: {}, architecture: "x86_64" })).triggers, inputs.triggers);
    assert.notDeepEqual((await baked({ bake: { java: true }, architecture: "x86_64" })).triggers, inputs.triggers);
  });

  it("refuses what does not go with baking, and how not to bake", () => {
    const refused = (args: MachineImageArgs) =>
      machineImageErrors(args).map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
    assert.deepEqual(machineImageErrors({ bake: { kmsKeyId: "alias/cos", shareWithAccounts: ["123456789012"] } }), []);
    assert.deepEqual(refused({ id: images[0], bake: false }), []);
    assert.deepEqual(refused({ id: images[0], bake: true }), [
      "bake makes an image, and id says which it is: leave one of them out",
    ]);
    assert.deepEqual(
      refused({ bake: { suite: "sid" as "trixie", shareWithAccounts: ["1"] }, version: { nomad: "1.2.3" } }),
      [
        'bake.suite must be trixie (Debian 13) or bookworm (Debian 12), got "sid"',
        'bake.shareWithAccounts[0] must be an ID of 12 digits, got "1"',
        "bake.kmsKeyId is needed to share the image: AWS does not let other accounts use the account's default key for EBS",
        "version finds an image by its versions, and bake says which it is: leave one of them out",
      ],
    );
  });

  it("searches by an explicit provider", async () => {
    const { engine } = await start(images);
    const providers: string[] = [];
    const monitor = pulumi.runtime.getMonitor() as unknown as {
      invoke: (request: Invoke, ...rest: unknown[]) => unknown;
    };
    interface Invoke {
      getProvider(): string;
    }
    const invoke = monitor.invoke.bind(monitor);
    monitor.invoke = (request, ...rest) => {
      providers.push(request.getProvider());
      return invoke(request, ...rest);
    };
    await engine.run(() => new MachineImage("image", {}, { providers: { aws: new aws.Provider("own") } }));
    assert.equal(providers.length, 1);
    assert.match(providers[0] ?? "", /::own::/);
  });

  it("names everything that is wrong with its arguments at once, and registers nothing", async () => {
    const { engine, searches } = await start(images);
    const wrong: MachineImageArgs = {
      id: "image-1",
      newest: { owner: "debian", namePattern: "*" },
      version: { nomad: "latest" },
      owner: "12345",
      tags: { a: "b" },
    };
    const ways = "and id says which it is: leave one of them out";
    const owners = "must be the 12 digits of an account's ID, self, amazon, aws-marketplace or aws-backup-vault";
    assert.throws(
      () => new MachineImage("image", wrong),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          error.errors.map(({ propertyPath, reason }) => [propertyPath, reason]),
          [
            ["id", 'must be the ID of an AMI such as ami-0123456789abcdef0, got "image-1"'],
            ["newest", "is another way to choose the image than id: leave one of them out"],
            ["newest.owner", `${owners}, got "debian"`],
            ["newest.namePattern", 'must name the images, it would match any name: "*"'],
            ["version", `finds an image by its versions, ${ways}`],
            ["owner", `finds an image by its versions, ${ways}`],
            ["tags", `finds an image by its versions, ${ways}`],
            ["owner", `${owners}, got "12345"`],
            ["version.nomad", 'must be a version such as 1.2.3, got "latest"'],
          ],
        );
        return true;
      },
    );
    const other = JSON.parse(
      '{"architecture": "amd64", "newest": {"owner": "self", "namePattern": "a"}, "tags": {}}',
    ) as MachineImageArgs;
    assert.deepEqual(machineImageErrors(other), [
      { propertyPath: "architecture", reason: 'must be arm64 or x86_64, got "amd64"' },
      {
        propertyPath: "tags",
        reason: "finds an image by its versions, and newest says which it is: leave one of them out",
      },
    ]);
    await pulumi.runtime.disconnect();
    assert.deepEqual(engine.registered, []);
    assert.deepEqual(searches, []);
  });
});

/** The reason of the next rejection that nobody handles: what fails a program. */
async function unhandled(run: () => void): Promise<unknown> {
  const event = "unhandledRejection";
  const others = process.listeners(event);
  process.removeAllListeners(event);
  try {
    return await new Promise((resolve) => {
      process.once(event, resolve);
      run();
    });
  } finally {
    for (const listener of others) process.on(event, listener);
  }
}
