import { stat } from "node:fs/promises";
import { cacheDirectory, publish, workAlone } from "../../programs/cache";

/** A directory of the user's cache, filled where it is not there yet; not to be changed. `key` is a name of what is made. */
export async function cached(
  destination: string,
  key: string,
  fill: (directory: string) => Promise<void>,
): Promise<string> {
  const cache = cacheDirectory(process.env);
  const isThere = () =>
    stat(destination).then(
      () => true,
      () => false,
    );
  if (await isThere()) return destination;
  await workAlone(cache, key, {}, async () => {
    if (!(await isThere())) await publish(cache, key, destination, fill);
  });
  return destination;
}
