import type { ImageProgramName } from "../../components/machine-image/programs";
import type { ReleaseArchitecture } from "../../programs/release";
import { fabiolb, hashicorp, type Vendor } from "../../programs/vendors";

/** In which shape a program comes: see ami/provision/programs.sh. */
export type ProgramFormat = "binary" | "zip" | "deb";

/** Where an image has a program from. */
export interface ImageProgram {
  format: ProgramFormat;
  /** Whose signed sums vouch for it; or where it is, when nothing that could be pinned has been seen by those who wrote this. */
  from: Vendor | UnsignedRelease;
}

/** A release that is trusted when it is first seen: its sum is recorded then, and must be the same ever after. */
export interface UnsignedRelease {
  /** Its URL, in which `{version}` and `{arch}` are filled in. */
  url: string;
  /** The vendor's names of architectures. @default Go's */
  architectures?: Record<ReleaseArchitecture, string>;
  /** Where the newest version is said, for where versions.json pins none. @default it is left out then */
  newestVersion?: string;
  /** Environment variable with the URL of a mirror, which takes the place of what comes before the version in `url`. */
  mirrorVariable: string;
}

export const imagePrograms: Record<ImageProgramName, ImageProgram> = {
  consul: { format: "zip", from: hashicorp },
  nomad: { format: "zip", from: hashicorp },
  fabio: { format: "binary", from: fabiolb },
  "consul-cni": { format: "zip", from: hashicorp },
  envoy: {
    format: "binary",
    from: {
      url: "https://github.com/envoyproxy/envoy/releases/download/v{version}/envoy-{version}-linux-{arch}",
      architectures: { amd64: "x86_64", arm64: "aarch_64" },
      mirrorVariable: "COS_MIRROR_ENVOY",
    },
  },
  "amazon-ssm-agent": {
    format: "deb",
    // The public key that could be seen (github.com/aws/amazon-ecs-ami, files/amazon-ssm-agent.gpg) has expired in 2025, and its
    // successor could not.
    from: {
      url: "https://s3.amazonaws.com/ec2-downloads-windows/SSMAgent/{version}/debian_{arch}/amazon-ssm-agent.deb",
      newestVersion: "https://s3.amazonaws.com/ec2-downloads-windows/SSMAgent/latest/VERSION",
      mirrorVariable: "COS_MIRROR_SSM_AGENT",
    },
  },
};
