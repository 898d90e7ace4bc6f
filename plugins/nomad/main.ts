import { serve } from "../server";
import { aclPolicy, aclToken } from "./acl";
import { aclAuthMethod, aclBindingRule } from "./acl-login";
import { NomadClient } from "./client";
import { configSchema, settingsOf } from "./config";
import { job } from "./job";
import { namespace } from "./namespace";
import { nodePool } from "./node-pool";
import { schedulerConfig } from "./scheduler-config";
import { variable } from "./variable";

// How long an unreachable or leaderless Nomad is tried again, in seconds.
const PATIENCE_VARIABLE = "PULUMI_COS_NOMAD_PATIENCE_SECONDS";
const DEFAULT_PATIENCE_SECONDS = 30;

serve<NomadClient>({
  name: "nomad",
  version: "2.6.1",
  comparison: "state",
  config: configSchema,
  configure: (config) => {
    const patience = Number(process.env[PATIENCE_VARIABLE] ?? DEFAULT_PATIENCE_SECONDS);
    return new NomadClient(settingsOf(config, process.env), patience * 1000);
  },
  resources: {
    "nomad:index/aclAuthMethod:AclAuthMethod": aclAuthMethod,
    "nomad:index/aclBindingRule:AclBindingRule": aclBindingRule,
    "nomad:index/aclPolicy:AclPolicy": aclPolicy,
    "nomad:index/aclToken:AclToken": aclToken,
    "nomad:index/job:Job": job,
    "nomad:index/namespace:Namespace": namespace,
    "nomad:index/nodePool:NodePool": nodePool,
    "nomad:index/schedulerConfig:SchedulerConfig": schedulerConfig,
    "nomad:index/variable:Variable": variable,
  },
});
