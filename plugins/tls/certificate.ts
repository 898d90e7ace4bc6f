import { randomBytes, type webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  type JsonName,
  type PublicKey,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Differences } from "../diff";
import type { Failure, InputsOf, Properties } from "../schema";
import type { Change, Secrecy } from "../stand-in";
import type { PlainMap } from "../value";
import type { SigningKeys } from "./keys";
import { knownUses, useExtensions } from "./uses";

const hourMs = 3_600_000;

/** Inputs that say what a certificate is good for. */
export const certificateInputs = {
  allowedUses: { type: { list: "string" }, required: true, replaces: true },
  validityPeriodHours: { type: "integer", required: true, replaces: true },
  earlyRenewalHours: { type: "integer", default: 0 },
  isCaCertificate: { type: "boolean", default: false, replaces: true },
  maxPathLength: { type: "integer", default: -1, replaces: true },
  setSubjectKeyId: { type: "boolean", default: false, replaces: true },
} as const satisfies Properties;

export const certificateOutputs = {
  certPem: "plain",
  readyForRenewal: "plain",
  validityStartTime: "plain",
  validityEndTime: "plain",
} as const satisfies Record<string, Secrecy>;

/** What is wrong with such inputs. */
function certificateFailures({ allowedUses }: PlainMap): Failure[] {
  const uses = Array.isArray(allowedUses) ? allowedUses : [];
  return uses.flatMap((use, i) =>
    typeof use !== "string" || knownUses.includes(use)
      ? []
      : [{ property: `allowedUses[${i}]`, reason: `"allowedUses[${i}]" must be one of ${knownUses.join(", ")}` }],
  );
}

export interface Subject {
  name: JsonName;
  publicKey: PublicKey | webcrypto.CryptoKey;
  alternativeNames: Extension[];
}

export interface Issuer {
  name: JsonName;
  keys: SigningKeys;
  /** By which certificates name its key, where they do. */
  keyId: string | undefined;
}

/** Makes a certificate. Its ID is its serial number, in decimal. */
export async function issue(subject: Subject, issuer: Issuer, good: InputsOf<typeof certificateInputs>) {
  const serial = randomBytes(16);
  // Not negative, and not shortened by a leading zero.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const now = new Date();
  // X.509 knows no parts of seconds.
  now.setMilliseconds(0);
  const end = new Date(now.getTime() + good.validityPeriodHours * hourMs);
  const pathLength = good.maxPathLength < 0 ? undefined : good.maxPathLength;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial.toString("hex"),
    subject: subject.name,
    issuer: issuer.name,
    notBefore: now,
    notAfter: end,
    publicKey: subject.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: issuer.keys.signing,
    extensions: [
      ...useExtensions(good.allowedUses),
      new BasicConstraintsExtension(good.isCaCertificate, pathLength, true),
      ...(good.isCaCertificate || good.setSubjectKeyId
        ? [await SubjectKeyIdentifierExtension.create(subject.publicKey)]
        : []),
      ...(issuer.keyId === undefined ? [] : [new AuthorityKeyIdentifierExtension(issuer.keyId)]),
      ...subject.alternativeNames,
    ],
  });
  return {
    id: BigInt(`0x${serial.toString("hex")}`).toString(),
    outputs: {
      certPem: `${certificate.toString("pem")}\n`,
      readyForRenewal: false,
      validityStartTime: goTime(now),
      validityEndTime: goTime(end),
    },
  };
}

/** Adds a replacement to what was found where a certificate has come to its end, or so near to it as is said. */
function withRenewal(found: Differences, state: PlainMap, news: PlainMap): Differences {
  const { validityEndTime } = state;
  const end = typeof validityEndTime === "string" ? Date.parse(validityEndTime) : 0;
  const early = typeof news["earlyRenewalHours"] === "number" ? news["earlyRenewalHours"] * hourMs : 0;
  if (Date.now() < end - early) return found;
  return { ...found, readyForRenewal: { kind: "update", replaces: true, input: false } };
}

/** What both kinds of certificates have in common: in place, only when they are to be renewed can change. */
export const certificateLife = {
  check: certificateFailures,
  diff: ({ found, state, news }: Change) => Promise.resolve(withRenewal(found, state, news)),
  update: () => Promise.resolve({}),
};

/** As Go writes a time in UTC. */
const goTime = (time: Date): string => time.toISOString().replace(".000Z", "Z");
