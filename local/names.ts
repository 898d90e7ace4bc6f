/** What the local agents call themselves and what they are of. */
export const nodeName = "local";
/** Consul datacenter, and Nomad datacenter of the node. */
export const datacenter = "local";
/** Nomad region. */
export const region = "global";
