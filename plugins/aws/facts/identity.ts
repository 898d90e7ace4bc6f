import type { Facts } from "../schema";

/** IAM: roles, policies, instance profiles. Lengths of names: IAM's quotas. */
export const identityFacts: Readonly<Record<string, Facts>> = {
  "aws:iam/role:Role": {
    replaces: "name namePrefix path",
    computed: "inlinePolicies managedPolicyArns namePrefix",
    defaults: { forceDetachPolicies: false, maxSessionDuration: 3600, path: "/" },
    autoName: { maxLength: 64 },
  },
  "aws:iam/rolePolicy:RolePolicy": {
    replaces: "name namePrefix role",
    computed: "namePrefix",
    autoName: { maxLength: 128 },
  },
  "aws:iam/policy:Policy": {
    replaces: "description name namePrefix path",
    computed: "namePrefix",
    defaults: { path: "/" },
    autoName: { maxLength: 128 },
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { replaces: "policyArn role" },
  "aws:iam/instanceProfile:InstanceProfile": {
    replaces: "name namePrefix path",
    computed: "namePrefix",
    defaults: { path: "/" },
    autoName: { maxLength: 128 },
  },
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": { replaces: "awsServiceName customSuffix" },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": { replaces: "url", computed: "thumbprintLists" },
};
