import * as nomad from "@pulumi/nomad";
import { NomadJobs, ReadyGate } from "./components";
import { loadConfig } from "./stack-config";

const config = loadConfig();

// The cluster whose addresses the stack's configuration gives.
const cluster = config.existing;

const gate = new ReadyGate("ready", cluster);

const provider = new nomad.Provider("nomad", { address: cluster.nomadAddress });

const jobs = new NomadJobs("jobs", { jobs: config.jobs }, { providers: { nomad: provider }, dependsOn: gate });

export const consulAddress = cluster.consulAddress;
export const nomadAddress = cluster.nomadAddress;
export const clusterWarning = gate.warning;
export const jobIds = jobs.ids;
