/** Programs that an image can have besides Debian's packages: those of them that versions.json pins. */
export const imageProgramNames = ["consul", "nomad", "fabio", "consul-cni", "envoy", "amazon-ssm-agent"] as const;
export type ImageProgramName = (typeof imageProgramNames)[number];

/** Those that an image can do without; by the versions of the others it is found. */
export const optionalPrograms: readonly ImageProgramName[] = ["consul-cni", "envoy", "amazon-ssm-agent"];
