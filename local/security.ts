import { randomBytes, randomUUID, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { serverNamesOf } from "../components/server-names";
import type { TlsFiles } from "../components/node/tls-files";
import { datacenter, region } from "./names";
import { writeWhole } from "./write-whole";

/** What keeps others out of the agents: made at the first start, and in files for the user alone. */
export interface Security {
  tls: TlsFiles;
  /** What is in `tls`, so that agents start anew with another. */
  certificates: { identity: string; authorities: string };
  /** Keys of gossip. */
  gossip: Record<"consul" | "nomad", string>;
  /** Tokens of the management, which the agents on this machine have, too: who has started them can read what they can. */
  tokens: Record<"consul" | "nomad", string>;
}

const authorityDays = 3650;
const certificateDays = 365;
/** With less left, an agent's certificate is made anew by a start. */
const renewalMs = 30 * 24 * 3600 * 1000;

const filesIn = (directory: string) => {
  const at = (name: string) => join(directory, "secrets", name);
  return { keys: at("keys.json"), key: at("ca-key.pem"), identity: at("agent.pem"), authorities: at("ca.pem") };
};

/** What there is in an installation's directory; undefined before the first start. */
export function readSecurity(directory: string): Security | undefined {
  const { keys, identity, authorities } = filesIn(directory);
  if (![keys, identity, authorities].every((file) => existsSync(file))) return undefined;
  return {
    tls: { identity, authorities },
    certificates: { identity: readFileSync(identity, "utf8"), authorities: readFileSync(authorities, "utf8") },
    ...(JSON.parse(readFileSync(keys, "utf8")) as Pick<Security, "gossip" | "tokens">),
  };
}

/**
 * Makes what is missing, and certificates that end soon. Certificates are made by Consul's own command, and are for the names that agents of both products verify.
 *
 * @param consul path of the program
 */
export async function ensureSecurity(directory: string, consul: string): Promise<void> {
  const files = filesIn(directory);
  const scratch = join(directory, "secrets", "new");
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const create = async (...args: string[]) => {
    const { execa } = await import("execa");
    await execa(consul, ["tls", ...args], { cwd: scratch });
  };
  const made = (name: string) => readFileSync(join(scratch, name), "utf8");
  try {
    if (!existsSync(files.keys)) {
      const gossip = { consul: randomBytes(32).toString("base64"), nomad: randomBytes(32).toString("base64") };
      const tokens = { consul: randomUUID(), nomad: randomUUID() };
      writePrivately(files.keys, JSON.stringify({ gossip, tokens }));
    }
    if (!existsSync(files.authorities) || !existsSync(files.key)) {
      await create("ca", "create", `-days=${authorityDays}`);
      writePrivately(files.key, made("consul-agent-ca-key.pem"));
      writePrivately(files.authorities, made("consul-agent-ca.pem"));
      rmSync(files.identity, { force: true });
    }
    if (!existsSync(files.identity) || endsSoon(readFileSync(files.identity, "utf8"))) {
      const names = [serverNamesOf(datacenter, region).nomad, `client.${region}.nomad`];
      await create(
        ...["cert", "create", "-server", `-dc=${datacenter}`, `-days=${certificateDays}`],
        ...[`-ca=${files.authorities}`, `-key=${files.key}`, "-additional-ipaddress=127.0.0.1"],
        ...names.map((name) => `-additional-dnsname=${name}`),
      );
      const part = `${datacenter}-server-consul-0`;
      writePrivately(files.identity, made(`${part}.pem`) + made(`${part}-key.pem`));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const endsSoon = (pem: string) => new Date(new X509Certificate(pem).validTo).getTime() - Date.now() < renewalMs;

const writePrivately = (file: string, text: string) => {
  writeWhole(file, text, 0o600);
};
