import { ConsulApi } from "../apis/consul";
import { NomadApi } from "../apis/nomad";
import type { Installation } from "./installation";

/** Consul's API of an installation, with all rights. */
export const consulApi = ({ consulAddress, security }: Installation) => {
  const known = security();
  return new ConsulApi(consulAddress.origin, known?.tokens.consul, { ca: known?.certificates.authorities });
};

/** Nomad's API of an installation, with all rights. */
export const nomadApi = ({ nomadAddress, security }: Installation) => {
  const known = security();
  return new NomadApi(nomadAddress.origin, known?.tokens.nomad, { ca: known?.certificates.authorities });
};

/** Variables by which programs find the APIs of an installation, and are let in. */
export function apiVariables(installation: Installation): Record<string, string> {
  const { consulAddress, nomadAddress } = installation;
  const security = installation.security();
  return {
    CONSUL_HTTP_ADDR: consulAddress.origin,
    NOMAD_ADDR: nomadAddress.origin,
    ...(security && {
      CONSUL_CACERT: security.tls.authorities,
      CONSUL_HTTP_TOKEN: security.tokens.consul,
      NOMAD_CACERT: security.tls.authorities,
      NOMAD_TOKEN: security.tokens.nomad,
    }),
  };
}
