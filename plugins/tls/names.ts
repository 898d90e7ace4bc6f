import { type Extension, type JsonName, SubjectAlternativeNameExtension } from "@peculiar/x509";
import type { InputsOf, Properties } from "../schema";

const text = { type: "string", replaces: true } as const;
const list = { type: { list: "string" }, replaces: true } as const;

/** Inputs that say whom a certificate is for. */
export const nameInputs = {
  subject: {
    type: {
      object: {
        commonName: text,
        organization: text,
        organizationalUnit: text,
        country: text,
        province: text,
        locality: text,
        postalCode: text,
        serialNumber: text,
        streetAddresses: list,
        emailAddress: { type: "string", unimplemented: true },
      },
    },
    replaces: true,
  },
  dnsNames: list,
  ipAddresses: list,
  uris: list,
} as const satisfies Properties;

export type Names = InputsOf<typeof nameInputs>;

/** A distinguished name, its parts in the order in which Go writes them. Source: crypto/x509/pkix, `Name.ToRDNSequence`. */
export function distinguishedName({ subject = {} }: Names): JsonName {
  const parts: [string, string | string[] | undefined][] = [
    ["C", subject.country],
    ["O", subject.organization],
    ["OU", subject.organizationalUnit],
    ["L", subject.locality],
    ["ST", subject.province],
    ["2.5.4.9", subject.streetAddresses],
    ["2.5.4.17", subject.postalCode],
    ["CN", subject.commonName],
    ["2.5.4.5", subject.serialNumber],
  ];
  return parts.flatMap(([type, value]) => {
    const values = value === undefined ? [] : [value].flat();
    return values.length > 0 ? [{ [type]: values }] : [];
  });
}

/** The extension that has the other names, where there are any. */
export function alternativeNames({ dnsNames = [], ipAddresses = [], uris = [] }: Names): Extension[] {
  const names = [
    ...dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...ipAddresses.map((value) => ({ type: "ip" as const, value })),
    ...uris.map((value) => ({ type: "url" as const, value })),
  ];
  return names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [];
}
