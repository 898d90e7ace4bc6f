import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Bastion, type BastionArgs, bastionErrors } from "../../../components/bastion";
import { awsFunctions, awsOutputs } from "../../../cli/preview/mock-aws";
import { MockEngine, unknown, valueOf } from "../../../cli/preview/mock-engine";

const base: BastionArgs = { vpcId: "vpc-1", subnetId: "subnet-public" };
const outputs = { ...awsOutputs, "aws:ec2/instance:Instance": { publicIp: "198.51.100.4" } };

async function make(changes: Partial<BastionArgs> = {}, preview = false, opts?: () => pulumi.ComponentResourceOptions) {
  const asked: unknown[] = [];
  const engine = await MockEngine.start(outputs, preview, {
    ...awsFunctions,
    "aws:ssm/getParameter:getParameter": (args) => {
      asked.push(args.name);
      return { insecureValue: "ami-amazon-linux", id: "parameter" };
    },
  });
  const bastion = await engine.run(() => new Bastion("door", { ...base, ...changes }, opts?.()));
  const inputsOf = (name: string) => {
    const found = engine.registered.filter((resource) => resource.name === name);
    assert.equal(found.length, 1, `${name} is there ${found.length} times`);
    return found[0]?.inputs as Record<string, unknown>;
  };
  return { engine, bastion, asked, inputsOf };
}

const childrenOf = (engine: MockEngine) =>
  engine.registered
    .filter(({ parent }) => parent === "door")
    .map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`)
    .sort();

const children = [
  "Instance door-instance",
  "InstanceProfile door-profile",
  "Role door-role",
  "RolePolicy door-policy",
  "SecurityGroup door-security-group",
  "SecurityGroupEgressRule door-bastion-to-internet-0.0.0.0/0-tcp-443-egress",
];

const targets = { "consul-server": "sg-consul", "nomad-server": "sg-nomad", client: "sg-client" };

describe("Bastion", () => {
  it("has exactly these children, and no way in but Session Manager, by default", async () => {
    const { engine } = await make();
    assert.deepEqual(childrenOf(engine), children);
    assert.equal(engine.registered.length, children.length + 1);
  });

  it("makes an instance in a public subnet that is hard to misuse", async () => {
    const { engine, asked, inputsOf } = await make({ tags: { team: "platform" } });
    assert.deepEqual(inputsOf("door-instance"), {
      ami: "ami-amazon-linux",
      instanceType: "t4g.nano",
      subnetId: "subnet-public",
      associatePublicIpAddress: true,
      vpcSecurityGroupIds: ["door-security-group-id"],
      iamInstanceProfile: "door-profile",
      rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 8 },
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      creditSpecification: { cpuCredits: "standard" },
      tags: { team: "platform", Name: "door-instance" },
      volumeTags: { team: "platform", Name: "door-instance" },
    });
    assert.deepEqual(asked, ["/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"]);
    assert.ok(
      engine.registered.find(({ name }) => name === "door-instance")?.dependsOn.includes("door-policy"),
      "it starts with its rights",
    );
  });

  it("has the rights that finding nodes and Session Manager need", async () => {
    const { inputsOf } = await make();
    assert.equal(inputsOf("door-policy").role, "door-role");
    const { Statement } = JSON.parse(inputsOf("door-policy").policy as string) as { Statement: unknown };
    assert.deepEqual(Statement, [
      { Sid: "FindNodes", Effect: "Allow", Action: ["ec2:DescribeInstances"], Resource: ["*"] },
      {
        Sid: "SessionManager",
        Effect: "Allow",
        Action: [
          "ssm:UpdateInstanceInformation",
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
        Resource: ["*"],
      },
    ]);
    assert.deepEqual(JSON.parse(inputsOf("door-role").assumeRolePolicy as string), {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
    });
  });

  it("lets allowed addresses in by SSH, and from it to the nodes, at both ends", async () => {
    const { engine, inputsOf } = await make({ keyName: "ops", allowedCidrs: ["203.0.113.7/32"], targets });
    const toTargets = Object.keys(targets).flatMap((target) => [
      `SecurityGroupEgressRule door-bastion-to-${target}-tcp-22-egress`,
      `SecurityGroupIngressRule door-bastion-to-${target}-tcp-22-ingress`,
    ]);
    const fromOperators = "SecurityGroupIngressRule door-operator-203.0.113.7/32-to-bastion-tcp-22-ingress";
    assert.deepEqual(childrenOf(engine), [...children, ...toTargets, fromOperators].sort());
    const ssh = { ipProtocol: "tcp", fromPort: 22, toPort: 22 };
    assert.deepEqual(inputsOf("door-operator-203.0.113.7/32-to-bastion-tcp-22-ingress"), {
      ...ssh,
      securityGroupId: "door-security-group-id",
      cidrIpv4: "203.0.113.7/32",
      description: "SSH to the bastion",
      tags: { Name: "door-operator-203.0.113.7/32-to-bastion-tcp-22-ingress" },
    });
    assert.deepEqual(inputsOf("door-bastion-to-client-tcp-22-ingress"), {
      ...ssh,
      securityGroupId: "sg-client",
      referencedSecurityGroupId: "door-security-group-id",
      description: "SSH from the bastion",
      tags: { Name: "door-bastion-to-client-tcp-22-ingress" },
    });
    assert.equal(inputsOf("door-instance").keyName, "ops");
  });

  it("says how to log in", async () => {
    const loginOf = async (changes: Partial<BastionArgs>) => {
      const { bastion } = await make(changes);
      return valueOf(bastion.loginCommand);
    };
    const withKey = { keyName: "ops", allowedCidrs: ["203.0.113.7/32"] };
    assert.equal(await loginOf({}), "aws ssm start-session --region eu-central-1 --target door-instance-id");
    assert.equal(await loginOf(withKey), "ssh ec2-user@198.51.100.4");
    assert.equal(await loginOf({ ...withKey, image: { id: "ami-debian" } }), "ssh admin@198.51.100.4");
    assert.equal(await loginOf({ ...withKey, user: "root" }), "ssh root@198.51.100.4");
  });

  it("takes each option", async () => {
    const { asked, inputsOf } = await make({
      image: { id: "ami-mine", architecture: "x86_64" },
      instanceType: "c7i.large",
      rootVolumeSizeGiB: 20,
      kmsKeyId: "arn:key",
    });
    const instance = inputsOf("door-instance");
    assert.deepEqual(asked, []);
    assert.deepEqual(
      { ami: instance.ami, type: instance.instanceType, credits: instance.creditSpecification },
      { ami: "ami-mine", type: "c7i.large", credits: undefined },
    );
    assert.deepEqual(instance.rootBlockDevice, {
      encrypted: true,
      volumeType: "gp3",
      kmsKeyId: "arn:key",
      volumeSize: 20,
    });
  });

  it("looks for the image of its instance type's architecture", async () => {
    const { asked } = await make({ instanceType: "t3.nano" });
    assert.deepEqual(asked, ["/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"]);
  });

  it("merges transforms over its own arguments", async () => {
    const { inputsOf } = await make({
      transform: {
        instance: { monitoring: true },
        role: { path: "/ops/" },
        instanceProfile: { path: "/ops/" },
      },
    });
    assert.equal(inputsOf("door-instance").monitoring, true);
    assert.equal(inputsOf("door-role").path, "/ops/");
    assert.equal(inputsOf("door-profile").path, "/ops/");
  });

  it("registers its outputs", async () => {
    const { engine, bastion } = await make({ keyName: "ops", allowedCidrs: ["203.0.113.7/32"] });
    const expected = {
      publicIp: "198.51.100.4",
      keyName: "ops",
      loginCommand: "ssh ec2-user@198.51.100.4",
      instanceId: "door-instance-id",
      securityGroupId: "door-security-group-id",
    };
    assert.deepEqual(engine.registered.find(({ name }) => name === "door")?.outputs, expected);
    assert.equal(await valueOf(bastion.publicIp), expected.publicIp);
  });

  it("shows all of it in a preview of an empty account", async () => {
    const { engine, inputsOf, bastion } = await make({ targets }, true);
    const { engine: real } = await make({ targets });
    assert.deepEqual(childrenOf(engine), childrenOf(real));
    assert.deepEqual(inputsOf("door-instance").vpcSecurityGroupIds, [unknown]);
    assert.equal(await valueOf(bastion.loginCommand), undefined);
  });

  it("uses the provider that is given to it", async () => {
    const { engine } = await make({ targets }, false, () => ({
      provider: new aws.Provider("frankfurt", { region: "eu-central-1" }),
    }));
    const made = engine.registered.filter(({ parent }) => parent === "door");
    assert.equal(made.length, children.length + 6);
    for (const { name, provider } of made) assert.equal(provider, "frankfurt", name);
  });

  it("refuses bad arguments, all at once, before anything is made", async () => {
    const engine = await MockEngine.start(outputs);
    const args: BastionArgs = {
      ...base,
      image: { id: "ami-mine", architecture: "arm64" },
      instanceType: "t3.nano",
      allowedCidrs: ["0.0.0.0/0"],
      rootVolumeSizeGiB: 0,
      targets: { ...targets, alb: "sg-alb" } as BastionArgs["targets"],
    };
    assert.throws(
      () => new Bastion("door", args),
      (error: unknown) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          error.errors.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`),
          [
            'instanceType: "t3.nano" is x86_64, but the image is arm64',
            "rootVolumeSizeGiB: must be a whole number of GiB between 1 and 16384, got 0",
            'allowedCidrs[0]: "0.0.0.0/0" lets everybody in: say your own addresses, or allowAnyAddress: true if that is meant',
            "targets.alb: must be one of consul-server, nomad-server, client",
          ],
        );
        return true;
      },
    );
    await engine.run(() => undefined);
    assert.deepEqual(engine.registered, []);
  });

  it("wants to know who may come by SSH where there is a key", () => {
    assert.deepEqual(bastionErrors(base), []);
    assert.deepEqual(bastionErrors({ ...base, allowedCidrs: ["0.0.0.0/0"], allowAnyAddress: true }), []);
    assert.deepEqual(bastionErrors({ ...base, keyName: "ops" }), [
      {
        propertyPath: "allowedCidrs",
        reason: "must say with keyName who may come by SSH; leave both out to log in by SSM Session Manager only",
      },
    ]);
    assert.match(bastionErrors({ ...base, allowedCidrs: [] })[0]?.reason ?? "", /an empty list lets nobody in/);
  });
});
