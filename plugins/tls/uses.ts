import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
} from "@peculiar/x509";

/** What a certificate's key may be used for, as the real plugin names it. */
const keyUses: Readonly<Record<string, KeyUsageFlags>> = {
  digital_signature: KeyUsageFlags.digitalSignature,
  content_commitment: KeyUsageFlags.nonRepudiation,
  key_encipherment: KeyUsageFlags.keyEncipherment,
  data_encipherment: KeyUsageFlags.dataEncipherment,
  key_agreement: KeyUsageFlags.keyAgreement,
  cert_signing: KeyUsageFlags.keyCertSign,
  crl_signing: KeyUsageFlags.cRLSign,
};
const extendedUses: Readonly<Record<string, string>> = {
  server_auth: ExtendedKeyUsage.serverAuth,
  client_auth: ExtendedKeyUsage.clientAuth,
  code_signing: ExtendedKeyUsage.codeSigning,
  email_protection: ExtendedKeyUsage.emailProtection,
  timestamping: ExtendedKeyUsage.timeStamping,
  ocsp_signing: ExtendedKeyUsage.ocspSigning,
};

export const knownUses = [...Object.keys(keyUses), ...Object.keys(extendedUses)];

/** The extensions that say it. */
export function useExtensions(uses: readonly string[]): Extension[] {
  const flags = uses.flatMap((use) => keyUses[use] ?? []);
  const extended = uses.flatMap((use) => extendedUses[use] ?? []);
  return [
    ...(flags.length === 0
      ? []
      : [
          new KeyUsagesExtension(
            flags.reduce((one, other): KeyUsageFlags => one | other),
            true,
          ),
        ]),
    ...(extended.length === 0 ? [] : [new ExtendedKeyUsageExtension(extended)]),
  ];
}
