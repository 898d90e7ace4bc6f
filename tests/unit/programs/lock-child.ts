/** Takes the lock of the given name and holds it until it is killed. */
import { acquireLock } from "../../../programs/lock";

void acquireLock(process.argv[2] ?? "").then(() => {
  process.stdout.write("held\n");
  setInterval(() => undefined, 60_000);
});
