import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { arn } from "../cloud";
import { type Behaviour, numberOf, shown, textOf } from "./behaviour";
import { Checks, isGiven } from "./checks";

const LONGEST_KEY_POLICY = 32_768;

// Bytes of a parameter's value, by its tier.
const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;

// A change of tags alone is no new version.
const isTag = (property: string) => ["tags", "tagsAll"].includes(property);

const VALUES = ["value", "insecureValue", "valueWo"];

const parameter: Behaviour = {
  check: (inputs) => {
    const checks = new Checks(inputs)
      .exactlyOne(...VALUES)
      .oneOf("type", ["String", "StringList", "SecureString"])
      .oneOf("tier", ["Standard", "Advanced", "Intelligent-Tiering"])
      .matches("name", /^[\w./-]{1,1011}$/, "letters, digits and /_.-");
    if (inputs["type"] === "SecureString" && isGiven(inputs["insecureValue"])) {
      checks.add("insecureValue", 'is not for parameters of the type "SecureString"');
    }
    const longest = ["Advanced", "Intelligent-Tiering"].includes(textOf(inputs["tier"]) ?? "")
      ? ADVANCED_BYTES
      : STANDARD_BYTES;
    for (const { path, value } of VALUES.flatMap((property) => checks.at(property))) {
      const bytes = Buffer.byteLength(typeof value === "string" ? value : "");
      if (bytes > longest) checks.add(path, `has ${bytes} bytes; a parameter of this tier takes ${longest} at most`);
    }
    return checks.failures;
  },
  id: ({ name }) => textOf(name) ?? "",
  outputs: (id, inputs, site, former) => {
    const { insecureValue, value, valueWo } = inputs;
    const isNew = Object.entries(inputs).some(([name, of]) => !isTag(name) && !isDeepStrictEqual(of, former[name]));
    return {
      arn: arn(site, "ssm", `parameter/${id.replace(/^\//, "")}`),
      version: (numberOf(former["version"]) ?? 0) + Number(isNew),
      tier: "Standard",
      dataType: "text",
      keyId: "",
      hasValueWo: isGiven(valueWo),
      ...(isGiven(insecureValue) ? { value: insecureValue ?? "" } : {}),
      ...(isGiven(value) ? { insecureValue: "" } : {}),
    };
  },
  unknownAfter: (changed) => (changed.every(isTag) ? [] : ["version"]),
};

const key: Behaviour = {
  check: (inputs) =>
    new Checks(inputs)
      .oneOf("keyUsage", ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"])
      .between("deletionWindowInDays", 7, 30)
      .between("rotationPeriodInDays", 90, 2560)
      .policy("policy", LONGEST_KEY_POLICY).failures,
  id: () => randomUUID(),
  outputs: (id, _inputs, site) => ({
    arn: arn(site, "kms", `key/${id}`),
    keyId: id,
    description: "",
    multiRegion: false,
    policy: JSON.stringify({
      Version: "2012-10-17",
      Id: "key-default-1",
      Statement: [
        {
          Sid: "Enable IAM User Permissions",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${site.cloud.accountId}:root` },
          Action: "kms:*",
          Resource: "*",
        },
      ],
    }),
  }),
};

const alias: Behaviour = {
  check: (inputs) =>
    new Checks(inputs).matches(
      "name",
      /^alias\/(?!aws\/)[\w/-]+$/,
      'a name that begins with "alias/", and not "alias/aws/"',
    ).failures,
  id: ({ name }) => textOf(name) ?? "",
  outputs: (id, { targetKeyId }, site) => ({
    arn: arn(site, "kms", id),
    targetKeyArn: shown(targetKeyId).startsWith("arn:")
      ? (targetKeyId ?? "")
      : arn(site, "kms", `key/${shown(targetKeyId)}`),
    namePrefix: "",
  }),
};

export const secretBehaviours: Readonly<Record<string, Behaviour>> = {
  "aws:ssm/parameter:Parameter": parameter,
  "aws:kms/key:Key": key,
  "aws:kms/alias:Alias": alias,
};
