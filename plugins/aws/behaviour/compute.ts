import { createHash } from "node:crypto";
import { arn, ec2Id } from "../cloud";
import { autoScalingBehaviours } from "./auto-scaling";
import { type Behaviour, ec2, mapOf, shown, textOf, textsOf } from "./behaviour";
import { Checks, isGiven } from "./checks";
import { LAUNCH_TEMPLATE, launchTemplate } from "./launch-template";

const keyPair: Behaviour = {
  check: (inputs) => new Checks(inputs).atMostOne("keyName", "keyNamePrefix").failures,
  id: ({ keyName }) => textOf(keyName) ?? ec2Id("key"),
  outputs: (id, { publicKey }, site, former) => ({
    arn: arn(site, "ec2", `key-pair/${id}`),
    keyPairId: former["keyPairId"] ?? ec2Id("key"),
    keyType: shown(publicKey).startsWith("ssh-ed25519") ? "ed25519" : "rsa",
    fingerprint: createHash("md5")
      .update(shown(publicKey))
      .digest("hex")
      .replaceAll(/(..)(?!$)/g, "$1:"),
    keyNamePrefix: "",
  }),
};

const instance: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs)
      .atMostOne("userData", "userDataBase64")
      .oneOf("metadataOptions.httpTokens", ["required", "optional"])
      .oneOf("creditSpecification.cpuCredits", ["standard", "unlimited"]);
    if (!isGiven(inputs["launchTemplate"])) {
      if (!isGiven(inputs["ami"])) checks.add("ami", 'is needed without "launchTemplate"');
      if (!isGiven(inputs["instanceType"])) checks.add("instanceType", 'is needed without "launchTemplate"');
    }
    return checks.failures;
  },
  ...ec2("i", (id, inputs, site, former) => {
    const subnet = site.cloud.account.get("aws:ec2/subnet:Subnet", textOf(inputs["subnetId"]) ?? "")?.values ?? {};
    const privateIp = textOf(inputs["privateIp"]) ?? textOf(former["privateIp"]) ?? "10.0.0.10";
    return {
      arn: arn(site, "ec2", `instance/${id}`),
      availabilityZone: subnet["availabilityZone"] ?? `${site.region}a`,
      instanceState: "running",
      instanceLifecycle: "",
      outpostArn: "",
      passwordData: "",
      primaryNetworkInterfaceId: former["primaryNetworkInterfaceId"] ?? ec2Id("eni"),
      privateIp,
      privateDns: `ip-${privateIp.replaceAll(".", "-")}.${site.region}.compute.internal`,
      publicDns: "",
      publicIp: "",
      spotInstanceRequestId: "",
      subnetId: "",
      keyName: "",
      vpcSecurityGroupIds: textsOf(former["vpcSecurityGroupIds"]),
      metadataOptions: mapOf(former["metadataOptions"]),
    };
  }),
};

const volumeAttachment: Behaviour = {
  id: ({ deviceName, instanceId, volumeId }) => {
    const hash = createHash("sha256").update([deviceName, instanceId, volumeId].map(String).join("-"));
    return `vai-${hash.digest("hex").slice(0, 10)}`;
  },
};

export const computeBehaviours: Readonly<Record<string, Behaviour>> = {
  ...autoScalingBehaviours,
  [LAUNCH_TEMPLATE]: launchTemplate,
  "aws:ec2/keyPair:KeyPair": keyPair,
  "aws:ec2/instance:Instance": instance,
  "aws:ec2/volumeAttachment:VolumeAttachment": volumeAttachment,
};
