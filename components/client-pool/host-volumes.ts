import { type PropertyError, repeated } from "../checks";
import { pathError } from "../node/mounts";
import type { ClientPoolArgs, HostVolume } from "./args";

type Volumes = Pick<ClientPoolArgs, "dataVolumes" | "instanceStorage" | "fileSystems" | "hostVolumes">;

/** All host volumes of a pool, each with the property that names it. */
function named({ dataVolumes = [], instanceStorage, fileSystems = [], hostVolumes = [] }: Volumes) {
  const mounted = [
    ...dataVolumes.map(({ hostVolume, mountPoint }, i) => ({
      at: `dataVolumes[${i}]`,
      hostVolume,
      mountPoint,
      readOnly: false,
    })),
    ...(instanceStorage ? [{ at: "instanceStorage", ...instanceStorage, readOnly: false }] : []),
    ...fileSystems.map(({ hostVolume, mountPoint, readOnly }, i) => {
      return { at: `fileSystems[${i}]`, hostVolume, mountPoint, readOnly: readOnly ?? false };
    }),
  ].flatMap(({ at, hostVolume, mountPoint, readOnly }) =>
    hostVolume === undefined ? [] : [{ property: `${at}.hostVolume`, name: hostVolume, path: mountPoint, readOnly }],
  );
  return [...mounted, ...hostVolumes.map((volume, i) => ({ property: `hostVolumes[${i}].name`, ...volume }))];
}

/** All host volumes of a pool: those on what is mounted, and further ones. */
export function hostVolumesOf(volumes: Volumes): HostVolume[] {
  return named(volumes).map(({ name, path, readOnly }) => ({ name, path, readOnly: readOnly ?? false }));
}

/** What is wrong with the host volumes of a pool. */
export function hostVolumeErrors(volumes: Volumes): PropertyError[] {
  const all = named(volumes);
  const errors = all
    .filter(({ name }) => !/^[A-Za-z0-9._-]{1,128}$/.test(name))
    .map(({ property, name }) => ({
      propertyPath: property,
      reason: `must be up to 128 letters, digits and ".-_", got "${name}"`,
    }));
  for (const { value, indexes } of repeated(all.map(({ name }) => name))) {
    for (const i of indexes.slice(1)) {
      const reason = `"${value}" is the name of ${all[indexes[0] ?? 0]?.property ?? ""} too`;
      errors.push({ propertyPath: all[i]?.property ?? "", reason });
    }
  }
  const paths = (volumes.hostVolumes ?? []).flatMap(({ path }, i) => pathError(`hostVolumes[${i}].path`, path));
  return [...errors, ...paths];
}
