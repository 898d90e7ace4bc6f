export * from "./acl-token";
export * from "./api-access";
export * from "./bastion";
export * from "./certificate-authority";
export * from "./client-pool";
export * from "./cluster-acl";
export * from "./cluster-record";
export * from "./cluster-settings";
export * from "./consul-acl";
export * from "./consul-cluster";
export {
  type ConsulAgentOptions,
  consulAgentConfig,
  type ConsulTokens,
  consulTokens,
} from "./consul-cluster/agent-config";
export * from "./container-registry";
export * from "./cos";
export * from "./existing-cluster";
export * from "./gossip-keyring";
export * from "./ingress";
export * from "./machine-image";
export * from "./network";
export * from "./node";
export * from "./node-secrets";
export * from "./nomad-acl";
export * from "./nomad-cluster";
export {
  type NomadAgentOptions,
  type NomadClientOptions,
  nomadAgentConfig,
  type TaskDriver,
} from "./nomad-cluster/agent-config";
export * from "./nomad-jobs";
export { consulPorts, fabioPorts, nomadPorts } from "./ports";
export * from "./ready-gate";
export * from "./server-rollout";
export * from "./shared-file-system";
export * from "./ui-access";
