import * as pulumi from "@pulumi/pulumi";

/** Where the APIs of a cluster are, and by what they are known. */
export interface ClusterApis {
  /** URL of the Consul API, for instance `https://consul.example:8501`. */
  consulAddress: pulumi.Input<string>;
  /** URL of the Nomad API, for instance `https://nomad.example:4646`. */
  nomadAddress: pulumi.Input<string>;
  /** Certificates of the authorities that the certificates of both APIs are by, PEM. @default those that Node trusts */
  caPem?: pulumi.Input<string> | undefined;
  /**
   * Names that the certificates must be for. With them a load balancer can be replaced: certificates for the name of the new one come through it.
   * @default the hosts of the URLs
   */
  serverNames?: { consul: pulumi.Input<string>; nomad: pulumi.Input<string> } | undefined;
  /**
   * Secrets of tokens that programs ask the APIs with, where ACLs are on.
   * @default those in the variables `CONSUL_HTTP_TOKEN` and `NOMAD_TOKEN` of the machine that runs Pulumi
   */
  tokens?: { consul?: pulumi.Input<string> | undefined; nomad?: pulumi.Input<string> | undefined } | undefined;
}

/** What programs that call the APIs find in their environment: see `ask.js`. */
export function apiEnvironment(apis: Partial<ClusterApis>): Record<string, pulumi.Input<string>> {
  const { consulAddress, nomadAddress, caPem, serverNames, tokens: { consul, nomad } = {} } = apis;
  return {
    ...(consulAddress !== undefined && { CONSUL_HTTP_ADDR: consulAddress }),
    ...(nomadAddress !== undefined && { NOMAD_ADDR: nomadAddress }),
    ...(caPem !== undefined && { COS_CA_PEM: caPem }),
    ...(serverNames && {
      CONSUL_TLS_SERVER_NAME: serverNames.consul,
      NOMAD_TLS_SERVER_NAME: serverNames.nomad,
    }),
    ...(consul !== undefined && { CONSUL_HTTP_TOKEN: pulumi.secret(consul) }),
    ...(nomad !== undefined && { NOMAD_TOKEN: pulumi.secret(nomad) }),
  };
}
