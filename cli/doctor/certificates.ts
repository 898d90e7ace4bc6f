import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:tls";
import type { StackOutputs } from "../outputs";
import type { Finding } from "./finding";

const timeoutMs = 5000;

/** The share of its life that is left of a certificate when it is said to end: an `up` has renewed it since a third was left. */
const lastShare = 1 / 6;

/** Which certificates end soon, of the APIs and of the authorities that they are by. None where there is no TLS. */
export async function certificateFindings({ consulAddress, nomadAddress, caPem }: StackOutputs): Promise<Finding[]> {
  const apis = { Consul: consulAddress, Nomad: nomadAddress };
  const found = Object.entries(apis)
    .filter(([, address]) => address.startsWith("https:"))
    .map(async ([product, address]) =>
      ending(`the certificate of ${product}'s API at ${address}`, await certificateOf(new URL(address)), upRenews),
    );
  const authorities = (caPem?.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []).map((pem) => {
    const certificate = new X509Certificate(pem);
    return ending(`the authority ${certificate.subject.replace(/^CN=/, "")}`, certificate, rotate);
  });
  return [...(await Promise.all(found)), ...authorities].flat();
}

const upRenews =
  "pulumi up   (it makes new ones, and brings them to the nodes; where agents are apart already: docs/security.md, Certificates of agents)";
const rotate = "rotate it: docs/security.md, Certificates of agents";

function ending(what: string, { validFrom, validTo }: X509Certificate, remedy: string): Finding[] {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  const left = to - Date.now();
  if (left > (to - from) * lastShare) return [];
  const day = new Date(to).toISOString().slice(0, 10);
  return [{ problem: `${what} ${left > 0 ? "ends" : "has ended"} on ${day}`, remedy }];
}

/** What a server shows, be it good or not. */
async function certificateOf({ hostname, port }: URL): Promise<X509Certificate> {
  const socket = connect({ host: hostname, port: Number(port || 443), rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(timeoutMs) });
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) throw new Error(`${hostname}:${port} shows no certificate`);
    return certificate;
  } finally {
    socket.destroy();
  }
}
