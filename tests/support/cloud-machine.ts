import type { UserDataFile } from "../../components/node/user-data";
import { cloudConfig } from "../../components/node/user-data";
import { type Cloud } from "./cloud";
import { Machine, type Network } from "./machine";

export interface CloudMachineOptions {
  cloud: Cloud;
  network: Network;
  root: string;
  name: string;
  address: string;
  /** What its user data writes. */
  files: UserDataFile[];
  /** For how long its programs wait for what may come, or come back, in seconds. @default its own */
  patience?: number;
  binds?: string[];
}

/** A machine that cloud-init makes a node, by the user data that an instance would have, where AWS is the stand-in. */
export async function cloudMachine(options: CloudMachineOptions): Promise<Machine> {
  const { cloud, files, patience, ...machine } = options;
  return Machine.create({
    ...machine,
    userData: cloudConfig(files),
    files: {
      ...(await cloud.files(machine.root)),
      ...(patience !== undefined && impatience(patience)),
    },
  });
}

const impatience = (seconds: number): Record<string, string> =>
  Object.fromEntries(
    ["cos-boot", "nomad"].map((unit) => [
      `/etc/systemd/system/${unit}.service.d/test.conf`,
      `[Service]\nEnvironment=COS_BOOT_PATIENCE=${seconds}\n`,
    ]),
  );
