import versions from "../../versions.json";

/** Versions of the programs that an image is baked with. */
export interface ImageVersions {
  /** Version of Consul, such as `1.22.5`. */
  consul: string;
  /** Version of Nomad. */
  nomad: string;
  /** Version of fabio. */
  fabio: string;
}

/** The versions that this release of pulumi-cos is made for. */
export const pinnedVersions: ImageVersions = {
  consul: versions.consul.version,
  nomad: versions.nomad.version,
  fabio: versions.fabio.version,
};

/** The tags by which a baked image says its versions. */
export function versionTags({ consul, nomad, fabio }: ImageVersions): Record<string, string> {
  return { "cos-consul": consul, "cos-nomad": nomad, "cos-fabio": fabio };
}
