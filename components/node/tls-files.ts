import type { PropertyError } from "../checks";

/** Files by which an agent shows who it is, and knows others. */
export interface TlsFiles {
  /** Its certificate and that certificate's private key, PEM, one after the other. */
  identity: string;
  /** Certificates of the authorities that it trusts, PEM. */
  authorities: string;
}

/** Where the agents of nodes have them. They read them anew when they are reloaded. */
export const tlsFiles = {
  consul: { identity: "/etc/consul.d/tls/agent.pem", authorities: "/etc/consul.d/tls/ca.pem" },
  nomad: { identity: "/etc/nomad.d/tls/agent.pem", authorities: "/etc/nomad.d/tls/ca.pem" },
} as const satisfies Record<string, TlsFiles>;

/** The files by the names that both products' configurations have for them. */
export const tlsFileSettings = ({ identity, authorities }: TlsFiles) => ({
  ca_file: authorities,
  cert_file: identity,
  key_file: identity,
});

/**
 * What is missing among the secrets of nodes whose agents are to have certificates.
 *
 * @param tls whether the agent of each product is to have one
 */
export function tlsFileErrors(
  secrets: readonly { path: string }[] = [],
  tls: Partial<Record<keyof typeof tlsFiles, boolean | undefined>>,
): PropertyError[] {
  const wanted = (["consul", "nomad"] as const).filter((product) => tls[product]);
  const missing = wanted
    .flatMap((product): string[] => Object.values(tlsFiles[product]))
    .filter((file) => !secrets.some(({ path }) => path === file));
  if (missing.length === 0) return [];
  const reason = `must bring the certificates that tls needs (see agentCertificates), for the files ${missing.join(", ")}`;
  return [{ propertyPath: "secrets", reason }];
}
