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
