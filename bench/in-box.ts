import { BoxCluster } from "../tests/box/cluster";
import { Laboratory, type LaboratoryOptions } from "../tests/box/laboratory";
import { removeDirectory, temporaryDirectory } from "../tests/support/temporary";
import type { Surroundings } from "./suite";

/** A box that measurements are taken in. */
export interface BenchBox {
  box: Laboratory;
  cluster: BoxCluster;
  /** For files of a measurement. */
  directory: string;
  /** Runs `pulumi up` with what differs from dev's configuration. */
  up: (config?: Record<string, unknown>) => Promise<void>;
}

/** Does something with a box of its own, which is not up yet, and removes it, also on failure. */
export async function inBox(
  { signal, log }: Surroundings,
  options: Pick<LaboratoryOptions, "replaceAfter">,
  act: (made: BenchBox) => Promise<void>,
): Promise<void> {
  const directory = await temporaryDirectory("bench-box");
  const box = new Laboratory({ ...options, directory, name: "bench", bound: true });
  const up = async (config: Record<string, unknown> = {}): Promise<void> => {
    const { exitCode, text } = await box.up(config, log, signal);
    signal.throwIfAborted();
    if (exitCode !== 0) throw new Error(`pulumi up failed in the box:\n${text}`);
  };
  try {
    await act({ box, cluster: new BoxCluster(box), directory, up });
  } finally {
    await box.down();
    await removeDirectory(directory);
  }
}
