import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import {
  SharedFileSystem,
  type SharedFileSystemArgs,
  sharedFileSystemErrors,
} from "../../../components/shared-file-system";
import { lifecyclePolicies } from "../../../components/shared-file-system/lifecycle";
import { awsFunctions, awsOutputs } from "../../../cli/preview/mock-aws";
import { MockEngine, type Registered, unknown, valueOf } from "../../../cli/preview/mock-engine";

const args: SharedFileSystemArgs = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  clientSecurityGroupId: "sg-clients",
};

const start = (preview = false) => MockEngine.start(awsOutputs, preview, awsFunctions);

async function registeredBy(options: Partial<SharedFileSystemArgs>): Promise<Registered[]> {
  const engine = await start();
  await engine.run(() => new SharedFileSystem("shared", { ...args, ...options }));
  return engine.registered;
}

const child = (registered: readonly Registered[], name: string) =>
  registered.find((resource) => resource.name === name) ?? assert.fail(`no ${name}`);
const nfs = (direction: string) => `shared-efs-client-to-efs-tcp-2049-${direction}`;
const shape = (registered: readonly Registered[]) =>
  registered.map(({ type, name, parent }) => `${name} ${type} ${String(parent)}`).sort();

describe("SharedFileSystem", () => {
  it("is an encrypted file system with a mount target in each subnet, reached by NFS from the clients alone", async () => {
    const engine = await start();
    const fileSystem = await engine.run(() => new SharedFileSystem("shared", args));
    const { registered } = engine;
    assert.deepEqual(shape(registered), [
      "shared cos:index:SharedFileSystem undefined",
      "shared-backup aws:efs/backupPolicy:BackupPolicy shared",
      "shared-efs aws:ec2/securityGroup:SecurityGroup shared",
      `${nfs("egress")} aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule shared`,
      `${nfs("ingress")} aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule shared`,
      "shared-files aws:efs/fileSystem:FileSystem shared",
      "shared-target-1 aws:efs/mountTarget:MountTarget shared",
      "shared-target-2 aws:efs/mountTarget:MountTarget shared",
    ]);
    const inputs = (name: string) => child(registered, name).inputs;
    assert.deepEqual(inputs("shared-files"), {
      encrypted: true,
      throughputMode: "elastic",
      lifecyclePolicies: [{ transitionToIa: "AFTER_30_DAYS" }, { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" }],
      tags: { Name: "shared-files" },
    });
    assert.deepEqual(inputs("shared-backup"), { fileSystemId: "shared-files-id", backupPolicy: { status: "ENABLED" } });
    assert.deepEqual(inputs("shared-efs"), {
      vpcId: "vpc-1",
      description: "Mount targets of a shared file system",
      tags: { Name: "shared-efs" },
    });
    const rule = { ipProtocol: "tcp", fromPort: 2049, toPort: 2049, description: "NFS" };
    assert.deepEqual(inputs(nfs("ingress")), {
      ...rule,
      securityGroupId: "shared-efs-id",
      referencedSecurityGroupId: "sg-clients",
      tags: { Name: nfs("ingress") },
    });
    assert.deepEqual(inputs(nfs("egress")), {
      ...rule,
      securityGroupId: "sg-clients",
      referencedSecurityGroupId: "shared-efs-id",
      tags: { Name: nfs("egress") },
    });
    for (const zone of [1, 2]) {
      assert.deepEqual(inputs(`shared-target-${zone}`), {
        fileSystemId: "shared-files-id",
        subnetId: `subnet-${zone}`,
        securityGroups: ["shared-efs-id"],
      });
    }
    assert.deepEqual(child(registered, "shared").outputs, {
      id: "shared-files-id",
      dnsName: "shared-files.efs.eu-central-1.amazonaws.com",
      arn: "arn:aws:elasticfilesystem:eu-central-1:123456789012:file-system/shared-files",
      securityGroupId: "shared-efs-id",
    });
    assert.equal(await valueOf(fileSystem.id), "shared-files-id");
  });

  it("lets what is made with it wait for its mount targets", async () => {
    const engine = await start();
    await engine.run(() => {
      const { id, dnsName } = new SharedFileSystem("shared", args);
      new aws.ec2.LaunchTemplate("by-id", { userData: id });
      new aws.ec2.LaunchTemplate("by-name", { userData: dnsName });
    });
    const waited = ["shared-files", "shared-target-1", "shared-target-2"];
    assert.deepEqual(child(engine.registered, "by-id").dependsOn, waited);
    assert.deepEqual(child(engine.registered, "by-name").dependsOn, waited);
  });

  it("takes a key, throughput, a lifecycle, no backup, tags and a transform", async () => {
    const registered = await registeredBy({
      kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/1",
      throughput: "bursting",
      lifecycle: { infrequentAccessAfterDays: false },
      backup: false,
      tags: { stack: "dev" },
      transform: { fileSystem: { performanceMode: "maxIO" }, mountTarget: { ipAddressType: "IPV4_ONLY" } },
    });
    assert.deepEqual(child(registered, "shared-files").inputs, {
      encrypted: true,
      kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/1",
      throughputMode: "bursting",
      lifecyclePolicies: [],
      performanceMode: "maxIO",
      tags: { stack: "dev", Name: "shared-files" },
    });
    assert.ok(!registered.some(({ name }) => name === "shared-backup"));
    assert.deepEqual(child(registered, "shared-target-2").inputs, {
      fileSystemId: "shared-files-id",
      subnetId: "subnet-2",
      securityGroups: ["shared-efs-id"],
      ipAddressType: "IPV4_ONLY",
    });
    for (const name of ["shared-efs", nfs("ingress"), nfs("egress")]) {
      const { tags } = child(registered, name).inputs as { tags: unknown };
      assert.deepEqual(tags, { stack: "dev", Name: name });
    }
  });

  it("protects the file system, by its own argument or by its parent's options", async () => {
    const engine = await start();
    const protectedOnes: string[] = [];
    const monitor = pulumi.runtime.getMonitor() as unknown as {
      registerResource: (request: RegisterResourceRequest, reply: unknown) => unknown;
    };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, reply) => {
      if (request.getProtect() && request.getCustom()) protectedOnes.push(request.getName());
      return register(request, reply);
    };
    await engine.run(() => {
      new SharedFileSystem("own", { ...args, protect: true });
      new SharedFileSystem("neither", args);
    });
    assert.deepEqual(protectedOnes, ["own-files"]);
    await engine.run(() => new SharedFileSystem("inherited", args, { protect: true }));
    assert.ok(protectedOnes.includes("inherited-files"));
  });

  it("shows all of itself in a preview", async () => {
    const engine = await start(true);
    const fileSystem = await engine.run(() => new SharedFileSystem("shared", args));
    assert.deepEqual(shape(engine.registered), shape(await registeredBy({})));
    assert.equal(await valueOf(fileSystem.id), undefined);
    assert.deepEqual(child(engine.registered, "shared-target-1").inputs, {
      fileSystemId: unknown,
      subnetId: "subnet-1",
      securityGroups: [unknown],
    });
  });

  it("passes an explicit provider to its children", async () => {
    const engine = await start();
    await engine.run(() => new SharedFileSystem("shared", args, { providers: { aws: new aws.Provider("own") } }));
    const children = engine.registered.filter(({ parent }) => parent === "shared");
    assert.equal(children.length, 7);
    for (const { name, provider } of children) assert.equal(provider, "own", name);
  });

  it("names everything that is wrong with its arguments at once, and registers nothing", async () => {
    const engine = await start();
    const wrong = JSON.parse(
      '{"subnetIds": [], "throughput": "fast", "lifecycle": {"infrequentAccessAfterDays": 2, "archiveAfterDays": 3}}',
    ) as Partial<SharedFileSystemArgs>;
    assert.throws(
      () => new SharedFileSystem("shared", { ...args, ...wrong }),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        const days = "must be false or one of 1, 7, 14, 30, 60, 90, 180, 270, 365";
        assert.deepEqual(error.errors, [
          { propertyPath: "subnetIds", reason: "must have at least one subnet, got an empty list" },
          { propertyPath: "throughput", reason: 'must be elastic or bursting, got "fast"' },
          { propertyPath: "lifecycle.infrequentAccessAfterDays", reason: `${days}, got 2` },
          { propertyPath: "lifecycle.archiveAfterDays", reason: `${days}, got 3` },
        ]);
        return true;
      },
    );
    const archive = (lifecycle: SharedFileSystemArgs["lifecycle"], throughput?: "bursting") =>
      sharedFileSystemErrors({ ...args, throughput, lifecycle });
    const propertyPath = "lifecycle.archiveAfterDays";
    assert.deepEqual(archive({ archiveAfterDays: 30 }), [
      { propertyPath, reason: "must be more than infrequentAccessAfterDays, 30, got 30" },
    ]);
    assert.deepEqual(archive({ archiveAfterDays: 90 }, "bursting"), [
      { propertyPath, reason: "needs elastic throughput, and throughput is bursting" },
    ]);
    assert.deepEqual(archive({ archiveAfterDays: 90 }), []);
    await pulumi.runtime.disconnect();
    assert.deepEqual(engine.registered, []);
  });
});

describe("lifecyclePolicies", () => {
  it("has one transition in each, and a way back where there is a way out", () => {
    assert.deepEqual(lifecyclePolicies({ infrequentAccessAfterDays: 1, archiveAfterDays: 365 }), [
      { transitionToIa: "AFTER_1_DAY" },
      { transitionToArchive: "AFTER_365_DAYS" },
      { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" },
    ]);
    assert.deepEqual(lifecyclePolicies({ backOnAccess: false }), [{ transitionToIa: "AFTER_30_DAYS" }]);
    assert.deepEqual(lifecyclePolicies({ infrequentAccessAfterDays: false }), []);
  });
});
