export { NomadJobs, NomadJobArgs, NomadJobsArgs, JobVariable } from "./nomad-jobs";
export { ReadyGate, ReadyGateArgs } from "./ready-gate";
export { ConsulAgentOptions, consulAgentConfig } from "./consul-cluster/agent-config";
export { NomadAgentOptions, NomadClientOptions, nomadAgentConfig, TaskDriver } from "./nomad-cluster/agent-config";
