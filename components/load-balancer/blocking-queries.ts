/** Consul's and Nomad's blocking queries answer nothing for at most 10 minutes, and up to a sixteenth longer. */
const longestSeconds = 600 * (1 + 1 / 16);

/**
 * Seconds after which load balancers in front of Consul and Nomad close a silent connection: later than any blocking query
 * ends. Source: the API references, "Blocking Queries".
 */
export const blockingQueryTimeoutSeconds = Math.ceil(longestSeconds / 60) * 60;
