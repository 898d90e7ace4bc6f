/** Where a vendor's releases are, and whose signature they must carry. In patterns, `{program}`, `{version}` and `{arch}` are filled in. */
export interface Vendor {
  title: string;
  /** Where releases are; the environment variable `mirrorVariable` replaces it. */
  baseUrl: string;
  /**
   * Environment variable with the URL of a mirror: the same files under the same names, and the vendor's public key as
   * `pgp-key.txt` at its root.
   */
  mirrorVariable: string;
  /** The program itself, or a zip file that holds it under its own name. */
  archive: string;
  /** `sha256sum` lines of the release's files. */
  sums: string;
  /** Detached OpenPGP signature of `sums`. */
  signature: string;
  /** Where the public key is; it is believed only if it has this fingerprint, so any place will do. */
  key: { url: string; fingerprint: string };
}

export const hashicorp: Vendor = {
  title: "HashiCorp",
  baseUrl: "https://releases.hashicorp.com",
  mirrorVariable: "COS_MIRROR_HASHICORP",
  archive: "{program}/{version}/{program}_{version}_linux_{arch}.zip",
  sums: "{program}/{version}/{program}_{version}_SHA256SUMS",
  signature: "{program}/{version}/{program}_{version}_SHA256SUMS.sig",
  key: {
    url: "https://www.hashicorp.com/.well-known/pgp-key.txt",
    // Of the key in HashiCorp's own installer, Go module github.com/hashicorp/hc-install v0.10.0, internal/pubkey.
    fingerprint: "C874011F0AB405110D02105534365D9472D7468F",
  },
};

export const fabiolb: Vendor = {
  title: "fabio",
  baseUrl: "https://github.com/fabiolb/fabio/releases/download",
  mirrorVariable: "COS_MIRROR_FABIO",
  archive: "v{version}/fabio-{version}-linux_{arch}",
  sums: "v{version}/fabio-{version}.sha256",
  signature: "v{version}/fabio-{version}.sha256.sig",
  key: {
    url: "https://keyserver.ubuntu.com/pks/lookup?op=get&options=mr&search=0x76462AB9B0C185ABC66FD98F59861FC4870361CA",
    // In fabio's own source, Go module github.com/fabiolb/fabio v1.7.2, docs/content/faq/verifying-releases.md. The copy
    // of the key there expired in 2024: a release signed later passes only with a renewed one.
    fingerprint: "76462AB9B0C185ABC66FD98F59861FC4870361CA",
  },
};
