import type { PlainMap } from "../../value";
import { type Site, globalArn, hex } from "../cloud";
import { type Behaviour, shown, textOf } from "./behaviour";
import { Checks } from "./checks";

// IAM's quotas, in characters without white space.
const LONGEST_TRUST_POLICY = 2048;
const LONGEST_ROLE_POLICY = 10_240;
const LONGEST_MANAGED_POLICY = 6144;

const NAME_MEANING = "letters, digits and +=,.@-_";
const CREATED = "2026-01-01T00:00:00Z";

const ROLE = "aws:iam/role:Role";

const role: Behaviour = {
  check: (inputs) =>
    new Checks(inputs)
      .matches("name", /^[\w+=,.@-]{1,64}$/, `up to 64 ${NAME_MEANING}`)
      .matches("path", /^\/([!-~]+\/)?$/, 'a path that begins and ends with "/"')
      .between("maxSessionDuration", 3600, 43_200)
      .policy("assumeRolePolicy", LONGEST_TRUST_POLICY).failures,
  id: ({ name }) => textOf(name) ?? "",
  outputs: (id, { path }, site, former) => ({
    arn: globalArn(site, "iam", `role${shown(path ?? "/")}${id}`),
    uniqueId: former["uniqueId"] ?? uniqueId("AROA"),
    createDate: CREATED,
    managedPolicyArns: [],
    inlinePolicies: [],
    namePrefix: "",
  }),
};

const rolePolicy: Behaviour = {
  check: (inputs) =>
    new Checks(inputs)
      .matches("name", /^[\w+=,.@-]{1,128}$/, `up to 128 ${NAME_MEANING}`)
      .policy("policy", LONGEST_ROLE_POLICY).failures,
  allow: hasRole,
  id: ({ role: of, name }) => `${shown(of)}:${shown(name)}`,
  outputs: () => ({ namePrefix: "" }),
};

const policy: Behaviour = {
  check: (inputs) =>
    new Checks(inputs)
      .matches("name", /^[\w+=,.@-]{1,128}$/, `up to 128 ${NAME_MEANING}`)
      .policy("policy", LONGEST_MANAGED_POLICY).failures,
  id: ({ name, path }, site) => globalArn(site, "iam", `policy${shown(path ?? "/")}${shown(name)}`),
  outputs: (id, _inputs, _site, former) => ({
    arn: id,
    policyId: former["policyId"] ?? uniqueId("ANPA"),
    attachmentCount: 0,
    namePrefix: "",
  }),
};

const rolePolicyAttachment: Behaviour = {
  check: (inputs) =>
    new Checks(inputs).matches("policyArn", /^arn:[\w-]+:iam::(\d{12}|aws):policy\/.+$/, "a policy's ARN").failures,
  allow: hasRole,
  id: ({ role: of, policyArn }) => `${shown(of)}/${shown(policyArn)}`,
};

const instanceProfile: Behaviour = {
  check: (inputs) => new Checks(inputs).matches("name", /^[\w+=,.@-]{1,128}$/, `up to 128 ${NAME_MEANING}`).failures,
  allow: hasRole,
  id: ({ name }) => textOf(name) ?? "",
  outputs: (id, { path }, site, former) => ({
    arn: globalArn(site, "iam", `instance-profile${shown(path ?? "/")}${id}`),
    uniqueId: former["uniqueId"] ?? uniqueId("AIPA"),
    createDate: CREATED,
    namePrefix: "",
  }),
};

function hasRole({ role: name }: PlainMap, { cloud: { account } }: Site): void {
  const wanted = textOf(name);
  if (!account.lasts || wanted === undefined || account.get(ROLE, wanted)) return;
  throw new Error(`NoSuchEntity: The role with name ${wanted} cannot be found.`);
}

const serviceLinkedRole: Behaviour = {
  check: (inputs) =>
    new Checks(inputs).matches(
      "awsServiceName",
      /^[\w.-]+\.amazonaws\.com$/,
      "a service such as autoscaling.amazonaws.com",
    ).failures,
  id: (inputs, site) => serviceRoleArn(inputs, site),
  outputs: (id, { awsServiceName }) => ({
    arn: id,
    name: id.split("/").at(-1) ?? "",
    path: `/aws-service-role/${shown(awsServiceName)}/`,
    uniqueId: uniqueId("AROA"),
    createDate: CREATED,
  }),
};

function serviceRoleArn({ awsServiceName, customSuffix }: PlainMap, site: Site): string {
  const service = shown(awsServiceName);
  const words = (service.split(".")[0] ?? "").split("-").map((word) => (word[0]?.toUpperCase() ?? "") + word.slice(1));
  const suffix = textOf(customSuffix);
  const name = `AWSServiceRoleFor${words.join("")}${suffix === undefined ? "" : `_${suffix}`}`;
  return globalArn(site, "iam", `role/aws-service-role/${service}/${name}`);
}

const openIdConnectProvider: Behaviour = {
  check: (inputs) => new Checks(inputs).matches("url", /^https:\/\//, "a URL that begins with https://").failures,
  id: ({ url }, site) => globalArn(site, "iam", `oidc-provider/${shown(url).replace(/^https:\/\//, "")}`),
  outputs: (id) => ({ arn: id, thumbprintLists: [] }),
};

function uniqueId(prefix: string): string {
  return `${prefix}${hex(17).toUpperCase()}`;
}

export const identityBehaviours: Readonly<Record<string, Behaviour>> = {
  [ROLE]: role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/policy:Policy": policy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
  "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": serviceLinkedRole,
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": openIdConnectProvider,
};
