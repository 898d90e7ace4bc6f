import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  ContainerRegistry,
  type ContainerRegistryArgs,
  containerRegistryErrors,
} from "../../../components/container-registry";
import { lifecyclePolicy } from "../../../components/container-registry/lifecycle-policy";
import { awsFunctions, awsOutputs } from "../../../cli/preview/mock-aws";
import { MockEngine, type Registered, unknown, valueOf } from "../../../cli/preview/mock-engine";

const args: ContainerRegistryArgs = { repositories: ["shop/api", "ping"] };
const start = (preview = false) => MockEngine.start(awsOutputs, preview, awsFunctions);

async function registeredBy(options: Partial<ContainerRegistryArgs>): Promise<Registered[]> {
  const engine = await start();
  await engine.run(() => new ContainerRegistry("images", { ...args, ...options }));
  return engine.registered;
}

const child = (registered: readonly Registered[], name: string) =>
  registered.find((resource) => resource.name === name)?.inputs ?? assert.fail(`no ${name}`);
const shape = (registered: readonly Registered[]) =>
  registered.map(({ type, name, parent }) => `${name} ${type} ${String(parent)}`).sort();

const untagged = {
  rulePriority: 1,
  description: "Images without a tag",
  selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
  action: { type: "expire" },
};

describe("ContainerRegistry", () => {
  it("is a repository under each name, with tags that stay, scans and a lifecycle", async () => {
    const engine = await start();
    const registry = await engine.run(() => new ContainerRegistry("images", args));
    const { registered } = engine;
    assert.deepEqual(shape(registered), [
      "images cos:index:ContainerRegistry undefined",
      "images-ping aws:ecr/repository:Repository images",
      "images-ping-lifecycle aws:ecr/lifecyclePolicy:LifecyclePolicy images",
      "images-shop/api aws:ecr/repository:Repository images",
      "images-shop/api-lifecycle aws:ecr/lifecyclePolicy:LifecyclePolicy images",
    ]);
    for (const name of args.repositories) {
      assert.deepEqual(child(registered, `images-${name}`), {
        name,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "AES256" }],
        forceDelete: false,
        tags: { Name: `images-${name}` },
      });
      const { repository, policy } = child(registered, `images-${name}-lifecycle`) as Record<string, string>;
      assert.equal(repository, name);
      assert.deepEqual(JSON.parse(policy ?? ""), { rules: [untagged] });
    }
    const arn = "arn:aws:ecr:eu-central-1:123456789012:repository";
    const host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
    assert.deepEqual(registered[0]?.outputs, {
      urls: { "shop/api": `${host}/images-shop/api`, ping: `${host}/images-ping` },
      arns: { "shop/api": `${arn}/images-shop/api`, ping: `${arn}/images-ping` },
    });
    assert.equal(await valueOf(registry.urls.ping ?? assert.fail()), `${host}/images-ping`);
  });

  it("takes a prefix, tags that move, no scans, a key, limits, deletion, tags and a transform", async () => {
    const registered = await registeredBy({
      prefix: "dev/",
      immutableTags: false,
      scanOnPush: false,
      kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/1",
      untaggedExpireAfterDays: 2,
      keepImages: 50,
      forceDelete: true,
      tags: { stack: "dev" },
      transform: {
        repository: { imageTagMutabilityExclusionFilters: [{ filter: "latest*", filterType: "WILDCARD" }] },
        lifecyclePolicy: { region: "eu-west-1" },
      },
    });
    assert.deepEqual(child(registered, "images-ping"), {
      name: "dev/ping",
      imageTagMutability: "MUTABLE",
      imageTagMutabilityExclusionFilters: [{ filter: "latest*", filterType: "WILDCARD" }],
      imageScanningConfiguration: { scanOnPush: false },
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: "arn:aws:kms:eu-central-1:123456789012:key/1" }],
      forceDelete: true,
      tags: { stack: "dev", Name: "images-ping" },
    });
    const { policy, ...rest } = child(registered, "images-ping-lifecycle") as Record<string, string>;
    assert.deepEqual(rest, { repository: "dev/ping", region: "eu-west-1" });
    assert.deepEqual(JSON.parse(policy ?? ""), lifecyclePolicy(2, 50));
  });

  it("has no lifecycle where nothing expires", async () => {
    assert.deepEqual(shape(await registeredBy({ untaggedExpireAfterDays: false })), [
      "images cos:index:ContainerRegistry undefined",
      "images-ping aws:ecr/repository:Repository images",
      "images-shop/api aws:ecr/repository:Repository images",
    ]);
  });

  it("shows all of itself in a preview", async () => {
    const engine = await start(true);
    const registry = await engine.run(() => new ContainerRegistry("images", args));
    assert.deepEqual(shape(engine.registered), shape(await registeredBy({})));
    assert.deepEqual(Object.keys(registry.urls), args.repositories);
    assert.equal(await valueOf(registry.urls.ping ?? assert.fail()), undefined);
    assert.deepEqual(engine.registered[0]?.outputs, {
      urls: { "shop/api": unknown, ping: unknown },
      arns: { "shop/api": unknown, ping: unknown },
    });
  });

  it("passes an explicit provider to its children", async () => {
    const engine = await start();
    await engine.run(() => new ContainerRegistry("images", args, { providers: { aws: new aws.Provider("own") } }));
    const children = engine.registered.filter(({ parent }) => parent === "images");
    assert.equal(children.length, 4);
    for (const { name, provider } of children) assert.equal(provider, "own", name);
  });

  it("names everything that is wrong with its arguments at once, and registers nothing", async () => {
    const engine = await start();
    const allowed = "must be 2 to 256 lower-case letters and digits, with single . _ - or / between them";
    assert.throws(
      () =>
        new ContainerRegistry("images", {
          repositories: ["ping", "Shop", "a//b", "ping"],
          untaggedExpireAfterDays: 0,
          keepImages: 1.5,
        }),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(error.errors, [
          { propertyPath: "repositories[1]", reason: `${allowed}, got "Shop"` },
          { propertyPath: "repositories[2]", reason: `${allowed}, got "a//b"` },
          { propertyPath: "repositories", reason: 'names "ping" 2 times' },
          { propertyPath: "untaggedExpireAfterDays", reason: "must be false or a whole number of at least 1, got 0" },
          { propertyPath: "keepImages", reason: "must be a whole number of at least 1, got 1.5" },
        ]);
        return true;
      },
    );
    assert.deepEqual(containerRegistryErrors({ repositories: [] }), [
      { propertyPath: "repositories", reason: "must have at least one name, got an empty list" },
    ]);
    const long = "a".repeat(253);
    assert.deepEqual(containerRegistryErrors({ repositories: [`${long}bc`, "a"], prefix: "x/" }), [
      { propertyPath: "repositories[0]", reason: `${allowed}, got "x/${long}bc"` },
    ]);
    assert.deepEqual(containerRegistryErrors({ repositories: ["a"] }), [
      { propertyPath: "repositories[0]", reason: `${allowed}, got "a"` },
    ]);
    await pulumi.runtime.disconnect();
    assert.deepEqual(engine.registered, []);
  });
});

describe("lifecyclePolicy", () => {
  it("has the rule about any image last, as ECR demands", () => {
    assert.deepEqual(lifecyclePolicy(14, 50), {
      rules: [
        untagged,
        {
          rulePriority: 2,
          description: "All but the newest images",
          selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 50 },
          action: { type: "expire" },
        },
      ],
    });
  });

  it("numbers the rules that there are from 1", () => {
    assert.deepEqual(
      lifecyclePolicy(false, 3)?.rules.map((rule) => rule),
      [
        {
          rulePriority: 1,
          description: "All but the newest images",
          selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 3 },
          action: { type: "expire" },
        },
      ],
    );
    assert.equal(lifecyclePolicy(false, undefined), undefined);
  });
});
