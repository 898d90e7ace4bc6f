/** What load balancers and target groups may be called. */
export const NAME = /^(?!internal-)[a-zA-Z0-9]([a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$/;
export const NAME_MEANING = "up to 32 letters, digits and hyphens, neither first nor last a hyphen";

/** The protocols of listeners, target groups and health checks. */
export const PROTOCOLS = ["HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC"];
