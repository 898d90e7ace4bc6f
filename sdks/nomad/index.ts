import * as pulumi from "@pulumi/pulumi";
import * as types from "./types";
import * as utilities from "./utilities";

export { types };

export type { AclAuthMethodArgs, AclAuthMethodState } from "./aclAuthMethod";
export type AclAuthMethod = import("./aclAuthMethod").AclAuthMethod;
export declare const AclAuthMethod: typeof import("./aclAuthMethod").AclAuthMethod;

export type { AclBindingRuleArgs, AclBindingRuleState } from "./aclBindingRule";
export type AclBindingRule = import("./aclBindingRule").AclBindingRule;
export declare const AclBindingRule: typeof import("./aclBindingRule").AclBindingRule;

export type { AclPolicyArgs, AclPolicyState } from "./aclPolicy";
export type AclPolicy = import("./aclPolicy").AclPolicy;
export declare const AclPolicy: typeof import("./aclPolicy").AclPolicy;

export type { AclRoleArgs, AclRoleState } from "./aclRole";
export type AclRole = import("./aclRole").AclRole;
export declare const AclRole: typeof import("./aclRole").AclRole;

export type { AclTokenArgs, AclTokenState } from "./aclToken";
export type AclToken = import("./aclToken").AclToken;
export declare const AclToken: typeof import("./aclToken").AclToken;

export type { CsiVolumeArgs, CsiVolumeState } from "./csiVolume";
export type CsiVolume = import("./csiVolume").CsiVolume;
export declare const CsiVolume: typeof import("./csiVolume").CsiVolume;

export type { CsiVolumeRegistrationArgs, CsiVolumeRegistrationState } from "./csiVolumeRegistration";
export type CsiVolumeRegistration = import("./csiVolumeRegistration").CsiVolumeRegistration;
export declare const CsiVolumeRegistration: typeof import("./csiVolumeRegistration").CsiVolumeRegistration;

export type { DynamicHostVolumeArgs, DynamicHostVolumeState } from "./dynamicHostVolume";
export type DynamicHostVolume = import("./dynamicHostVolume").DynamicHostVolume;
export declare const DynamicHostVolume: typeof import("./dynamicHostVolume").DynamicHostVolume;

export type {
  DynamicHostVolumeRegistrationArgs,
  DynamicHostVolumeRegistrationState,
} from "./dynamicHostVolumeRegistration";
export type DynamicHostVolumeRegistration = import("./dynamicHostVolumeRegistration").DynamicHostVolumeRegistration;
export declare const DynamicHostVolumeRegistration: typeof import("./dynamicHostVolumeRegistration").DynamicHostVolumeRegistration;

export type { JobArgs, JobState } from "./job";
export type Job = import("./job").Job;
export declare const Job: typeof import("./job").Job;

export type { NamespaceArgs, NamespaceState } from "./namespace";
export type Namespace = import("./namespace").Namespace;
export declare const Namespace: typeof import("./namespace").Namespace;

export type { NodePoolArgs, NodePoolState } from "./nodePool";
export type NodePool = import("./nodePool").NodePool;
export declare const NodePool: typeof import("./nodePool").NodePool;

export type { SchedulerConfigArgs, SchedulerConfigState } from "./schedulerConfig";
export type SchedulerConfig = import("./schedulerConfig").SchedulerConfig;
export declare const SchedulerConfig: typeof import("./schedulerConfig").SchedulerConfig;

export type { VariableArgs, VariableState } from "./variable";
export type Variable = import("./variable").Variable;
export declare const Variable: typeof import("./variable").Variable;

export type { ProviderArgs } from "./provider";
export type Provider = import("./provider").Provider;
export declare const Provider: typeof import("./provider").Provider;

const resources = {
  AclAuthMethod: "aclAuthMethod",
  AclBindingRule: "aclBindingRule",
  AclPolicy: "aclPolicy",
  AclRole: "aclRole",
  AclToken: "aclToken",
  CsiVolume: "csiVolume",
  CsiVolumeRegistration: "csiVolumeRegistration",
  DynamicHostVolume: "dynamicHostVolume",
  DynamicHostVolumeRegistration: "dynamicHostVolumeRegistration",
  Job: "job",
  Namespace: "namespace",
  NodePool: "nodePool",
  SchedulerConfig: "schedulerConfig",
  Variable: "variable",
};

/** A class, as it is called to refer to a resource that exists. */
type Constructor<T> = new (name: string, args: undefined, opts: { urn: string }) => T;

/** The class of a name, loaded by its first use: most programs need one or two. */
function load(name: string, file: string): unknown {
  return (module.require(`./${file}`) as Record<string, unknown>)[name];
}

for (const [name, file] of Object.entries({ ...resources, Provider: "provider" })) {
  Object.defineProperty(module.exports, name, { enumerable: true, get: () => load(name, file) });
}

// A reference to a resource, as stack outputs and components hold them, becomes the resource again.
for (const [name, file] of Object.entries(resources)) {
  pulumi.runtime.registerResourceModule("nomad", `index/${file}`, {
    version: utilities.version,
    construct: (resource, type, urn) => {
      if (type !== `nomad:index/${file}:${name}`) {
        throw new Error(`unknown resource type ${type}`);
      }
      return new (load(name, file) as Constructor<pulumi.Resource>)(resource, undefined, { urn });
    },
  });
}

pulumi.runtime.registerResourcePackage("nomad", {
  version: utilities.version,
  constructProvider: (name, type, urn) => {
    if (type !== "pulumi:providers:nomad") {
      throw new Error(`unknown provider type ${type}`);
    }
    return new (load("Provider", "provider") as Constructor<pulumi.ProviderResource>)(name, undefined, { urn });
  },
});
